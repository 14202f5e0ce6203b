//! Backups on demand.

use serde_json::{Value, json};
use sf_backup_proto::{BackupPartition, GetPartitionBackupProgress};
use sf_backup_sim::{EffectKind, Runtime};

use crate::harness::{FIRST, SECOND, Test, blob, each, partition, share};

fn post(test: &Test, id: &str, action: &str, body: impl ToString) -> crate::harness::RawResponse {
    test.post(&format!("/Partitions/{id}/$/{action}"), body)
}

fn progress(test: &Test) -> Value {
    test.get(&format!("/Partitions/{FIRST}/$/GetBackupProgress")).ok_json()
}

fn protected() -> Test {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/CalcApp/CalcService", "PT1H", 3);
    test
}

#[test]
fn rule_a_backup_goes_from_accepted_over_running_to_success() {
    let test = protected();
    assert_eq!(progress(&test), Value::Null);
    post(&test, FIRST, "Backup", "").done(202);
    assert_eq!(
        progress(&test),
        json!({
            "BackupState": "Accepted", "TimeStampUtc": "0001-01-01T00:00:00Z",
            "BackupId": "00000000-0000-0000-0000-000000000000", "BackupLocation": null,
            "EpochOfLastBackupRecord": null, "LsnOfLastBackupRecord": 0, "FailureError": null,
        })
    );
    test.pass(1);
    assert_eq!(progress(&test)["BackupState"], "BackupInProgress");
    test.pass(2);
    let done = progress(&test);
    let backup = &test.backups(&format!("Partitions/{FIRST}"))[0];
    assert_eq!(
        done,
        json!({
            "BackupState": "Success", "TimeStampUtc": "2024-01-01T00:00:03Z", "BackupId": backup["BackupId"],
            "BackupLocation": format!("CalcApp\\CalcService\\{FIRST}\\2024-01-01 00.00.03.zip"),
            "EpochOfLastBackupRecord": backup["EpochOfLastBackupRecord"],
            "LsnOfLastBackupRecord": backup["LsnOfLastBackupRecord"].as_str().unwrap().parse::<i64>().unwrap(),
            "FailureError": null,
        })
    );
    assert_eq!(backup["BackupType"], "Full");
}

#[test]
fn error_backup_in_progress() {
    let test = protected();
    post(&test, FIRST, "Backup", "").done(202);
    for _ in 0..2 {
        post(&test, FIRST, "Backup", "").refused(409, "FABRIC_E_BACKUP_IN_PROGRESS", "Backup already in Progress");
        test.pass(1);
    }
    test.pass(1);
    post(&test, FIRST, "Backup", "").done(202);
    assert_eq!(progress(&test)["BackupState"], "Accepted");
    // Another partition is not affected.
    post(&test, SECOND, "Backup", "").done(202);
}

#[test]
fn rule_a_backup_needs_a_storage_before_it_asks_who_is_busy() {
    let test = Test::new(Runtime::V6_4);
    let message = "Backup has not been configured/ enabled for this specific partition/ service/ application.";
    post(&test, FIRST, "Backup", "").refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", message);
    for body in ["{}", r#"{"BackupStorage":null}"#] {
        post(&test, FIRST, "Backup", body).refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", message);
    }
    post(&test, FIRST, "Backup", json!({ "BackupStorage": blob("own") })).done(202);
    post(&test, FIRST, "Backup", "").refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", message);
    post(&test, FIRST, "Backup", json!({ "BackupStorage": {} }))
        .invalid("backupStorage.BackupStorage:[An error has occurred.]");
}

#[test]
fn rule_malformed_ids_are_invalid_arguments_here() {
    let test = protected();
    for action in ["Backup", "Restore"] {
        post(&test, "x", action, "").refused(400, "E_INVALIDARG", "Invalid Arguments.");
    }
    for action in ["GetBackupProgress", "GetRestoreProgress"] {
        test.get(&format!("/Partitions/x/$/{action}")).refused(400, "E_INVALIDARG", "Invalid Arguments.");
    }
    post(&test, &partition(99), "Backup", "").refused(404, "FABRIC_E_PARTITION_NOT_FOUND", "Partition not found");
}

#[test]
fn rule_no_minutes_left_is_a_timeout_at_once() {
    let test = protected();
    for minutes in ["0", "-3"] {
        test.post(&format!("/Partitions/{FIRST}/$/Backup?BackupTimeout={minutes}"), "").done(202);
        let progress = progress(&test);
        assert_eq!(progress["BackupState"], "Timeout");
        assert_eq!(
            progress["FailureError"],
            json!({ "Code": "FABRIC_E_TIMEOUT", "Message": "The Request for backup has timeout" })
        );
    }
    test.pass(60);
    assert_eq!(progress(&test)["BackupState"], "Timeout");
    assert_eq!(test.count(EffectKind::BackupMade), 0);
}

#[test]
fn trap_15_a_backup_under_another_spelling_is_never_reported() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    let spelled = FIRST.to_uppercase();
    post(&test, &spelled, "Backup", json!({ "BackupStorage": blob("own") })).done(202);
    test.pass(9 * 60);
    assert_eq!(progress(&test)["BackupState"], "Accepted");
    test.pass(60);
    assert_eq!(progress(&test)["BackupState"], "Timeout");
}

#[test]
fn rule_a_failing_storage_is_reported_with_its_number() {
    let test = protected();
    let storage = serde_json::from_value(blob("c")).unwrap();
    test.cluster.break_storage(&storage, Some((2_148_734_496, "The network path was not found.")));
    post(&test, FIRST, "Backup", "").done(202);
    test.pass(3);
    let failed = progress(&test);
    assert_eq!(
        (&failed["BackupState"], &failed["BackupId"]),
        (&json!("Failure"), &json!(uuid::Uuid::nil().to_string()))
    );
    let error = json!({ "Code": 2_148_734_496_u32, "Message": "The network path was not found." });
    assert_eq!(failed["FailureError"], error);
    test.cluster.break_storage(&storage, None);
    post(&test, FIRST, "Backup", "").done(202);
    test.pass(3);
    assert_eq!(progress(&test)["BackupState"], "Success");
}

#[test]
fn rule_a_suspension_does_not_matter_and_the_next_periodic_backup_is_full() {
    let test = protected();
    test.pass(2 * 3600);
    let service = "Services/CalcApp/CalcService";
    let kinds = |test: &Test| each(&test.backups(&format!("Partitions/{FIRST}")), "BackupType").join(" ");
    assert_eq!(kinds(&test), "Full Incremental");
    post(&test, FIRST, "Backup", "").done(202);
    test.pass(3600);
    assert_eq!(kinds(&test), "Full Incremental Full Full");
    test.act(service, "SuspendBackup").done(202);
    post(&test, FIRST, "Backup", "").done(202);
    test.pass(3);
    assert_eq!(progress(&test)["BackupState"], "Success");
}

#[test]
fn a_share_gets_its_folder_with_the_first_backup() {
    let test = Test::new(Runtime::V6_4);
    test.policy_on("P", share("x"));
    test.enable("Services/CalcApp/CalcService", "P");
    assert_eq!(test.get("/Services/CalcApp/CalcService/$/GetBackups").status, 500);
    post(&test, FIRST, "Backup", "").done(202);
    test.pass(3);
    assert_eq!(test.backups("Services/CalcApp/CalcService").len(), 1);
}

#[test]
fn trap_22_the_client_reads_it_all() {
    let test = protected();
    let id: sf_backup_proto::PartitionId = FIRST.parse().unwrap();
    test.send(&BackupPartition::new(id)).unwrap();
    test.pass(3);
    let info = test.send(&GetPartitionBackupProgress::new(id)).unwrap().unwrap();
    assert!(info.lsn_of_last_backup_record.unwrap() > 0);
    assert!(info.failure_error.is_none());
}
