//! The effective policy, complete and in pages.

use serde_json::{Value, json};
use sf_backup_sim::Runtime;

use crate::harness::{Test, partition};

const CART: &str = "Services/Shop/Cart";
const SHOP: &str = "Applications/Shop";

fn test() -> Test {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test.policy("Q");
    test
}

fn part(number: u32) -> String {
    format!("Partitions/{}", partition(number))
}

/// The keys of the items, and the token.
fn page(test: &Test, entity: &str, query: &str) -> (Vec<String>, Value) {
    let page = test.get(&format!("/{entity}/$/GetBackupConfigurationInfo?{query}")).ok_json();
    let name = |item: &Value| {
        let last = ["PartitionId", "ServiceName", "ApplicationName"].iter().find_map(|name| item[*name].as_str());
        last.unwrap().rsplit(['/', '-']).next().unwrap().trim_start_matches('0').to_owned()
    };
    let items = page["Items"].as_array().unwrap().iter().map(name).collect();
    (items, page["ContinuationToken"].clone())
}

fn next(test: &Test, entity: &str, size: i32, token: &Value) -> (Vec<String>, Value) {
    let token = token.as_str().unwrap().replace('+', "%2B");
    page(test, entity, &format!("MaxResults={size}&ContinuationToken={token}"))
}

#[test]
fn trap_06_a_partition_without_a_policy_is_null() {
    let test = test();
    assert_eq!(test.config(&part(1)).ok_json(), Value::Null);
    test.act(&part(1), "GetBackupConfigurationInfo");
    test.enable(SHOP, "P");
    assert_eq!(
        test.config(&part(1)).ok_json(),
        json!({
            "Kind": "Partition", "ServiceName": "fabric:/Shop/Cart", "PartitionId": partition(1), "PolicyName": "P",
            "PolicyInheritedFrom": "Application",
            "SuspensionInfo": { "IsSuspended": false, "SuspensionInheritedFrom": "Invalid" },
        })
    );
}

#[test]
fn rule_the_most_specific_policy_and_suspension_count() {
    let test = test();
    test.enable(SHOP, "P");
    test.act(SHOP, "SuspendBackup").done(202);
    test.enable(CART, "Q");
    let info = test.config(&part(1)).ok_json();
    assert_eq!((&info["PolicyName"], &info["PolicyInheritedFrom"]), (&json!("Q"), &json!("Service")));
    assert_eq!(info["SuspensionInfo"]["SuspensionInheritedFrom"], "Application");
    test.act(&part(1), "SuspendBackup").done(202);
    let info = test.config(&part(1)).ok_json();
    assert_eq!(info["SuspensionInfo"], json!({ "IsSuspended": true, "SuspensionInheritedFrom": "Partition" }));
}

#[test]
fn rule_an_application_lists_itself_and_what_differs() {
    let test = test();
    test.enable(SHOP, "P");
    test.enable(CART, "Q");
    test.act(CART, "SuspendBackup").done(202);
    assert_eq!(
        test.config(SHOP).items(),
        [
            json!({
                "Kind": "Application", "ApplicationName": "fabric:/Shop", "PolicyName": "P", "PolicyInheritedFrom": "Application",
                "SuspensionInfo": { "IsSuspended": false, "SuspensionInheritedFrom": "Invalid" },
            }),
            json!({
                "Kind": "Service", "ServiceName": "fabric:/Shop/Cart", "PolicyName": "Q", "PolicyInheritedFrom": "Service",
                "SuspensionInfo": { "IsSuspended": true, "SuspensionInheritedFrom": "Service" },
            }),
        ]
    );
}

#[test]
fn rule_a_service_inherits_even_if_it_does_not_exist() {
    let test = test();
    test.enable(SHOP, "P");
    let item = &test.config("Services/Shop/NoSuch").items()[0];
    assert_eq!(
        (&item["ServiceName"], &item["PolicyInheritedFrom"]),
        (&json!("fabric:/Shop/NoSuch"), &json!("Application"))
    );
}

#[test]
fn error_backup_mapping_is_not_existing() {
    let test = test();
    for entity in [SHOP, CART] {
        test.config(entity).refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", "Backup Mapping is not existing.");
    }
}

#[test]
fn rule_an_override_is_suspended_by_itself_or_by_the_queried_entity_only() {
    let test = test();
    test.enable(SHOP, "P");
    test.enable(&part(1), "Q");
    test.act(CART, "SuspendBackup").done(202);
    let suspended = |entity: &str| {
        let items = test.config(entity).items();
        let item = items.iter().find(|item| item["PartitionId"] == partition(1)).unwrap();
        item["SuspensionInfo"]["SuspensionInheritedFrom"].clone()
    };
    assert_eq!(suspended(CART), "Service");
    assert_eq!(suspended(SHOP), "Invalid");
}

#[test]
fn rule_leftovers_report_the_applications_policy() {
    let test = test();
    test.enable(SHOP, "P");
    test.enable(CART, "Q");
    test.act(&part(1), "SuspendBackup").done(202);
    let items = test.config(CART).items();
    assert_eq!(
        items[1],
        json!({
            "Kind": "Partition", "ServiceName": "fabric:/Shop/Cart", "PartitionId": partition(1), "PolicyName": "P",
            "PolicyInheritedFrom": "Application",
            "SuspensionInfo": { "IsSuspended": true, "SuspensionInheritedFrom": "Partition" },
        })
    );
}

#[test]
fn error_a_leftover_without_an_application_policy_is_a_null_reference() {
    let test = test();
    test.enable(CART, "P");
    test.act(&part(1), "SuspendBackup").done(202);
    test.config(CART).refused(500, "E_UNEXPECTED", "Object reference not set to an instance of an object.");
}

#[test]
fn trap_09_pages_hold_n_and_then_n_minus_1() {
    let test = test();
    test.enable(SHOP, "P");
    for entity in [CART.into(), part(1), part(2), part(3), part(4)] {
        test.enable(&entity, "Q");
    }
    let (first, token) = page(&test, SHOP, "MaxResults=3");
    assert_eq!(first, ["Shop", "Cart", "1"]);
    let (second, token) = next(&test, SHOP, 3, &token);
    assert_eq!(second, ["2", "3"]);
    let (third, token) = next(&test, SHOP, 3, &token);
    assert_eq!((third, token), (vec!["4".to_owned()], Value::Null));
}

#[test]
fn trap_09_a_last_page_may_be_a_404() {
    let test = test();
    test.enable(SHOP, "P");
    test.enable(CART, "Q");
    let (items, token) = page(&test, SHOP, "MaxResults=2");
    assert_eq!((items, &token), (vec!["Shop".to_owned(), "Cart".to_owned()], &json!("fabric:/Shop/Cart+O")));
    test.get(&format!("/{SHOP}/$/GetBackupConfigurationInfo?MaxResults=2&ContinuationToken=fabric:/Shop/Cart%2BO"))
        .refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", "Backup Mapping is not existing.");
}

#[test]
fn rule_one_result_is_the_own_item_and_then_all_the_rest() {
    let test = test();
    test.enable(SHOP, "P");
    let alone = page(&test, SHOP, "MaxResults=1");
    assert_eq!(alone, (vec!["Shop".to_owned()], Value::Null));
    test.enable(CART, "Q");
    test.enable(&part(1), "Q");
    let (own, token) = page(&test, SHOP, "MaxResults=1");
    assert_eq!(own, ["Shop"]);
    assert_eq!(next(&test, SHOP, 1, &token), (vec!["Cart".to_owned(), "1".to_owned()], Value::Null));
}

#[test]
fn rule_one_result_without_an_own_item_is_everything() {
    let test = test();
    test.enable(&part(1), "P");
    test.enable(&part(2), "P");
    for query in ["MaxResults=1", "MaxResults=-3", "MaxResults=0"] {
        assert_eq!(page(&test, CART, query), (vec!["1".to_owned(), "2".to_owned()], Value::Null), "{query}");
    }
}

#[test]
fn rule_a_later_page_repeats_suspended_items_with_the_applications_policy() {
    let test = test();
    test.enable(SHOP, "P");
    for number in 1..=3 {
        test.enable(&part(number), "Q");
    }
    test.act(&part(1), "SuspendBackup").done(202);
    let (first, token) = page(&test, SHOP, "MaxResults=3");
    assert_eq!(first, ["Shop", "1", "2"]);
    assert_eq!(next(&test, SHOP, 3, &token).0, ["3", "1"]);
}

#[test]
fn rule_suspended_pages_come_back_empty() {
    let test = test();
    test.enable(SHOP, "P");
    for number in 1..=3 {
        test.act(&part(number), "SuspendBackup").done(202);
    }
    let (items, token) = page(&test, SHOP, "MaxResults=3");
    assert_eq!(items, ["Shop", "1", "2"]);
    assert_eq!(token, format!("fabric:/Shop/Cart/{}+S", partition(2)));
    let token = token.as_str().unwrap().replace('+', "%2B");
    test.get(&format!("/{SHOP}/$/GetBackupConfigurationInfo?MaxResults=3&ContinuationToken={token}")).refused(
        404,
        "FABRIC_E_BACKUP_NOT_ENABLED",
        "Backup Mapping is not existing.",
    );
}

#[test]
fn trap_10_a_token_whose_plus_was_not_encoded_is_out_of_bounds() {
    let test = test();
    test.enable(SHOP, "P");
    test.get(&format!("/{SHOP}/$/GetBackupConfigurationInfo?ContinuationToken=fabric:/Shop+O")).refused(
        500,
        "E_UNEXPECTED",
        "Index was outside the bounds of the array.",
    );
}

#[test]
fn rule_partitions_ignore_paging() {
    let test = test();
    test.enable(SHOP, "P");
    let path = format!("/{}/$/GetBackupConfigurationInfo?MaxResults=1&ContinuationToken=x", part(1));
    assert_eq!(test.get(&path).ok_json()["Kind"], "Partition");
}
