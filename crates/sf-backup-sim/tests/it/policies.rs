//! Policies: what they may contain, how they are returned, and when they can be deleted.

use serde_json::{Value, json};
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, Test, blob, policy};

const CREATE: &str = "/BackupRestore/BackupPolicies/$/Create";

/// The stored policy after this member was changed.
fn stored(test: &Test, member: &str, value: Value) -> Value {
    let mut view = policy("P");
    view[member] = value;
    test.post(CREATE, &view).done(201);
    let stored = test.get("/BackupRestore/BackupPolicies/P").ok_json();
    test.act("BackupRestore/BackupPolicies/P", "Delete").done(200);
    stored[member].clone()
}

#[test]
fn rule_create_returns_201_and_the_policy_with_all_its_nulls() {
    let test = Test::new(Runtime::V6_4);
    test.policy("Nightly");
    assert_eq!(
        test.get("/BackupRestore/BackupPolicies/Nightly").ok_json(),
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
    for response in [
        test.get("/BackupRestore/BackupPolicies/No"),
        test.get("/BackupRestore/BackupPolicies/No/$/GetBackupEnabledEntities"),
        test.post("/BackupRestore/BackupPolicies/No/$/Update", policy("No")),
        test.act("BackupRestore/BackupPolicies/No", "Delete"),
        test.post("/Applications/CalcApp/$/EnableBackup", json!({ "BackupPolicyName": "No" })),
    ] {
        response.refused(404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST", "Fabric Backup Policy doesn't exist");
    }
}

#[test]
fn trap_13_secrets_are_always_four_stars() {
    let test = Test::new(Runtime::V6_4);
    let storage = stored(&test, "Storage", blob("c"));
    assert_eq!(
        storage,
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
    let name = || test.get("/BackupRestore/BackupPolicies/P").ok_json()["Storage"]["FriendlyName"].clone();
    assert_eq!(name(), "nas");
    view["Name"] = "Other".into();
    view["MaxIncrementalBackups"] = 9.into();
    test.post("/BackupRestore/BackupPolicies/P/$/Update", &view).done(200);
    assert_eq!(name(), "");
    assert_eq!(test.get("/BackupRestore/BackupPolicies").items().len(), 1);
    assert_eq!(test.get("/BackupRestore/BackupPolicies/P").ok_json()["MaxIncrementalBackups"], 9);
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
    assert_eq!(test.get("/BackupRestore/BackupPolicies/P").ok_json()["Storage"]["FriendlyName"], "");
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
fn rule_delete_first_drops_deleted_entities() {
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
    let first = test.get(&format!("{path}?MaxResults=1")).ok_json();
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
        let page = test.get(&format!("/BackupRestore/BackupPolicies{query}")).ok_json();
        let names: Vec<_> = page["Items"].as_array().unwrap().iter().map(|policy| policy["Name"].clone()).collect();
        (names, page["ContinuationToken"].clone())
    };
    assert_eq!(names(""), (vec![json!("a"), json!("b+1"), json!("c")], Value::Null));
    assert_eq!(names("?MaxResults=2"), (vec![json!("a"), json!("b+1")], json!("b+1")));
    assert_eq!(names("?MaxResults=2&ContinuationToken=b%2B1"), (vec![json!("c")], Value::Null));
    assert_eq!(names("?MaxResults=-5"), (vec![json!("a")], json!("a")));
    // A raw plus arrives as a space, and `b 1` comes before `b+1`.
    assert_eq!(names("?ContinuationToken=b+1").0, [json!("b+1"), json!("c")]);
}
