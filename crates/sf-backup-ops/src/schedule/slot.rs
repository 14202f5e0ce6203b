//! The next run of a schedule.

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, DayOfWeek, TimeBasedBackupScheduleDescription,
};

const DAY: i64 = 86_400;
/// 1970 began on a Thursday; the API's week begins on Sunday.
const FIRST_WEEKDAY: i64 = 4;

/// The first run after `last`, the time of the last success (or of enabling or resuming, if there was none since): one
/// interval later, or at the next time of the day. `None` if the schedule never runs, or is of an unknown kind.
///
/// A real cluster starts it up to ten seconds early or late.
pub fn next_slot(schedule: &BackupScheduleDescription, last: Timestamp) -> Option<Timestamp> {
    match schedule {
        BackupScheduleDescription::FrequencyBased(schedule) => {
            let interval = schedule.interval.length().filter(|length| !length.is_zero())?;
            last.checked_add(interval)
        }
        BackupScheduleDescription::TimeBased(schedule) => next_time(schedule, last),
        _ => None,
    }
}

/// The first time of the day after `last`, on one of the schedule's days; `None` if it has none.
fn next_time(schedule: &TimeBasedBackupScheduleDescription, last: Timestamp) -> Option<Timestamp> {
    let last = last.unix();
    let today = last.div_euclid(DAY);
    // Includes the same weekday next week, in case today's times are over.
    let days = (today..=today + 7).filter(|date| runs_on(schedule, (date + FIRST_WEEKDAY).rem_euclid(7)));
    let mut times = days.filter_map(|date| {
        let times = schedule.run_times.iter().map(|time| date * DAY + i64::from(time.second_of_day()));
        times.filter(|at| *at > last).min()
    });
    times.next().and_then(Timestamp::from_unix)
}

/// Whether it runs on this day of the week, counted from Sunday.
fn runs_on(schedule: &TimeBasedBackupScheduleDescription, weekday: i64) -> bool {
    match schedule.schedule_frequency_type {
        BackupScheduleFrequencyType::Daily => true,
        BackupScheduleFrequencyType::Weekly => {
            let days = schedule.run_days.as_deref().unwrap_or_default();
            days.iter().any(|day| number(day) == Some(weekday))
        }
        _ => false,
    }
}

fn number(day: &DayOfWeek) -> Option<i64> {
    DayOfWeek::KNOWN.iter().position(|known| known == day).and_then(|index| i64::try_from(index).ok())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
    use sf_backup_proto::{IsoDuration, RunTime};

    use super::*;

    fn next(schedule: impl Into<BackupScheduleDescription>, last: &str) -> Option<String> {
        next_slot(&schedule.into(), last.parse().unwrap()).map(|at| at.to_string())
    }

    fn at_times(frequency: BackupScheduleFrequencyType, days: &[DayOfWeek]) -> TimeBasedBackupScheduleDescription {
        let times = [(18, 0), (1, 30)].map(|(hour, minute)| RunTime::new(hour, minute).unwrap());
        TimeBasedBackupScheduleDescription::new(frequency, times.to_vec()).run_days(days.to_vec())
    }

    #[test]
    fn an_interval_counts_from_the_last_success() {
        let every =
            |interval: &str| FrequencyBasedBackupScheduleDescription::new(interval.parse::<IsoDuration>().unwrap());
        assert_eq!(next(every("PT2H"), "2024-03-09T23:30:00Z").unwrap(), "2024-03-10T01:30:00Z");
        for never in ["PT0S", "-PT5M"] {
            assert_eq!(next(every(never), "2024-03-09T23:30:00Z"), None);
        }
    }

    #[test]
    fn daily_runs_once_at_each_time() {
        let daily = || at_times(BackupScheduleFrequencyType::Daily, &[]);
        assert_eq!(next(daily(), "2024-03-09T01:00:00Z").unwrap(), "2024-03-09T01:30:00Z");
        assert_eq!(next(daily(), "2024-03-09T01:30:00Z").unwrap(), "2024-03-09T18:00:00Z");
        assert_eq!(next(daily(), "2024-03-09T18:00:00Z").unwrap(), "2024-03-10T01:30:00Z");
    }

    #[test]
    fn weekly_waits_for_its_day_though_it_is_a_week_off() {
        // 9 March 2024 was a Saturday.
        let weekly = || at_times(BackupScheduleFrequencyType::Weekly, &[DayOfWeek::Saturday]);
        assert_eq!(next(weekly(), "2024-03-09T12:00:00Z").unwrap(), "2024-03-09T18:00:00Z");
        assert_eq!(next(weekly(), "2024-03-09T18:00:00Z").unwrap(), "2024-03-16T01:30:00Z");
        let two = || at_times(BackupScheduleFrequencyType::Weekly, &[DayOfWeek::Monday, DayOfWeek::Sunday]);
        assert_eq!(next(two(), "2024-03-09T18:00:00Z").unwrap(), "2024-03-10T01:30:00Z");
        assert_eq!(next(two(), "2024-03-10T18:00:00Z").unwrap(), "2024-03-11T01:30:00Z");
    }

    #[test]
    fn a_schedule_without_times_days_or_kind_never_runs() {
        let none = TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Daily, Vec::new());
        assert_eq!(next(none, "2024-03-09T12:00:00Z"), None);
        let invalid = at_times(BackupScheduleFrequencyType::Invalid, &[DayOfWeek::Monday]);
        assert_eq!(next(invalid, "2024-03-09T12:00:00Z"), None);
        assert_eq!(next(at_times(BackupScheduleFrequencyType::Weekly, &[]), "2024-03-09T12:00:00Z"), None);
        let unknown: BackupScheduleDescription = serde_json::from_str(r#"{"ScheduleKind":"Lunar"}"#).unwrap();
        assert_eq!(next(unknown, "2024-03-09T12:00:00Z"), None);
    }

    proptest! {
        /// It is later, at most a week away, and nothing lies in between.
        #[test]
        fn the_next_run_is_the_first(
            last in 0_i64..4_000_000_000,
            seconds in proptest::collection::vec(0_u32..1440, 1..4),
            days in proptest::sample::subsequence(DayOfWeek::KNOWN.to_vec(), 1..7),
        ) {
            let times: Vec<_> = seconds.iter().map(|minute| RunTime::new(minute / 60, minute % 60).unwrap()).collect();
            let schedule = TimeBasedBackupScheduleDescription::new(BackupScheduleFrequencyType::Weekly, times).run_days(days);
            let last = Timestamp::from_unix(last).unwrap();
            let next = next_time(&schedule, last).unwrap();
            prop_assert!(next > last && next.since(last) <= Duration::from_secs(7 * 86_400));
            let between = last.checked_add(next.since(last) / 2).unwrap();
            prop_assert_eq!(next_time(&schedule, between).unwrap(), next);
        }
    }
}
