//! How far a run is with one partition.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::flow::{HasPhase, Moment, Phase, Progress};
use sf_backup_proto::model::progress::RestoreProgressInfo;

use super::Outcome;

/// A partition, and how far the run is with it.
#[derive(Debug, Clone)]
pub(super) struct PartitionRun {
    pub(super) stage: Stage,
    pub(super) started: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    /// How its restore ended before, if it is tried again.
    pub(super) before: Option<Outcome>,
}

#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // most are waiting most of the time
pub(super) enum Stage {
    /// Not begun with.
    Pending,
    /// Its last restore's progress is being read.
    CheckingBaseline,
    /// What was read is to be written down, before anything is sent.
    Journaling,
    /// It is written down; sent or not.
    Sending { baseline: Option<RestoreProgressInfo>, sent: bool },
    /// An earlier run was about to send it; whether it did is unknown.
    Unverified { baseline: Option<RestoreProgressInfo>, watch: Poll },
    /// It was begun.
    Waiting { progress: Progress<RestoreProgressInfo>, watch: Poll },
    /// Nothing more to do in this run.
    Over(Outcome),
}

/// What is looked at again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Poll {
    /// From when on.
    pub(super) since: Duration,
    /// Not to be looked at before.
    pub(super) due: Duration,
    /// Whether a response is awaited.
    pub(super) reading: bool,
    /// How often in a row it could not be looked at.
    pub(super) failures: u32,
}

impl PartitionRun {
    pub(super) fn new(stage: Stage) -> Self {
        Self { stage, started: None, ended: None, before: None }
    }

    /// What is reported if nothing more arrives.
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

    /// Whether it was sent by this run, without a response yet.
    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self, Self::Sending { sent: true, .. })
    }

    /// When it is to be looked at, if not for a fact.
    pub(super) fn due(&self) -> Option<Duration> {
        match self {
            Self::Sending { sent: false, .. } => Some(Duration::ZERO),
            Self::Unverified { watch, .. } | Self::Waiting { watch, .. } if !watch.reading => Some(watch.due),
            _ => None,
        }
    }

    pub(super) fn waiting(baseline: Option<RestoreProgressInfo>, stuck_after: Duration, since: Duration) -> Self {
        // The record was replaced before the response to the restore. Only a success can be distinguished from another by its time: what
        // else equals the baseline may be the new one's result.
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
