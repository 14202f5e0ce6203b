//! Applications, services and partitions as the cluster's own queries list them: the members that matter to backups.
//! All others are kept as [`Extra`](crate::model::Extra).

use crate::model::partition::PartitionInformation;
use crate::operation::reply::reply;
use crate::wire::model::model;
use crate::wire::open_enum::open_enum;

model! {
    /// An application.
    ApplicationInfo {
        optional {
            /// Its id: the name without `fabric:/`.
            id: String = "Id",
            /// Its full name.
            name: String = "Name",
            /// Its type.
            type_name: String = "TypeName",
            /// Its type's version.
            type_version: String = "TypeVersion",
        }
    }
}

model! {
    /// A service.
    ServiceInfo {
        optional {
            /// Stateful or stateless.
            service_kind: ServiceKind = "ServiceKind",
            /// Its id: the name without `fabric:/`.
            id: String = "Id",
            /// Its full name.
            name: String = "Name",
            /// Its type.
            type_name: String = "TypeName",
            /// Whether a stateful service keeps its state on disk. Only such a service is backed up.
            has_persisted_state: bool = "HasPersistedState",
        }
    }
}

model! {
    /// A partition of a service.
    ServicePartitionInfo {
        optional {
            /// Stateful or stateless.
            service_kind: ServiceKind = "ServiceKind",
            /// Its id, and its share of the service's keys.
            partition_information: PartitionInformation = "PartitionInformation",
        }
    }
}

model! {
    /// The name of an application.
    ApplicationNameInfo {
        optional {
            /// Its id: the name without `fabric:/`.
            id: String = "Id",
            /// Its full name.
            name: String = "Name",
        }
    }
}

model! {
    /// The name of a service.
    ServiceNameInfo {
        optional {
            /// Its id: the name without `fabric:/`.
            id: String = "Id",
            /// Its full name.
            name: String = "Name",
        }
    }
}

model! {
    /// The runtime that the cluster runs.
    ClusterVersion {
        optional {
            /// Such as `6.4.617.9590`.
            version: String = "Version",
        }
    }
}

model! {
    /// How to log in.
    AadMetadataObject {
        optional {
            /// `aad` where the cluster knows Microsoft Entra ID.
            kind: String = "type",
            /// The particulars.
            metadata: AadMetadata = "metadata",
        }
    }
}

model! {
    /// The particulars of logging in with Microsoft Entra ID.
    AadMetadata {
        optional {
            /// Where to log in.
            authority: String = "authority",
            /// The client application's id.
            client: String = "client",
            /// The cluster application's id: the resource to ask a token for.
            cluster: String = "cluster",
            /// The login endpoint.
            login: String = "login",
            /// The client application's redirect address.
            redirect: String = "redirect",
            /// The tenant's id.
            tenant: String = "tenant",
        }
    }
}

reply!(
    ApplicationInfo,
    ServiceInfo,
    ServicePartitionInfo,
    ApplicationNameInfo,
    ServiceNameInfo,
    ClusterVersion,
    AadMetadataObject
);

open_enum! {
    /// Whether a service has state.
    ServiceKind {
        /// No legal value.
        Invalid,
        /// It has none.
        Stateless,
        /// It has.
        Stateful,
    }
}
