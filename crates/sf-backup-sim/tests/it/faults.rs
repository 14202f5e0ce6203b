//! Injected faults, and expected requests.

use http::{Response, StatusCode};
use sf_backup_proto::{EnableServiceBackup, GetBackupPolicyList, Operation, ResumeServiceBackup};
use sf_backup_sim::{EffectKind, Fault, Runtime};

use crate::harness::Test;

const SERVICE: &str = "Services/CalcApp/CalcService";

fn enable(test: &Test) -> u16 {
    let body = serde_json::json!({ "BackupPolicyName": "P" });
    test.post(&format!("/{SERVICE}/$/EnableBackup"), body).status.as_u16()
}

fn with_policy() -> Test {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test
}

#[test]
fn a_fault_is_injected_into_its_operation_as_often_as_set() {
    let test = with_policy();
    test.cluster.inject(Fault::empty(StatusCode::GATEWAY_TIMEOUT).on(EnableServiceBackup::spec()).times(2));
    assert!(test.get("/BackupRestore/BackupPolicies").status.is_success());
    assert_eq!([enable(&test), enable(&test), enable(&test)], [504, 504, 202]);
    assert_eq!(test.count(EffectKind::Enabled), 1);
}

#[test]
fn a_fault_after_the_effect_hides_what_was_done() {
    let test = with_policy();
    test.cluster.inject(Fault::empty(StatusCode::BAD_GATEWAY).after_effect());
    assert_eq!(enable(&test), 502);
    assert_eq!(test.count(EffectKind::Enabled), 1);
    assert_eq!(enable(&test), 202);
}

#[test]
fn a_cut_connection_gives_no_response() {
    let test = with_policy();
    test.cluster.inject(Fault::cut());
    let request =
        || http::Request::get("/BackupRestore/BackupPolicies?api-version=6.4").body(bytes::Bytes::new()).unwrap();
    assert!(test.cluster.try_respond(request()).is_none());
    assert!(test.cluster.try_respond(request()).unwrap().status().is_success());
}

#[test]
fn faults_are_injected_in_the_order_in_which_they_were_added() {
    let test = with_policy();
    for body in ["<html>", "{"] {
        test.cluster.inject(Fault::response(Response::new(body.into())).on(GetBackupPolicyList::spec()));
    }
    test.cluster.inject(Fault::empty(StatusCode::FORBIDDEN).on(ResumeServiceBackup::spec()));
    let list = || test.get("/BackupRestore/BackupPolicies").body;
    assert_eq!([list(), list()], ["<html>", "{"]);
    assert!(list().starts_with(r#"{"ContinuationToken""#));
    assert_eq!(test.act(SERVICE, "ResumeBackup").status, 403);
}

#[test]
fn expected_requests_are_counted_once_each_with_faults_and_retries() {
    let test = with_policy();
    let enables = test.cluster.expect(EnableServiceBackup::spec()).times(2);
    let lists = test.cluster.expect(GetBackupPolicyList::spec()).at_most(1);
    test.cluster.inject(Fault::empty(StatusCode::BAD_GATEWAY).on(EnableServiceBackup::spec()));
    // The gateway retries this one itself.
    test.cluster.inject(Fault::empty(StatusCode::SERVICE_UNAVAILABLE).from_service().on(GetBackupPolicyList::spec()));
    assert_eq!([enable(&test), enable(&test)], [502, 202]);
    assert!(test.get("/BackupRestore/BackupPolicies").status.is_success());
    assert_eq!((enables.check(), lists.check(), lists.received()), (Ok(()), Ok(()), 1));
    // A later expectation starts at zero, and the earlier ones continue.
    let more = test.cluster.expect(GetBackupPolicyList::spec()).at_least(2);
    assert_eq!(more.check().unwrap_err().to_string(), "GetBackupPolicyList: expected at least 2 requests, received 0");
    assert!(test.get("/BackupRestore/BackupPolicies").status.is_success());
    assert_eq!(lists.check().unwrap_err().to_string(), "GetBackupPolicyList: expected at most 1 request, received 2");
    assert_eq!(more.received(), 1);
}
