//! Messages about running backups and restores.

use serde::Serialize;
use sf_backup_proto::flow::{HasPhase, LongRunning};
use sf_backup_proto::model::backup::FabricErrorError;
use sf_backup_proto::model::progress::{BackupProgressInfo, RestoreProgressInfo};
use sf_backup_proto::{
    BackupPartition, GetPartitionBackupProgress, GetPartitionRestoreProgress, Operation, RestorePartition,
};

use crate::output::render::table::Record;
use crate::output::render::{SingleView, View};

/// A backup or a restore that can be waited for.
pub(crate) trait Kind: LongRunning<Progress: Observable> {
    const WHAT: &'static str;
    /// `the backup of partition`.
    const OF: &'static str;
    /// The message about several operations when waiting stops.
    const MANY: &'static str;
    /// The command that prints the progress.
    const AGAIN: &'static str;

    /// What to do about an operation of this partition that is accepted and does not start.
    fn remedy(partition: &str) -> String;
}

/// The progress of an operation.
pub(crate) trait Observable: HasPhase + Serialize {
    fn record(self, view: &View) -> Option<Record>;
    fn state(&self) -> String;
    fn lsn(&self) -> Option<i64>;
    fn failure(&self) -> Option<&FabricErrorError>;
}

/// A read that can be repeated until the operation has ended.
pub(crate) trait Watches: Operation {
    type Starts: Kind;

    /// The call that could have started it.
    fn started(&self) -> Self::Starts;
}

impl Kind for BackupPartition {
    const WHAT: &'static str = "backup";
    const OF: &'static str = "the backup of partition";
    const MANY: &'static str = "backups continue in the cluster";
    const AGAIN: &'static str = "partition backup-progress";

    fn remedy(_: &str) -> String {
        "the partition's primary has not started it: check the health of the partition and of \
         fabric:/System/BackupRestoreService; if all backups have stopped, saving the policy again ('policy update') \
         restarts them"
            .to_owned()
    }
}

impl Kind for RestorePartition {
    const WHAT: &'static str = "restore";
    const OF: &'static str = "the restore of partition";
    const MANY: &'static str = "restores continue in the cluster";
    const AGAIN: &'static str = "partition restore-progress";

    fn remedy(partition: &str) -> String {
        format!(
            "the cluster cannot start it, usually because fabric:/System/FaultAnalysisService is missing or down: \
                check that service; 'sf-backup partition skip-restore {partition}' (runtime 9.1 or later) cancels a \
             pending automatic restore, and saving its policy again ('policy update') restarts periodic backups; \
             meanwhile every backup and restore of the partition is refused"
        )
    }
}

impl Observable for BackupProgressInfo {
    fn record(self, view: &View) -> Option<Record> {
        Some(self).record(view)
    }
    fn state(&self) -> String {
        self.backup_state.as_ref().map(ToString::to_string).unwrap_or_default()
    }
    fn lsn(&self) -> Option<i64> {
        self.lsn_of_last_backup_record.filter(|lsn| *lsn > 0)
    }
    fn failure(&self) -> Option<&FabricErrorError> {
        self.failure_error.as_ref()
    }
}

impl Observable for RestoreProgressInfo {
    fn record(self, view: &View) -> Option<Record> {
        Some(self).record(view)
    }
    fn state(&self) -> String {
        self.restore_state.as_ref().map(ToString::to_string).unwrap_or_default()
    }
    fn lsn(&self) -> Option<i64> {
        self.restored_lsn.filter(|lsn| *lsn > 0)
    }
    fn failure(&self) -> Option<&FabricErrorError> {
        self.failure_error.as_ref()
    }
}

impl Watches for GetPartitionBackupProgress {
    type Starts = BackupPartition;

    fn started(&self) -> BackupPartition {
        BackupPartition::new(self.partition)
    }
}

impl Watches for GetPartitionRestoreProgress {
    type Starts = RestorePartition;

    fn started(&self) -> RestorePartition {
        RestorePartition::new(self.partition)
    }
}
