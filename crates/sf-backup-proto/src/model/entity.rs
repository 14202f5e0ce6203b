//! Applications, services and partitions in request and response bodies.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::union::unions;
use crate::name::{ApplicationId, PartitionId, ServiceId};
use crate::validation::present;

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

// The API reference calls names and ids optional, but the server requires them.
models! {
    /// An application that backup is enabled on or queried for.
    ApplicationBackupEntity {
        /// The full name of the application, including `fabric:/`.
        application_name: String = "ApplicationName" check present,
    }

    /// A service that backup is enabled on or queried for.
    ServiceBackupEntity {
        /// The full name of the service, including `fabric:/`.
        service_name: String = "ServiceName" check present,
    }

    /// A partition that backup is enabled on or queried for.
    PartitionBackupEntity {
        /// The full name of the service, including `fabric:/`.
        service_name: String = "ServiceName" check present,
        /// The id of the partition.
        partition_id: Uuid = "PartitionId" check present,
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
