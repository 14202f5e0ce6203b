//! What became of each partition of a plan.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use sf_backup_proto::{PartitionId, ServiceId, Timestamp};
use uuid::Uuid;

/// Why a call was in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What to tell.
    pub problem: String,
    /// Whether the cluster may have done all the same what was asked.
    pub may_have_changed: bool,
    /// Whether other calls will fare no better, such as when the caller is not allowed.
    pub hopeless: bool,
    /// The caller's own code for it; passed on.
    pub code: u8,
}

/// What became of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds what the backup held.
    Restored,
    /// The restore failed in the cluster; why, if that is known.
    Failed(Option<String>),
    /// The cluster has given up on the restore; it may have been done all the same.
    TimedOut,
    /// The restore was accepted, and nothing has come of it for too long.
    Stuck,
    /// It was certainly not started, for this reason.
    Refused(Trouble),
    /// It was not started, for another restore of the partition is under way, which is not this plan's.
    Busy,
    /// It may have been started, and what became of it is not known.
    Unknown(String),
    /// It was started, and goes on in the cluster.
    UnderWay,
    /// It was not begun with.
    NotBegun,
}

/// A partition of the plan, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The service.
    pub service: ServiceId,
    /// The partition.
    pub partition: PartitionId,
    /// The backup that goes into it.
    pub backup: Uuid,
    /// When that was made.
    pub created: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// When the restore was about to be sent.
    pub started: Option<Timestamp>,
    /// When its end was seen.
    pub ended: Option<Timestamp>,
}

impl Outcome {
    /// Its name, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Restored => "Restored",
            Self::Failed(_) => "Failed",
            Self::TimedOut => "TimedOut",
            Self::Stuck => "Stuck",
            Self::Refused(_) => "Refused",
            Self::Busy => "Busy",
            Self::Unknown(_) => "Unknown",
            Self::UnderWay => "UnderWay",
            Self::NotBegun => "NotBegun",
        }
    }

    /// What there is to say besides.
    pub fn problem(&self) -> Option<&str> {
        match self {
            Self::Failed(problem) => problem.as_deref(),
            Self::Refused(trouble) => Some(&trouble.problem),
            Self::Unknown(problem) => Some(problem),
            Self::Busy => {
                Some("another restore of the partition is under way, and it is not this plan's; nothing was sent")
            }
            Self::TimedOut => Some("the cluster gave up waiting; it may have been done all the same"),
            Self::Stuck => Some(
                "accepted, and not begun for too long; 'partition skip-restore' lets it go, if the partition waits for it",
            ),
            Self::Restored | Self::UnderWay | Self::NotBegun => None,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Restored => "restored",
            Self::Failed(_) => "failed",
            Self::TimedOut => "timed out",
            Self::Stuck => "stuck",
            Self::Refused(_) => "refused",
            Self::Busy => "busy",
            Self::Unknown(_) => "unknown",
            Self::UnderWay => "under way",
            Self::NotBegun => "not begun",
        })
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("PartitionId", &self.partition.to_string())?;
        map.serialize_entry("ServiceName", &self.service.to_string())?;
        map.serialize_entry("BackupId", &self.backup.to_string())?;
        map.serialize_entry("CreationTimeUtc", &self.created.to_string())?;
        map.serialize_entry("Outcome", self.outcome.name())?;
        map.serialize_entry("Problem", &self.outcome.problem())?;
        map.serialize_entry("StartedUtc", &self.started.map(|at| at.to_string()))?;
        map.serialize_entry("EndedUtc", &self.ended.map(|at| at.to_string()))?;
        map.end()
    }
}
