//! Progress of the latest on-demand backup or restore of a partition.

use uuid::Uuid;

use crate::model::backup::{Epoch, FabricErrorError};
use crate::model::object::models;
use crate::time::Timestamp;
use crate::wire::open_enum::open_enums;

models! {
    /// The progress of the latest on-demand backup of a partition. Periodic backups are not reported.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupprogressinfo)
    BackupProgressInfo {
        /// The state of the backup. The other members are not set until the backup has ended.
        backup_state: BackupState = "BackupState",
        /// The end time of the backup.
        time_stamp_utc: Timestamp = "TimeStampUtc",
        /// The id of the backup.
        backup_id: Uuid = "BackupId",
        /// The path of the backup below the root of the storage.
        backup_location: String = "BackupLocation",
        /// The epoch of the last record in the backup.
        epoch_of_last_backup_record: Epoch = "EpochOfLastBackupRecord",
        /// The log sequence number of the last record in the backup.
        lsn_of_last_backup_record: i64 = "LsnOfLastBackupRecord",
        /// The error, if the backup failed.
        failure_error: FabricErrorError = "FailureError",
    }

    /// The progress of the latest restore of a partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-restoreprogressinfo)
    RestoreProgressInfo {
        /// The state of the restore.
        restore_state: RestoreState = "RestoreState",
        /// The end time of the restore.
        time_stamp_utc: Timestamp = "TimeStampUtc",
        /// The epoch of the selected backup. Set as soon as the restore starts, so it does not prove completion.
        restored_epoch: Epoch = "RestoredEpoch",
        /// The log sequence number of the selected backup. Set as soon as the restore starts.
        restored_lsn: i64 = "RestoredLsn",
        /// The error, if the restore failed. Runtime 6.4 never sets it.
        failure_error: FabricErrorError = "FailureError" @sparse,
    }
}

open_enums! {
    /// The state of a backup.
    BackupState {
        /// Not a valid value.
        Invalid,
        /// Validated, not started.
        Accepted,
        /// Running.
        BackupInProgress,
        /// Succeeded.
        Success,
        /// Failed.
        Failure,
        /// The server stopped waiting. The backup can still have succeeded.
        Timeout,
    }

    /// The state of a restore.
    RestoreState {
        /// Not a valid value.
        Invalid,
        /// Validated, not started.
        Accepted,
        /// Running.
        RestoreInProgress,
        /// The primary replica is restored; the secondaries are not yet. Since runtime 11.0.
        SecondariesInProgress,
        /// Another spelling of `SecondariesInProgress` that parts of the API reference use.
        SecondaryInProgress,
        /// Succeeded.
        Success,
        /// Failed.
        Failure,
        /// The server stopped waiting. The restore can still have succeeded.
        Timeout,
    }
}
