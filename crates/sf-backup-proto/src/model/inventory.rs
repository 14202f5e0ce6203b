//! Applications, services and partitions, as returned by the cluster queries.
//!
//! Only the members that matter to backups have fields. All others are kept as [`Extra`](crate::model::Extra).

use crate::model::partition::PartitionInformation;
use crate::operation::reply::reply;
use crate::time::Timestamp;
use crate::wire::model::model;
use crate::wire::open_enum::open_enum;

model! {
    /// An application of the cluster.
    ApplicationInfo {
    optional {
    /// The id: the name without `fabric:/`.
    id: String = "Id",
    /// The full name, including `fabric:/`.
    name: String = "Name",
    /// The application type.
    type_name: String = "TypeName",
    /// The version of the application type.
            type_version: String = "TypeVersion",
        }
    }
}

model! {
    /// A service of an application.
    ServiceInfo {
    optional {
    /// Whether the service is stateful or stateless.
    service_kind: ServiceKind = "ServiceKind",
    /// The id: the name without `fabric:/`.
    id: String = "Id",
    /// The full name, including `fabric:/`.
    name: String = "Name",
    /// The service type.
    type_name: String = "TypeName",
    /// Whether a stateful service keeps its state on disk. Only such services can be backed up.
            has_persisted_state: bool = "HasPersistedState",
        }
    }
}

model! {
    /// A partition of a service.
    ServicePartitionInfo {
        optional {
            /// Whether the service is stateful or stateless.
            service_kind: ServiceKind = "ServiceKind",
            /// The partition's id and key range.
            partition_information: PartitionInformation = "PartitionInformation",
            /// What the health store says of it, its replicas included.
            health_state: HealthState = "HealthState",
            /// Whether it can be used.
            partition_status: PartitionStatus = "PartitionStatus",
        }
    }
}

model! {
    /// The health of a partition.
    PartitionHealth {
        optional {
            /// What it comes to, its replicas included.
            aggregated_health_state: HealthState = "AggregatedHealthState",
            /// What was reported on the partition itself.
            health_events: Vec<HealthEvent> = "HealthEvents",
        }
    }
}

model! {
    /// What a component of the cluster reported.
    HealthEvent {
        optional {
            /// Which component: `System.BackupRestoreManager` reports on backups.
            source_id: String = "SourceId",
            /// On what: `Backup` for periodic backups.
            property: String = "Property",
            /// How it is.
            health_state: HealthState = "HealthState",
            /// In words; the cause of a failed backup as an HRESULT.
            description: String = "Description",
            /// When it was reported.
            source_utc_timestamp: Timestamp = "SourceUtcTimestamp",
        }
    }
}

model! {
    /// The name of an application.
    ApplicationNameInfo {
        optional {
            /// The id: the name without `fabric:/`.
            id: String = "Id",
            /// The full name, including `fabric:/`.
            name: String = "Name",
        }
    }
}

model! {
    /// The name of a service.
    ServiceNameInfo {
        optional {
            /// The id: the name without `fabric:/`.
            id: String = "Id",
            /// The full name, including `fabric:/`.
            name: String = "Name",
        }
    }
}

model! {
    /// The Service Fabric runtime version of the cluster.
    ClusterVersion {
    optional {
    /// The version, such as `6.4.617.9590`.
            version: String = "Version",
        }
    }
}

model! {
    /// The authentication metadata of the cluster.
    AadMetadataObject {
    optional {
    /// `aad` if the cluster uses Microsoft Entra ID.
    kind: String = "type",
    /// The Microsoft Entra ID settings.
            metadata: AadMetadata = "metadata",
        }
    }
}

model! {
    /// The settings for signing in with Microsoft Entra ID.
    AadMetadata {
    optional {
    /// The authority URL that issues tokens.
    authority: String = "authority",
    /// The id of the client application.
    client: String = "client",
    /// The id of the cluster application: the resource to request a token for.
    cluster: String = "cluster",
    /// The login endpoint.
    login: String = "login",
    /// The redirect URI of the client application.
    redirect: String = "redirect",
    /// The id of the tenant.
            tenant: String = "tenant",
        }
    }
}

reply!(
    ApplicationInfo,
    ServiceInfo,
    ServicePartitionInfo,
    PartitionHealth,
    ApplicationNameInfo,
    ServiceNameInfo,
    ClusterVersion,
    AadMetadataObject
);

open_enum! {
    /// The kind of a service: stateless or stateful.
    ServiceKind {
    /// Not a valid value.
    Invalid,
    /// Stateless service.
    Stateless,
    /// Stateful service.
    Stateful,
    }
}

open_enum! {
    /// How well something is.
    HealthState {
        /// No legal value.
        Invalid,
        /// Well.
        Ok,
        /// Something may become a problem.
        Warning,
        /// Something is broken.
        Error,
    }
}

open_enum! {
    /// Whether a partition can be used.
    PartitionStatus {
        /// No legal value.
        Invalid,
        /// It can.
        Ready,
        /// Not enough replicas are up to write.
        NotReady,
        /// So many replicas are down that data may be lost.
        InQuorumLoss,
        /// Replicas change their roles; a partition that waits for a restore after data loss stays here.
        Reconfiguring,
        /// It is being deleted.
        Deleting,
    }
}
