//! Backups, as returned by the list operations.

use uuid::Uuid;

use crate::code::FabricErrorCode;
use crate::model::object::models;
use crate::model::partition::PartitionInformation;
use crate::time::Timestamp;
use crate::wire::open_enum::open_enums;

models! {
    /// One backup of one partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupinfo)
    BackupInfo {
        /// The backup's id.
        backup_id: Uuid = "BackupId",
        /// The id of the full backup that starts the chain. Equals `backup_id` for a full backup.
        backup_chain_id: Uuid = "BackupChainId",
        /// The full name of the application, such as `fabric:/Shop`.
        application_name: String = "ApplicationName",
        /// The full name of the service, such as `fabric:/Shop/Cart`.
        service_name: String = "ServiceName",
        /// The partition that was backed up.
        partition_information: PartitionInformation = "PartitionInformation",
        /// The path below the root of the storage, with backslashes on every kind of storage. Pass it to a restore
        /// unchanged.
        backup_location: String = "BackupLocation",
        /// Whether the backup is full or incremental.
        backup_type: BackupType = "BackupType",
        /// The epoch of the last record in the backup.
        epoch_of_last_backup_record: Epoch = "EpochOfLastBackupRecord",
        /// The log sequence number of the last record in the backup.
        lsn_of_last_backup_record: i64 = "LsnOfLastBackupRecord",
        /// The creation time of the backup.
        creation_time_utc: Timestamp = "CreationTimeUtc",
        /// The manifest version of the service when the backup was made.
        service_manifest_version: String = "ServiceManifestVersion" since "6.4",
        /// The error that occurred when the server read the backup. An item with an error does not describe a
        /// backup.
        failure_error: FabricErrorError = "FailureError",
    }

    /// The configuration epoch of a partition.
    ///
    /// Also reads `DataLossNumber` and `ConfigurationNumber`, the names in the preview version of the API.
    Epoch {
        /// Increases with every data loss.
        data_loss_version: i64 = "DataLossVersion" was "DataLossNumber",
        /// Increases with every reconfiguration.
        configuration_version: i64 = "ConfigurationVersion" was "ConfigurationNumber",
    }

    /// A Service Fabric error: a code and a message.
    FabricErrorError {
        /// The error code.
        code: FabricErrorCode = "Code",
        /// The message, free text.
        message: String = "Message",
    }
}

open_enums! {
    /// The kind of a backup: full or incremental.
    BackupType {
        /// Not a valid value. Set on items that carry `failure_error`.
        Invalid,
        /// Contains all data of the partition.
        Full,
        /// Contains the changes since the previous backup of the chain.
        Incremental,
    }
}
