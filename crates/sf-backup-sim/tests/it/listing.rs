//! Lists of backups by entity.

use serde_json::{Value, json};
use sf_backup_proto::Timestamp;
use sf_backup_proto::model::backup::BackupType;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, SECOND, Test, blob, partition, share};

const CALC: &str = "Services/CalcApp/CalcService";
const OUT_OF_RANGE: &str =
    "Index was out of range. Must be non-negative and less than the size of the collection.\r\nParameter name: index";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn plant(test: &Test, partition: &str, storage: &Value, time: &str, kind: BackupType) -> String {
    let storage: BackupStorageDescription = serde_json::from_value(storage.clone()).unwrap();
    let planted = test.cluster.plant_backup(partition.parse().unwrap(), &storage, at(time), &kind).unwrap();
    planted.backup_id.unwrap().to_string()
}

/// Creates a policy with this storage, and enables it on the service of `CalcApp`.
fn enabled_on(storage: &Value) -> Test {
    let test = Test::new(Runtime::V6_4);
    test.policy_on("P", storage.clone());
    test.enable(CALC, "P");
    test
}

fn list(test: &Test, entity: &str, query: &str) -> crate::harness::RawResponse {
    test.get(&format!("/{entity}/$/GetBackups?{query}"))
}

fn times(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["CreationTimeUtc"].as_str().unwrap()).collect()
}

#[test]
fn rule_an_item_has_every_member_and_a_location_with_backslashes() {
    let storage = blob("c");
    let test = enabled_on(&storage);
    let full = plant(&test, FIRST, &storage, "2024-03-09T04:10:22.9Z", BackupType::Full);
    let items = list(&test, &format!("Partitions/{FIRST}"), "").items();
    assert_eq!(
        items,
        [json!({
            "BackupId": full, "BackupChainId": full,
            "ApplicationName": "fabric:/CalcApp", "ServiceName": "fabric:/CalcApp/CalcService",
            "PartitionInformation": {
                "ServicePartitionKind": "Int64Range", "LowKey": "-9223372036854775808", "HighKey": "-1", "Id": FIRST,
            },
            "BackupLocation": format!("CalcApp\\CalcService\\{FIRST}\\2024-03-09 04.10.22.zip"),
            "BackupType": "Full",
            "EpochOfLastBackupRecord": { "DataLossVersion": "131992384400001234", "ConfigurationVersion": "8589934592" },
            "LsnOfLastBackupRecord": "1", "CreationTimeUtc": "2024-03-09T04:10:22Z", "FailureError": null,
            "ServiceManifestVersion": "1.0.0",
        })]
    );
}

#[test]
fn rule_an_incremental_backup_belongs_to_the_chain_before_it() {
    let storage = blob("c");
    let test = enabled_on(&storage);
    let full = plant(&test, FIRST, &storage, "2024-03-09T04:00:00Z", BackupType::Full);
    plant(&test, FIRST, &storage, "2024-03-09T05:00:00Z", BackupType::Incremental);
    let items = list(&test, CALC, "").items();
    assert_eq!(times(&items), ["2024-03-09T04:00:00Z", "2024-03-09T05:00:00Z"]);
    assert_eq!((&items[1]["BackupType"], &items[1]["BackupChainId"]), (&json!("Incremental"), &json!(full)));
    assert_eq!(items[1]["LsnOfLastBackupRecord"], "2");
}

#[test]
fn rule_a_list_needs_an_enabled_entity() {
    let test = Test::new(Runtime::V6_4);
    let message = "Backup has not been configured/ enabled for this specific partition/ service/ application.";
    for entity in ["Applications/CalcApp".to_owned(), CALC.into(), format!("Partitions/{FIRST}")] {
        list(&test, &entity, "").refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", message);
    }
    test.policy_on("P", blob("c"));
    test.enable(&format!("Partitions/{FIRST}"), "P");
    // For an application and a service, what is below counts, not what is beside.
    assert!(list(&test, CALC, "").items().is_empty());
    assert!(list(&test, "Applications/CalcApp", "").items().is_empty());
    assert_eq!(list(&test, &format!("Partitions/{SECOND}"), "").status, 404);
}

#[test]
fn rule_a_list_needs_state_on_disk() {
    let test = Test::new(Runtime::V6_4);
    test.policy_on("P", blob("c"));
    test.enable("Applications/CalcApp", "P");
    list(&test, "Services/CalcApp/Web", "").refused(
        400,
        "FABRIC_E_INVALID_FOR_STATELESS_SERVICES",
        "Not applicable for stateless or non persisted stateful services.",
    );
}

#[test]
fn trap_08_an_empty_share_is_out_of_range_and_an_empty_container_is_not() {
    let test = enabled_on(&share("x"));
    list(&test, CALC, "").refused(500, "E_UNEXPECTED", &format!("{OUT_OF_RANGE} ,\r\n"));
    list(&test, CALC, "MaxResults=5").refused(400, "E_INVALIDARG", OUT_OF_RANGE);
    let test = enabled_on(&blob("c"));
    assert!(list(&test, CALC, "").items().is_empty());
    list(&test, CALC, "MaxResults=5").refused(400, "E_INVALIDARG", OUT_OF_RANGE);
    list(&test, CALC, "MaxResults=-1").refused(400, "E_INVALIDARG", OUT_OF_RANGE);
}

/// A service on a share with one partition on a container, so that a list covers both.
fn on_two_storages(first: &Value, second: &Value) -> Test {
    let test = enabled_on(first);
    test.policy_on("Q", second.clone());
    test.enable(&format!("Partitions/{SECOND}"), "Q");
    test
}

#[test]
fn error_a_storage_that_fails_after_another_gave_something() {
    // Ids of storages are random and decide the order: the first one has the backup.
    for (full, empty) in [(blob("a"), share("b")), (share("b"), share("a"))] {
        let test = on_two_storages(&full, &empty);
        plant(&test, FIRST, &full, "2024-03-09T04:00:00Z", BackupType::Full);
        let response = list(&test, CALC, "");
        let code = &response.json()["Error"]["Code"];
        assert_eq!(response.status, 500);
        assert!(*code == json!(2_148_734_208_u32) || *code == json!("E_UNEXPECTED"), "{code}");
    }
}

#[test]
fn rule_the_window_includes_its_ends() {
    let storage = blob("c");
    let test = enabled_on(&storage);
    for time in ["2024-03-09T04:00:00Z", "2024-03-09T05:00:00Z", "2024-03-09T06:00:00Z"] {
        plant(&test, FIRST, &storage, time, BackupType::Full);
    }
    let window = "StartDateTimeFilter=2024-03-09T05:00:00Z&EndDateTimeFilter=2024-03-09T06:00:00Z";
    let items = list(&test, CALC, window).items();
    assert_eq!(times(&items), ["2024-03-09T05:00:00Z", "2024-03-09T06:00:00Z"]);
    let items = list(&test, CALC, "EndDateTimeFilter=2024-03-09T05:59:59Z&Latest=TRUE").items();
    assert_eq!(times(&items), ["2024-03-09T05:00:00Z"]);
}

#[test]
fn rule_latest_is_the_newest_of_each_partition() {
    let storage = share("x");
    let test = enabled_on(&storage);
    for (partition, time) in
        [(FIRST, "2024-03-09T04:00:00Z"), (FIRST, "2024-03-10T04:00:00Z"), (SECOND, "2024-03-08T04:00:00Z")]
    {
        plant(&test, partition, &storage, time, BackupType::Full);
    }
    let items = list(&test, CALC, "Latest=true").items();
    assert_eq!(times(&items), ["2024-03-10T04:00:00Z", "2024-03-08T04:00:00Z"]);
    assert_eq!(list(&test, CALC, "Latest=false").items().len(), 3);
}

#[test]
fn rule_pages_of_a_share_continue_behind_a_metadata_file() {
    let storage = share("x");
    let test = enabled_on(&storage);
    for hour in 4..=6 {
        plant(&test, FIRST, &storage, &format!("2024-03-09T0{hour}:00:00Z"), BackupType::Full);
    }
    let page = list(&test, CALC, "MaxResults=2").ok_json();
    let token = page["ContinuationToken"].as_str().unwrap();
    let (storage_id, inner) = token.split_once('+').unwrap();
    assert!(uuid::Uuid::try_parse(storage_id).is_ok(), "{token}");
    assert_eq!(inner, format!("CalcApp+CalcService+{FIRST}+2024-03-09 05.00.00.bkmetadata"));
    let encoded = token.replace('+', "%2B").replace(' ', "%20");
    let rest = list(&test, CALC, &format!("MaxResults=2&ContinuationToken={encoded}")).items();
    assert_eq!(times(&rest), ["2024-03-09T06:00:00Z"]);
}

#[test]
fn rule_pages_go_from_storage_to_storage() {
    let (one, other) = (blob("a"), blob("b"));
    let test = on_two_storages(&one, &other);
    plant(&test, FIRST, &one, "2024-03-09T04:00:00Z", BackupType::Full);
    plant(&test, SECOND, &other, "2024-03-09T05:00:00Z", BackupType::Full);
    let page = list(&test, CALC, "MaxResults=1").ok_json();
    let token = page["ContinuationToken"].as_str().unwrap();
    assert!(uuid::Uuid::try_parse(token).is_ok(), "{token}");
    let rest = list(&test, CALC, &format!("MaxResults=1&ContinuationToken={token}")).items();
    assert_ne!(rest[0]["BackupId"], page["Items"][0]["BackupId"]);
    assert_eq!(list(&test, CALC, "").items().len(), 2);
}

#[test]
fn rule_a_token_behind_all_storages_is_an_empty_page() {
    let storage = blob("c");
    let test = enabled_on(&storage);
    plant(&test, FIRST, &storage, "2024-03-09T04:00:00Z", BackupType::Full);
    assert!(list(&test, CALC, "MaxResults=5&ContinuationToken=zzz").items().is_empty());
}

#[test]
fn rule_every_change_of_the_policy_gives_its_storage_another_id() {
    let storage = share("x");
    let test = enabled_on(&storage);
    for hour in 4..=5 {
        plant(&test, FIRST, &storage, &format!("2024-03-09T0{hour}:00:00Z"), BackupType::Full);
    }
    let id = || {
        let page = list(&test, CALC, "MaxResults=1").ok_json();
        page["ContinuationToken"].as_str().unwrap().split_once('+').unwrap().0.to_owned()
    };
    let first = id();
    assert_eq!(id(), first);
    test.enable(CALC, "P");
    assert_ne!(id(), first);
}

#[test]
fn rule_folders_are_exact_where_keys_are_not() {
    let storage = blob("c");
    let test = Test::new(Runtime::V6_4);
    test.policy_on("P", storage.clone());
    test.enable("Applications/Shop", "P");
    plant(&test, &partition(4), &storage, "2024-03-09T04:00:00Z", BackupType::Full);
    plant(&test, &partition(5), &storage, "2024-03-09T05:00:00Z", BackupType::Full);
    assert!(list(&test, "Services/Shop/Cart", "").items().is_empty());
    // The key of its application begins like the enabled one, which is not its ancestor.
    assert_eq!(list(&test, "Services/Shop/EU/Cart", "").status, 404);
    assert_eq!(list(&test, "Applications/Shop", "").items().len(), 1);
}
