//! When the next periodic backup is to be expected.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

use super::{History, Outlook, Rules, next_slot};

/// What can be said of the next run, from the schedule and the backups so far alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRun {
    /// At this time, give or take the time that a backup takes and the minutes that it may be tried again.
    At(Timestamp),
    /// It was due by the schedule, and the schedule was probably changed since the last backup: by this time at the
    /// latest.
    Changed {
        /// By when.
        until: Timestamp,
    },
    /// It was due, and has not come.
    Overdue {
        /// When it was due.
        due: Timestamp,
        /// The next time of the day, where the schedule has some: then it is tried again.
        next: Option<Timestamp>,
    },
    /// There is no backup yet, and the interval counts from the moment that backup was enabled, was resumed, or got another
    /// policy, which the API does not return. At the latest after this time from now.
    Within(Duration),
    /// The schedule never runs: it has no times, or its interval is nothing.
    Never,
    /// The schedule is of an unknown kind.
    Unknown,
}

impl NextRun {
    /// The run after the newest backup, as seen at `now`. It is late when it is late for an audit by these rules.
    ///
    /// If the newest backup was one on demand, a periodic one may come earlier.
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

    /// When it is expected at the latest; `None` if that is not known.
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
