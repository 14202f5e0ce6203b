//! Why a partition is in its state.

use std::fmt;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::configuration::BackupSuspensionScope;

use super::condition::Trouble;
use crate::inventory::ServiceState;

/// Why a partition is in its state, with the evidence.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
#[non_exhaustive]
pub enum Reason {
    /// The next backup is not overdue.
    Recent {
        /// Until when the newest one is young enough.
        until: Timestamp,
    },
    /// The service has nothing to back up.
    NothingToBackUp(ServiceState),
    /// No policy is in force on the partition, its service or its application.
    NoPolicy,
    /// Backups are suspended on this level.
    Suspended(BackupSuspensionScope),
    /// There is no backup. No call reports when the policy was enabled.
    NoBackupYet {
        /// When the first is to be expected, if it was enabled a moment ago; `None` if it is overdue, for others of the
        /// service have long been made.
        expected: Option<Timestamp>,
        /// The storage's message: an empty share is reported like one that cannot be read.
        storage: Option<String>,
    },
    /// The next backup is late by the schedule, and the schedule seems to have been changed since the last: the backups before
    /// came further apart than it says.
    ScheduleChanged {
        /// By when the next is to be expected.
        until: Timestamp,
    },
    /// A backup on demand is running.
    BackupRunning,
    /// Periodic backups fail, as the cluster reports in the partition's health.
    BackupFailed(String),
    /// The partition cannot be used.
    Unavailable(Trouble),
    /// The next backup was due at this time at the latest, and has not come.
    Overdue {
        /// With the grace.
        since: Timestamp,
    },
    /// The schedule never runs: it has no times, or its interval is nothing.
    NeverRuns,
    /// The last backup on demand failed, and none came in time since.
    OnDemandFailed(String),
    /// What the newest backup left in the list cannot be read, and no good one came in time.
    Unreadable,
    /// Backups are made in time, and the newest that can be restored is older than allowed, or there is none.
    NotRestorable(Option<Timestamp>),
    /// It could not be read.
    Unread(String),
    /// The policy in force is not in the cluster's list of policies.
    NoSuchPolicy(String),
    /// The schedule is of an unknown kind.
    UnknownSchedule,
}

impl Reason {
    /// Its name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unavailable(trouble) => trouble.name(),
            other => other.into(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recent { until } => write!(f, "the next backup is due by {until}"),
            Self::NothingToBackUp(ServiceState::Stateless) => f.write_str("the service is stateless"),
            Self::NothingToBackUp(_) => f.write_str("the service keeps its state in memory only"),
            Self::NoPolicy => f.write_str("no policy is in effect"),
            Self::Suspended(BackupSuspensionScope::Invalid) => f.write_str("backups are suspended"),
            Self::Suspended(level) => write!(f, "backups are suspended on the {}", level.to_string().to_lowercase()),
            Self::NoBackupYet { expected, storage } => {
                match expected {
                    Some(expected) => write!(f, "no backup yet; the first is expected by {expected}")?,
                    None => {
                        f.write_str("no backup, although other partitions of the service were backed up long ago")?
                    }
                }
                match storage {
                    Some(said) => write!(f, " (if backups should exist, the share is unreadable: {said})"),
                    None => Ok(()),
                }
            }
            Self::ScheduleChanged { until } => {
                write!(f, "the schedule was probably changed; the next backup is expected by {until}")
            }
            Self::BackupRunning => f.write_str("a backup on demand is running"),
            Self::BackupFailed(said) => write!(f, "periodic backups fail: {said}"),
            Self::Unavailable(trouble) => trouble.fmt(f),
            Self::Overdue { since } => write!(f, "the next backup was due by {since}"),
            Self::NeverRuns => f.write_str("the policy's schedule never runs"),
            Self::OnDemandFailed(how) => write!(f, "no backup in time, and the last one on demand {how}"),
            Self::Unreadable => f.write_str("no backup in time, and the list of backups reports a failure"),
            Self::NotRestorable(None) => f.write_str("backups are made, but none of those listed can be restored"),
            Self::NotRestorable(Some(at)) => {
                write!(f, "backups are made, but the newest restorable one is of {at}")
            }
            Self::Unread(said) => f.write_str(said),
            Self::NoSuchPolicy(name) => write!(f, "the effective policy, {name}, is not among the cluster's policies"),
            Self::UnknownSchedule => f.write_str("the policy's schedule is of an unknown kind"),
        }
    }
}
