//! What policies may contain, and how it is stored.

use serde_json::{Value, json};
use sf_backup_sim::Runtime;

use crate::harness::{Test, policy};

const CREATE: &str = "/BackupRestore/BackupPolicies/$/Create";

/// What comes back of a policy with this member changed.
fn stored(test: &Test, member: &str, value: Value) -> Value {
    let mut view = policy("P");
    view[member] = value;
    test.post(CREATE, &view).done(201);
    let stored = test.get("/BackupRestore/BackupPolicies/P").ok_json();
    test.act("BackupRestore/BackupPolicies/P", "Delete").done(200);
    stored[member].clone()
}

/// The refusal of a policy with this member changed.
fn refused(member: &str, value: Value) -> crate::harness::RawResponse {
    let mut view = policy("P");
    view[member] = value;
    Test::new(Runtime::V6_4).post(CREATE, view)
}

#[test]
fn rule_empty_bodies_are_invalid_arguments() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    for body in ["", " \r\n", "null"] {
        for path in [CREATE, "/BackupRestore/BackupPolicies/P/$/Update", "/Services/CalcApp/CalcService/$/EnableBackup"]
        {
            test.post(path, body).refused(400, "E_INVALIDARG", "Invalid Arguments.");
        }
    }
}

#[test]
fn rule_required_texts() {
    refused("Name", Value::Null).invalid("backupPolicy.Name:[The Name field is required.]");
    refused("Name", json!(" ")).invalid("backupPolicy.Name:[The Name field is required.]");
    refused("Storage", Value::Null).invalid("backupPolicy.Storage:[The Storage field is required.]");
    refused("Schedule", Value::Null).invalid("backupPolicy.Schedule:[The Schedule field is required.]");
    refused("Storage", json!({ "StorageKind": "FileShare" }))
        .invalid("backupPolicy.Storage.Path:[The Path field is required.]");
    refused("Storage", json!({ "StorageKind": "AzureBlobStore" })).invalid(
        "backupPolicy.Storage.ConnectionString:[The ConnectionString field is required.],\
         backupPolicy.Storage.ContainerName:[The ContainerName field is required.]",
    );
}

#[test]
fn rule_max_incremental_backups_is_0_to_255() {
    let test = Test::new(Runtime::V6_4);
    for (given, kept) in [(json!(0), 0), (json!(255), 255), (json!("3"), 3), (json!(2.0), 2)] {
        assert_eq!(stored(&test, "MaxIncrementalBackups", given), kept);
    }
    for given in [json!(256), json!(-1), json!(70_000)] {
        refused("MaxIncrementalBackups", given)
            .invalid("backupPolicy.MaxIncrementalBackups:[The field MaxIncrementalBackups must be between 0 and 255.]");
    }
    for given in [json!("many"), Value::Null, json!([1])] {
        refused("MaxIncrementalBackups", given).invalid("backupPolicy.MaxIncrementalBackups:[An error has occurred.]");
    }
    let mut view = policy("P");
    view.as_object_mut().unwrap().remove("MaxIncrementalBackups");
    Test::new(Runtime::V6_4).post(CREATE, view).invalid("backupPolicy:[An error has occurred.]");
}

#[test]
fn rule_auto_restore_may_be_missing() {
    let test = Test::new(Runtime::V6_4);
    let mut view = policy("P");
    view.as_object_mut().unwrap().remove("AutoRestoreOnDataLoss");
    test.post(CREATE, view).done(201);
    assert_eq!(test.get("/BackupRestore/BackupPolicies/P").ok_json()["AutoRestoreOnDataLoss"], false);
}

#[test]
fn trap_14_intervals_are_truncated_silently() {
    let test = Test::new(Runtime::V6_4);
    for (given, kept) in [
        ("PT60M", "PT1H"),
        ("PT24H", "P1D"),
        ("PT90S", "PT1M"),
        ("PT30S", "PT0S"),
        ("PT1H30S", "PT1H"),
        ("PT61M59S", "PT1H1M"),
        ("-PT5M", "-PT5M"),
        ("P15D", "P15D"),
    ] {
        let schedule = json!({ "ScheduleKind": "FrequencyBased", "Interval": given });
        assert_eq!(stored(&test, "Schedule", schedule)["Interval"], kept, "{given}");
    }
    refused("Schedule", json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT0S" })).refused(
        400,
        "E_INVALIDARG",
        "Minimum time interval supported is 1 minute and precision in seconds is not supported.",
    );
    for given in ["15:00:00", "P1W", "PT1.5H", "pt1h"] {
        refused("Schedule", json!({ "ScheduleKind": "FrequencyBased", "Interval": given }))
            .invalid("backupPolicy.Interval:[An error has occurred.]");
    }
}

#[test]
fn trap_14_retention_is_cut_to_hours() {
    let test = Test::new(Runtime::V6_4);
    let basic = |duration: &str| json!({ "RetentionPolicyType": "Basic", "RetentionDuration": duration });
    for (given, kept) in [("PT90M", "PT1H"), ("P3M", "P90D"), ("P10D", "P10D")] {
        let retention = stored(&test, "RetentionPolicy", basic(given));
        let expected =
            json!({ "RetentionPolicyType": "Basic", "RetentionDuration": kept, "MinimumNumberOfBackups": 0 });
        assert_eq!(retention, expected, "{given}");
    }
    refused("RetentionPolicy", basic("PT59M")).refused(
        400,
        "E_INVALIDARG",
        "Minimum time interval supported is 1 minute and precision in seconds is not supported.",
    );
    refused("RetentionPolicy", json!({ "RetentionPolicyType": "Basic" }))
        .invalid("backupPolicy:[An error has occurred.]");
    refused("RetentionPolicy", json!({ "retentionPolicyType": "Basic", "RetentionDuration": "P1D" }))
        .invalid("backupPolicy.RetentionPolicy:[An error has occurred.]");
}

#[test]
fn rule_the_minimum_of_backups_is_not_checked() {
    let test = Test::new(Runtime::V6_4);
    let retention = json!({ "RetentionPolicyType": "Basic", "RetentionDuration": "P1D", "MinimumNumberOfBackups": -2 });
    assert_eq!(stored(&test, "RetentionPolicy", retention.clone()), retention);
}

#[test]
fn rule_time_based_schedules() {
    let test = Test::new(Runtime::V6_4);
    let weekly = json!({
        "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "weekly", "RunDays": ["monday", 5, "Monday"],
        "RunTimes": ["0001-01-01T01:30:00Z", "18:20", "2024-05-05T20:20:00+02:00"],
    });
    assert_eq!(
        stored(&test, "Schedule", weekly),
        json!({
            "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunDays": ["Monday", "Friday"],
            "RunTimes": ["0001-01-01T01:30:00Z", "0001-01-01T18:20:00Z"],
        })
    );
    let daily = json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily", "RunTimes": [] });
    assert_eq!(stored(&test, "Schedule", daily)["RunDays"], json!([]));
    refused("Schedule", json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunTimes": [] }))
        .invalid("backupPolicy.Schedule.RunDays:[The RunDays field is required.]");
    let no_day = json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily", "RunDays": ["Someday"], "RunTimes": [] });
    refused("Schedule", no_day).invalid("backupPolicy.RunDays[0]:[An error has occurred.]");
}

#[test]
fn rule_discriminators_are_exact_and_other_names_are_not() {
    refused("Schedule", json!({ "scheduleKind": "FrequencyBased", "Interval": "PT1H" }))
        .invalid("backupPolicy.Schedule:[An error has occurred.]");
    refused("Storage", json!({ "StorageKind": "fileshare", "Path": "x" }))
        .invalid("backupPolicy.Storage:[An error has occurred.]");
    refused("Storage", json!({ "StorageKind": "Tape" })).invalid("backupPolicy.Storage:[An error has occurred.]");
    let test = Test::new(Runtime::V6_4);
    let storage = json!({ "path": "x", "StorageKind": "FileShare", "PRIMARYUSERNAME": "u", "Unheard": 1 });
    assert_eq!(stored(&test, "Storage", storage)["PrimaryUserName"], "u");
}

#[test]
fn rule_malformed_json_is_refused_without_details() {
    let test = Test::new(Runtime::V6_4);
    for body in ["{", "[]", "5", "\"x\"", "{\"Name\":}"] {
        test.post(CREATE, body).invalid("backupPolicy:[An error has occurred.]");
    }
    test.post("/Services/A/B/$/EnableBackup", "[]").invalid("backupMapping:[An error has occurred.]");
}
