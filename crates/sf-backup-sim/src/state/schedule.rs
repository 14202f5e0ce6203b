//! When a schedule runs next.

use sf_backup_proto::model::schedule::{BackupScheduleFrequencyType, DayOfWeek};
use sf_backup_proto::{RunTime, Timestamp};

use super::policy::Schedule;

const DAY: i64 = 86_400;
/// 1970 began on a Thursday; the API's week begins on Sunday.
const FIRST_WEEKDAY: i64 = 4;

impl Schedule {
    /// The slot of the run after the one in `last`: an interval counts from now, times of the day from the later of both.
    pub(crate) fn next_slot(&self, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Frequency(_) => self.next(now),
            Self::Time { .. } => self.next(last.map_or(now, |last| last.max(now))),
        }
    }

    /// The first time after `now`; `None` if it never runs. An interval that was cut to nothing, or is negative, never does.
    pub(crate) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Frequency(interval) => {
                let seconds = u64::try_from(interval.seconds()).ok().filter(|seconds| *seconds > 0)?;
                now.checked_add(std::time::Duration::from_secs(seconds))
            }
            Self::Time { frequency, run_days, run_times } => {
                let day = |weekday: i64| match frequency {
                    BackupScheduleFrequencyType::Daily => true,
                    BackupScheduleFrequencyType::Weekly => run_days.iter().any(|day| number(day) == Some(weekday)),
                    _ => false,
                };
                next_time(now.unix(), run_times, day).and_then(Timestamp::from_unix)
            }
        }
    }
}

fn number(day: &DayOfWeek) -> Option<i64> {
    DayOfWeek::KNOWN.iter().position(|known| known == day).and_then(|index| i64::try_from(index).ok())
}

fn next_time(now: i64, times: &[RunTime], day: impl Fn(i64) -> bool) -> Option<i64> {
    let today = now.div_euclid(DAY);
    // The same weekday a week on, if its times of today are over.
    (today..=today + 7).filter(|date| day((date + FIRST_WEEKDAY).rem_euclid(7))).find_map(|date| {
        let at = times.iter().map(|time| date * DAY + i64::from(time.second_of_day()));
        at.filter(|at| *at > now).min()
    })
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::model::schedule::{BackupScheduleFrequencyType, DayOfWeek};
    use sf_backup_proto::{RunTime, Timestamp};

    use super::Schedule;
    use crate::span::Span;

    fn next(schedule: &Schedule, now: &str) -> Option<String> {
        schedule.next(now.parse::<Timestamp>().unwrap()).map(|at| at.to_string())
    }

    fn at_times(frequency: BackupScheduleFrequencyType, run_days: &[DayOfWeek]) -> Schedule {
        let run_times = [(18, 0), (1, 30)].map(|(hour, minute)| RunTime::new(hour, minute).unwrap());
        Schedule::Time { frequency, run_days: run_days.to_vec(), run_times: run_times.to_vec() }
    }

    #[test]
    fn an_interval_counts_from_now() {
        let schedule = Schedule::Frequency(Span::parse("PT2H").unwrap());
        assert_eq!(next(&schedule, "2024-03-09T23:30:00Z").unwrap(), "2024-03-10T01:30:00Z");
        for never in ["PT0S", "-PT5M"] {
            assert_eq!(next(&Schedule::Frequency(Span::parse(never).unwrap()), "2024-03-09T23:30:00Z"), None);
        }
    }

    #[test]
    fn daily_runs_at_each_time_and_not_again_at_once() {
        let daily = at_times(BackupScheduleFrequencyType::Daily, &[]);
        assert_eq!(next(&daily, "2024-03-09T01:00:00Z").unwrap(), "2024-03-09T01:30:00Z");
        assert_eq!(next(&daily, "2024-03-09T01:30:00Z").unwrap(), "2024-03-09T18:00:00Z");
        assert_eq!(next(&daily, "2024-03-09T18:00:00Z").unwrap(), "2024-03-10T01:30:00Z");
    }

    #[test]
    fn weekly_waits_for_its_day_though_it_is_a_week_off() {
        // 9 March 2024 was a Saturday.
        let weekly = at_times(BackupScheduleFrequencyType::Weekly, &[DayOfWeek::Saturday]);
        assert_eq!(next(&weekly, "2024-03-09T12:00:00Z").unwrap(), "2024-03-09T18:00:00Z");
        assert_eq!(next(&weekly, "2024-03-09T18:00:00Z").unwrap(), "2024-03-16T01:30:00Z");
        let two = at_times(BackupScheduleFrequencyType::Weekly, &[DayOfWeek::Monday, DayOfWeek::Sunday]);
        assert_eq!(next(&two, "2024-03-09T18:00:00Z").unwrap(), "2024-03-10T01:30:00Z");
        assert_eq!(next(&two, "2024-03-10T18:00:00Z").unwrap(), "2024-03-11T01:30:00Z");
    }

    #[test]
    fn a_schedule_without_times_or_kind_never_runs() {
        let none = Schedule::Time {
            frequency: BackupScheduleFrequencyType::Daily,
            run_days: Vec::new(),
            run_times: Vec::new(),
        };
        assert_eq!(next(&none, "2024-03-09T12:00:00Z"), None);
        let invalid = at_times(BackupScheduleFrequencyType::Invalid, &[DayOfWeek::Monday]);
        assert_eq!(next(&invalid, "2024-03-09T12:00:00Z"), None);
    }
}
