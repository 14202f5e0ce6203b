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
        /// The time until which the newest backup is new enough.
        until: Timestamp,
    },
    /// The service has nothing to back up.
    NothingToBackUp(ServiceState),
    /// No policy is enabled on the partition, its service or its application.
    NoPolicy,
    /// Backups are suspended at this level.
    Suspended(BackupSuspensionScope),
    /// There is no backup. The API does not return when the policy was enabled.
    NoBackupYet {
        /// When the first backup is expected if the policy was enabled just now; `None` if it is overdue, because other
        /// partitions of the service have long had backups.
        expected: Option<Timestamp>,
        /// The error of the storage: the cluster returns the same one for an empty share and an unreadable one.
        storage: Option<String>,
    },
    /// The next backup is late by the schedule, but the schedule seems to have been changed since the last one: earlier
    /// backups were further apart.
    ScheduleChanged {
        /// When the next backup is expected at the latest.
        until: Timestamp,
    },
    /// An on-demand backup is running.
    BackupRunning,
    /// Periodic backups fail, according to the partition's health.
    BackupFailed(String),
    /// The partition is unusable.
    Unavailable(Trouble),
    /// The next backup is overdue.
    Overdue {
        /// The time at which it was due, including the grace.
        since: Timestamp,
    },
    /// The schedule never runs: it has no times, or its interval is zero.
    NeverRuns,
    /// The last on-demand backup failed, and none was made in time since.
    OnDemandFailed(String),
    /// The newest listed backup cannot be read, and no other was made in time.
    Unreadable,
    /// Backups are made in time, but the newest one that can be restored is too old, or there is none.
    NotRestorable(Option<Timestamp>),
    /// It could not be read, for this reason.
    Unread(String),
    /// The effective policy is not in the cluster's list of policies.
    NoSuchPolicy(String),
    /// The schedule is of an unknown kind.
    UnknownSchedule,
}

impl Reason {
    /// The name, for programs.
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
                    Some(message) => write!(f, " (if backups should exist, the share is unreadable: {message})"),
                    None => Ok(()),
                }
            }
            Self::ScheduleChanged { until } => {
                write!(f, "the schedule was probably changed; the next backup is expected by {until}")
            }
            Self::BackupRunning => f.write_str("an on-demand backup is running"),
            Self::BackupFailed(message) => write!(f, "periodic backups fail: {message}"),
            Self::Unavailable(trouble) => trouble.fmt(f),
            Self::Overdue { since } => write!(f, "the next backup was due by {since}"),
            Self::NeverRuns => f.write_str("the policy's schedule never runs"),
            Self::OnDemandFailed(how) => write!(f, "no backup in time, and the last on-demand backup {how}"),
            Self::Unreadable => f.write_str("no backup in time, and the list of backups reports a failure"),
            Self::NotRestorable(None) => f.write_str("backups are made, but none of those listed can be restored"),
            Self::NotRestorable(Some(at)) => {
                write!(f, "backups are made, but the newest restorable one is from {at}")
            }
            Self::Unread(message) => f.write_str(message),
            Self::NoSuchPolicy(name) => write!(f, "the effective policy, {name}, is not among the cluster's policies"),
            Self::UnknownSchedule => f.write_str("the policy's schedule is of an unknown kind"),
        }
    }
}
