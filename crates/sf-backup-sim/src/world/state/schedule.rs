//! The next run of a schedule.

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::schedule::{BackupScheduleFrequencyType, DayOfWeek, TimeBasedBackupScheduleDescription};

use super::policy::Schedule;

const DAY: i64 = 86_400;
/// 1970 began on a Thursday; the API's week begins on Sunday.
const FIRST_WEEKDAY: i64 = 4;

impl Schedule {
    /// The slot after `last`. Intervals count from now, times of the day from the later of `last` and now.
    pub(crate) fn next_slot(&self, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Frequency(_) => self.next(now),
            Self::Time(_) => self.next(last.map_or(now, |last| last.max(now))),
        }
    }

    /// The first run after `now`; `None` if the schedule never runs, as with an interval of zero or less.
    pub(crate) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Frequency(interval) => {
                let seconds = u64::try_from(interval.seconds()).ok().filter(|seconds| *seconds > 0)?;
                now.checked_add(std::time::Duration::from_secs(seconds))
            }
            Self::Time(times) => next_time(times, now),
        }
    }
}

fn next_time(schedule: &TimeBasedBackupScheduleDescription, now: Timestamp) -> Option<Timestamp> {
    let now = now.unix();
    let today = now.div_euclid(DAY);
    // The same weekday a week on, if its times of today are over.
    let days = (today..=today + 7).filter(|day| runs_on(schedule, day + FIRST_WEEKDAY));
    let times =
        days.flat_map(|day| schedule.run_times.iter().map(move |time| day * DAY + i64::from(time.second_of_day())));
    times.filter(|at| *at > now).min().and_then(Timestamp::from_unix)
}

/// Whether the schedule runs on a day, counted from a Sunday.
fn runs_on(schedule: &TimeBasedBackupScheduleDescription, day: i64) -> bool {
    let weekday = usize::try_from(day.rem_euclid(7)).ok().and_then(|weekday| DayOfWeek::KNOWN.get(weekday));
    match schedule.schedule_frequency_type {
        BackupScheduleFrequencyType::Daily => true,
        BackupScheduleFrequencyType::Weekly => {
            weekday.zip(schedule.run_days.as_ref()).is_some_and(|(weekday, days)| days.contains(weekday))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::RunTime;

    use super::*;
    use crate::world::interval::Interval;

    #[test]
    fn an_interval_counts_from_now() {
        let next = |interval: &str| {
            let schedule = Schedule::Frequency(Interval::parse(interval).unwrap());
            schedule.next("2024-03-09T23:30:00Z".parse::<Timestamp>().unwrap()).map(|at| at.to_string())
        };
        assert_eq!(next("PT2H").unwrap(), "2024-03-10T01:30:00Z");
        for never in ["PT0S", "-PT5M"] {
            assert_eq!(next(never), None);
        }
    }

    #[test]
    fn times_of_the_day_are_those_of_the_schedules_days() {
        let next = |frequency: BackupScheduleFrequencyType, days: &[DayOfWeek], now: &str| {
            let times = [(18, 0), (1, 30)].map(|(hour, minute)| RunTime::new(hour, minute).unwrap());
            let times = TimeBasedBackupScheduleDescription::new(frequency, times.to_vec()).run_days(days.to_vec());
            Schedule::Time(times).next(now.parse().unwrap()).map(|at| at.to_string())
        };
        let daily = |now| next(BackupScheduleFrequencyType::Daily, &[], now).unwrap();
        assert_eq!(daily("2024-03-09T01:29:59Z"), "2024-03-09T01:30:00Z");
        assert_eq!(daily("2024-03-09T01:30:00Z"), "2024-03-09T18:00:00Z");
        assert_eq!(daily("2024-03-09T18:00:00Z"), "2024-03-10T01:30:00Z");
        // 9 March 2024 was a Saturday.
        let weekly = |days: &[DayOfWeek], now| next(BackupScheduleFrequencyType::Weekly, days, now);
        assert_eq!(weekly(&[DayOfWeek::Saturday], "2024-03-09T18:00:00Z").unwrap(), "2024-03-16T01:30:00Z");
        let two = [DayOfWeek::Monday, DayOfWeek::Sunday];
        assert_eq!(weekly(&two, "2024-03-09T18:00:00Z").unwrap(), "2024-03-10T01:30:00Z");
        assert_eq!(weekly(&two, "2024-03-10T18:00:00Z").unwrap(), "2024-03-11T01:30:00Z");
        assert_eq!(weekly(&[], "2024-03-09T18:00:00Z"), None);
        assert_eq!(next(BackupScheduleFrequencyType::Invalid, &two, "2024-03-09T18:00:00Z"), None);
    }
}
