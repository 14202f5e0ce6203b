//! Storage locations of backups.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::union::unions;
use crate::secret::Secret;
use crate::validation::{BuildError, Validate, ValidationPath};
use crate::wire::model::Extra;
use crate::wire::open_enum::open_enums;

unions! {
    /// The storage location of backups.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupstoragedescription)
    BackupStorageDescription by "StorageKind" {
        /// Azure Blob Storage, accessed with a connection string.
        AzureBlobStore(AzureBlobBackupStorageDescription),
        /// A file share.
        FileShare(FileShareBackupStorageDescription),
        /// Azure Blob Storage, with credentials from DSMS.
        DsmsAzureBlobStore(DsmsAzureBlobBackupStorageDescription) since "7.2",
        /// Azure Blob Storage, accessed with a managed identity.
        ManagedIdentityAzureBlobStore(ManagedIdentityAzureBlobBackupStorageDescription) since "8.0",
    }
}

models! {
    /// Azure Blob Storage, accessed with a connection string.
    AzureBlobBackupStorageDescription {
        required {
            /// The connection string of the storage account.
            connection_string: Secret = "ConnectionString",
            /// The name of the container.
            container_name: String = "ContainerName",
        }
        optional {
            /// A label for display. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
        }
    }

    /// A file share, accessed by UNC path.
    FileShareBackupStorageDescription {
        required {
            /// The UNC path of the share.
            path: String = "Path",
        }
        optional {
            /// A label for display. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
            /// The user name for access to the share, such as `DOMAIN\user`.
            primary_user_name: String = "PrimaryUserName",
            /// The password of the primary user.
            primary_password: Secret = "PrimaryPassword",
            /// The user name to try if access with the primary one fails.
            secondary_user_name: String = "SecondaryUserName",
            /// The password of the secondary user.
            secondary_password: Secret = "SecondaryPassword",
        }
    }

    /// Azure Blob Storage, with credentials from DSMS.
    DsmsAzureBlobBackupStorageDescription {
        required {
            /// The location of the credentials in DSMS.
            storage_credentials_source_location: String = "StorageCredentialsSourceLocation",
            /// The name of the container.
            container_name: String = "ContainerName",
        }
        optional {
            /// A label for display. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
        }
    }

    /// Azure Blob Storage, accessed with a managed identity. The identity needs the role Storage Blob Data Contributor on the
    /// account, and since runtime 11.1 Storage Account Contributor as well.
    ManagedIdentityAzureBlobBackupStorageDescription {
        required {
            /// The owner of the managed identity.
            managed_identity_type: ManagedIdentityType = "ManagedIdentityType",
            /// The URI of the blob service.
            blob_service_uri: String = "BlobServiceUri",
            /// The name of the container.
            container_name: String = "ContainerName",
        }
        optional {
            /// A label for display. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
            /// The client id, if several user-assigned identities exist. Introduced in 9.1 CU12, 10.0 CU6 and 10.1 CU5.
            managed_identity_client_id: Uuid = "ManagedIdentityClientId" since "9.1",
        }
    }
}

open_enums! {
    /// The owner of a managed identity.
    ManagedIdentityType {
        /// Not a valid value.
        Invalid,
        /// The virtual machine scale set.
        Vmss = "VMSS",
        /// The cluster.
        Cluster,
    }
}

impl BackupStorageDescription {
    /// Members that this library does not know, for every kind of storage.
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

impl Validate for BackupStorageDescription {
    fn validate(&self, at: &ValidationPath<'_>) -> Result<(), BuildError> {
        let text = |name, text: &str| at.member(name).rule(!text.trim().is_empty(), REQUIRED);
        self.validate_version(at)?;
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
