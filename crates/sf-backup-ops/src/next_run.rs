//! When the next periodic backup is to be expected.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

/// What can be said of the next run, from the schedule and the last backup alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRun {
    /// At this time, give or take the minutes that a backup may be tried again.
    At(Timestamp),
    /// It was due, and has not come.
    Overdue {
        /// When it was due.
        due: Timestamp,
        /// The next time of the day, where the schedule has some: then it is tried again.
        next: Option<Timestamp>,
    },
    /// There is no backup yet, and the interval counts from the moment that backup was enabled, was resumed, or got another
    /// policy: no call tells when that was. At the latest after this time from now.
    Within(Duration),
    /// The schedule never runs: it has no times, or its interval is nothing.
    Never,
    /// The schedule is of a kind that is not known here.
    Unknown,
}

/// How long a run may be late: it is tried again for some minutes, and a backup takes its time.
pub const GRACE: Duration = Duration::from_secs(10 * 60);

impl NextRun {
    /// The next run after `last`, the last backup, as seen at `now`.
    ///
    /// If the last backup was one on demand, a periodic one may come earlier than this tells.
    pub fn of(schedule: &BackupScheduleDescription, last: Option<Timestamp>, now: Timestamp) -> Self {
        if matches!(schedule, BackupScheduleDescription::Unknown(_)) {
            return Self::Unknown;
        }
        let times = matches!(schedule, BackupScheduleDescription::TimeBased(_));
        let Some(next) = schedule.next_after(now) else { return Self::Never };
        let Some(last) = last else {
            return if times { Self::At(next) } else { Self::Within(next.since(now)) };
        };
        // One that came some seconds early is that run's.
        let from = if times { last.checked_add(Duration::from_secs(10)).unwrap_or(last) } else { last };
        match schedule.next_after(from) {
            Some(due) if due.checked_add(GRACE).is_some_and(|late| late < now) => {
                Self::Overdue { due, next: times.then_some(next) }
            }
            Some(due) => Self::At(due),
            None => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, last: Option<&str>) -> NextRun {
        let now = "2024-03-09T12:00:00Z".parse().unwrap();
        let schedule = serde_json::from_str(schedule).unwrap();
        NextRun::of(&schedule, last.map(|last| last.parse().unwrap()), now)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_interval_counts_from_the_last_backup() {
        let hourly = r#"{"ScheduleKind":"FrequencyBased","Interval":"PT1H"}"#;
        assert_eq!(next(hourly, Some("2024-03-09T11:30:00Z")), NextRun::At(at("2024-03-09T12:30:00Z")));
        // It may still be at it.
        assert_eq!(next(hourly, Some("2024-03-09T10:55:00Z")), NextRun::At(at("2024-03-09T11:55:00Z")));
        let late = NextRun::Overdue { due: at("2024-03-09T11:40:00Z"), next: None };
        assert_eq!(next(hourly, Some("2024-03-09T10:40:00Z")), late);
        assert_eq!(next(hourly, None), NextRun::Within(Duration::from_secs(3_600)));
    }

    #[test]
    fn times_of_the_day_are_known_without_a_backup() {
        let daily = r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunTimes":["09:00","18:00"]}"#;
        let evening = NextRun::At(at("2024-03-09T18:00:00Z"));
        assert_eq!(next(daily, None), evening);
        assert_eq!(next(daily, Some("2024-03-09T08:59:55Z")), evening);
        let late = NextRun::Overdue { due: at("2024-03-09T09:00:00Z"), next: Some(at("2024-03-09T18:00:00Z")) };
        assert_eq!(next(daily, Some("2024-03-08T18:00:02Z")), late);
    }

    #[test]
    fn some_schedules_never_run() {
        assert_eq!(next(r#"{"ScheduleKind":"FrequencyBased","Interval":"PT0S"}"#, None), NextRun::Never);
        let none = r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunTimes":[]}"#;
        assert_eq!(next(none, Some("2024-03-08T18:00:02Z")), NextRun::Never);
        assert_eq!(next(r#"{"ScheduleKind":"Lunar"}"#, None), NextRun::Unknown);
    }
}
