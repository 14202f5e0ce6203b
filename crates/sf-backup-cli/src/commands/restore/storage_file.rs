//! The file that describes a storage, with secrets or references to them.

use std::fmt;

use sf_backup_ops::restore::Storage;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

use crate::cluster::input::{self, Input};
use crate::options::files::Source;
use crate::output::failure::Failure;

/// A storage as its file contains it.
#[derive(Debug)]
pub(super) struct StorageFile {
    /// The source, for errors.
    source: String,
    written: BackupStorageDescription,
}

impl StorageFile {
    pub(super) fn read(source: &Source, input: &mut Input<'_, '_>) -> Result<Self, Failure> {
        Ok(Self { source: source.to_string(), written: input.read_unresolved_storage(source, "Storage")? })
    }

    /// Creates it from a policy that the cluster returned.
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

    /// The storage without secrets, for a plan.
    pub(super) fn storage(&self) -> Storage {
        Storage::of(self.written.clone())
    }

    /// The storage to send, with its secrets resolved.
    pub(super) fn fetched(&self) -> Result<BackupStorageDescription, Failure> {
        fetched(&self.written, &self.source)
    }
}

/// Resolves the references of a storage. `source` is the file that contains them.
pub(super) fn fetched(
    storage: &BackupStorageDescription,
    source: &impl fmt::Display,
) -> Result<BackupStorageDescription, Failure> {
    input::resolved(storage.clone(), source, None).map(|(storage, _)| storage)
}
