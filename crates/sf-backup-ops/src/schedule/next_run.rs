//! When the next periodic backup is expected.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

use super::{History, Outlook, Rules, next_slot};

/// The next periodic run, as far as the schedule and earlier backups show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRun {
    /// At this time, plus the duration of a backup and minutes of retries.
    At(Timestamp),
    /// It was due by the schedule, but the schedule was probably changed since the last backup.
    Changed {
        /// The latest time.
        until: Timestamp,
    },
    /// It was due and has not run.
    Overdue {
        /// When it was due.
        due: Timestamp,
        /// The next time of the day at which it is retried, for a schedule with times.
        next: Option<Timestamp>,
    },
    /// There is no backup yet, and the interval counts from when backup was enabled, resumed, or moved to another
    /// policy, which the API does not return. At the latest after this time from now.
    Within(Duration),
    /// The schedule never runs: it has no times, or its interval is zero.
    Never,
    /// The schedule is of an unknown kind.
    Unknown,
}

impl NextRun {
    /// Calculates the run after the newest backup, at the time `now`. It is late when an audit with these rules
    /// considers it late.
    ///
    /// If the newest backup was on demand, a periodic one may be earlier.
    pub fn of(schedule: &BackupScheduleDescription, rules: &Rules, history: &History, now: Timestamp) -> Self {
        if matches!(schedule, BackupScheduleDescription::Unknown(_)) {
            return Self::Unknown;
        }
        let times = matches!(schedule, BackupScheduleDescription::TimeBased(_));
        let Some(next) = next_slot(schedule, now) else { return Self::Never };
        match rules.outlook(schedule, history) {
            None if times => Self::At(next),
            None => Self::Within(next.since(now)),
            Some(Outlook { due, late_after, .. }) if late_after >= now => Self::At(due),
            Some(Outlook { changed_until: Some(until), .. }) if until >= now => Self::Changed { until },
            Some(Outlook { due, .. }) => Self::Overdue { due, next: times.then_some(next) },
        }
    }

    /// When it is expected at the latest; `None` if not known.
    pub fn expected(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(*at),
            Self::Changed { until } => Some(*until),
            Self::Overdue { next, .. } => *next,
            Self::Within(length) => now.checked_add(*length),
            Self::Never | Self::Unknown => None,
        }
    }
}
