//! Faults other than error responses: late, stuck and invalid responses, a backup service that moves or is missing.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};
use sf_backup_proto::{
    BackupPartition, GetBackupPolicyList, GetPartitionBackupProgress, Operation, ResumeServiceBackup,
};
use sf_backup_sim::{Cluster, EffectKind, Fault, Runtime, Tokens};

use crate::harness::{FIRST, START, Test, blob, each, policy};

const SERVICE: &str = "Services/CalcApp/CalcService";
const POLICIES: &str = "/BackupRestore/BackupPolicies";

fn protected() -> Test {
    let test = Test::new(Runtime::V6_4);
    test.protect(SERVICE, "PT1H", 0);
    test
}

/// Seconds since the cluster's time began.
fn elapsed(test: &Test) -> u64 {
    test.cluster.now().since(START.parse().unwrap()).as_secs()
}

fn state(test: &Test, of: &str) -> Value {
    test.get(&format!("/Partitions/{FIRST}/$/Get{of}Progress")).ok_json()[format!("{of}State")].clone()
}

#[test]
fn a_late_response_takes_its_time_and_the_world_continues() {
    let test = protected();
    test.cluster.inject(Fault::late(Duration::from_secs(3600)).on(GetBackupPolicyList::spec()));
    assert_eq!(test.get(POLICIES).items().len(), 1);
    assert_eq!(elapsed(&test), 3600);
    assert_eq!(test.count(EffectKind::BackupMade), 2);
    test.get(POLICIES);
    assert_eq!(elapsed(&test), 3600);
}

#[test]
fn a_late_refusal_can_come_after_the_effect() {
    for (after_effect, resumed) in [(true, 1), (false, 0)] {
        let test = protected();
        test.act(SERVICE, "SuspendBackup").done(202);
        let late =
            Fault::empty(StatusCode::GATEWAY_TIMEOUT).latency(Duration::from_secs(9)).on(ResumeServiceBackup::spec());
        test.cluster.inject(if after_effect { late.after_effect() } else { late });
        assert_eq!(test.act(SERVICE, "ResumeBackup").status, 504);
        assert_eq!((elapsed(&test), test.count(EffectKind::Resumed)), (9, resumed));
        let first = test.cluster.effects().into_iter().find(|effect| effect.kind == EffectKind::Resumed);
        assert!(first.is_none_or(|effect| effect.at.to_string() == START));
    }
}

#[test]
fn a_stuck_backup_times_out() {
    let test = protected();
    test.cluster.inject(Fault::stuck().on(BackupPartition::spec()));
    test.post(&format!("/Partitions/{FIRST}/$/Backup?BackupTimeout=5"), "").done(202);
    test.pass(4 * 60);
    assert_eq!(state(&test, "Backup"), "Accepted");
    test.pass(60);
    assert_eq!(state(&test, "Backup"), "Timeout");
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
    test.pass(3);
    assert_eq!(state(&test, "Backup"), "Success");
}

#[test]
fn trap_a_stuck_restore_stays_accepted_for_good() {
    let test = protected();
    test.pass(3600);
    let backup = test.backups(&format!("Partitions/{FIRST}")).remove(0);
    let body = json!({ "BackupId": backup["BackupId"], "BackupLocation": backup["BackupLocation"] });
    test.cluster.inject(Fault::stuck());
    test.post(&format!("/Partitions/{FIRST}/$/Restore"), &body).done(202);
    test.pass(30 * 86_400);
    assert_eq!(state(&test, "Restore"), "Accepted");
    for again in ["Restore", "Backup"] {
        let body = if again == "Restore" { body.to_string() } else { String::new() };
        test.post(&format!("/Partitions/{FIRST}/$/{again}"), body).refused(
            409,
            "FABRIC_E_RESTORE_IN_PROGRESS",
            "Restore already in Progress.",
        );
    }
}

#[test]
fn unknown_values_replace_enumerations() {
    let test = protected();
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
    test.cluster.inject(Fault::unknown_values().on(GetPartitionBackupProgress::spec()));
    assert_eq!(state(&test, "Backup"), "FromTheFuture");
    assert_eq!(state(&test, "Backup"), "Accepted");
    test.cluster.inject(Fault::unknown_values());
    let policy = test.get(POLICIES).items().remove(0);
    assert_eq!(policy["Name"], "P");
    assert_eq!(policy["Schedule"]["ScheduleKind"], "FromTheFuture");
    assert_eq!(policy["Storage"]["StorageKind"], "FromTheFuture");
}

#[test]
fn wrong_types_replace_every_scalar() {
    let test = protected();
    test.cluster.inject(Fault::wrong_types());
    let page = test.get(POLICIES).ok_json();
    assert_eq!(page["Items"][0]["Name"], json!({ "Value": "P" }));
    assert_eq!(page["ContinuationToken"], Value::Null);
}

#[test]
fn tokens_repeat_never_end_or_are_garbage() {
    let test = protected();
    let follow = |tokens, count: usize| {
        test.cluster.clear_faults();
        test.cluster.inject(Fault::tokens(tokens).on(GetBackupPolicyList::spec()).times(9));
        let mut seen = Vec::new();
        let mut path = POLICIES.to_owned();
        for _ in 0..count {
            let page = test.get(&path).ok_json();
            assert_eq!(each(page["Items"].as_array().unwrap(), "Name"), ["P"]);
            let token = page["ContinuationToken"].as_str().unwrap().to_owned();
            path = format!("{POLICIES}?ContinuationToken={token}");
            seen.push(token);
        }
        seen
    };
    assert_eq!(follow(Tokens::Repeat, 3), ["again", "again", "again"]);
    let mut endless = follow(Tokens::Endless, 4);
    endless.dedup();
    assert_eq!(endless.len(), 4);
    assert!(follow(Tokens::Garbage, 1)[0].contains("%zz&"));
}

#[test]
fn rule_a_moving_service_refuses_posts_and_gets_wait() {
    let test = protected();
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
    test.cluster.fail_over_backup_service(Duration::from_secs(60));
    let refused = test.act(SERVICE, "SuspendBackup");
    refused.refused(503, "FABRIC_E_NOT_PRIMARY", "The backup service is moving to another node.");
    assert_eq!(elapsed(&test), 0);
    // State and jobs are the same after it.
    assert_eq!(state(&test, "Backup"), "Success");
    assert!((60..=65).contains(&elapsed(&test)), "{}", elapsed(&test));
    test.act(SERVICE, "SuspendBackup").done(202);
    assert_eq!(test.count(EffectKind::FailedOver), 1);
    // The gateway's own queries do not need it.
    test.cluster.fail_over_backup_service(Duration::from_secs(60));
    assert_eq!(test.raw("GET /Applications?api-version=6.0", &[], "").status, 200);
}

#[test]
fn rule_the_proxy_gives_up_after_its_own_budget() {
    for (query, seconds) in [("", 120), ("?timeout=300", 120), ("?Timeout=30", 30), ("?Timeout=300", 300)] {
        let test = Test::new(Runtime::V6_4);
        test.cluster.fail_over_backup_service(Duration::from_secs(3600));
        let got = test.get(&format!("{POLICIES}{query}"));
        assert_eq!((got.status.as_u16(), got.body.as_str(), elapsed(&test)), (504, "", seconds), "{query}");
    }
    let test = Test::new(Runtime::V6_4);
    assert_eq!(test.raw("GET /BackupRestore/Nothing", &[], "").status, 504);
    assert_eq!(elapsed(&test), 120);
    assert_eq!(test.raw("GET /BackupRestore/Nothing?Timeout=soon", &[], "").status, 400);
    assert_eq!(elapsed(&test), 120);
}

#[test]
fn rule_the_proxy_repeats_a_get_for_every_cause_of_unavailability() {
    for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::GONE, StatusCode::NOT_FOUND] {
        let test = protected();
        test.cluster.inject(Fault::empty(status).from_service().times(3));
        assert_eq!(test.get(POLICIES).items().len(), 1);
        assert!((1..=15).contains(&elapsed(&test)), "{}", elapsed(&test));
        test.cluster.inject(Fault::empty(status).from_service());
        assert_eq!(test.act(SERVICE, "ResumeBackup").status, status);
    }
    let test = protected();
    test.cluster.inject(Fault::empty(StatusCode::INTERNAL_SERVER_ERROR).from_service());
    assert_eq!(test.get(POLICIES).status, 500);
}

#[test]
fn rule_without_the_backup_service_everything_of_its_own_is_an_empty_404() {
    let test = Test::of(Cluster::builder().without_backup_service().build());
    for response in [test.get(POLICIES), test.config(SERVICE), test.act(SERVICE, "ResumeBackup")] {
        assert_eq!((response.status.as_u16(), response.body.as_str()), (404, ""));
        assert_eq!(response.header("x-servicefabric"), None);
    }
    assert_eq!(elapsed(&test), 0);
    assert_eq!(test.raw("GET /Applications?api-version=6.0", &[], "").status, 200);
    assert_eq!(test.raw("GET /Nonsense", &[], "").status, 400);
}

#[test]
fn rule_west_of_utc_unset_dates_show_the_offset_and_dates_without_zone_are_local() {
    let test = Test::of(Cluster::builder().utc_offset_hours(-8).build());
    test.protect(SERVICE, "PT1H", 0);
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
    let progress = || test.get(&format!("/Partitions/{FIRST}/$/GetBackupProgress")).ok_json();
    assert_eq!(progress()["TimeStampUtc"], "0001-01-01T08:00:00Z");
    test.pass(3);
    assert_eq!(progress()["TimeStampUtc"], "2024-01-01T00:00:03Z");
    test.pass(12 * 3600);
    let from = |date| test.get(&format!("/Partitions/{FIRST}/$/GetBackups?StartDateTimeFilter={date}")).items().len();
    assert_eq!(from("2024-01-01T10:30:00Z"), 2);
    assert_eq!(from("2024-01-01T02:30:00"), 2);
}

#[test]
fn rule_a_response_is_xml_if_the_client_prefers_it() {
    let test = protected();
    let ask = |line: &str| test.raw(line, &[("accept", "text/html, application/xml;q=0.9, */*;q=0.8")], "");
    let response = ask("GET /BackupRestore/BackupPolicies/P?api-version=6.4");
    assert_eq!(response.header("content-type"), Some("application/xml; charset=utf-8"));
    assert_eq!(response.header("content-length"), Some(&*response.body.len().to_string()));
    assert!(response.body.starts_with("<BackupPolicy xmlns:i="), "{}", response.body);
    assert!(
        response.body.contains("<MaxIncrementalBackups>0</MaxIncrementalBackups><Name>P</Name>"),
        "{}",
        response.body
    );
    let none = ask(&format!("GET /Partitions/{FIRST}/$/GetBackupProgress?api-version=6.4"));
    assert!(none.body.ends_with("i:nil=\"true\" />"), "{}", none.body);
    // The framework's own errors follow; those of the service do not.
    let error = ask("GET /BackupRestore/BackupPolicies?api-version=6.4&timeout=0");
    assert_eq!(
        (error.status.as_u16(), &*error.body),
        (500, "<Error><Message>An error has occurred.</Message></Error>")
    );
    ask("GET /BackupRestore/BackupPolicies/No?api-version=6.4").refused(
        404,
        "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST",
        "Fabric Backup Policy doesn't exist",
    );
}

#[test]
fn rule_a_run_that_a_partitions_fail_over_missed_is_made_up_for_at_once() {
    let test = protected();
    let first = FIRST.parse().unwrap();
    test.pass(3590);
    assert!(test.cluster.fail_over_partition(first, Duration::from_secs(120)));
    test.pass(60);
    assert_eq!(test.count(EffectKind::BackupMade), 1); // the other partition's
    test.pass(60);
    let made: Vec<_> = test.backups(&format!("Partitions/{FIRST}"));
    assert_eq!(each(&made, "CreationTimeUtc"), ["2024-01-01T01:01:50Z"]);
    assert_ne!(made[0]["EpochOfLastBackupRecord"]["ConfigurationVersion"], "8589934592");
    // Nothing is missed, nothing is made up for.
    test.cluster.fail_over_partition(first, Duration::from_secs(5));
    test.pass(600);
    assert_eq!(test.count(EffectKind::BackupMade), 2);
    assert!(!test.cluster.fail_over_partition("00000000-0000-4000-8000-000000000099".parse().unwrap(), Duration::ZERO));
}

#[test]
fn a_backup_on_demand_waits_for_the_primary() {
    let test = protected();
    test.cluster.fail_over_partition(FIRST.parse().unwrap(), Duration::from_secs(30));
    test.post(&format!("/Partitions/{FIRST}/$/Backup"), "").done(202);
    test.pass(30);
    assert_eq!(test.count(EffectKind::BackupMade), 0);
    test.pass(60);
    assert_eq!(state(&test, "Backup"), "Success");
}

#[test]
fn rule_jitter_is_ten_seconds_at_most_and_the_same_for_the_same_seed() {
    let run = |seed| {
        let test = Test::of(Cluster::builder().jitter().seed(seed).build());
        let mut view = policy("P");
        view["Storage"] = blob("c");
        view["Schedule"] =
            json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily", "RunTimes": ["06:00"] });
        test.post("/BackupRestore/BackupPolicies/$/Create", view).done(201);
        test.enable(SERVICE, "P");
        test.pass(20 * 86_400);
        let seconds = |effect: &sf_backup_sim::Effect| effect.at.unix().rem_euclid(86_400) - 6 * 3600;
        let effects = test.cluster.effects();
        effects.iter().filter(|effect| effect.kind == EffectKind::BackupMade).map(seconds).collect::<Vec<_>>()
    };
    let off = run(1);
    // Each slot once, though a run came before its time.
    assert_eq!(off.len(), 2 * 20);
    assert!(off.iter().all(|seconds| (-10..=10).contains(seconds)), "{off:?}");
    assert!(off.iter().any(|seconds| *seconds < 0) && off.iter().any(|seconds| *seconds > 0), "{off:?}");
    assert_eq!(off, run(1));
    assert_ne!(off, run(2));
}
