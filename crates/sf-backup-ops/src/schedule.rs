//! When backups are due and when they are late: the shared arithmetic of audit, metrics, `why` and restores.
//!
//! A periodic backup is due one interval after the last one, or at the next time of the day. It can be later for good
//! reasons:
//!
//! - A run starts up to ten seconds early or late ([`JITTER`]), and a failed run is retried for some minutes: the grace
//!   of [`Rules`].
//! - A backup takes time, and an interval counts from its end. [`History`] derives from earlier backups how much later
//!   than due they are. Until that is known, a backup may take the hour that the cluster allows ([`UPLOAD`]).
//! - The schedule may have been changed since the last backup, which restarts its timer; the API does not return when.
//!   If all recent backups are further apart than the schedule, the next one is expected as if the schedule had been
//!   changed just before the next run of the old one: [`Outlook::changed_until`].
//!
//! ```
//! use sf_backup_ops::schedule::{History, NextRun, Rules};
//! use sf_backup_proto::Timestamp;
//!
//! let hourly = serde_json::from_str(r#"{"ScheduleKind":"FrequencyBased","Interval":"PT1H"}"#)?;
//! let at = |text: &str| text.parse::<Timestamp>().unwrap();
//! // Each backup takes an hour.
//! let history = History::of(["2024-03-09T04:00:00Z", "2024-03-09T06:00:00Z", "2024-03-09T08:00:00Z"].map(at));
//! let next = NextRun::of(&hourly, &Rules::default(), &history, at("2024-03-09T10:00:00Z"));
//! assert_eq!(next, NextRun::At(at("2024-03-09T09:00:00Z")));
//! let outlook = Rules::default().outlook(&hourly, &history).unwrap();
//! assert_eq!(outlook.late_after, at("2024-03-09T10:30:00Z"));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod between;
mod history;
mod next_run;
mod slot;

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

pub use between::between_runs;
pub use history::History;
pub use next_run::NextRun;
pub use slot::next_slot;

/// How early or late a run starts.
pub const JITTER: Duration = Duration::from_secs(10);
/// How long a cluster allows an upload to take.
pub const UPLOAD: Duration = Duration::from_secs(3_600);

/// How old backups may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// How much later than scheduled a backup may be, however long backups take.
    pub grace: Option<Duration>,
    /// Maximum age of the newest backup, regardless of the schedule; no grace is added.
    pub max_age: Option<Duration>,
}

/// When the backup after the newest one is due and late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// When the next run is due.
    pub due: Timestamp,
    /// When its backup is late: includes the time that backups take, and the grace.
    pub late_after: Timestamp,
    /// When it is late if the schedule was changed after the newest backup; `None` unless earlier backups were further
    /// apart than the schedule.
    pub changed_until: Option<Timestamp>,
}

impl Rules {
    /// Minimum default grace: a failed run is retried for five minutes.
    pub const SHORTEST_GRACE: Duration = Duration::from_secs(15 * 60);
    /// Maximum default grace, unless backups take longer.
    pub const LONGEST_GRACE: Duration = Duration::from_secs(2 * 3_600);

    /// How much later than due a backup may be: the configured grace, or the delay that backups usually have and a
    /// margin: a tenth of the time between runs within bounds, or half of the delay if that is longer.
    pub fn grace(&self, schedule: &BackupScheduleDescription, history: &History) -> Duration {
        if let Some(grace) = self.grace {
            return grace;
        }
        let tenth = self.tenth(schedule);
        match history.delay(schedule) {
            Some(delay) => delay + tenth.max(delay / 2),
            None => tenth.max(UPLOAD),
        }
    }

    /// Calculates when the next backup is due; `None` without a newest backup, or if the schedule never runs.
    pub fn outlook(&self, schedule: &BackupScheduleDescription, history: &History) -> Option<Outlook> {
        let last = history.last()?;
        let due = next_after(schedule, last)?;
        if let Some(age) = self.max_age {
            return Some(Outlook { due, late_after: last.checked_add(age)?, changed_until: None });
        }
        let grace = self.grace(schedule, history);
        let late_after = due.checked_add(grace)?;
        // The change was made before the next run of the old schedule.
        let changed_until = history.longer_gap(schedule, self.tenth(schedule)).and_then(|gap| {
            let until = next_after(schedule, last.checked_add(gap)?)?.checked_add(grace)?;
            (until > late_after).then_some(until)
        });
        Some(Outlook { due, late_after, changed_until })
    }

    /// How old a backup can become before the next one is late, by the schedule alone; `None` if it never runs.
    pub fn usual_age(&self, schedule: &BackupScheduleDescription, history: &History) -> Option<Duration> {
        if self.max_age.is_some() {
            return self.max_age;
        }
        // Whether it ever runs does not depend on the time.
        next_slot(schedule, Timestamp::UNIX_EPOCH)?;
        Some(between_runs(schedule).unwrap_or_default() + self.grace(schedule, history))
    }

    fn tenth(&self, schedule: &BackupScheduleDescription) -> Duration {
        let tenth = between_runs(schedule).unwrap_or_default() / 10;
        self.grace.unwrap_or_else(|| tenth.clamp(Self::SHORTEST_GRACE, Self::LONGEST_GRACE))
    }
}

/// When the run after a backup is due; `None` if the schedule never runs, or is of an unknown kind.
pub fn next_after(schedule: &BackupScheduleDescription, last: Timestamp) -> Option<Timestamp> {
    // A backup that was some seconds early belongs to that run.
    let from = match schedule {
        BackupScheduleDescription::TimeBased(_) => last.checked_add(JITTER)?,
        _ => last,
    };
    next_slot(schedule, from)
}

/// How far back a list of backups must reach to contain the newest chain, the one before it, and enough runs to learn
/// from; `None` if the schedule never runs or is of an unknown kind.
pub fn reach(policy: &BackupPolicyDescription) -> Option<Duration> {
    /// Minimum number of runs.
    const RUNS: u32 = 24;
    const SHORTEST: Duration = Duration::from_secs(6 * 3_600);
    const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);
    let between = between_runs(&policy.schedule).filter(|between| !between.is_zero())?;
    let chain = u32::from(policy.max_incremental_backups) + 1;
    // A backup that takes an hour extends the time between two by that much.
    let runs = (between + UPLOAD.min(between)).checked_mul((2 * chain + 1).max(RUNS))?;
    Some(runs.clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests;
