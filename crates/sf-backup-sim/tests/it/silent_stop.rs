//! A policy that replicas can no longer read: backups stop, and everything reports healthy.

use serde_json::json;
use sf_backup_sim::{Cluster, EffectKind};

use crate::harness::{Test, blob, policy, topology};

const SERVICE: &str = "Services/CalcApp/CalcService";
const DAY: u64 = 86_400;

fn update(test: &Test) {
    let mut policy = policy("P");
    policy["Storage"] = blob("c");
    policy["Schedule"]["Interval"] = "PT1H".into();
    policy["MaxIncrementalBackups"] = 0.into();
    test.post("/BackupRestore/BackupPolicies/P/$/Update", policy).done(200);
}

#[test]
fn periodic_backups_stop_and_nothing_shows_until_the_policy_is_updated() {
    let test = Test::of(Cluster::builder().topology(topology()).control().build());
    let made = || test.count(EffectKind::BackupMade);
    test.protect(SERVICE, "PT1H", 0);
    test.pass(3_600);
    assert_eq!(made(), 2);
    let (policy, config) = (test.get("/BackupRestore/BackupPolicies/P").ok_json(), test.config(SERVICE).ok_json());

    let order = |name: &str| test.raw("POST /$sim/policy-unreadable", &[], &json!({ "PolicyName": name }).to_string());
    assert_eq!(order("Q").status, 400);
    order("P").ok_json();
    assert_eq!(test.count(EffectKind::PolicyUnreadable), 1);
    test.pass(DAY);
    assert_eq!((made(), test.count(EffectKind::BackupFailed)), (2, 0));
    assert_eq!(
        (test.get("/BackupRestore/BackupPolicies/P").ok_json(), test.config(SERVICE).ok_json()),
        (policy, config)
    );
    assert_eq!(test.backups(SERVICE).len(), 2);
    // Neither resumed partitions nor newly enabled ones are backed up.
    test.act(SERVICE, "SuspendBackup").done(202);
    test.act(SERVICE, "ResumeBackup").done(202);
    test.enable("Applications/Shop", "P");
    test.pass(DAY);
    assert_eq!(made(), 2);

    update(&test);
    test.pass(3_600);
    assert_eq!(made(), 2 + 2 + 4);
}

#[test]
fn a_scenario_orders_it() {
    let text = "[[Events]]\nAt = \"PT90M\"\nPolicyUnreadable = { PolicyName = \"P\" }\n";
    let test = Test::of(Cluster::builder().topology(topology()).scenario(text).unwrap().build());
    test.protect(SERVICE, "PT1H", 0);
    test.pass(DAY);
    assert_eq!(test.count(EffectKind::BackupMade), 2);
}
