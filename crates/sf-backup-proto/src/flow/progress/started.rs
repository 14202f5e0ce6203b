//! The operations that start a backup or a restore.

use std::time::Duration;

use super::{HasPhase, Observed, Progress, WaitOutcome};
use crate::flow::reading::Reading;
use crate::model::progress::{BackupProgressInfo, RestoreProgressInfo};
use crate::operation::Operation;
use crate::operations::{BackupPartition, GetPartitionBackupProgress, GetPartitionRestoreProgress, RestorePartition};

/// An operation that starts a backup or a restore.
pub trait LongRunning: Operation<Response = ()> {
    /// The progress of the run.
    type Progress: HasPhase + std::fmt::Debug + Send + Sync + 'static;
    /// The operation that reads the progress.
    type Read: Operation<Response = Option<Self::Progress>>;

    /// The call that reads the progress of the run.
    fn read_progress(&self) -> Self::Read;

    #[doc(hidden)]
    fn reading(progress: Option<Self::Progress>) -> Reading;

    /// The time limit of the run that the call sets, if any.
    fn time_limit(&self) -> Option<Duration>;

    /// Waits for the run that this call starts. `baseline` is the progress from before.
    fn progress(&self, baseline: Option<Self::Progress>) -> Progress<Self::Progress> {
        let progress = Progress::new(baseline);
        match self.time_limit() {
            Some(limit) => progress.stuck_after(limit.saturating_add(WORK_QUEUE)),
            None => progress,
        }
    }
}

/// How long the server's work queue may take in addition to the run's own time limit.
const WORK_QUEUE: Duration = Duration::from_secs(120);

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

impl LongRunning for BackupPartition {
    type Progress = BackupProgressInfo;
    type Read = GetPartitionBackupProgress;

    fn read_progress(&self) -> Self::Read {
        GetPartitionBackupProgress::new(self.partition)
    }
    fn reading(progress: Option<BackupProgressInfo>) -> Reading {
        Reading::Backup(progress)
    }
    fn time_limit(&self) -> Option<Duration> {
        self.backup_timeout.map(minutes)
    }
}

impl LongRunning for RestorePartition {
    type Progress = RestoreProgressInfo;
    type Read = GetPartitionRestoreProgress;

    fn read_progress(&self) -> Self::Read {
        GetPartitionRestoreProgress::new(self.partition)
    }
    fn reading(progress: Option<RestoreProgressInfo>) -> Reading {
        Reading::Restore(progress)
    }
    fn time_limit(&self) -> Option<Duration> {
        self.restore_timeout.map(minutes)
    }
}

/// What a transport reports while it waits for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollEvent<P> {
    /// A reading, and what it shows.
    Reading(Observed, Option<P>),
    /// Waiting is over.
    Ended(WaitOutcome<P>),
}
