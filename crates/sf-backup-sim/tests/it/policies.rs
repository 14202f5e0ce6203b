//! Policies: what they may hold, how they come back, and when they can go.

use serde_json::{Value, json};
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, Test, blob, policy};

const CREATE: &str = "/BackupRestore/BackupPolicies/$/Create";

/// What comes back of a policy with this member changed.
fn stored(test: &Test, member: &str, value: Value) -> Value {
    let mut view = policy("P");
    view[member] = value;
    test.post(CREATE, &view).done(201);
    let stored = test.get("/BackupRestore/BackupPolicies/P").told();
    test.act("BackupRestore/BackupPolicies/P", "Delete").done(200);
    stored[member].clone()
}

/// The refusal of a policy with this member changed.
fn refused(member: &str, value: Value) -> crate::harness::Answer {
    let mut view = policy("P");
    view[member] = value;
    Test::new(Runtime::V6_4).post(CREATE, view)
}

#[test]
fn rule_create_answers_201_and_the_policy_comes_back_with_all_its_nulls() {
    let test = Test::new(Runtime::V6_4);
    test.policy("Nightly");
    assert_eq!(
        test.get("/BackupRestore/BackupPolicies/Nightly").told(),
        json!({
            "Name": "Nightly", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
            "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT2H" },
            "Storage": {
                "StorageKind": "FileShare", "Path": r"\\nas\backup", "FriendlyName": "", "PrimaryUserName": null,
                "PrimaryPassword": "****", "SecondaryUserName": null, "SecondaryPassword": "****",
            },
        })
    );
}

#[test]
fn error_policy_already_exists() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test.policy("p");
    test.post(CREATE, policy("P")).refused(
        409,
        "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTS",
        "Fabric Backup Policy already exists.",
    );
}

#[test]
fn rule_create_checks_schedule_and_retention_before_the_name() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    let mut view = policy("P");
    view["Schedule"]["Interval"] = "P16D".into();
    test.post(CREATE, view).refused(
        400,
        "E_INVALIDARG",
        "Allowed maximum time interval between consecutive backups is 15 days.",
    );
}

#[test]
fn error_policy_does_not_exist() {
    let test = Test::new(Runtime::V6_4);
    for answer in [
        test.get("/BackupRestore/BackupPolicies/No"),
        test.get("/BackupRestore/BackupPolicies/No/$/GetBackupEnabledEntities"),
        test.post("/BackupRestore/BackupPolicies/No/$/Update", policy("No")),
        test.act("BackupRestore/BackupPolicies/No", "Delete"),
        test.post("/Applications/CalcApp/$/EnableBackup", json!({ "BackupPolicyName": "No" })),
    ] {
        answer.refused(404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST", "Fabric Backup Policy doesn't exist");
    }
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
    assert_eq!(test.get("/BackupRestore/BackupPolicies/P").told()["AutoRestoreOnDataLoss"], false);
}

#[test]
fn trap_14_intervals_are_cut_without_a_word() {
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
fn rule_malformed_json_is_told_without_details() {
    let test = Test::new(Runtime::V6_4);
    for body in ["{", "[]", "5", "\"x\"", "{\"Name\":}"] {
        test.post(CREATE, body).invalid("backupPolicy:[An error has occurred.]");
    }
    test.post("/Services/A/B/$/EnableBackup", "[]").invalid("backupMapping:[An error has occurred.]");
}

#[test]
fn trap_13_secrets_are_always_four_stars() {
    let test = Test::new(Runtime::V6_4);
    let shown = stored(&test, "Storage", blob("c"));
    assert_eq!(
        shown,
        json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "****", "ContainerName": "c", "FriendlyName": "" })
    );
    let location = json!({
        "StorageKind": "DsmsAzureBlobStore", "StorageCredentialsSourceLocation": "https://dsms/x", "ContainerName": "c",
    });
    assert_eq!(stored(&test, "Storage", location)["StorageCredentialsSourceLocation"], "https://dsms/x");
}

#[test]
fn trap_13_update_goes_by_the_url_and_loses_the_friendly_name() {
    let test = Test::new(Runtime::V6_4);
    let mut view = policy("P");
    view["Storage"]["FriendlyName"] = "nas".into();
    test.post(CREATE, &view).done(201);
    let name = || test.get("/BackupRestore/BackupPolicies/P").told()["Storage"]["FriendlyName"].clone();
    assert_eq!(name(), "nas");
    view["Name"] = "Other".into();
    view["MaxIncrementalBackups"] = 9.into();
    test.post("/BackupRestore/BackupPolicies/P/$/Update", &view).done(200);
    assert_eq!(name(), "");
    assert_eq!(test.get("/BackupRestore/BackupPolicies").items().len(), 1);
    assert_eq!(test.get("/BackupRestore/BackupPolicies/P").told()["MaxIncrementalBackups"], 9);
    view["Name"] = Value::Null;
    test.post("/BackupRestore/BackupPolicies/P/$/Update", &view)
        .invalid("backupPolicy.Name:[The Name field is required.]");
}

#[test]
fn rule_the_friendly_name_is_lost_at_the_first_enable() {
    let test = Test::new(Runtime::V6_4);
    let mut view = policy("P");
    view["Storage"]["FriendlyName"] = "nas".into();
    test.post(CREATE, view).done(201);
    test.enable("Applications/CalcApp", "P");
    assert_eq!(test.get("/BackupRestore/BackupPolicies/P").told()["Storage"]["FriendlyName"], "");
}

#[test]
fn error_backup_is_enabled() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test.enable("Services/CalcApp/CalcService", "P");
    test.act("BackupRestore/BackupPolicies/P", "Delete").refused(
        400,
        "FABRIC_E_BACKUP_IS_ENABLED",
        "Backup Mapping Exist for the Backup Policy",
    );
    test.act("Services/CalcApp/CalcService", "DisableBackup").done(202);
    test.act("BackupRestore/BackupPolicies/P", "Delete").done(200);
}

#[test]
fn rule_delete_first_drops_what_has_left_the_cluster() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test.enable(&format!("Partitions/{FIRST}"), "P");
    test.enable("Applications/CalcApp", "P");
    assert!(test.cluster.remove_service("fabric:/CalcApp/CalcService"));
    assert_eq!(test.act(&format!("Partitions/{FIRST}"), "DisableBackup").status, 404);
    assert_eq!(test.act("BackupRestore/BackupPolicies/P", "Delete").status, 400);
    let entities = test.get("/BackupRestore/BackupPolicies/P/$/GetBackupEnabledEntities").items();
    assert_eq!(entities, [json!({ "EntityKind": "Application", "ApplicationName": "fabric:/CalcApp" })]);
}

#[test]
fn rule_enabled_entities_are_sorted_and_direct() {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test.enable("Services/Shop/Cart", "P");
    test.enable("Applications/CalcApp", "P");
    test.enable(&format!("Partitions/{}", FIRST.to_uppercase()), "P");
    let path = "/BackupRestore/BackupPolicies/P/$/GetBackupEnabledEntities";
    let all = [
        json!({ "EntityKind": "Application", "ApplicationName": "fabric:/CalcApp" }),
        json!({ "EntityKind": "Partition", "ServiceName": "fabric:/CalcApp/CalcService", "PartitionId": FIRST.to_uppercase() }),
        json!({ "EntityKind": "Service", "ServiceName": "fabric:/Shop/Cart" }),
    ];
    assert_eq!(test.get(path).items(), all);
    assert_eq!(test.get(&format!("{path}?MaxResults=-1")).items(), all);
    let first = test.get(&format!("{path}?MaxResults=1")).told();
    assert_eq!(first["ContinuationToken"], "fabric:/CalcApp");
    let rest = test.get(&format!("{path}?MaxResults=2&ContinuationToken=fabric%3A%2FCalcApp"));
    assert_eq!(rest.items(), all[1..]);
}

#[test]
fn rule_policies_page_by_name() {
    let test = Test::new(Runtime::V6_4);
    for name in ["c", "a", "b+1"] {
        test.policy(name);
    }
    let names = |query: &str| {
        let page = test.get(&format!("/BackupRestore/BackupPolicies{query}")).told();
        let names: Vec<_> = page["Items"].as_array().unwrap().iter().map(|policy| policy["Name"].clone()).collect();
        (names, page["ContinuationToken"].clone())
    };
    assert_eq!(names(""), (vec![json!("a"), json!("b+1"), json!("c")], Value::Null));
    assert_eq!(names("?MaxResults=2"), (vec![json!("a"), json!("b+1")], json!("b+1")));
    assert_eq!(names("?MaxResults=2&ContinuationToken=b%2B1"), (vec![json!("c")], Value::Null));
    assert_eq!(names("?MaxResults=-5"), (vec![json!("a")], json!("a")));
    // Trap 10: a raw plus arrives as a space, and `b 1` comes before `b+1`.
    assert_eq!(names("?ContinuationToken=b+1").0, [json!("b+1"), json!("c")]);
}
