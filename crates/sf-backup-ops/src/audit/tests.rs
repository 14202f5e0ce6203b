//! States from what was read. The tests across the crates audit whole clusters.

use serde_json::json;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::BackupSuspensionScope;
use sf_backup_proto::model::inventory::PartitionHealth;
use uuid::Uuid;

use super::*;
use crate::chain::Backups;
use crate::inventory::{PartitionKey, ServiceState};

const ID: &str = "6b1c2f7e-0000-4000-8000-000000000001";

fn at(text: &str) -> Timestamp {
    format!("2024-03-{text}Z").parse().unwrap()
}

fn policies(schedule: serde_json::Value) -> Policies {
    let policy = json!({ "Name": "P", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3, "Schedule": schedule,
        "Storage": { "StorageKind": "FileShare", "Path": "\\\\nas\\b" } });
    Policies::from([("P".to_owned(), serde_json::from_value(policy).unwrap())])
}

fn hourly() -> Policies {
    policies(json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT1H" }))
}

/// A backup of this chain; the first one is full.
fn backup(chain: u128, number: u128, made: &str) -> BackupInfo {
    let (chain, id) = (Uuid::from_u128(chain).to_string(), Uuid::from_u128(chain + number).to_string());
    let kind = if number == 0 { "Full" } else { "Incremental" };
    let backup = json!({ "BackupId": id, "BackupChainId": chain, "BackupType": kind, "BackupLocation": "A\\S\\x.zip",
        "PartitionInformation": { "ServicePartitionKind": "Singleton", "Id": ID }, "CreationTimeUtc": at(made).to_string() });
    serde_json::from_value(backup).unwrap()
}

fn reading(list: Vec<BackupInfo>, now: Timestamp) -> Reading {
    let id = ID.parse().unwrap();
    let partition = Partition {
        application: "fabric:/A".parse().unwrap(),
        service: "fabric:/A/S".parse().unwrap(),
        id,
        name: "A/S".to_owned(),
        key: PartitionKey::Singleton,
        holds: ServiceState::Persisted,
        condition: Condition::default(),
    };
    let coverage = Coverage { policy: "P".to_owned(), inherited_from: None, suspended: None };
    let backups = BackupSummary::of(&Backups::of(list), id, None, now);
    Reading::of(partition, Ok(Some(coverage)), Ok(backups))
}

fn state_of(reading: Reading, policies: &Policies, now: &str) -> (State, &'static str) {
    let assessed = assess(reading, policies, &Rules::default(), at(now));
    (assessed.state, assessed.reason.name())
}

fn state(list: Vec<BackupInfo>, policies: &Policies, now: &str) -> (State, &'static str) {
    state_of(reading(list, at(now)), policies, now)
}

#[test]
fn a_backup_may_be_as_old_as_an_interval_and_the_grace() {
    let list = || vec![backup(8, 0, "09T04:00:00"), backup(8, 1, "09T05:00:00")];
    assert_eq!(state(list(), &hourly(), "09T06:15:00"), (State::Protected, "Recent"));
    assert_eq!(state(list(), &hourly(), "09T06:15:01"), (State::Stale, "Overdue"));
    let assessed = assess(reading(list(), at("09T06:20:00")), &hourly(), &Rules::default(), at("09T06:20:00"));
    let evidence = assessed.evidence;
    assert_eq!(evidence.expected_age, Some(Duration::from_secs(75 * 60)));
    assert_eq!(evidence.age, Some(Duration::from_secs(80 * 60)));
    assert_eq!((evidence.chain_length, evidence.backups), (Some(2), Some(2)));
    assert_eq!(assessed.reason.to_string(), "the next backup was due by 2024-03-09T06:15:00Z");
}

#[test]
fn a_given_maximum_age_overrides_the_schedule() {
    let judge = |rules: Rules, now: &str| {
        let reading = reading(vec![backup(8, 0, "09T04:00:00")], at(now));
        assess(reading, &hourly(), &rules, at(now)).state
    };
    let hours = |hours: u64| Some(Duration::from_secs(hours * 3_600));
    assert_eq!(judge(Rules { grace: hours(3), max_age: None }, "09T08:00:00"), State::Protected);
    assert_eq!(judge(Rules { grace: hours(0), max_age: None }, "09T05:00:01"), State::Stale);
    assert_eq!(judge(Rules { grace: None, max_age: hours(24) }, "10T04:00:00"), State::Protected);
    assert_eq!(judge(Rules { grace: None, max_age: hours(24) }, "10T04:00:01"), State::Stale);
}

/// A run that was some seconds early is not mistaken for the one before it.
#[test]
fn times_of_the_day_count_from_the_run_that_was_kept() {
    let daily =
        policies(json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily", "RunTimes": ["09:00"] }));
    for made in ["09T08:59:51", "09T09:00:09"] {
        let list = || vec![backup(8, 0, made)];
        assert_eq!(state(list(), &daily, "10T11:00:00").0, State::Protected, "{made}");
        assert_eq!(state(list(), &daily, "10T11:00:01").0, State::Stale, "{made}");
    }
}

#[test]
fn none_yet_is_pending_and_a_schedule_that_never_runs_is_stale() {
    assert_eq!(state(Vec::new(), &hourly(), "09T06:00:00"), (State::Pending, "NoBackupYet"));
    let never = policies(json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT0S" }));
    assert_eq!(state(vec![backup(8, 0, "09T05:59:00")], &never, "09T06:00:00"), (State::Stale, "NeverRuns"));
    let lunar = policies(json!({ "ScheduleKind": "Lunar" }));
    assert_eq!(state(vec![backup(8, 0, "09T05:59:00")], &lunar, "09T06:00:00"), (State::Unknown, "UnknownSchedule"));
    assert_eq!(state(Vec::new(), &Policies::new(), "09T06:00:00"), (State::Unknown, "NoSuchPolicy"));
}

#[test]
fn backups_that_cannot_be_restored_protect_nothing() {
    // The full backup of the new chain is missing.
    let list = vec![backup(8, 0, "09T01:00:00"), backup(32, 1, "09T05:00:00"), backup(32, 2, "09T06:00:00")];
    let assessed = assess(reading(list, at("09T06:10:00")), &hourly(), &Rules::default(), at("09T06:10:00"));
    assert_eq!((assessed.state, assessed.reason.name()), (State::Failing, "NotRestorable"));
    assert_eq!(assessed.findings.iter().map(Finding::name).collect::<Vec<_>>(), ["MissingFull"]);
    // An old chain without its full backup is only a finding.
    let list = vec![backup(8, 1, "09T01:00:00"), backup(32, 0, "09T06:00:00")];
    let assessed = assess(reading(list, at("09T06:10:00")), &hourly(), &Rules::default(), at("09T06:10:00"));
    assert_eq!((assessed.state, assessed.findings.len()), (State::Protected, 1));
}

#[test]
fn backups_dated_in_the_future_are_ignored() {
    let list = vec![backup(8, 0, "09T01:00:00"), backup(32, 0, "30T00:00:00")];
    let assessed = assess(reading(list, at("09T06:10:00")), &hourly(), &Rules::default(), at("09T06:10:00"));
    assert_eq!((assessed.state, assessed.findings[0].name()), (State::Stale, "DatedAhead"));
    assert_eq!(assessed.evidence.last_success, Some(at("09T01:00:00")));
}

#[test]
fn a_reported_failure_turns_late_backups_into_failing() {
    let failed = || Some(OnDemand::Failed("failed: E_FAIL".to_owned()));
    let late = Reading { on_demand: failed(), ..reading(vec![backup(8, 0, "09T01:00:00")], at("09T06:00:00")) };
    assert_eq!(state_of(late, &hourly(), "09T06:00:00"), (State::Failing, "OnDemandFailed"));
    let recent = Reading { on_demand: failed(), ..reading(vec![backup(8, 0, "09T05:30:00")], at("09T06:00:00")) };
    assert_eq!(state_of(recent, &hourly(), "09T06:00:00").0, State::Protected);
}

#[test]
fn an_unread_partition_is_never_protected() {
    let now = "09T06:00:00";
    let fine = || reading(vec![backup(8, 0, "09T05:30:00")], at(now));
    let unread = || Unread { storage: true, ..Unread::of("no") };
    let blind = Reading { coverage: Err(unread()), ..fine() };
    assert_eq!(state_of(blind, &hourly(), now), (State::Unknown, "Unread"));
    let assessed = assess(Reading { backups: Err(unread()), ..fine() }, &hourly(), &Rules::default(), at(now));
    assert_eq!((assessed.state, assessed.findings[0].name()), (State::Unknown, "StorageUnreadable"));
}

#[test]
fn coverage_is_assessed_before_backups() {
    let now = "09T06:00:00";
    let fine = || reading(vec![backup(8, 0, "09T05:30:00")], at(now));
    let none = Reading { coverage: Ok(None), ..fine() };
    assert_eq!(state_of(none, &hourly(), now), (State::NotCovered, "NoPolicy"));
    let mut suspended = fine();
    if let Ok(Some(coverage)) = &mut suspended.coverage {
        coverage.suspended = Some(BackupSuspensionScope::Application);
    }
    let assessed = assess(suspended, &hourly(), &Rules::default(), at(now));
    assert_eq!(assessed.state, State::Suspended);
    assert_eq!(assessed.reason.to_string(), "backups are suspended on the application");
    let mut stateless = fine();
    stateless.partition.holds = ServiceState::Stateless;
    assert_eq!(state_of(stateless, &hourly(), now).0, State::NotApplicable);
}

#[test]
fn the_worst_comes_first_and_of_these_the_oldest() {
    let now = at("09T06:00:00");
    let assessed = |list| assess(reading(list, now), &hourly(), &Rules::default(), now);
    let audit = Audit::of(
        now,
        Clock::Local,
        vec![
            assessed(vec![backup(8, 0, "09T05:30:00")]),
            assessed(vec![backup(8, 0, "09T02:00:00")]),
            assessed(vec![backup(8, 0, "09T01:00:00")]),
        ],
        vec![],
    );
    let order: Vec<_> = audit.partitions.iter().map(|one| (one.state, one.evidence.last_success)).collect();
    assert_eq!(
        order,
        [
            (State::Stale, Some(at("09T01:00:00"))),
            (State::Stale, Some(at("09T02:00:00"))),
            (State::Protected, Some(at("09T05:30:00"))),
        ]
    );
    assert_eq!(audit.summary().verdict(), Verdict::Unprotected);
}

/// Events as the cluster reports them.
fn health(property: &str, state: &str, said: &str) -> PartitionHealth {
    serde_json::from_value(json!({ "AggregatedHealthState": state, "HealthEvents": [
        { "SourceId": "System.FM", "Property": "State", "HealthState": "Ok", "Description": "Partition is healthy." },
        { "SourceId": "System.BackupRestoreManager", "Property": property, "HealthState": state, "Description": said,
          "SourceUtcTimestamp": "2024-03-09T05:00:00Z" }] }))
    .unwrap()
}

fn conditioned(list: Vec<BackupInfo>, status: &str, health: &str) -> Reading {
    let mut reading = reading(list, at("09T06:00:00"));
    let info = json!({ "PartitionStatus": status, "HealthState": health });
    reading.partition.condition = Condition::of(&serde_json::from_value(info).unwrap());
    reading
}

#[test]
fn a_partition_that_cannot_be_used_is_not_protected() {
    let now = "09T06:00:00";
    let fresh = || vec![backup(8, 0, "09T05:30:00")];
    for (status, health, expected) in [
        ("Ready", "Ok", (State::Protected, "Recent")),
        ("Ready", "Error", (State::Protected, "Recent")),
        ("InQuorumLoss", "Error", (State::Unavailable, "InQuorumLoss")),
        ("inquorumloss", "Ok", (State::Unavailable, "InQuorumLoss")),
        ("NotReady", "Warning", (State::Unavailable, "NotReady")),
        ("Reconfiguring", "Ok", (State::Protected, "Recent")),
        ("Reconfiguring", "Warning", (State::Unavailable, "ReconfiguringLong")),
        ("Mystery", "Ok", (State::Protected, "Recent")),
    ] {
        assert_eq!(state_of(conditioned(fresh(), status, health), &hourly(), now), expected, "{status} {health}");
    }
    // Defects of backups take precedence; that the partition is unusable is a finding nevertheless.
    let old = conditioned(vec![backup(8, 0, "09T01:00:00")], "InQuorumLoss", "Error");
    let assessed = assess(old, &hourly(), &Rules::default(), at(now));
    assert_eq!((assessed.state, assessed.findings[0].name()), (State::Stale, "InQuorumLoss"));
    let mut unread = conditioned(fresh(), "InQuorumLoss", "Error");
    unread.backups = Err(Unread::of("no"));
    assert_eq!(state_of(unread, &hourly(), now).0, State::Unavailable);
    let mut waits = conditioned(fresh(), "Reconfiguring", "Warning");
    let event = health("Restore", "Warning", "The partition waits for a restore after data loss.");
    waits.partition.condition = waits.partition.condition.with(&event);
    assert_eq!(state_of(waits, &hourly(), now), (State::Unavailable, "WaitingForRestore"));
}

#[test]
fn health_reports_why_backups_fail() {
    let now = "09T06:00:00";
    let said = "Failed to take periodic backup for this partition with error: HRESULT 0x80071C7D";
    let event = BackupEvent::of(&health("Backup", "Warning", said)).unwrap();
    assert_eq!(event.code.as_deref(), Some("0x80071C7D"));
    assert!(event.message.starts_with(said) && event.message.contains("FABRIC_E_BACKUPCOPIER"), "{event:?}");
    assert_eq!(BackupEvent::of(&health("Backup", "Ok", "")), None);
    let decimal = BackupEvent::of(&health("Backup", "Error", "failed with -2147017603.")).unwrap();
    assert_eq!(decimal.code.as_deref(), Some("0x80071C7D"));
    for list in [vec![backup(8, 0, "09T01:00:00")], vec![]] {
        let failing = Reading { failing: Some(event.clone()), ..reading(list, at(now)) };
        assert_eq!(state_of(failing, &hourly(), now), (State::Failing, "BackupFailed"));
    }
    // The newest backup is new enough, so it is a finding.
    let fresh = Reading { failing: Some(event), ..reading(vec![backup(8, 0, "09T05:30:00")], at(now)) };
    let assessed = assess(fresh, &hourly(), &Rules::default(), at(now));
    assert_eq!((assessed.state, assessed.findings[0].name()), (State::Protected, "BackupFailed"));
}

#[test]
fn a_first_run_that_is_not_due_is_pending_with_its_time() {
    let now = at("09T06:00:00");
    let assessed = assess(reading(vec![], now), &hourly(), &Rules::default(), now);
    assert_eq!(assessed.reason.to_string(), "no backup yet; the first is expected by 2024-03-09T07:00:00Z");
    assert_eq!(assessed.evidence.due, Some(at("09T07:00:00")));
    let daily =
        policies(json!({ "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunDays": ["Saturday"],
        "RunTimes": ["01:30"] }));
    // 9 March 2024 was a Saturday.
    let mut empty = reading(vec![], now);
    empty.backups = Err(Unread { perhaps_empty: Some("HTTP 500".to_owned()), storage: true, ..Unread::of("no") });
    let assessed = assess(empty, &daily, &Rules::default(), now);
    assert_eq!((assessed.state, assessed.evidence.due), (State::Pending, Some(at("16T01:30:00"))));
    assert!(assessed.reason.to_string().contains("the share is unreadable: HTTP 500"), "{}", assessed.reason);
}

#[test]
fn a_first_run_is_overdue_where_others_of_the_service_have_long_had_theirs() {
    let now = at("09T06:00:00");
    let of_service = |list: Vec<BackupInfo>, number: u128, from: BackupPolicyScope| {
        let mut reading = reading(list, now);
        reading.partition.id = Uuid::from_u128(number).into();
        if let Ok(Some(coverage)) = &mut reading.coverage {
            coverage.inherited_from = Some(from);
        }
        assess(reading, &hourly(), &Rules::default(), now)
    };
    let old =
        || of_service(vec![backup(8, 0, "09T01:00:00"), backup(32, 0, "09T05:30:00")], 1, BackupPolicyScope::Service);
    let young = || of_service(vec![backup(8, 0, "09T05:30:00")], 1, BackupPolicyScope::Service);
    let none = |from| of_service(vec![], 2, from);
    let states = |partitions: Vec<Assessment>| {
        let audit = Audit::of(now, Clock::Local, partitions, vec![]);
        audit.partitions.into_iter().map(|one| (one.state, one.reason.name())).collect::<Vec<_>>()
    };
    let (pending, stale) = ((State::Pending, "NoBackupYet"), (State::Stale, "NoBackupYet"));
    let protected = (State::Protected, "Recent");
    assert_eq!(states(vec![old(), none(BackupPolicyScope::Service)]), [stale, protected]);
    assert_eq!(states(vec![young(), none(BackupPolicyScope::Service)]), [pending, protected]);
    assert_eq!(states(vec![old(), none(BackupPolicyScope::Partition)]), [pending, protected]);
}

#[test]
fn a_shortened_schedule_and_a_running_backup_are_pending() {
    let now = "09T03:00:00";
    let list = || vec![backup(8, 0, "08T16:00:00"), backup(8, 1, "08T20:00:00"), backup(8, 2, "09T00:00:00")];
    let half = policies(json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT30M" }));
    assert_eq!(state(list(), &half, now), (State::Pending, "ScheduleChanged"));
    let running = Reading { on_demand: Some(OnDemand::Running), ..reading(vec![backup(8, 0, "08T20:00:00")], at(now)) };
    assert_eq!(state_of(running, &half, now), (State::Pending, "BackupRunning"));
    let failing = Reading { on_demand: Some(OnDemand::Failed("failed".to_owned())), ..reading(list(), at(now)) };
    assert_eq!(state_of(failing, &half, now), (State::Failing, "OnDemandFailed"));
}

#[test]
fn a_chain_that_began_before_the_range_is_not_flawed() {
    let (since, now) = (at("09T04:30:00"), at("09T06:10:00"));
    let cut = |list: Vec<BackupInfo>| {
        let mut reading = reading(vec![], now);
        reading.backups = Ok(BackupSummary::of(&Backups::of(list), reading.partition.id, Some(since), now));
        assess(reading, &hourly(), &Rules::default(), now)
    };
    // The newest chain began before the range.
    let assessed = cut(vec![backup(8, 1, "09T05:00:00"), backup(8, 2, "09T06:00:00")]);
    assert_eq!((assessed.state, assessed.findings.len()), (State::Unknown, 0));
    // An older chain did, which is not a defect.
    let assessed = cut(vec![backup(8, 1, "09T05:00:00"), backup(32, 0, "09T06:00:00")]);
    assert_eq!((assessed.state, assessed.findings.len()), (State::Protected, 0));
    // A later chain really lacks its full backup.
    let assessed = cut(vec![backup(8, 0, "09T05:00:00"), backup(32, 1, "09T06:00:00")]);
    assert_eq!((assessed.state, assessed.findings[0].name()), (State::Protected, "MissingFull"));
}

#[test]
fn all_partitions_of_a_policy_that_are_overdue_at_once_name_the_cure() {
    let now = at("09T06:00:00");
    let one = |number: u128, made: &str| {
        let mut reading = reading(vec![backup(8, 0, made)], now);
        reading.partition.id = Uuid::from_u128(number).into();
        assess(reading, &hourly(), &Rules::default(), now)
    };
    let cured = |partitions| {
        let audit = Audit::of(now, Clock::Local, partitions, vec![]);
        let said = audit.partitions.iter().flat_map(|one| &one.findings);
        said.filter(|finding| finding.name() == "PolicyStopped").map(ToString::to_string).collect::<Vec<_>>()
    };
    let all = cured(vec![one(1, "09T01:00:00"), one(2, "09T01:00:03")]);
    assert_eq!(all.len(), 2);
    assert!(all[0].contains("under policy P are overdue") && all[0].contains("save the policy again"), "{all:?}");
    assert!(cured(vec![one(1, "09T01:00:00"), one(2, "09T05:30:00")]).is_empty());
    assert!(cured(vec![one(1, "09T01:00:00")]).is_empty());
}
