//! Restores.

use serde_json::{Value, json};
use sf_backup_proto::model::backup::BackupType;
use sf_backup_sim::{Cluster, EffectKind, Runtime, Storages};

use crate::harness::{FIRST, SECOND, Test, blob, partition, topology};

fn protected(runtime: Runtime) -> Test {
    let test = Test::new(runtime);
    test.protect("Services/CalcApp/CalcService", "PT1H", 3);
    test
}

fn restore(test: &Test, backup: &Value) -> crate::harness::RawResponse {
    let body = json!({ "BackupId": backup["BackupId"], "BackupLocation": backup["BackupLocation"] });
    test.post(&format!("/Partitions/{FIRST}/$/Restore"), body)
}

fn progress(test: &Test) -> Value {
    test.get(&format!("/Partitions/{FIRST}/$/GetRestoreProgress")).ok_json()
}

fn backups(test: &Test) -> Vec<Value> {
    test.backups(&format!("Partitions/{FIRST}"))
}

#[test]
fn rule_a_restore_shows_its_goal_from_the_start_and_never_a_failure() {
    let test = protected(Runtime::V6_4);
    assert_eq!(progress(&test), Value::Null);
    test.pass(2 * 3600);
    let backup = backups(&test).remove(1);
    restore(&test, &backup).done(202);
    let lsn = backup["LsnOfLastBackupRecord"].as_str().unwrap().parse::<i64>().unwrap();
    let state = |state: &str, time: &str| {
        json!({
            "RestoreState": state, "TimeStampUtc": time, "RestoredEpoch": backup["EpochOfLastBackupRecord"],
            "RestoredLsn": lsn,
        })
    };
    assert_eq!(progress(&test), state("Accepted", "0001-01-01T00:00:00Z"));
    test.pass(1);
    assert_eq!(progress(&test), state("RestoreInProgress", "0001-01-01T00:00:00Z"));
    test.pass(3);
    assert_eq!(progress(&test), state("Success", "2024-01-01T02:00:04Z"));
    assert_eq!(test.count(EffectKind::Restored), 1);
}

#[test]
fn rule_after_a_restore_the_schedule_restarts_in_a_new_epoch() {
    let test = protected(Runtime::V6_4);
    test.pass(2 * 3600);
    restore(&test, &backups(&test)[0]).done(202);
    test.pass(4 + 3599);
    assert_eq!(backups(&test).len(), 2);
    test.pass(1);
    let all = backups(&test);
    assert_eq!(all[2]["BackupType"], "Full");
    let epoch =
        |item: &Value| item["EpochOfLastBackupRecord"]["DataLossVersion"].as_str().unwrap().parse::<i64>().unwrap();
    assert!(epoch(&all[2]) > epoch(&all[1]));
}

#[test]
fn runtime_11_3_waits_for_the_secondaries() {
    let test = protected(Runtime::V11_3);
    test.pass(3600);
    restore(&test, &backups(&test)[0]).done(202);
    test.pass(3);
    assert_eq!(progress(&test)["RestoreState"], "SecondariesInProgress");
    test.pass(1);
    assert_eq!(progress(&test)["RestoreState"], "Success");
}

#[test]
fn error_restore_in_progress() {
    let test = protected(Runtime::V6_4);
    test.pass(3600);
    let backup = backups(&test).remove(0);
    restore(&test, &backup).done(202);
    let (code, message) = ("FABRIC_E_RESTORE_IN_PROGRESS", "Restore already in Progress.");
    restore(&test, &backup).refused(409, code, message);
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").refused(409, code, message);
    test.pass(4);
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
    restore(&test, &backup).refused(409, "FABRIC_E_BACKUP_IN_PROGRESS", "Backup already in Progress");
}

#[test]
fn rule_a_restore_needs_a_body_then_fault_analysis_then_a_storage_then_the_backup() {
    let cluster = Cluster::builder().topology(topology()).without_fault_analysis().build();
    let test = Test::of(cluster);
    let line = format!("/Partitions/{FIRST}/$/Restore");
    let body = json!({ "BackupId": FIRST, "BackupLocation": "x" });
    test.post(&line, "").refused(400, "E_INVALIDARG", "Invalid Arguments.");
    test.post(&line, &body).refused(
        404,
        "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED",
        "Fault Analysis Service is needed for Restore.",
    );
    let test = Test::new(Runtime::V6_4);
    assert_eq!(test.post(&line, &body).json()["Error"]["Code"], "FABRIC_E_BACKUP_NOT_ENABLED");
    test.protect("Applications/CalcApp", "PT1H", 0);
    test.post(&line, &body).refused(500, "E_UNEXPECTED", "Unable to get recovery point details.");
    test.post(&line, json!({ "BackupLocation": "x" })).invalid("restoreDetails:[An error has occurred.]");
    test.post(&line, json!({ "BackupId": "x", "BackupLocation": "" })).invalid(
        "restoreDetails.BackupId:[An error has occurred.],\
         restoreDetails.BackupLocation:[The BackupLocation field is required.]",
    );
}

#[test]
fn error_backup_id_and_location_mismatch() {
    let test = protected(Runtime::V6_4);
    test.pass(3600);
    let mut backup = backups(&test).remove(0);
    backup["BackupId"] = FIRST.into();
    restore(&test, &backup).refused(
        400,
        "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH",
        "BackupId and Backup Locations are mismatch.",
    );
}

#[test]
fn error_source_and_target_differ() {
    let test = protected(Runtime::V6_4);
    test.pass(3600);
    let code = "FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH";
    let other = test.backups(&format!("Partitions/{SECOND}")).remove(0);
    restore(&test, &other).refused(400, code, "Invalid Source and Target Partition Type Or High/Low Key.");
    test.enable("Services/Shop/Cart", "P");
    test.pass(3600);
    let named = test.backups(&format!("Partitions/{}", partition(1))).remove(0);
    restore(&test, &named).refused(400, code, "Invalid Source and Target Partition Type.");
    let body = json!({ "BackupId": named["BackupId"], "BackupLocation": named["BackupLocation"] });
    test.post(&format!("/Partitions/{}/$/Restore", partition(2)), body).refused(
        400,
        code,
        "Invalid Source and Target Partition Type Or Name.",
    );
}

#[test]
fn error_a_chain_with_a_missing_link() {
    let test = protected(Runtime::V6_4);
    test.pass(2 * 3600);
    let incremental = backups(&test).remove(1);
    // Retention that started with one hour keeps the chain; a clean-up does not.
    test.post("/Services/CalcApp/CalcService/$/DisableBackup", json!({ "CleanBackup": true })).done(202);
    test.pass(4);
    test.enable("Services/CalcApp/CalcService", "P");
    restore(&test, &incremental).refused(500, "E_UNEXPECTED", "Unable to get recovery point details.");
}

#[test]
fn a_backup_of_an_equal_partition_in_another_cluster_can_be_restored() {
    let storages = Storages::default();
    let [here, there] =
        [1, 2].map(|seed| Test::of(Cluster::builder().topology(topology()).storages(&storages).seed(seed).build()));
    here.protect("Services/CalcApp/CalcService", "PT1H", 0);
    here.pass(3600);
    let backup = backups(&here).remove(0);
    let body = json!({
        "BackupId": backup["BackupId"], "BackupLocation": backup["BackupLocation"], "BackupStorage": blob("c"),
    });
    there.post(&format!("/Partitions/{FIRST}/$/Restore"), body).done(202);
    there.pass(4);
    assert_eq!(progress(&there)["RestoreState"], "Success");
}

#[test]
fn rule_no_minutes_left_is_a_timeout_without_a_goal() {
    let test = protected(Runtime::V6_4);
    test.pass(3600);
    let backup = backups(&test).remove(0);
    let body = json!({ "BackupId": backup["BackupId"], "BackupLocation": backup["BackupLocation"] });
    test.post(&format!("/Partitions/{FIRST}/$/Restore?RestoreTimeout=0"), body).done(202);
    let expected = json!({
        "RestoreState": "Timeout", "TimeStampUtc": "0001-01-01T00:00:00Z", "RestoredEpoch": null, "RestoredLsn": 0,
    });
    assert_eq!(progress(&test), expected);
    test.pass(60);
    assert_eq!((progress(&test), test.count(EffectKind::Restored)), (expected, 0));
}

#[test]
fn runtime_11_3_restores_the_latest_without_a_body() {
    let test = protected(Runtime::V11_3);
    let line = format!("/Partitions/{FIRST}/$/Restore?Latest=true");
    test.post(&line, "").refused(500, "E_UNEXPECTED", "Unable to get recovery point details.");
    test.pass(2 * 3600);
    test.post(&line, "").done(202);
    let newest = backups(&test).remove(1);
    assert_eq!(progress(&test)["RestoredLsn"].to_string(), newest["LsnOfLastBackupRecord"].as_str().unwrap());
    let old = protected(Runtime::V6_4);
    old.post(&line, "").refused(400, "E_INVALIDARG", "Invalid Arguments.");
}

#[test]
fn runtime_11_3_skips_a_restore_that_is_waited_for() {
    let test = protected(Runtime::V11_3);
    test.pass(3600);
    assert!(test.cluster.lose_data(FIRST.parse().unwrap()));
    test.act(&format!("Partitions/{FIRST}"), "SkipAutoRestore").done(202);
    test.act(&format!("Partitions/{FIRST}"), "SkipAutoRestore").done(202);
    assert_eq!(test.count(EffectKind::RestoreSkipped), 1);
    let old = Test::new(Runtime::V6_4);
    assert_eq!(old.act(&format!("Partitions/{FIRST}"), "SkipAutoRestore").status, 400);
}

#[test]
fn auto_restore_takes_the_newest_backup_or_in_6_4_an_earlier_restores() {
    for (runtime, expected) in [(Runtime::V6_4, 0), (Runtime::V11_3, 1)] {
        let test = Test::new(runtime);
        let mut policy = crate::harness::policy("P");
        policy["AutoRestoreOnDataLoss"] = true.into();
        policy["Storage"] = blob("c");
        test.post("/BackupRestore/BackupPolicies/$/Create", policy).done(201);
        test.enable("Services/CalcApp/CalcService", "P");
        let storage = serde_json::from_value(blob("c")).unwrap();
        let plant = |time: &str| {
            let id = FIRST.parse().unwrap();
            test.cluster.plant_backup(id, &storage, time.parse().unwrap(), &BackupType::Full).unwrap()
        };
        plant("2023-12-01T00:00:00Z");
        restore(&test, &backups(&test)[0]).done(202);
        test.pass(4);
        plant("2023-12-02T00:00:00Z");
        test.cluster.lose_data(FIRST.parse().unwrap());
        let effects = test.cluster.effects();
        let restored = effects.iter().rfind(|effect| effect.kind == EffectKind::Restored).unwrap();
        let path = restored.detail.clone().unwrap();
        let location = backups(&test)[expected]["BackupLocation"].as_str().unwrap().replace('\\', "/");
        assert_eq!(format!("{path}.zip"), location, "{runtime}");
    }
}
