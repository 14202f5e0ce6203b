//! The applications, services and partitions that commands name.

use sf_backup_proto::{ApplicationId, OperationSpec, PartitionId, ServiceId};

use crate::options::scope::Scope;

/// The entity that a command acts on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Entity {
    Application(ApplicationId),
    Service(ServiceId),
    Partition(PartitionId),
}

impl Entity {
    /// The entity of a call of this operation, by its name; `None` if it is not an entity of the cluster.
    pub(crate) fn of(operation: &OperationSpec, name: &str) -> Option<Self> {
        match operation.path.split('/').nth(1)? {
            "Applications" => name.parse().ok().map(Self::Application),
            "Services" => name.parse().ok().map(Self::Service),
            "Partitions" => name.parse().ok().map(Self::Partition),
            _ => None,
        }
    }

    /// The entity of a scope; `None` for the whole cluster.
    pub(crate) fn of_scope(scope: &Scope) -> Option<Self> {
        Some(match scope {
            Scope::Cluster => return None,
            Scope::Application(id) => Self::Application(id.clone()),
            Scope::Service(id) => Self::Service(id.clone()),
            Scope::Partition(id) => Self::Partition(*id),
        })
    }

    /// The noun of its commands.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Application(_) => "app",
            Self::Service(_) => "service",
            Self::Partition(_) => "partition",
        }
    }
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Application(id) => id.fmt(f),
            Self::Service(id) => id.fmt(f),
            Self::Partition(id) => write!(f, "partition {id}"),
        }
    }
}
