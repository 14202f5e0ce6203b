//! Suspensions, which no call lists: what is visible of them, and what becomes visible.

use super::*;

const CART: &str = "fabric:/Shop/Cart";
const FIRST: &str = "00000000-0000-4000-8000-000000000001";
const POLICY: &str = r"
apiVersion: sf-backup/v1
kind: BackupConfiguration
policies:
- Name: Daily
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 5
  Schedule: {ScheduleKind: FrequencyBased, Interval: PT24H}
  Storage: {StorageKind: FileShare, Path: '\\nas\daily'}
";

fn with_policy() -> Simulated {
    let simulated = Simulated::new();
    simulated.apply(POLICY, &[]).expect(0);
    simulated
}

fn suspended(simulated: &Simulated) -> String {
    let exported = simulated.export();
    let (_, suspensions) = exported.split_once("suspensions:").unwrap();
    suspensions
        .split_whitespace()
        .filter(|word| word.contains('/') || word.starts_with("00"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn names_with_a_common_beginning_are_distinguished() {
    let simulated = with_policy();
    for line in [
        "app enable Shop --policy Daily",
        "app enable Shop10 --policy Daily",
        "app enable Shop/EU --policy Daily",
        "app suspend Shop",
        "service suspend Shop10/Cart",
    ] {
        simulated.run(&line.split(' ').collect::<Vec<_>>()).expect(0);
    }
    assert_eq!(suspended(&simulated), "fabric:/Shop fabric:/Shop10/Cart");
    simulated.run(&["app", "suspend", "Shop10"]).expect(0);
    simulated.run(&["app", "resume", "Shop"]).expect(0);
    assert_eq!(suspended(&simulated), "fabric:/Shop10 fabric:/Shop10/Cart");
}

/// The server responds with 500 to the application's and the service's configuration, so it is read per partition.
#[test]
fn suspensions_are_found_without_any_policy() {
    let simulated = with_policy();
    for line in [
        "service enable Shop/Cart --policy Daily",
        "partition suspend 00000000-0000-4000-8000-000000000001",
        "service suspend Shop/Stock",
    ] {
        simulated.run(&line.split(' ').collect::<Vec<_>>()).expect(0);
    }
    simulated.run(&["service", "config", CART]).expect(0);
    // No response mentions Stock, because nothing in it has a policy.
    assert_eq!(suspended(&simulated), format!("{CART} {FIRST}"));
    // It becomes visible when the application is enabled.
    simulated.run(&["app", "enable", "Shop", "--policy", "Daily"]).expect(0);
    assert_eq!(suspended(&simulated), format!("fabric:/Shop/Stock {CART} {FIRST}"));
}

#[test]
fn suspensions_of_an_application_are_found_through_its_services() {
    let simulated = with_policy();
    for line in ["service enable Shop/Cart --policy Daily", "app suspend Shop"] {
        simulated.run(&line.split(' ').collect::<Vec<_>>()).expect(0);
    }
    assert_eq!(suspended(&simulated), "fabric:/Shop");
    simulated.run(&["service", "suspend", "Shop/Cart"]).expect(0);
    assert_eq!(suspended(&simulated), "fabric:/Shop/Cart");
}

/// One application is enough: suspensions that become visible are read again, level by level.
#[test]
fn suspensions_that_become_visible_are_resumed_in_the_same_run() {
    let simulated = with_policy();
    for line in [
        "app enable Shop --policy Daily",
        "service enable Shop/Cart --policy Daily",
        "app suspend Shop",
        "service suspend Shop/Cart",
        "app disable Shop --yes",
        "service disable Shop/Cart --yes",
    ] {
        simulated.run(&line.split(' ').collect::<Vec<_>>()).expect(0);
    }
    let file = format!(
        "{POLICY}enablement:\n- {{ServiceName: Shop/Cart, BackupPolicyName: Daily}}\n- {{ApplicationName: Shop/EU, BackupPolicyName: Daily}}\nsuspensions: []\n"
    );
    let applied = simulated.apply(&file, &["--prune", "--yes"]).expect(0);
    assert!(applied.err.contains("now that backup is enabled, more changes are needed"), "{applied:?}");
    assert!(applied.out.ends_with("is resumed\n"), "{applied:?}");
    simulated.diff(&file, &["--prune"]).expect(0);
    assert_eq!(suspended(&simulated), "");
}

#[test]
fn deleted_entities_are_omitted_and_go_with_their_policy() {
    let simulated = with_policy();
    simulated.run(&["service", "enable", "Shop/Cart", "--policy", "Daily"]).expect(0);
    simulated.run(&["partition", "enable", FIRST, "--policy", "Daily"]).expect(0);
    assert!(simulated.cluster.remove_service(CART));
    let exported = simulated.run(&["export"]).expect(0);
    assert!(exported.out.ends_with("enablement: []\nsuspensions: []\n"), "{exported:?}");
    assert!(
        exported.err.contains("skipped, because it is no longer in the cluster: service fabric:/Shop/Cart"),
        "{exported:?}"
    );
    let none = "apiVersion: sf-backup/v1\nkind: BackupConfiguration\npolicies: []\nenablement: []\n";
    let pruned = simulated.apply(none, &["--prune", "--yes"]).expect(0);
    assert_eq!(pruned.out, "policy Daily is deleted\n");
}

/// Nothing of Stock has a policy, so no response contains its suspension.
#[test]
fn what_the_cluster_does_not_report_is_no_difference_and_is_sent_each_time() {
    let simulated = with_policy();
    let file = format!(
        "{POLICY}enablement:\n- {{ServiceName: Shop/Cart, BackupPolicyName: Daily}}\nsuspensions:\n- {{ServiceName: Shop/Stock}}\n"
    );
    for _ in 0..2 {
        simulated.apply(&file, &[]).expect(0);
        let differs = simulated.diff(&file, &["--prune"]).expect(0);
        assert!(differs.err.contains("does not report whether service fabric:/Shop/Stock is suspended"), "{differs:?}");
    }
    assert_eq!(simulated.changes(1), ["Enabled fabric:/Shop/Cart Daily", "Suspended fabric:/Shop/Stock "]);
    assert_eq!(suspended(&simulated), "");
}
