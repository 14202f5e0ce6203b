//! Storage locations of backups.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::union::unions;
use crate::secret::Secret;
use crate::validation::{ValidationPath, not_blank, valid};
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
            connection_string: Secret = "ConnectionString" check connection_string,
            /// The name of the container.
            container_name: String = "ContainerName" check not_blank,
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
            path: String = "Path" check not_blank,
        }
        optional {
            /// A label for display. The server loses it at the first enable, disable or update.
            friendly_name: String = "FriendlyName",
            /// The user name for access to the share, such as `DOMAIN\user`.
            primary_user_name: String = "PrimaryUserName",
            /// The password of the primary user.
            primary_password: Secret = "PrimaryPassword" check valid,
            /// The user name to try if access with the primary one fails.
            secondary_user_name: String = "SecondaryUserName",
            /// The password of the secondary user.
            secondary_password: Secret = "SecondaryPassword" check valid,
        }
    }

    /// Azure Blob Storage, with credentials from DSMS.
    DsmsAzureBlobBackupStorageDescription {
        required {
            /// The location of the credentials in DSMS.
            storage_credentials_source_location: String = "StorageCredentialsSourceLocation" check not_blank,
            /// The name of the container.
            container_name: String = "ContainerName" check not_blank,
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
            managed_identity_type: ManagedIdentityType = "ManagedIdentityType" check known_identity,
            /// The URI of the blob service.
            blob_service_uri: String = "BlobServiceUri" check not_blank,
            /// The name of the container.
            container_name: String = "ContainerName" check not_blank,
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

fn connection_string(secret: &Secret, at: &ValidationPath<'_>) {
    valid(secret, at);
    not_blank(secret.expose(), at);
}

fn known_identity(kind: &ManagedIdentityType, at: &ValidationPath<'_>) {
    at.rule(*kind != ManagedIdentityType::Invalid, "must be VMSS or Cluster");
}
