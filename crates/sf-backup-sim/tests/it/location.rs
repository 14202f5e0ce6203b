//! Backups by storage.

use serde_json::{Value, json};
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, RawResponse, Test, blob, share};

const LIST: &str = "/BackupRestore/$/GetBackups";

fn query(storage: Value, entity: Value) -> Value {
    json!({ "Storage": storage, "BackupEntity": entity })
}

fn service(name: &str) -> Value {
    json!({ "EntityKind": "Service", "ServiceName": name })
}

fn list(test: &Test, body: &Value) -> RawResponse {
    test.post(LIST, body)
}

fn with_backups(runtime: Runtime) -> Test {
    let test = Test::new(runtime);
    test.protect("Services/CalcApp/CalcService", "PT1H", 3);
    test.pass(3 * 3600);
    test
}

#[test]
fn rule_a_storage_is_listed_without_any_enablement() {
    let test = with_backups(Runtime::V6_4);
    let listed = test.backups("Services/CalcApp/CalcService");
    test.act("Services/CalcApp/CalcService", "DisableBackup").done(202);
    let calc = service("fabric:/CalcApp/CalcService");
    assert_eq!(list(&test, &query(blob("c"), calc)).items(), listed);
    let application = json!({ "EntityKind": "Application", "ApplicationName": "fabric:/CalcApp" });
    assert_eq!(list(&test, &query(blob("c"), application)).items().len(), 6);
    let partition =
        json!({ "EntityKind": "Partition", "ServiceName": "fabric:/CalcApp/CalcService", "PartitionId": FIRST });
    assert_eq!(list(&test, &query(blob("c"), partition)).items().len(), 3);
    assert!(list(&test, &query(blob("c"), service("fabric:/No/Such"))).items().is_empty());
}

#[test]
fn rule_a_failure_is_an_item_and_not_an_error() {
    let test = with_backups(Runtime::V6_4);
    let zero = "00000000-0000-0000-0000-000000000000";
    let item = |code: u32, message: &str| {
        json!({
            "BackupId": zero, "BackupChainId": zero, "ApplicationName": null, "ServiceName": null,
            "PartitionInformation": null, "BackupLocation": null, "BackupType": "Invalid",
            "EpochOfLastBackupRecord": null, "LsnOfLastBackupRecord": "0", "CreationTimeUtc": "0001-01-01T00:00:00Z",
            "ServiceManifestVersion": null, "FailureError": { "Code": code, "Message": message },
        })
    };
    let calc = service("fabric:/CalcApp/CalcService");
    let missing = "Unable to enumerate metadata files from location";
    assert_eq!(list(&test, &query(share("x"), calc.clone())).items(), [item(2_148_734_496, missing)]);
    test.cluster.break_storage(&serde_json::from_value(blob("c")).unwrap(), Some((7, "no")));
    assert_eq!(list(&test, &query(blob("c"), calc)).items(), [item(7, "no")]);
}

#[test]
fn rule_filters_stand_in_the_body_and_paging_in_the_query() {
    let test = with_backups(Runtime::V6_4);
    let mut body = query(blob("c"), service("fabric:/CalcApp/CalcService"));
    body["Latest"] = true.into();
    body["EndDateTimeFilter"] = "2024-01-01T02:30:00Z".into();
    let times: Vec<_> = list(&test, &body).items().iter().map(|item| item["CreationTimeUtc"].clone()).collect();
    assert_eq!(times, ["2024-01-01T02:00:00Z", "2024-01-01T02:00:00Z"]);
    let body = query(blob("c"), service("fabric:/CalcApp/CalcService"));
    let page = test.post(&format!("{LIST}?MaxResults=4"), &body).ok_json();
    let token = page["ContinuationToken"].as_str().unwrap();
    assert!(token.starts_with("Null+"), "{token}");
    let encoded = token.replace('+', "%2B").replace(' ', "%20");
    let rest = test.post(&format!("{LIST}?MaxResults=4&ContinuationToken={encoded}"), &body).items();
    assert_eq!(rest.len(), 2);
}

#[test]
fn rule_a_body_is_needed_in_another_way() {
    let test = Test::new(Runtime::V6_4);
    test.post(LIST, "").refused(500, "E_UNEXPECTED", "Object reference not set to an instance of an object.");
    test.post(LIST, "{}").invalid(
        "backupQuery.Storage:[The Storage field is required.],\
         backupQuery.BackupEntity:[The BackupEntity field is required.]",
    );
    let mut body = query(blob("c"), service("fabric:/A/B"));
    for member in ["Latest", "StartDateTimeFilter"] {
        body[member] = Value::Null;
        list(&test, &body).invalid(&format!("backupQuery.{member}:[An error has occurred.]"));
        body.as_object_mut().unwrap().remove(member);
    }
    body["BackupEntity"]["EntityKind"] = "service".into();
    list(&test, &body).invalid("backupQuery.BackupEntity:[An error has occurred.]");
}

#[test]
fn rule_names_with_more_levels_are_split_wrongly() {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/Shop/EU/Cart", "PT1H", 0);
    test.pass(3600);
    assert!(list(&test, &query(blob("c"), service("fabric:/Shop/EU/Cart"))).items().is_empty());
    assert_eq!(list(&test, &query(blob("c"), service("fabric:/Shop$EU/Cart"))).items().len(), 1);
}

#[test]
fn runtime_6_2_lists_without_the_manifest_version() {
    let test = with_backups(Runtime::V6_2);
    let page = list(&test, &query(blob("c"), service("fabric:/CalcApp/CalcService"))).ok_json();
    assert_eq!(page["Items"][0].get("ServiceManifestVersion"), None);
    assert_eq!(page["ContinuationToken"], "");
}
