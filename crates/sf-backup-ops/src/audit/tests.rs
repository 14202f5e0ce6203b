//! States from what was read. Whole clusters stand in the tests across the crates.

use serde_json::json;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::configuration::BackupSuspensionScope;
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

/// A backup of chain `chain`; the first of them is full.
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
        key: PartitionKey::Singleton,
        holds: ServiceState::Persisted,
    };
    let coverage = Coverage { policy: "P".to_owned(), inherited_from: None, suspended: None };
    let backups = Digest::of(&Backups::of(list), id, now);
    Reading { partition, coverage: Ok(Some(coverage)), backups: Ok(backups), on_demand: None }
}

fn told(reading: Reading, policies: &Policies, now: &str) -> (State, &'static str) {
    let assessed = assess(reading, policies, &Rules::default(), at(now));
    (assessed.state, assessed.reason.name())
}

fn state(list: Vec<BackupInfo>, policies: &Policies, now: &str) -> (State, &'static str) {
    told(reading(list, at(now)), policies, now)
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
fn what_is_asked_for_goes_before_the_schedule() {
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

/// A run that came some seconds early is not taken for the one before it.
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
fn none_yet_is_stale_and_a_schedule_that_never_runs_as_well() {
    assert_eq!(state(Vec::new(), &hourly(), "09T06:00:00"), (State::Stale, "NoBackupYet"));
    let never = policies(json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT0S" }));
    assert_eq!(state(vec![backup(8, 0, "09T05:59:00")], &never, "09T06:00:00"), (State::Stale, "NeverRuns"));
    let lunar = policies(json!({ "ScheduleKind": "Lunar" }));
    assert_eq!(state(vec![backup(8, 0, "09T05:59:00")], &lunar, "09T06:00:00"), (State::Unknown, "UnknownSchedule"));
    assert_eq!(state(Vec::new(), &Policies::new(), "09T06:00:00"), (State::Unknown, "NoSuchPolicy"));
}

#[test]
fn backups_that_cannot_be_restored_protect_nothing() {
    // The full one of the new chain is missing.
    let list = vec![backup(8, 0, "09T01:00:00"), backup(32, 1, "09T05:00:00"), backup(32, 2, "09T06:00:00")];
    let assessed = assess(reading(list, at("09T06:10:00")), &hourly(), &Rules::default(), at("09T06:10:00"));
    assert_eq!((assessed.state, assessed.reason.name()), (State::Failing, "NotRestorable"));
    assert_eq!(assessed.findings.iter().map(Finding::name).collect::<Vec<_>>(), ["MissingFull"]);
    // An old chain without its full one is a finding, and no more.
    let list = vec![backup(8, 1, "09T01:00:00"), backup(32, 0, "09T06:00:00")];
    let assessed = assess(reading(list, at("09T06:10:00")), &hourly(), &Rules::default(), at("09T06:10:00"));
    assert_eq!((assessed.state, assessed.findings.len()), (State::Protected, 1));
}

#[test]
fn a_backup_from_the_future_hides_nothing() {
    let list = vec![backup(8, 0, "09T01:00:00"), backup(32, 0, "30T00:00:00")];
    let assessed = assess(reading(list, at("09T06:10:00")), &hourly(), &Rules::default(), at("09T06:10:00"));
    assert_eq!((assessed.state, assessed.findings[0].name()), (State::Stale, "DatedAhead"));
    assert_eq!(assessed.evidence.last_success, Some(at("09T01:00:00")));
}

#[test]
fn a_failure_makes_late_backups_failing_and_recent_ones_not() {
    let failed = || Some(FailedBackup { message: "failed: E_FAIL".to_owned() });
    let late = Reading { on_demand: failed(), ..reading(vec![backup(8, 0, "09T01:00:00")], at("09T06:00:00")) };
    assert_eq!(told(late, &hourly(), "09T06:00:00"), (State::Failing, "OnDemandFailed"));
    let recent = Reading { on_demand: failed(), ..reading(vec![backup(8, 0, "09T05:30:00")], at("09T06:00:00")) };
    assert_eq!(told(recent, &hourly(), "09T06:00:00").0, State::Protected);
}

#[test]
fn what_was_not_read_is_never_fine() {
    let now = "09T06:00:00";
    let fine = || reading(vec![backup(8, 0, "09T05:30:00")], at(now));
    let unread = || Unread { message: "no".to_owned(), storage: true };
    let blind = Reading { coverage: Err(unread()), ..fine() };
    assert_eq!(told(blind, &hourly(), now), (State::Unknown, "Unread"));
    let assessed = assess(Reading { backups: Err(unread()), ..fine() }, &hourly(), &Rules::default(), at(now));
    assert_eq!((assessed.state, assessed.findings[0].name()), (State::Unknown, "StorageUnreadable"));
}

#[test]
fn coverage_goes_before_backups() {
    let now = "09T06:00:00";
    let fine = || reading(vec![backup(8, 0, "09T05:30:00")], at(now));
    let none = Reading { coverage: Ok(None), ..fine() };
    assert_eq!(told(none, &hourly(), now), (State::NotCovered, "NoPolicy"));
    let mut suspended = fine();
    if let Ok(Some(coverage)) = &mut suspended.coverage {
        coverage.suspended = Some(BackupSuspensionScope::Application);
    }
    let assessed = assess(suspended, &hourly(), &Rules::default(), at(now));
    assert_eq!(assessed.state, State::Suspended);
    assert_eq!(assessed.reason.to_string(), "backups are suspended on the application");
    let mut stateless = fine();
    stateless.partition.holds = ServiceState::Stateless;
    assert_eq!(told(stateless, &hourly(), now).0, State::NotApplicable);
}

#[test]
fn the_worst_comes_first_and_of_these_the_oldest() {
    let now = at("09T06:00:00");
    let assessed = |list| assess(reading(list, now), &hourly(), &Rules::default(), now);
    let audit = Audit::of(
        now,
        vec![
            assessed(vec![backup(8, 0, "09T05:30:00")]),
            assessed(vec![backup(8, 0, "09T02:00:00")]),
            assessed(vec![]),
            assessed(vec![backup(8, 0, "09T01:00:00")]),
        ],
        vec![],
    );
    let order: Vec<_> = audit.partitions.iter().map(|one| (one.state, one.evidence.last_success)).collect();
    assert_eq!(
        order,
        [
            (State::Stale, None),
            (State::Stale, Some(at("09T01:00:00"))),
            (State::Stale, Some(at("09T02:00:00"))),
            (State::Protected, Some(at("09T05:30:00"))),
        ]
    );
    assert_eq!(audit.summary().verdict(), Verdict::Unprotected);
}
