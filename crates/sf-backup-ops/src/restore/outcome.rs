//! The outcome of each partition of a plan.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use sf_backup_proto::{PartitionId, ServiceId, Timestamp};
use uuid::Uuid;

use super::{Cause, Condition, Missing};

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The problem, as one sentence.
    pub problem: String,
    /// Whether the request may have taken effect nevertheless.
    pub may_have_changed: bool,
    /// Whether other calls would fail as well, for example because access is denied.
    pub fatal: bool,
    /// A code of the caller, passed through.
    pub code: u8,
}

/// The outcome of a partition.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Outcome {
    /// The partition has the contents of the backup.
    Restored,
    /// The restore failed in the cluster, with the reason if known.
    Failed(Option<String>),
    /// The cluster stopped waiting for the restore; it may have succeeded.
    TimedOut,
    /// The restore was accepted, but did not progress for too long.
    Stuck,
    /// The restore was certainly not started, for this reason.
    Refused(Trouble),
    /// The restore was not started, because another restore of the partition is running that is not part of this plan.
    Busy,
    /// The restore may have been started, but its result is not known.
    Unknown(String),
    /// The restore was started and continues in the cluster.
    UnderWay,
    /// The restore was not started.
    NotBegun,
    /// The plan has no backup for the partition, for this reason.
    Skipped(Cause, String),
}

/// A partition of a plan and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The service.
    pub service: ServiceId,
    /// The partition.
    pub partition: PartitionId,
    /// The backup to restore; `None` if the plan has none.
    pub backup: Option<Uuid>,
    /// The creation time of the backup.
    pub created: Option<Timestamp>,
    /// The outcome.
    pub outcome: Outcome,
    /// The condition of the partition after its restore, if it was read.
    pub condition: Option<Condition>,
    /// When the restore was about to be sent.
    pub started: Option<Timestamp>,
    /// When its end was observed.
    pub ended: Option<Timestamp>,
}

impl Line {
    /// A partition for which the plan has no backup.
    pub(super) fn skipped(missing: &Missing) -> Self {
        Self {
            service: missing.service.clone(),
            partition: missing.partition,
            backup: None,
            created: None,
            outcome: Outcome::Skipped(missing.cause, missing.reason.clone()),
            condition: None,
            started: None,
            ended: None,
        }
    }

    /// A note in addition to the outcome.
    pub fn problem(&self) -> Option<String> {
        let condition = self.condition.as_ref().and_then(Condition::problem);
        condition.or_else(|| self.outcome.problem().map(str::to_owned))
    }
}

impl Outcome {
    /// Whether the restore has ended in the cluster, successfully or not.
    pub fn has_ended(&self) -> bool {
        matches!(self, Self::Restored | Self::Failed(_) | Self::TimedOut)
    }

    /// Whether the restore has ended without success, so that it can be retried.
    pub fn has_failed(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::TimedOut)
    }

    /// The name, for programs.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// A note about the outcome.
    pub fn problem(&self) -> Option<&str> {
        match self {
            Self::Failed(problem) => problem.as_deref(),
            Self::Refused(trouble) => Some(&trouble.problem),
            Self::Unknown(problem) | Self::Skipped(_, problem) => Some(problem),
            Self::Busy => {
                Some("another restore of the partition is running, which is not part of this plan; nothing was sent")
            }
            Self::TimedOut => Some("the cluster stopped waiting; the restore may have succeeded anyway"),
            Self::Stuck => Some(
                "accepted, but not started for too long; skipping the restore cancels it if the partition waits for one",
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
            Self::UnderWay => "running",
            Self::NotBegun => "not started",
            Self::Skipped(..) => "skipped",
        })
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("PartitionId", &self.partition.to_string())?;
        map.serialize_entry("ServiceName", &self.service.to_string())?;
        map.serialize_entry("BackupId", &self.backup.map(|backup| backup.to_string()))?;
        map.serialize_entry("CreationTimeUtc", &self.created.map(|created| created.to_string()))?;
        map.serialize_entry("Outcome", self.outcome.name())?;
        map.serialize_entry("PartitionStatus", &self.condition.as_ref().and_then(Condition::status))?;
        map.serialize_entry("Problem", &self.problem())?;
        map.serialize_entry("StartedUtc", &self.started.map(|at| at.to_string()))?;
        map.serialize_entry("EndedUtc", &self.ended.map(|at| at.to_string()))?;
        map.end()
    }
}
