//! Backups as lists show them.

use uuid::Uuid;

use crate::error::FabricErrorCode;
use crate::model::partition::PartitionInformation;
use crate::operation::reply::reply;
use crate::time::Timestamp;
use crate::wire::model::model;
use crate::wire::open_enum::open_enum;

model! {
    /// One backup of one partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupinfo)
    BackupInfo {
        optional {
            /// Its id.
            backup_id: Uuid = "BackupId",
            /// The id of the full backup that its chain begins with; its own if it is that one.
            backup_chain_id: Uuid = "BackupChainId",
            /// The application's full name.
            application_name: String = "ApplicationName",
            /// The service's full name.
            service_name: String = "ServiceName",
            /// The partition.
            partition_information: PartitionInformation = "PartitionInformation",
            /// Where it lies below the storage's root, with backslashes on every storage: passed back verbatim to restore.
            backup_location: String = "BackupLocation",
            /// Full or incremental.
            backup_type: BackupType = "BackupType",
            /// The epoch of its last record.
            epoch_of_last_backup_record: Epoch = "EpochOfLastBackupRecord",
            /// The log sequence number of its last record.
            lsn_of_last_backup_record: i64 = "LsnOfLastBackupRecord",
            /// When it was made.
            creation_time_utc: Timestamp = "CreationTimeUtc",
            /// The version of the service that made it.
            service_manifest_version: String = "ServiceManifestVersion" since "6.4",
            /// What went wrong when it was read. Such an item is no backup.
            failure_error: FabricErrorError = "FailureError",
        }
    }
}

reply!(BackupInfo);

open_enum! {
    /// Whether a backup stands alone.
    BackupType {
        /// None; on items that tell a failure.
        Invalid,
        /// Everything.
        Full,
        /// What changed since the one before.
        Incremental,
    }
}

model! {
    /// Where in the history of a partition something stands. The preview called the members `DataLossNumber` and
    /// `ConfigurationNumber`; both spellings are read.
    Epoch {
        optional {
            /// Grows with every data loss.
            data_loss_version: i64 = "DataLossVersion" was "DataLossNumber",
            /// Grows with every reconfiguration.
            configuration_version: i64 = "ConfigurationVersion" was "ConfigurationNumber",
        }
    }
}

model! {
    /// A code and a message.
    FabricErrorError {
        optional {
            /// The code.
            code: FabricErrorCode = "Code",
            /// Free text.
            message: String = "Message",
        }
    }
}
