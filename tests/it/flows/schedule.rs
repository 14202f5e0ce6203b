//! When periodic backups come: the arithmetic of the toolkit against that of the simulator.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::TestCaseResult;
use sf_backup_ops::schedule::{JITTER, next_slot};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, DayOfWeek, FrequencyBasedBackupScheduleDescription,
    TimeBasedBackupScheduleDescription,
};
use sf_backup_proto::{
    CreateBackupPolicy, EnableServiceBackup, GetPartitionBackupList, IsoDuration, RunTime, Timestamp,
};
use sf_backup_sim::{Cluster, Speed};

use super::{Driver, FIRST, blob};

/// Backups that are compared of each schedule.
const RUNS: usize = 5;

/// Any interval that a cluster takes.
fn frequency_based() -> impl Strategy<Value = BackupScheduleDescription> {
    (1..=21_600_u32).prop_map(|minutes| {
        let interval: IsoDuration = format!("PT{minutes}M").parse().unwrap();
        FrequencyBasedBackupScheduleDescription::new(interval).into()
    })
}

/// Any times of the day, in any order and perhaps twice, daily or on any days of the week.
fn time_based(seconds: std::ops::Range<u32>) -> impl Strategy<Value = BackupScheduleDescription> {
    let time = (0..24_u32, 0..60_u32, seconds)
        .prop_map(|(hour, minute, second)| format!("{hour:02}:{minute:02}:{second:02}").parse::<RunTime>().unwrap());
    let days = prop::option::of(subsequence(DayOfWeek::KNOWN.to_vec(), 1..=7).prop_shuffle());
    (vec(time, 1..5), days).prop_map(|(times, days)| match days {
        None => TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Daily, times).into(),
        Some(days) => {
            let weekly = TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Weekly, times);
            weekly.run_days(days).into()
        }
    })
}

/// Any second of the years 1970 to 2100.
fn start() -> impl Strategy<Value = Timestamp> {
    (0..4_102_444_800_i64).prop_map(|seconds| Timestamp::from_unix(seconds).unwrap())
}

/// Enables backups by `schedule`, and checks that each comes at most this much before or after it is expected.
fn assert_runs(cluster: Cluster, schedule: BackupScheduleDescription, allowed: Duration) -> TestCaseResult {
    let mut client = Driver::of(cluster);
    let policy = BackupPolicyDescription::new("P", false, 3_u8, schedule.clone(), blob());
    client.send(CreateBackupPolicy::new(policy)).unwrap();
    let service = "fabric:/CalcApp/CalcService".parse().unwrap();
    client.send(EnableServiceBackup::new(service, "P".parse().unwrap())).unwrap();
    let mut last = client.cluster.now();
    for run in 1..=RUNS {
        let slot = next_slot(&schedule, last).unwrap();
        let latest = slot.checked_add(allowed).unwrap();
        client.cluster.advance(latest.since(client.cluster.now()));
        let backups = client.all(GetPartitionBackupList::new(FIRST.parse().unwrap())).unwrap();
        prop_assert_eq!(backups.len(), run, "by {}, expected at {}", latest, slot);
        let made = backups.iter().filter_map(|backup| backup.creation_time_utc).max().unwrap();
        prop_assert!(made.since(slot).max(slot.since(made)) <= allowed, "made at {}, expected at {}", made, slot);
        last = match schedule {
            BackupScheduleDescription::FrequencyBased(_) => made,
            // One that came early was that slot's.
            _ => made.max(slot),
        };
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_backup_comes_when_the_schedule_says(
        schedule in prop_oneof![frequency_based(), time_based(0..60)],
        start in start(),
    ) {
        let cluster = Cluster::builder().start(start).speed(Speed::FROZEN).build();
        assert_runs(cluster, schedule, Duration::ZERO)?;
    }

    /// Times that are further apart than the jitter: else one may pass while another is late.
    #[test]
    fn a_backup_comes_at_most_ten_seconds_early_or_late(
        schedule in prop_oneof![frequency_based(), time_based(0..1)],
        start in start(),
        seed: u64,
    ) {
        let cluster = Cluster::builder().start(start).speed(Speed::FROZEN).seed(seed).jitter().build();
        assert_runs(cluster, schedule, JITTER)?;
    }
}
