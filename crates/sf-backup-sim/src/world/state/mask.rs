//! Storages as the service returns and copies them.

use sf_backup_proto::Secret;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::secret::MASK;

/// Replaces secrets by `****`, whether they are set or not, and sets an empty friendly name if there is none.
pub(crate) fn masked(storage: &BackupStorageDescription) -> BackupStorageDescription {
    let mut copy = storage.clone();
    let mask = || Secret::from(MASK);
    match &mut copy {
        BackupStorageDescription::FileShare(share) => {
            share.primary_password = Some(mask());
            share.secondary_password = Some(mask());
        }
        BackupStorageDescription::AzureBlobStore(blob) => blob.connection_string = mask(),
        _ => {}
    }
    if let Some(name) = friendly_name(&mut copy) {
        name.get_or_insert_default();
    }
    copy
}

/// Removes the friendly name, which the service loses when it copies a storage.
pub(crate) fn drop_friendly_name(storage: &mut BackupStorageDescription) {
    if let Some(name) = friendly_name(storage) {
        *name = None;
    }
}

fn friendly_name(storage: &mut BackupStorageDescription) -> Option<&mut Option<String>> {
    match storage {
        BackupStorageDescription::FileShare(share) => Some(&mut share.friendly_name),
        BackupStorageDescription::AzureBlobStore(blob) => Some(&mut blob.friendly_name),
        BackupStorageDescription::DsmsAzureBlobStore(blob) => Some(&mut blob.friendly_name),
        BackupStorageDescription::ManagedIdentityAzureBlobStore(blob) => Some(&mut blob.friendly_name),
        _ => None,
    }
}
