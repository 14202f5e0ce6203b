//! Which policy is in force for an entity, and whether its backups are suspended.

use uuid::Uuid;

use crate::operation::reply::reply;
use crate::wire::model::model;
use crate::wire::open_enum::open_enum;
use crate::wire::union::union;

union! {
    /// The backup configuration of an application, a service or a partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupconfigurationinfo)
    BackupConfigurationInfo by "Kind" {
        /// An application's.
        Application(ApplicationBackupConfigurationInfo),
        /// A service's.
        Service(ServiceBackupConfigurationInfo),
        /// A partition's.
        Partition(PartitionBackupConfigurationInfo),
    }
}

reply!(BackupConfigurationInfo);

model! {
    /// The backup configuration of an application.
    ApplicationBackupConfigurationInfo {
        optional {
            /// Its full name, `fabric:/` and all.
            application_name: String = "ApplicationName",
            /// The policy in force.
            policy_name: String = "PolicyName",
            /// The level at which that policy was enabled.
            policy_inherited_from: BackupPolicyScope = "PolicyInheritedFrom",
            /// Whether backups are suspended.
            suspension_info: BackupSuspensionInfo = "SuspensionInfo",
        }
    }
}

model! {
    /// The backup configuration of a service.
    ServiceBackupConfigurationInfo {
        optional {
            /// Its full name, `fabric:/` and all.
            service_name: String = "ServiceName",
            /// The policy in force.
            policy_name: String = "PolicyName",
            /// The level at which that policy was enabled.
            policy_inherited_from: BackupPolicyScope = "PolicyInheritedFrom",
            /// Whether backups are suspended.
            suspension_info: BackupSuspensionInfo = "SuspensionInfo",
        }
    }
}

model! {
    /// The backup configuration of a partition.
    PartitionBackupConfigurationInfo {
        optional {
            /// The service's full name, `fabric:/` and all.
            service_name: String = "ServiceName",
            /// The partition's id.
            partition_id: Uuid = "PartitionId",
            /// The policy in force.
            policy_name: String = "PolicyName",
            /// The level at which that policy was enabled.
            policy_inherited_from: BackupPolicyScope = "PolicyInheritedFrom",
            /// Whether backups are suspended.
            suspension_info: BackupSuspensionInfo = "SuspensionInfo",
        }
    }
}

model! {
    /// Whether backups are suspended, and at which level.
    BackupSuspensionInfo {
        optional {
            /// Whether they are.
            is_suspended: bool = "IsSuspended",
            /// The level; `Invalid` when not suspended.
            suspension_inherited_from: BackupSuspensionScope = "SuspensionInheritedFrom",
        }
    }
}

open_enum! {
    /// The level at which a policy was enabled.
    BackupPolicyScope {
        /// None.
        Invalid,
        /// The partition.
        Partition,
        /// The service.
        Service,
        /// The application.
        Application,
    }
}

open_enum! {
    /// The level at which backups were suspended.
    BackupSuspensionScope {
        /// Not suspended.
        Invalid,
        /// The partition.
        Partition,
        /// The service.
        Service,
        /// The application.
        Application,
    }
}

impl BackupConfigurationInfo {
    /// The policy in force.
    pub fn policy_name(&self) -> Option<&str> {
        match self {
            Self::Application(info) => info.policy_name.as_deref(),
            Self::Service(info) => info.policy_name.as_deref(),
            Self::Partition(info) => info.policy_name.as_deref(),
            Self::Unknown(_) => None,
        }
    }

    /// The level at which that policy was enabled.
    pub fn policy_inherited_from(&self) -> Option<&BackupPolicyScope> {
        match self {
            Self::Application(info) => info.policy_inherited_from.as_ref(),
            Self::Service(info) => info.policy_inherited_from.as_ref(),
            Self::Partition(info) => info.policy_inherited_from.as_ref(),
            Self::Unknown(_) => None,
        }
    }

    /// Whether backups are suspended.
    pub fn suspension_info(&self) -> Option<&BackupSuspensionInfo> {
        match self {
            Self::Application(info) => info.suspension_info.as_ref(),
            Self::Service(info) => info.suspension_info.as_ref(),
            Self::Partition(info) => info.suspension_info.as_ref(),
            Self::Unknown(_) => None,
        }
    }
}
