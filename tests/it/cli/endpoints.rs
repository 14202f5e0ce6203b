//! The endpoint of each request.

use super::doubles::{Canned, CannedResponse, dead};
use super::harness::{at, run};

const EMPTY: &str = r#"{"ContinuationToken":null,"Items":[]}"#;

#[test]
fn a_dead_endpoint_is_named_with_the_cause() {
    let url = dead();
    let ran = at(&url, &["service", "suspend", "A/S"]).expect(7);
    for part in [&*url, "nothing was sent", "refused", "SuspendServiceBackup", "hint: "] {
        assert!(ran.err.contains(part), "{part} is missing in {ran:?}");
    }
    let error = at(&url, &["-o", "json", "service", "suspend", "A/S"]).expect(7).error();
    assert_eq!(error["endpoint"], url);
    assert_eq!(error["kind"], "unreachable");
    assert_eq!(error["mayHaveChanged"], false);
    assert!(error["message"].as_str().unwrap().contains("refused"), "{error}");
}

#[test]
fn a_dead_endpoint_is_passed_by() {
    let (dead, alive) = (dead(), Canned::response(200, EMPTY));
    for endpoints in [
        vec!["-e".to_owned(), format!("{dead},{}", alive.url())],
        vec!["-e".to_owned(), dead.clone(), "-e".to_owned(), alive.url()],
    ] {
        let mut args: Vec<&str> = endpoints.iter().map(String::as_str).collect();
        args.extend(["-o", "json", "policy", "list"]);
        let ran = run(&args).expect(0);
        assert_eq!(ran.json(), serde_json::json!([]));
    }
}

#[test]
fn all_dead_counts_every_attempt() {
    let endpoints = [dead(), dead()].join(",");
    let ran = at(&endpoints, &["-o", "json", "--max-attempts", "1", "policy", "list"]).expect(7);
    assert_eq!(ran.error()["attempts"], 2);
    at(&endpoints, &["--max-attempts", "0", "policy", "list"]).expect(2);
}

#[test]
fn idempotent_requests_are_resent() {
    let cluster = Canned::script([
        CannedResponse::Hangup,
        CannedResponse::Reply(503, String::new()),
        CannedResponse::Reply(202, String::new()),
    ]);
    at(&cluster.url(), &["--no-verify", "service", "suspend", "A/S"]).expect(0);
    assert_eq!(cluster.request_lines(), ["POST /Services/A/S/$/SuspendBackup?api-version=6.4"; 3]);
}

#[test]
fn other_requests_are_verified() {
    let gone = r#"{"Error":{"Code":"FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST","Message":"m"}}"#;
    let cluster = Canned::script([CannedResponse::Hangup, CannedResponse::Reply(404, gone.to_owned())]);
    at(&cluster.url(), &["policy", "delete", "Daily", "--yes"]).expect(0);
    let policy = "/BackupRestore/BackupPolicies/Daily";
    let expected = [format!("POST {policy}/$/Delete?api-version=6.4"), format!("GET {policy}?api-version=6.4")];
    assert_eq!(cluster.request_lines(), expected);
}

#[test]
fn a_response_is_final() {
    let [first, second] = [(); 2].map(|()| Canned::fabric(404, "FABRIC_E_BACKUP_NOT_ENABLED", "No."));
    let endpoints = format!("{},{}", first.url(), second.url());
    at(&endpoints, &["--no-verify", "service", "suspend", "A/S"]).expect(3);
    assert_eq!(first.request_lines().len() + second.request_lines().len(), 1);
}

#[test]
fn the_api_version_is_negotiated_unless_given() {
    let cluster = Canned::fabric(400, "E_INVALIDARG", "Invalid API Version");
    at(&cluster.url(), &["--no-verify", "service", "suspend", "A/S"]).expect(1);
    assert_eq!(
        cluster.request_lines(),
        [
            "POST /Services/A/S/$/SuspendBackup?api-version=6.4",
            "POST /Services/A/S/$/SuspendBackup?api-version=6.2-preview",
        ]
    );
    let cluster = Canned::fabric(400, "E_INVALIDARG", "Invalid API Version");
    at(&cluster.url(), &["--no-verify", "service", "suspend", "A/S", "--api-version", "6.4"]).expect(1);
    assert_eq!(cluster.request_lines().len(), 1);
}

#[test]
fn verbose_prints_each_request() {
    let cluster = Canned::response(200, EMPTY);
    let ran = at(&cluster.url(), &["-v", "-o", "json", "policy", "list"]).expect(0);
    assert_eq!(ran.err, "GET /BackupRestore/BackupPolicies?api-version=6.4: 200 OK\n");
    assert_eq!(ran.json(), serde_json::json!([]));
}
