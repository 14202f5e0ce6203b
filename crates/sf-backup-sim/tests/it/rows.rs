//! The server's errors that no rule causes: injected, they are sent as the server sends them, and the client classifies
//! them.

use sf_backup_proto::{ErrorKind, FabricErrorCode, Operation, SuspendServiceBackup};
use sf_backup_sim::{EffectKind, Fault, Refusal, Runtime};

use crate::harness::{FIRST, Test};

/// Responds with this code and status from the service to a POST, which the gateway does not retry.
#[track_caller]
fn row(name: &'static str, status: u16, kind: ErrorKind, transient: bool) {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    let code = FabricErrorCode::from_text(name);
    let refusal = Refusal::Fabric {
        status: status.try_into().unwrap(),
        code: code.clone(),
        spelling: Some(name),
        message: "m".to_owned(),
        json: false,
    };
    let fault = Fault::response(refusal.into_response()).from_service().on(SuspendServiceBackup::spec());
    test.cluster.inject(fault);
    let suspend = SuspendServiceBackup::new("CalcApp/CalcService".parse().unwrap());
    let error = test.send(&suspend).unwrap_err();
    let response = error.fabric().unwrap();
    assert_eq!((response.status.as_u16(), response.code.as_ref()), (status, Some(&code)));
    assert_eq!((error.kind(), error.is_transient()), (kind, transient), "{error}");
    assert_eq!(code.facts().unwrap().status, status, "the table of codes has another status");
    assert_eq!(test.count(EffectKind::Suspended), 0);
    // It was injected once.
    test.send(&suspend).unwrap();
}

macro_rules! rows {
    ($($test:ident: $name:literal $status:literal $kind:ident $transient:literal;)+) => {$(
        #[test]
        fn $test() {
            row($name, $status, ErrorKind::$kind, $transient);
        }
    )+};
}

rows! {
    error_invalid_partition_key: "FABRIC_E_INVALID_PARTITION_KEY" 400 PartitionMismatch false;
    error_invalid_name_uri: "FABRIC_E_INVALID_NAME_URI" 400 InvalidArgument false;
    error_invalid_address: "FABRIC_E_INVALID_ADDRESS" 400 InvalidArgument false;
    error_name_does_not_exist: "FABRIC_E_NAME_DOES_NOT_EXIST" 404 EntityNotFound false;
    error_endpoint_not_found: "FABRIC_E_ENDPOINT_NOT_FOUND" 404 Unavailable true;
    error_value_too_large: "FABRIC_E_VALUE_TOO_LARGE" 413 TooLarge false;
    error_no_write_quorum: "FABRIC_E_NO_WRITE_QUORUM" 503 Unavailable true;
    error_not_primary: "FABRIC_E_NOT_PRIMARY" 503 Unavailable true;
    error_not_ready: "FABRIC_E_NOT_READY" 503 Unavailable true;
    error_object_closed: "FABRIC_E_OBJECT_CLOSED" 503 Unavailable true;
    error_service_offline: "FABRIC_E_SERVICE_OFFLINE" 503 Unavailable true;
    error_timeout: "FABRIC_E_TIMEOUT" 504 Timeout true;
    error_communication_error: "FABRIC_E_COMMUNICATION_ERROR" 504 Timeout true;
    error_operation_not_complete: "FABRIC_E_OPERATION_NOT_COMPLETE" 504 Timeout true;
    error_unexpected: "E_UNEXPECTED" 500 Server false;
    error_pointer: "E_POINTER" 500 Server false;
    error_restore_safe_check_failed: "FABRIC_E_RESTORE_SAFE_CHECK_FAILED" 500 Conflict false;
}

#[test]
fn error_fault_analysis_service_not_enabled() {
    let cluster = sf_backup_sim::Cluster::builder().without_fault_analysis().build();
    let test = Test::of(cluster);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    let body = serde_json::json!({ "BackupId": FIRST, "BackupLocation": "x" });
    let response = test.post(&format!("/Partitions/{FIRST}/$/Restore"), body);
    response.refused(
        404,
        "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED",
        "Fault Analysis Service is needed for Restore.",
    );
}

#[test]
fn trap_07_log_sequence_numbers_are_text_in_lists_and_numbers_in_progress() {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
    test.pass(60);
    let progress = test.get(&format!("/Partitions/{FIRST}/$/GetBackupProgress")).ok_json();
    assert_eq!(progress["BackupState"], "Success");
    assert!(progress["LsnOfLastBackupRecord"].is_i64(), "{progress}");
    let listed = &test.backups(&format!("Partitions/{FIRST}"))[0];
    assert!(listed["LsnOfLastBackupRecord"].is_string(), "{listed}");
}

#[test]
fn trap_18_an_empty_404_means_that_the_service_is_absent() {
    let test = Test::of(sf_backup_sim::Cluster::builder().without_backup_service().build());
    let suspend = SuspendServiceBackup::new("CalcApp/CalcService".parse().unwrap());
    assert_eq!(test.send(&suspend).unwrap_err().kind(), ErrorKind::BackupServiceMissing);
}

#[test]
fn trap_21_a_body_needs_a_media_type_and_none_needs_none() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    let enable = "POST /Services/CalcApp/CalcService/$/EnableBackup?api-version=6.4";
    let body = r#"{"BackupPolicyName":"P"}"#;
    assert_eq!(test.raw(enable, &[], body).status, 415);
    test.raw(enable, &[("content-type", "application/json; charset=utf-8")], body).done(202);
    test.raw("POST /Services/CalcApp/CalcService/$/ResumeBackup?api-version=6.4", &[], "").done(202);
}
