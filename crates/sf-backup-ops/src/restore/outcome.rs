//! What became of each partition of a plan.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use sf_backup_proto::{PartitionId, ServiceId, Timestamp};
use uuid::Uuid;

use super::{Cause, Condition, Missing};

/// Why a call was in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The problem, as one sentence.
    pub problem: String,
    /// Whether the request may have taken effect anyway.
    pub may_have_changed: bool,
    /// Whether other calls will fare no better, such as when the caller is not allowed.
    pub fatal: bool,
    /// The caller's own code for it; passed on.
    pub code: u8,
}

/// What became of a partition.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Outcome {
    /// It holds what the backup held.
    Restored,
    /// The restore failed in the cluster; why, if that is known.
    Failed(Option<String>),
    /// The cluster has given up on the restore; it may have been done anyway.
    TimedOut,
    /// The restore was accepted, and nothing has come of it for too long.
    Stuck,
    /// It was certainly not started, for this reason.
    Refused(Trouble),
    /// It was not started, because another restore of the partition is running, which is not part of this plan.
    Busy,
    /// It may have been started, and what became of it is not known.
    Unknown(String),
    /// It was started, and continues in the cluster.
    UnderWay,
    /// It was not begun with.
    NotBegun,
    /// The plan has no backup for it: why.
    Skipped(Cause, String),
}

/// A partition of the plan, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The service.
    pub service: ServiceId,
    /// The partition.
    pub partition: PartitionId,
    /// The backup that goes into it; `None` if the plan has none for it.
    pub backup: Option<Uuid>,
    /// When that was made.
    pub created: Option<Timestamp>,
    /// What became of it.
    pub outcome: Outcome,
    /// What the partition was like after its restore, if it was read.
    pub condition: Option<Condition>,
    /// When the restore was about to be sent.
    pub started: Option<Timestamp>,
    /// When its end was seen.
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
    /// Whether the cluster is done with the restore, well or badly.
    pub fn has_ended(&self) -> bool {
        matches!(self, Self::Restored | Self::Failed(_) | Self::TimedOut)
    }

    /// Whether the restore has ended badly, so that it may be tried again.
    pub fn has_failed(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::TimedOut)
    }

    /// Its name, for programs.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// A note about it.
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
                "accepted, but not started for too long; skipping the restore cancels it, if the partition waits for it",
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
