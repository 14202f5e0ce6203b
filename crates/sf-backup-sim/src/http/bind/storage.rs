//! Binding of storages.

use sf_backup_proto::Secret;
use sf_backup_proto::model::storage::{
    AzureBlobBackupStorageDescription, BackupStorageDescription, DsmsAzureBlobBackupStorageDescription,
    FileShareBackupStorageDescription, ManagedIdentityAzureBlobBackupStorageDescription, ManagedIdentityType,
};

use super::json::{self, Object, Reader};
use crate::world::entity::guid;
use crate::world::runtime::Runtime;

/// Reads a storage, whose kind decides the required members. `None` if it is missing or has an unknown kind.
pub(crate) fn read(
    object: Object<'_>,
    path: &str,
    runtime: Runtime,
    reader: &mut Reader<'_>,
) -> Option<BackupStorageDescription> {
    let friendly_name = |reader: &mut Reader<'_>| object.text("FriendlyName", reader);
    let storage = match object.tag("StorageKind") {
        Some("FileShare") => {
            let mut share = FileShareBackupStorageDescription::new(object.required_text("Path", reader));
            share.friendly_name = friendly_name(reader);
            share.primary_user_name = object.text("PrimaryUserName", reader);
            share.primary_password = secret(object, "PrimaryPassword", reader);
            share.secondary_user_name = object.text("SecondaryUserName", reader);
            share.secondary_password = secret(object, "SecondaryPassword", reader);
            share.into()
        }
        Some("AzureBlobStore") => {
            let mut blob = AzureBlobBackupStorageDescription::new(
                object.required_text("ConnectionString", reader),
                object.required_text("ContainerName", reader),
            );
            blob.friendly_name = friendly_name(reader);
            blob.into()
        }
        Some("DsmsAzureBlobStore") if runtime >= Runtime::V6_4 => {
            let mut blob = DsmsAzureBlobBackupStorageDescription::new(
                object.required_text("StorageCredentialsSourceLocation", reader),
                object.required_text("ContainerName", reader),
            );
            blob.friendly_name = friendly_name(reader);
            blob.into()
        }
        Some("ManagedIdentityAzureBlobStore") if runtime >= Runtime::V11_3 => {
            managed_identity(object, friendly_name(reader), reader).into()
        }
        _ => {
            reader.unreadable(path);
            return None;
        }
    };
    Some(storage)
}

fn managed_identity(
    object: Object<'_>,
    friendly_name: Option<String>,
    reader: &mut Reader<'_>,
) -> ManagedIdentityAzureBlobBackupStorageDescription {
    let kind = object.required_value("ManagedIdentityType", reader, |value| {
        json::choice(value, ManagedIdentityType::KNOWN, ManagedIdentityType::as_str).map(Some)
    });
    let mut blob = ManagedIdentityAzureBlobBackupStorageDescription::new(
        kind.unwrap_or(ManagedIdentityType::Invalid),
        object.required_text("BlobServiceUri", reader),
        object.required_text("ContainerName", reader),
    );
    blob.friendly_name = friendly_name;
    let client = object.text("ManagedIdentityClientId", reader);
    blob.managed_identity_client_id = client.as_deref().and_then(guid);
    if client.is_some() && blob.managed_identity_client_id.is_none() {
        reader.unreadable("ManagedIdentityClientId");
    }
    blob
}

fn secret(object: Object<'_>, name: &str, reader: &mut Reader<'_>) -> Option<Secret> {
    object.text(name, reader).map(Secret::from)
}
