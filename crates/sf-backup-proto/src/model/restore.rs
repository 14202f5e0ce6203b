//! The description of a restore.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::storage::BackupStorageDescription;
use crate::validation::{ValidationPath, not_blank, valid};

models! {
    /// The backup to restore and its storage.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-restorepartitiondescription)
    RestorePartitionDescription {
        required {
            /// The id of the backup.
            backup_id: Uuid = "BackupId" check not_nil,
            /// The location of the backup, as a list operation returned it.
            backup_location: String = "BackupLocation" check not_blank,
        }
        optional {
            /// The storage that contains the backup. Defaults to the storage of the effective policy.
            backup_storage: BackupStorageDescription = "BackupStorage" check valid,
        }
    }
}

fn not_nil(id: &Uuid, at: &ValidationPath<'_>) {
    at.rule(!id.is_nil(), "must not be all zeros");
}
