//! What to list on a storage.

use crate::error::BuildError;
use crate::model::entity::BackupEntity;
use crate::model::storage::BackupStorageDescription;
use crate::operation::check::{Check, Checked};
use crate::time::Timestamp;
use crate::wire::model::model;

model! {
    /// Which backups on a storage to list.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-getbackupbystoragequerydescription)
    GetBackupByStorageQueryDescription {
        required {
            /// The storage.
            storage: BackupStorageDescription = "Storage",
            /// Whose backups.
            backup_entity: BackupEntity = "BackupEntity",
        }
        optional {
            /// Not older than this.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Not younger than this.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// Only the newest of each partition within the window.
            latest: bool = "Latest",
        }
    }
}

impl Checked for GetBackupByStorageQueryDescription {
    fn check(&self, at: &Check<'_>) -> Result<(), BuildError> {
        self.sendable(at)?;
        self.storage.check(&at.member("Storage"))?;
        self.backup_entity.check(&at.member("BackupEntity"))
    }

    fn entity(&self) -> Option<String> {
        match &self.backup_entity {
            BackupEntity::Application(entity) => entity.application_name.clone(),
            BackupEntity::Service(entity) => entity.service_name.clone(),
            BackupEntity::Partition(entity) => entity.partition_id.map(|id| format!("partition {id}")),
            BackupEntity::Unknown(_) => None,
        }
    }
}
