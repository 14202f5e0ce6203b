//! Periodic backups: their times and chains.

use serde_json::{Value, json};
use sf_backup_sim::{EffectKind, Runtime, Speed};

use crate::harness::{FIRST, START, Test, blob, each, policy};

const SERVICE: &str = "Services/CalcApp/CalcService";

fn protected(interval: &str, incremental: u8) -> Test {
    let test = Test::new(Runtime::V6_4);
    assert_eq!(test.cluster.now().to_string(), START);
    test.protect(SERVICE, interval, incremental);
    test
}

fn backups(test: &Test) -> Vec<Value> {
    test.backups(&format!("Partitions/{FIRST}"))
}

fn kinds(test: &Test) -> String {
    each(&backups(test), "BackupType").iter().map(|kind| kind.chars().next().unwrap()).collect()
}

fn hours(test: &Test) -> Vec<String> {
    each(&backups(test), "CreationTimeUtc").iter().map(|time| time[11..16].to_owned()).collect()
}

#[test]
fn rule_the_first_backup_comes_after_one_interval() {
    let test = protected("PT1H", 0);
    test.pass(3599);
    assert!(backups(&test).is_empty());
    test.pass(1);
    assert_eq!(hours(&test), ["01:00"]);
    // One per partition.
    assert_eq!(test.count(EffectKind::BackupMade), 2);
    test.pass(7200);
    assert_eq!(hours(&test), ["01:00", "02:00", "03:00"]);
}

#[test]
fn rule_a_chain_is_one_full_and_its_incrementals() {
    let test = protected("PT1H", 2);
    test.pass(5 * 3600);
    let all = backups(&test);
    assert_eq!(kinds(&test), "FIIFI");
    for (index, head) in [0, 0, 0, 3, 3].into_iter().enumerate() {
        assert_eq!(all[index]["BackupChainId"], all[head]["BackupId"]);
    }
    let lsns: Vec<i64> = each(&all, "LsnOfLastBackupRecord").iter().map(|lsn| lsn.parse().unwrap()).collect();
    assert!(lsns.is_sorted_by(|one, next| one < next), "{lsns:?}");
    let always = protected("PT1H", 0);
    always.pass(3 * 3600);
    assert_eq!(kinds(&always), "FFF");
}

#[test]
fn rule_a_new_chain_starts_after_update_resume_and_another_policy() {
    let test = protected("PT1H", 9);
    let mut view = policy("P");
    view["Storage"] = blob("c");
    view["Schedule"]["Interval"] = "PT1H".into();
    view["MaxIncrementalBackups"] = 9.into();
    let steps: [&dyn Fn(); 4] = [
        &|| test.post("/BackupRestore/BackupPolicies/P/$/Update", &view).done(200),
        &|| {
            test.act(SERVICE, "SuspendBackup").done(202);
            test.act(SERVICE, "ResumeBackup").done(202);
        },
        // The same policy unchanged: nothing restarts.
        &|| test.enable(SERVICE, "P"),
        &|| {
            test.policy_on("Q", blob("c"));
            test.enable(SERVICE, "Q");
        },
    ];
    test.pass(2 * 3600);
    for step in steps {
        step();
        test.pass(2 * 3600);
    }
    assert_eq!(kinds(&test), "FIFIFIIIF");
}

#[test]
fn rule_enabling_the_same_policy_again_keeps_the_schedule() {
    let test = protected("PT1H", 0);
    test.pass(1800);
    test.enable(SERVICE, "P");
    test.pass(1800);
    assert_eq!(hours(&test), ["01:00"]);
}

#[test]
fn rule_a_suspended_partition_makes_none_and_restarts_when_resumed() {
    let test = protected("PT1H", 0);
    test.pass(1800);
    test.act("Applications/CalcApp", "SuspendBackup").done(202);
    test.pass(2 * 3600);
    test.act("Applications/CalcApp", "ResumeBackup").done(202);
    test.pass(3600);
    assert_eq!(hours(&test), ["03:30"]);
}

#[test]
fn rule_a_disabled_partition_falls_back_to_the_next_level() {
    let test = protected("PT1H", 0);
    let mut view = policy("Q");
    view["Storage"] = blob("c");
    test.post("/BackupRestore/BackupPolicies/$/Create", view).done(201);
    test.enable("Applications/CalcApp", "Q");
    test.act(SERVICE, "DisableBackup").done(202);
    test.pass(2 * 3600);
    assert_eq!(hours(&test), ["02:00"]);
    test.act("Applications/CalcApp", "DisableBackup").done(202);
    test.pass(9 * 3600);
    // Two partitions of this service, and one of another.
    assert_eq!(test.count(EffectKind::BackupMade), 3);
}

#[test]
fn rule_times_of_the_week() {
    // The cluster's time begins on a Monday.
    let test = Test::new(Runtime::V6_4);
    let mut view = policy("P");
    view["Storage"] = blob("c");
    view["Schedule"] = json!({
        "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunDays": ["Monday", "Wednesday"],
        "RunTimes": ["18:00", "06:00"],
    });
    test.post("/BackupRestore/BackupPolicies/$/Create", view).done(201);
    test.enable(SERVICE, "P");
    test.pass(7 * 86_400);
    assert_eq!(
        each(&backups(&test), "CreationTimeUtc"),
        ["2024-01-01T06:00:00Z", "2024-01-01T18:00:00Z", "2024-01-03T06:00:00Z", "2024-01-03T18:00:00Z"]
    );
}

#[test]
fn rule_a_failed_run_is_retried_each_minute_until_the_next_slot() {
    let test = protected("PT1H", 0);
    let storage = serde_json::from_value(blob("c")).unwrap();
    test.cluster.break_storage(&storage, Some((2_148_734_496, "no")));
    test.pass(3600 + 30 * 60);
    assert_eq!(test.count(EffectKind::BackupFailed), 2 * 6);
    test.cluster.break_storage(&storage, None);
    // One interval after the last try.
    test.pass(3600);
    assert_eq!(hours(&test), ["02:05"]);
}

#[test]
fn rule_a_cut_chain_is_not_continued() {
    let test = protected("PT1H", 9);
    test.pass(2 * 3600);
    test.post(&format!("/{SERVICE}/$/DisableBackup"), json!({ "CleanBackup": true })).done(202);
    test.enable(SERVICE, "P");
    test.pass(3600);
    assert_eq!(kinds(&test), "F");
}

#[test]
fn a_partition_that_left_the_cluster_makes_no_more() {
    let test = protected("PT1H", 0);
    test.cluster.remove_service("fabric:/CalcApp/CalcService");
    test.pass(86_400);
    assert_eq!(test.count(EffectKind::BackupMade), 0);
    assert_eq!(test.count(EffectKind::BackupFailed), 0);
}

#[test]
fn the_same_week_is_the_same_twice() {
    let run = |seed: u64| {
        let topology = crate::harness::topology();
        let cluster = sf_backup_sim::Cluster::builder().topology(topology).seed(seed).speed(Speed::FROZEN).build();
        let test = Test::of(cluster);
        test.protect("Applications/CalcApp", "PT5H", 3);
        test.enable("Services/Shop/Cart", "P");
        for _ in 0..7 {
            test.pass(86_400);
            test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
        }
        let page = test.get("/Applications/CalcApp/$/GetBackups").body;
        (test.cluster.effects(), page)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).1, run(2).1);
}
