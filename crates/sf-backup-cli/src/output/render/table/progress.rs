//! Tables of the progress of backups and restores.

use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};

use super::{Record, describe};
use crate::output::exit::Exit;
use crate::output::render::{SingleView, View};

impl SingleView for Option<BackupProgressInfo> {
    const NOTHING: &'static str = "no backup has been requested for this partition";

    fn record(&self, view: &View) -> Option<Record> {
        let info = self.as_ref()?;
        Some(
            Record::default()
                .with("State", info.backup_state.as_ref())
                .with("Ended", info.time_stamp_utc.map(|at| view.ago(at)))
                .with("Backup id", info.backup_id)
                .with("Location", info.backup_location.as_ref())
                .with("LSN", info.lsn_of_last_backup_record)
                .with("Epoch", info.epoch_of_last_backup_record.as_ref().map(describe::epoch))
                .prose("Failure", info.failure_error.as_ref().map(describe::failure))
                .prose("What to do", info.failure_error.as_ref().and_then(describe::action)),
        )
    }

    fn verdict(&self) -> Option<Exit> {
        match self.as_ref()?.backup_state.as_ref()? {
            BackupState::Failure => Some(Exit::OperationFailed),
            BackupState::Timeout => Some(Exit::TimedOut),
            _ => None,
        }
    }
}

impl SingleView for Option<RestoreProgressInfo> {
    const NOTHING: &'static str = "no restore has been requested for this partition";

    fn record(&self, view: &View) -> Option<Record> {
        let info = self.as_ref()?;
        Some(
            Record::default()
                .with("State", info.restore_state.as_ref())
                .with("Ended", info.time_stamp_utc.map(|at| view.ago(at)))
                .with("Restored LSN", info.restored_lsn)
                .with("Restored epoch", info.restored_epoch.as_ref().map(describe::epoch))
                .prose("Failure", info.failure_error.as_ref().map(describe::failure))
                .prose("What to do", info.failure_error.as_ref().and_then(describe::action)),
        )
    }

    fn verdict(&self) -> Option<Exit> {
        match self.as_ref()?.restore_state.as_ref()? {
            RestoreState::Failure => Some(Exit::OperationFailed),
            RestoreState::Timeout => Some(Exit::TimedOut),
            _ => None,
        }
    }
}
