//! Applications, services and partitions, as returned by the cluster queries.
//!
//! Only the members that matter to backups have fields. All others are kept as [`Extra`](crate::model::Extra).

mod health;

use crate::model::backup::Epoch;
use crate::model::object::models;
use crate::model::partition::PartitionInformation;
use crate::wire::open_enum::open_enums;
pub use health::{ApplicationHealth, HealthEvent, HealthState, PartitionHealth, ServiceHealthState};

models! {
    /// An application of the cluster.
    ApplicationInfo {
        /// The id: the name without `fabric:/`.
        id: String = "Id",
        /// The full name, including `fabric:/`.
        name: String = "Name",
        /// The application type.
        type_name: String = "TypeName",
        /// The version of the application type.
        type_version: String = "TypeVersion",
        /// `Ready`, `Upgrading`, `Creating`, `Deleting` or `Failed`.
        status: String = "Status" @lenient,
        /// The aggregated health of the application and everything in it.
        health_state: HealthState = "HealthState" @lenient,
        /// How the application was defined: `ServiceFabricApplicationDescription` or `Compose`.
        application_definition_kind: String = "ApplicationDefinitionKind" @lenient,
    }

    /// A service of an application.
    ServiceInfo {
        /// Whether the service is stateful or stateless.
        service_kind: ServiceKind = "ServiceKind",
        /// The id: the name without `fabric:/`.
        id: String = "Id",
        /// The full name, including `fabric:/`.
        name: String = "Name",
        /// The service type.
        type_name: String = "TypeName",
        /// The version of the service manifest.
        manifest_version: String = "ManifestVersion" @lenient,
        /// The aggregated health of the service and its partitions.
        health_state: HealthState = "HealthState" @lenient,
        /// `Active`, `Upgrading`, `Creating`, `Deleting` or `Failed`.
        service_status: String = "ServiceStatus" @lenient,
        /// Whether the service is a service group.
        is_service_group: bool = "IsServiceGroup" @lenient,
        /// Whether a stateful service keeps its state on disk. Only such services can be backed up.
        has_persisted_state: bool = "HasPersistedState" @lenient,
    }

    /// A partition of a service.
    ServicePartitionInfo {
        /// Whether the service is stateful or stateless.
        service_kind: ServiceKind = "ServiceKind",
        /// The partition's id and key range.
        partition_information: PartitionInformation = "PartitionInformation",
        /// The target number of replicas of a stateful service.
        target_replica_set_size: u32 = "TargetReplicaSetSize" @lenient,
        /// The minimum number of replicas of a stateful service; with fewer it accepts no writes.
        min_replica_set_size: u32 = "MinReplicaSetSize" @lenient,
        /// The number of instances of a stateless service; -1 means one per node.
        instance_count: i32 = "InstanceCount" @lenient,
        /// The aggregated health of the partition and its replicas.
        health_state: HealthState = "HealthState" @lenient,
        /// Whether the partition is available.
        partition_status: PartitionStatus = "PartitionStatus" @lenient,
        /// Duration of the last quorum loss in seconds; while in quorum loss, its duration so far.
        last_quorum_loss_duration_in_seconds: i64 = "LastQuorumLossDurationInSeconds" @lenient,
        /// The current epoch. `DataLossVersion` grows with every data loss.
        current_configuration_epoch: Epoch = "CurrentConfigurationEpoch" @lenient,
    }

    /// The name of an application.
    ApplicationNameInfo {
        /// The id: the name without `fabric:/`.
        id: String = "Id",
        /// The full name, including `fabric:/`.
        name: String = "Name",
    }

    /// The name of a service.
    ServiceNameInfo {
        /// The id: the name without `fabric:/`.
        id: String = "Id",
        /// The full name, including `fabric:/`.
        name: String = "Name",
    }

    /// The Service Fabric runtime version of the cluster.
    ClusterVersion {
        /// The version, such as `6.4.617.9590`.
        version: String = "Version",
    }

    /// The authentication metadata of the cluster.
    AadMetadataObject {
        /// `aad` if the cluster uses Microsoft Entra ID.
        kind: String = "type",
        /// The Microsoft Entra ID settings.
        metadata: AadMetadata = "metadata",
    }

    /// The settings for signing in with Microsoft Entra ID.
    AadMetadata {
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

open_enums! {
    /// The availability of a partition.
    PartitionStatus {
        /// No legal value.
        Invalid,
        /// Available.
        Ready,
        /// Not available yet.
        NotReady,
        /// Too few replicas are available: no writes, no backups.
        InQuorumLoss,
        /// The replicas are changing roles, or the partition waits for a restore after data loss.
        Reconfiguring,
        /// Being deleted.
        Deleting,
    }

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
