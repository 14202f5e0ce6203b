//! Requests contain only the members that are set, with exact names, in the forms that servers accept.

use proptest::prelude::*;
use serde_json::Value;

use super::rows::{EachRow, Row, each_row};
use super::strategies::policy::policy;
use crate::cluster::{ApiVersion, Target};
use crate::model::policy::BackupPolicyDescription;
use crate::model::retention::BasicRetentionPolicyDescription;
use crate::model::schedule::{
    BackupScheduleFrequencyType, DayOfWeek, FrequencyBasedBackupScheduleDescription, TimeBasedBackupScheduleDescription,
};
use crate::model::storage::{AzureBlobBackupStorageDescription, FileShareBackupStorageDescription};
use crate::operation::{BodyRule, Operation};
use crate::operations::{BackupPartition, DisableServiceBackup, GetServiceBackupList, UpdateBackupPolicy};
use crate::time::RunTime;

fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap())
}

fn body(call: &impl Operation) -> String {
    let request = call.to_request(&target()).unwrap();
    String::from_utf8(request.body().as_ref().to_vec()).unwrap()
}

#[test]
fn a_policy_is_written_under_exact_names_with_the_discriminators_first() {
    let schedule = TimeBasedBackupScheduleDescription::new(
        BackupScheduleFrequencyType::Weekly,
        vec![RunTime::new(4, 45).unwrap(), RunTime::new(18, 0).unwrap()],
    )
    .run_days(vec![DayOfWeek::Monday, DayOfWeek::Saturday]);
    let share =
        FileShareBackupStorageDescription::new(r"\\nas3\sf").primary_user_name("corp\\bk").primary_password("pw");
    let retention = BasicRetentionPolicyDescription::new("P2M".parse::<crate::IsoDuration>().unwrap());
    let policy = BackupPolicyDescription::new("Weekly", false, 6, schedule, share).retention_policy(retention);
    let expected = concat!(
        r#"{"Name":"Weekly","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":6,"#,
        r#""Schedule":{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Weekly","#,
        r#""RunTimes":["0001-01-01T04:45:00Z","0001-01-01T18:00:00Z"],"RunDays":["Monday","Saturday"]},"#,
        r#""Storage":{"StorageKind":"FileShare","Path":"\\\\nas3\\sf","#,
        r#""PrimaryUserName":"corp\\bk","PrimaryPassword":"pw"},"#,
        r#""RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P2M"}}"#,
    );
    assert_eq!(body(&UpdateBackupPolicy::new("Weekly".parse().unwrap(), policy)), expected);
}

#[test]
fn unset_members_are_not_written() {
    let schedule = FrequencyBasedBackupScheduleDescription::new(crate::IsoDuration::hours(2));
    let azure = AzureBlobBackupStorageDescription::new("key", "orders");
    let policy = BackupPolicyDescription::new("P", true, 0, schedule, azure);
    let written: Value = serde_json::from_str(&body(&UpdateBackupPolicy::new("P".parse().unwrap(), policy))).unwrap();
    let names: Vec<&String> = written.as_object().unwrap().keys().collect();
    assert_eq!(names, ["AutoRestoreOnDataLoss", "MaxIncrementalBackups", "Name", "Schedule", "Storage"]);
    assert_eq!(written["Storage"].as_object().unwrap().len(), 3);

    let service: crate::ServiceId = "fabric:/A/B".parse().unwrap();
    let list = GetServiceBackupList::new(service.clone()).to_request(&target()).unwrap();
    assert_eq!(list.uri().query(), Some("api-version=6.4"));
    assert_eq!(body(&DisableServiceBackup::new(service.clone())), "");
    assert_eq!(body(&DisableServiceBackup::new(service).clean_backup(false)), r#"{"CleanBackup":false}"#);
    let partition: crate::PartitionId = "6b1c2f7e-0000-4000-8000-000000000001".parse().unwrap();
    assert_eq!(body(&BackupPartition::new(partition)), "");
}

#[test]
fn every_operation_sends_the_headers_for_its_method_and_body() {
    struct Headers;
    impl EachRow for Headers {
        fn row<O: Row>(&mut self) {
            let mut runner = proptest::test_runner::TestRunner::deterministic();
            let call = O::call().new_tree(&mut runner).unwrap().current();
            let target = target().bearer("token".into()).request_id("r-1");
            let request = call.to_request(&target).unwrap();
            let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let length = request.body().len();
            let post = request.method() == http::Method::POST;
            assert_eq!(header("accept").as_deref(), Some("application/json"));
            assert_eq!(header("content-length"), post.then(|| length.to_string()), "{}", O::SPEC.name);
            let media = (length > 0).then_some("application/json; charset=utf-8");
            assert_eq!(header("content-type").as_deref(), media);
            assert_eq!(header("x-servicefabricrequestid").as_deref(), Some("r-1"));
            assert_eq!(header("authorization").as_deref(), Some("Bearer token"));
            assert!(request.headers()["authorization"].is_sensitive());
            assert!(O::SPEC.body != BodyRule::None || length == 0);
            assert!(O::SPEC.body != BodyRule::Required || length > 0);
        }
    }
    each_row(&mut Headers);
}

#[test]
fn a_request_line_that_is_too_long_for_a_uri_is_rejected() {
    let token = crate::ContinuationToken::new(&"x".repeat(70_000)).unwrap();
    let call = GetServiceBackupList::new("A/B".parse().unwrap()).continuation_token(token);
    let error = call.to_request(&target()).unwrap_err();
    assert_eq!(error.to_string(), "GetServiceBackupList of fabric:/A/B: the request line is too long");
}

#[test]
fn a_token_that_is_invalid_in_a_header_is_rejected_and_not_quoted() {
    let call = GetServiceBackupList::new("A/B".parse().unwrap());
    let error = call.to_request(&target().bearer("hunter2\n".into())).unwrap_err();
    assert!(error.to_string().ends_with("token must be text that fits a header"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"));
}

fn discriminators_are_first(json: &str) -> bool {
    ["ScheduleKind", "StorageKind", "RetentionPolicyType"]
        .into_iter()
        .all(|tag| json.matches(&format!("\"{tag}\":")).count() == json.matches(&format!("{{\"{tag}\":")).count())
}

proptest! {
    #[test]
    fn discriminators_are_written_first_for_any_policy(policy in policy()) {
        let json = serde_json::to_string(&policy).unwrap();
        prop_assert!(discriminators_are_first(&json), "{}", json);
    }

    #[test]
    fn content_length_is_exact_and_debug_hides_the_body(policy in policy()) {
        let name = policy.name.parse().unwrap();
        let request = UpdateBackupPolicy::new(name, policy).to_request(&target().api_version(ApiVersion::V6_4)).unwrap();
        let length = request.body().as_ref().len();
        prop_assert_eq!(request.headers()["content-length"].to_str().unwrap(), length.to_string());
        prop_assert_eq!(format!("{:?}", request.body()), format!("Body({length} bytes)"));
    }
}
