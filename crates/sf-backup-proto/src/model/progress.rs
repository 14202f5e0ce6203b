//! How far the latest backup or restore of a partition is.

use uuid::Uuid;

use crate::model::backup::{Epoch, FabricErrorError};
use crate::operation::reply::reply;
use crate::time::Timestamp;
use crate::wire::model::model;
use crate::wire::open_enum::open_enum;

model! {
    /// The latest backup that was asked for; periodic ones never show.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupprogressinfo)
    BackupProgressInfo {
        optional {
            /// How far it is. Until it has ended, nothing else is filled.
            backup_state: BackupState = "BackupState",
            /// When it ended.
            time_stamp_utc: Timestamp = "TimeStampUtc",
            /// The backup's id.
            backup_id: Uuid = "BackupId",
            /// Where it lies.
            backup_location: String = "BackupLocation",
            /// The epoch of its last record.
            epoch_of_last_backup_record: Epoch = "EpochOfLastBackupRecord",
            /// The log sequence number of its last record.
            lsn_of_last_backup_record: i64 = "LsnOfLastBackupRecord",
            /// Why it failed.
            failure_error: FabricErrorError = "FailureError",
        }
    }
}

model! {
    /// The latest restore of a partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-restoreprogressinfo)
    RestoreProgressInfo {
        optional {
            /// How far it is.
            restore_state: RestoreState = "RestoreState",
            /// When it ended.
            time_stamp_utc: Timestamp = "TimeStampUtc",
            /// The chosen backup's epoch, there from the start: no proof of completion.
            restored_epoch: Epoch = "RestoredEpoch",
            /// The chosen backup's log sequence number, likewise.
            restored_lsn: i64 = "RestoredLsn",
            /// Why it failed. A 6.4 server never says.
            failure_error: FabricErrorError = "FailureError" @sparse,
        }
    }
}

reply!(BackupProgressInfo, RestoreProgressInfo);

open_enum! {
    /// How far a backup is.
    BackupState {
        /// None.
        Invalid,
        /// Validated, not begun.
        Accepted,
        /// Running.
        BackupInProgress,
        /// Done.
        Success,
        /// Failed.
        Failure,
        /// Given up on by the server; it may have ended well all the same.
        Timeout,
    }
}

open_enum! {
    /// How far a restore is.
    RestoreState {
        /// None.
        Invalid,
        /// Validated, not begun.
        Accepted,
        /// Running.
        RestoreInProgress,
        /// The primary is restored, the secondaries are not yet. Since runtime 11.0; some texts spell it
        /// `SecondaryInProgress`.
        SecondariesInProgress,
        /// The same in another text's spelling.
        SecondaryInProgress,
        /// Done.
        Success,
        /// Failed.
        Failure,
        /// Given up on by the server; it may have ended well all the same.
        Timeout,
    }
}
