//! Backup configuration of entities: the effective policy and suspension.

use uuid::Uuid;

use crate::model::object::models;
use crate::model::union::unions;
use crate::wire::open_enum::open_enums;

unions! {
    /// The backup configuration of an application, a service or a partition.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupconfigurationinfo)
    BackupConfigurationInfo by "Kind" {
        /// The configuration of an application.
        Application(ApplicationBackupConfigurationInfo),
        /// The configuration of a service.
        Service(ServiceBackupConfigurationInfo),
        /// The configuration of a partition.
        Partition(PartitionBackupConfigurationInfo),
    }
}

models! {
    /// The backup configuration of an application.
    ApplicationBackupConfigurationInfo {
        /// The full name of the application, including `fabric:/`.
        application_name: String = "ApplicationName",
        /// The name of the effective policy.
        policy_name: String = "PolicyName",
        /// The level at which the effective policy is enabled.
        policy_inherited_from: BackupPolicyScope = "PolicyInheritedFrom",
        /// Whether periodic backups are suspended, and at which level.
        suspension_info: BackupSuspensionInfo = "SuspensionInfo",
    }

    /// The backup configuration of a service.
    ServiceBackupConfigurationInfo {
        /// The full name of the service, including `fabric:/`.
        service_name: String = "ServiceName",
        /// The name of the effective policy.
        policy_name: String = "PolicyName",
        /// The level at which the effective policy is enabled.
        policy_inherited_from: BackupPolicyScope = "PolicyInheritedFrom",
        /// Whether periodic backups are suspended, and at which level.
        suspension_info: BackupSuspensionInfo = "SuspensionInfo",
    }

    /// The backup configuration of a partition.
    PartitionBackupConfigurationInfo {
        /// The full name of the service, including `fabric:/`.
        service_name: String = "ServiceName",
        /// The id of the partition.
        partition_id: Uuid = "PartitionId",
        /// The name of the effective policy.
        policy_name: String = "PolicyName",
        /// The level at which the effective policy is enabled.
        policy_inherited_from: BackupPolicyScope = "PolicyInheritedFrom",
        /// Whether periodic backups are suspended, and at which level.
        suspension_info: BackupSuspensionInfo = "SuspensionInfo",
    }

    /// Whether periodic backups are suspended, and at which level.
    BackupSuspensionInfo {
        /// Whether periodic backups are suspended.
        is_suspended: bool = "IsSuspended",
        /// The level of the suspension; `Invalid` if not suspended.
        suspension_inherited_from: BackupSuspensionScope = "SuspensionInheritedFrom",
    }
}

open_enums! {
    /// The level at which a policy is enabled.
    BackupPolicyScope {
        /// Not a valid level.
        Invalid,
        /// Enabled on the partition.
        Partition,
        /// Enabled on the service.
        Service,
        /// Enabled on the application.
        Application,
    }

    /// The level at which backups are suspended.
    BackupSuspensionScope {
        /// Not suspended.
        Invalid,
        /// Suspended on the partition.
        Partition,
        /// Suspended on the service.
        Service,
        /// Suspended on the application.
        Application,
    }
}

impl BackupConfigurationInfo {
    /// The name of the effective policy.
    pub fn policy_name(&self) -> Option<&str> {
        match self {
            Self::Application(info) => info.policy_name.as_deref(),
            Self::Service(info) => info.policy_name.as_deref(),
            Self::Partition(info) => info.policy_name.as_deref(),
            Self::Unknown(_) => None,
        }
    }

    /// The level at which the effective policy is enabled.
    pub fn policy_inherited_from(&self) -> Option<&BackupPolicyScope> {
        match self {
            Self::Application(info) => info.policy_inherited_from.as_ref(),
            Self::Service(info) => info.policy_inherited_from.as_ref(),
            Self::Partition(info) => info.policy_inherited_from.as_ref(),
            Self::Unknown(_) => None,
        }
    }

    /// Whether periodic backups are suspended, and at which level.
    pub fn suspension_info(&self) -> Option<&BackupSuspensionInfo> {
        match self {
            Self::Application(info) => info.suspension_info.as_ref(),
            Self::Service(info) => info.suspension_info.as_ref(),
            Self::Partition(info) => info.suspension_info.as_ref(),
            Self::Unknown(_) => None,
        }
    }
}
