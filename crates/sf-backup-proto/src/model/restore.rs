//! The description of a restore.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::storage::BackupStorageDescription;
use crate::validation::{BuildError, Validate, ValidationPath};

models! {
    /// The backup to restore and its storage.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-restorepartitiondescription)
    RestorePartitionDescription {
        required {
            /// The id of the backup.
            backup_id: Uuid = "BackupId",
            /// The location of the backup, as a list operation returned it.
            backup_location: String = "BackupLocation",
        }
        optional {
            /// The storage that contains the backup. Defaults to the storage of the effective policy.
            backup_storage: BackupStorageDescription = "BackupStorage",
        }
    }
}

impl Validate for RestorePartitionDescription {
    fn validate(&self, at: &ValidationPath<'_>) -> Result<(), BuildError> {
        self.validate_version(at)?;
        at.member("BackupId").rule(!self.backup_id.is_nil(), "must not be all zeros")?;
        at.member("BackupLocation").rule(!self.backup_location.trim().is_empty(), "must not be blank")?;
        match &self.backup_storage {
            Some(storage) => storage.validate(&at.member("BackupStorage")),
            None => Ok(()),
        }
    }
}
