//! The query for backups on a storage.

use crate::model::entity::BackupEntity;
use crate::model::object::models;
use crate::model::storage::BackupStorageDescription;
use crate::time::Timestamp;
use crate::validation::valid;

models! {
    /// Selects the backups to list on a storage.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-getbackupbystoragequerydescription)
    GetBackupByStorageQueryDescription {
        required {
            /// The storage to list.
            storage: BackupStorageDescription = "Storage" check valid,
            /// The application, service or partition whose backups are listed.
            backup_entity: BackupEntity = "BackupEntity" check valid,
        }
        optional {
            /// Only backups created at or after this time.
            start_date_time_filter: Timestamp = "StartDateTimeFilter",
            /// Only backups created at or before this time.
            end_date_time_filter: Timestamp = "EndDateTimeFilter",
            /// Only the latest backup of each partition within the time range.
            latest: bool = "Latest",
        }
    }
}

impl GetBackupByStorageQueryDescription {
    /// The entity, for messages.
    pub(crate) fn entity(&self) -> Option<String> {
        match &self.backup_entity {
            BackupEntity::Application(entity) => entity.application_name.clone(),
            BackupEntity::Service(entity) => entity.service_name.clone(),
            BackupEntity::Partition(entity) => entity.partition_id.map(|id| format!("partition {id}")),
            BackupEntity::Unknown(_) => None,
        }
    }
}
