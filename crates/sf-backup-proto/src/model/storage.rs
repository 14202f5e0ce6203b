//! Where backups go.

use uuid::Uuid;

use crate::error::BuildError;
use crate::operation::check::{Check, Checked};
use crate::secret::Secret;
use crate::wire::model::{Extra, model};
use crate::wire::open_enum::open_enum;
use crate::wire::union::union;

union! {
    /// Where backups go.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupstoragedescription)
    BackupStorageDescription by "StorageKind" {
        /// Azure blob storage, by connection string.
        AzureBlobStore(AzureBlobBackupStorageDescription),
        /// A file share.
        FileShare(FileShareBackupStorageDescription),
        /// Azure blob storage, with credentials from DSMS.
        DsmsAzureBlobStore(DsmsAzureBlobBackupStorageDescription) since "7.2",
        /// Azure blob storage, by managed identity.
        ManagedIdentityAzureBlobStore(ManagedIdentityAzureBlobBackupStorageDescription) since "8.0",
    }
}

model! {
    /// Azure blob storage, by connection string.
    AzureBlobBackupStorageDescription {
        required {
            /// The storage account's connection string.
            connection_string: Secret = "ConnectionString",
            /// The container.
            container_name: String = "ContainerName",
        }
        optional {
            /// A label. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
        }
    }
}

model! {
    /// A file share.
    FileShareBackupStorageDescription {
        required {
            /// The UNC path.
            path: String = "Path",
        }
        optional {
            /// A label. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
            /// The user to connect as: `DOMAIN\user`, or a name.
            primary_user_name: String = "PrimaryUserName",
            /// The user's password.
            primary_password: Secret = "PrimaryPassword",
            /// The user to try next.
            secondary_user_name: String = "SecondaryUserName",
            /// That user's password.
            secondary_password: Secret = "SecondaryPassword",
        }
    }
}

model! {
    /// Azure blob storage, with credentials from DSMS.
    DsmsAzureBlobBackupStorageDescription {
        required {
            /// Where the credentials are fetched from.
            storage_credentials_source_location: String = "StorageCredentialsSourceLocation",
            /// The container.
            container_name: String = "ContainerName",
        }
        optional {
            /// A label. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
        }
    }
}

model! {
    /// Azure blob storage, by managed identity.
    ManagedIdentityAzureBlobBackupStorageDescription {
        required {
            /// Whose identity.
            managed_identity_type: ManagedIdentityType = "ManagedIdentityType",
            /// The blob service's address.
            blob_service_uri: String = "BlobServiceUri",
            /// The container.
            container_name: String = "ContainerName",
        }
        optional {
            /// A label. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
            /// Which of several user-assigned identities. Reached 9.1 CU12, 10.0 CU6 and 10.1 CU5 as well.
            managed_identity_client_id: Uuid = "ManagedIdentityClientId" since "11.3",
        }
    }
}

open_enum! {
    /// Whose managed identity.
    ManagedIdentityType {
        /// No legal value.
        Invalid,
        /// The scale set's.
        Vmss = "VMSS",
        /// The cluster's.
        Cluster,
    }
}

impl BackupStorageDescription {
    /// Members this library does not know, of whatever kind.
    pub fn extra(&self) -> &Extra {
        match self {
            Self::AzureBlobStore(store) => &store.extra,
            Self::FileShare(share) => &share.extra,
            Self::DsmsAzureBlobStore(store) => &store.extra,
            Self::ManagedIdentityAzureBlobStore(store) => &store.extra,
            Self::Unknown(unknown) => unknown.members(),
        }
    }
}

const REQUIRED: &str = "must not be blank";

impl Checked for BackupStorageDescription {
    fn check(&self, at: &Check<'_>) -> Result<(), BuildError> {
        let text = |name, text: &str| at.member(name).rule(!text.trim().is_empty(), REQUIRED);
        self.sendable(at)?;
        match self {
            Self::AzureBlobStore(store) => {
                at.member("ConnectionString").secret(&store.connection_string)?;
                text("ConnectionString", store.connection_string.expose())?;
                text("ContainerName", &store.container_name)
            }
            Self::FileShare(share) => {
                text("Path", &share.path)?;
                let secrets =
                    [("PrimaryPassword", &share.primary_password), ("SecondaryPassword", &share.secondary_password)];
                secrets.into_iter().try_for_each(|(name, secret)| {
                    secret.as_ref().map_or(Ok(()), |secret| at.member(name).secret(secret))
                })
            }
            Self::DsmsAzureBlobStore(store) => {
                text("StorageCredentialsSourceLocation", &store.storage_credentials_source_location)?;
                text("ContainerName", &store.container_name)
            }
            Self::ManagedIdentityAzureBlobStore(store) => {
                let known = store.managed_identity_type != ManagedIdentityType::Invalid;
                at.member("ManagedIdentityType").rule(known, "must be VMSS or Cluster")?;
                text("BlobServiceUri", &store.blob_service_uri)?;
                text("ContainerName", &store.container_name)
            }
            Self::Unknown(_) => Ok(()),
        }
    }
}
