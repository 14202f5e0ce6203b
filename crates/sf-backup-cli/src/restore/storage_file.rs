//! The file that describes a storage, with secrets or references to them.

use sf_backup_ops::restore::{Storage, resolved};
use sf_backup_proto::model::storage::BackupStorageDescription;

use crate::failure::Failure;
use crate::input::{Input, Source};
use crate::secret_ref::Fetch;

/// A storage as its file has it.
#[derive(Debug)]
pub(super) struct StorageFile {
    source: Source,
    written: BackupStorageDescription,
}

impl StorageFile {
    pub(super) fn read(source: &Source, input: &mut Input<'_, '_>) -> Result<Self, Failure> {
        Ok(Self { source: source.clone(), written: input.read_storage(source, "Storage")? })
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
    source: &Source,
) -> Result<BackupStorageDescription, Failure> {
    resolved(storage, |reference| reference.fetch()).map_err(|problem| Failure::Usage(format!("{source}: {problem}")))
}
