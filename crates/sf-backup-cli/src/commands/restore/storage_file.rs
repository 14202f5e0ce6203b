//! The file that describes a storage, with secrets or references to them.

use std::fmt;

use sf_backup_ops::restore::Storage;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

use crate::cluster::input::{self, Input};
use crate::options::files::Source;
use crate::output::failure::Failure;

/// A storage as its file has it.
#[derive(Debug)]
pub(super) struct StorageFile {
    /// Where it comes from, in errors.
    source: String,
    written: BackupStorageDescription,
}

impl StorageFile {
    pub(super) fn read(source: &Source, input: &mut Input<'_, '_>) -> Result<Self, Failure> {
        Ok(Self { source: source.to_string(), written: input.read_unresolved_storage(source, "Storage")? })
    }

    /// The storage of a policy, as the cluster returns it.
    pub(super) fn of_policy(policy: BackupPolicyDescription) -> Result<Self, Failure> {
        let storage = Storage::of(policy.storage);
        storage.complete().map_err(|_| {
            Failure::Usage(format!(
                "--from-policy {}: the cluster does not return the secrets of its storage; name the storage with --from-storage",
                policy.name
            ))
        })?;
        Ok(Self { source: format!("policy {}", policy.name), written: storage.description().clone() })
    }

    /// What may be written down of it.
    pub(super) fn storage(&self) -> Storage {
        Storage::of(self.written.clone())
    }

    /// The storage as it is sent, with secrets fetched.
    pub(super) fn fetched(&self) -> Result<BackupStorageDescription, Failure> {
        fetched(&self.written, &self.source)
    }
}

/// A storage with what its references stand for. `source` is the file that has them.
pub(super) fn fetched(
    storage: &BackupStorageDescription,
    source: &impl fmt::Display,
) -> Result<BackupStorageDescription, Failure> {
    input::resolved(storage.clone(), source, None).map(|(storage, _)| storage)
}
