//! The stage of a partition in a run.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::flow::{HasPhase, Moment, Phase, Progress};
use sf_backup_proto::model::progress::RestoreProgressInfo;

use super::Outcome;

/// A partition and its stage.
#[derive(Debug, Clone)]
pub(super) struct PartitionRun {
    pub(super) stage: Stage,
    pub(super) started: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    /// The outcome of its earlier restore, if it is retried.
    pub(super) before: Option<Outcome>,
}

#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // most are waiting most of the time
pub(super) enum Stage {
    /// Not started.
    Pending,
    /// The progress of its last restore is being read.
    CheckingBaseline,
    /// The progress is to be written to the journal before the restore is sent.
    Journaling,
    /// Written to the journal; sent or not.
    Sending { baseline: Option<RestoreProgressInfo>, sent: bool },
    /// An earlier run was about to send it; it is unknown whether it did.
    Unverified { baseline: Option<RestoreProgressInfo>, watch: Poll },
    /// The restore was started.
    Waiting { progress: Progress<RestoreProgressInfo>, watch: Poll },
    /// Nothing remains to be done in this run.
    Over(Outcome),
}

/// The state of repeated reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Poll {
    /// The start of the reads.
    pub(super) since: Duration,
    /// The time of the next read.
    pub(super) due: Duration,
    /// Whether a response is due.
    pub(super) reading: bool,
    /// Consecutive failed reads.
    pub(super) failures: u32,
}

impl PartitionRun {
    pub(super) fn new(stage: Stage) -> Self {
        Self { stage, started: None, ended: None, before: None }
    }

    /// The outcome if nothing else is learned.
    pub(super) fn outcome(&self) -> Outcome {
        match &self.stage {
            Stage::Over(outcome) => outcome.clone(),
            Stage::Pending | Stage::CheckingBaseline | Stage::Journaling | Stage::Sending { sent: false, .. } => {
                self.before.clone().unwrap_or(Outcome::NotBegun)
            }
            Stage::Sending { sent: true, .. } => Outcome::Unknown("sent, no response yet".to_owned()),
            Stage::Unverified { .. } => {
                Outcome::Unknown("an earlier run may have sent it; not verified yet".to_owned())
            }
            Stage::Waiting { .. } => Outcome::UnderWay,
        }
    }
}

impl Stage {
    /// Whether a restore is running, may be running, or is about to start.
    pub(super) fn is_active(&self) -> bool {
        !matches!(self, Self::Pending | Self::Over(_))
    }

    /// Whether this run sent it and has no response yet.
    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self, Self::Sending { sent: true, .. })
    }

    /// When it is due for a visit without a new fact.
    pub(super) fn due(&self) -> Option<Duration> {
        match self {
            Self::Sending { sent: false, .. } => Some(Duration::ZERO),
            Self::Unverified { watch, .. } | Self::Waiting { watch, .. } if !watch.reading => Some(watch.due),
            _ => None,
        }
    }

    pub(super) fn waiting(baseline: Option<RestoreProgressInfo>, stuck_after: Duration, since: Duration) -> Self {
        // The record may have been replaced before the response. Only a success has a time that distinguishes it: any
        // other progress that equals the baseline may be the new restore's.
        let baseline = baseline.filter(|before| before.phase() == Phase::Success);
        Self::Waiting {
            progress: Progress::new(baseline).stuck_after(stuck_after).started_at(Moment::START),
            watch: Poll { since, due: since, ..Poll::default() },
        }
    }

    pub(super) fn doubt(baseline: Option<RestoreProgressInfo>) -> Self {
        Self::Unverified { baseline, watch: Poll::default() }
    }
}
