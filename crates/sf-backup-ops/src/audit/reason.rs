//! Why a partition is in its state.

use std::fmt;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::configuration::BackupSuspensionScope;

use crate::inventory::ServiceState;

/// Why a partition is in its state, with what tells so.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// There is no backup. When the policy was enabled no call tells: it may have been a moment ago.
    NoBackupYet,
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
    /// The schedule is of a kind that is not known here.
    UnknownSchedule,
}

impl Reason {
    /// Its name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Recent { .. } => "Recent",
            Self::NothingToBackUp(_) => "NothingToBackUp",
            Self::NoPolicy => "NoPolicy",
            Self::Suspended(_) => "Suspended",
            Self::NoBackupYet => "NoBackupYet",
            Self::Overdue { .. } => "Overdue",
            Self::NeverRuns => "NeverRuns",
            Self::OnDemandFailed(_) => "OnDemandFailed",
            Self::Unreadable => "Unreadable",
            Self::NotRestorable(_) => "NotRestorable",
            Self::Unread(_) => "Unread",
            Self::NoSuchPolicy(_) => "NoSuchPolicy",
            Self::UnknownSchedule => "UnknownSchedule",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recent { until } => write!(f, "the next backup is due by {until}"),
            Self::NothingToBackUp(ServiceState::Stateless) => f.write_str("the service keeps no state"),
            Self::NothingToBackUp(_) => f.write_str("the service keeps its state in memory only"),
            Self::NoPolicy => f.write_str("no policy is in force"),
            Self::Suspended(BackupSuspensionScope::Invalid) => f.write_str("backups are suspended"),
            Self::Suspended(level) => write!(f, "backups are suspended on the {}", level.to_string().to_lowercase()),
            Self::NoBackupYet => f.write_str("no backup yet"),
            Self::Overdue { since } => write!(f, "the next backup was due by {since}"),
            Self::NeverRuns => f.write_str("the policy's schedule never runs"),
            Self::OnDemandFailed(how) => write!(f, "no backup in time, and the last one on demand {how}"),
            Self::Unreadable => f.write_str("no backup in time, and the list of backups tells a failure"),
            Self::NotRestorable(None) => f.write_str("backups are made, and none of them can be restored"),
            Self::NotRestorable(Some(at)) => {
                write!(f, "backups are made, and the newest that can be restored is of {at}")
            }
            Self::Unread(said) => f.write_str(said),
            Self::NoSuchPolicy(name) => write!(f, "the policy in force, {name}, is not among the cluster's policies"),
            Self::UnknownSchedule => f.write_str("the policy's schedule is of an unknown kind"),
        }
    }
}
