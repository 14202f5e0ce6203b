//! Applications, services and partitions in request and response bodies.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::union::unions;
use crate::name::{ApplicationId, PartitionId, ServiceId};
use crate::validation::{BuildError, ValidationPath};

unions! {
    /// An application, a service or a partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupentity)
    BackupEntity by "EntityKind" {
        /// An application.
        Application(ApplicationBackupEntity),
        /// A service.
        Service(ServiceBackupEntity),
        /// A partition.
        Partition(PartitionBackupEntity),
    }
}

models! {
    /// An application that backup is enabled on or queried for.
    ApplicationBackupEntity {
        /// The full name of the application, including `fabric:/`.
        application_name: String = "ApplicationName",
    }

    /// A service that backup is enabled on or queried for.
    ServiceBackupEntity {
        /// The full name of the service, including `fabric:/`.
        service_name: String = "ServiceName",
    }

    /// A partition that backup is enabled on or queried for.
    PartitionBackupEntity {
        /// The full name of the service, including `fabric:/`.
        service_name: String = "ServiceName",
        /// The id of the partition.
        partition_id: Uuid = "PartitionId",
    }
}

impl From<&ApplicationId> for BackupEntity {
    fn from(id: &ApplicationId) -> Self {
        ApplicationBackupEntity::new().application_name(id.to_string()).into()
    }
}

impl From<&ServiceId> for BackupEntity {
    fn from(id: &ServiceId) -> Self {
        ServiceBackupEntity::new().service_name(id.to_string()).into()
    }
}

impl From<(&ServiceId, PartitionId)> for BackupEntity {
    fn from((service, partition): (&ServiceId, PartitionId)) -> Self {
        PartitionBackupEntity::new().service_name(service.to_string()).partition_id(partition.uuid()).into()
    }
}

const REQUIRED: &str = "is required";

impl BackupEntity {
    /// Checks that names and ids are set. The API reference calls them optional, but the server requires them.
    pub(crate) fn validate(&self, at: &ValidationPath<'_>) -> Result<(), BuildError> {
        self.validate_version(at)?;
        match self {
            Self::Application(entity) => at.member("ApplicationName").rule(entity.application_name.is_some(), REQUIRED),
            Self::Service(entity) => at.member("ServiceName").rule(entity.service_name.is_some(), REQUIRED),
            Self::Partition(entity) => {
                at.member("ServiceName").rule(entity.service_name.is_some(), REQUIRED)?;
                at.member("PartitionId").rule(entity.partition_id.is_some(), REQUIRED)
            }
            Self::Unknown(_) => Ok(()),
        }
    }
}
