//! Entities on which a policy can be enabled.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use sf_backup_proto::model::entity::BackupEntity;
use sf_backup_proto::{ApplicationId, PartitionId, PolicyName, ServiceId};

/// An application, a service or a partition. Sorts applications first, then services, then partitions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// An application.
    Application(ApplicationId),
    /// A service.
    Service(ServiceId),
    /// A partition.
    Partition {
        /// The service that it belongs to.
        service: ServiceId,
        /// The id.
        id: PartitionId,
    },
}

impl Entity {
    /// Converts an entity of a response; `None` if its name cannot be sent in a request.
    pub fn of(entity: &BackupEntity) -> Option<Self> {
        match entity {
            BackupEntity::Application(entity) => {
                Some(Self::Application(entity.application_name.as_ref()?.parse().ok()?))
            }
            BackupEntity::Service(entity) => Some(Self::Service(entity.service_name.as_ref()?.parse().ok()?)),
            BackupEntity::Partition(entity) => Some(Self::Partition {
                service: entity.service_name.as_ref()?.parse().ok()?,
                id: entity.partition_id?.into(),
            }),
            _ => None,
        }
    }

    /// The service that it is or belongs to.
    pub fn service(&self) -> Option<&ServiceId> {
        match self {
            Self::Application(_) => None,
            Self::Service(service) | Self::Partition { service, .. } => Some(service),
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(id) => write!(f, "application {id}"),
            Self::Service(id) => write!(f, "service {id}"),
            Self::Partition { service, id } => write!(f, "partition {id} of {service}"),
        }
    }
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        EntityView { entity: self, policy: None }.serialize(to)
    }
}

/// The members of an entity, with the API's names, and its policy's name.
pub(super) struct EntityView<'a> {
    pub(super) entity: &'a Entity,
    pub(super) policy: Option<&'a PolicyName>,
}

impl Serialize for EntityView<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        match self.entity {
            Entity::Application(id) => {
                map.serialize_entry("EntityKind", "Application")?;
                map.serialize_entry("ApplicationName", &id.to_string())?;
            }
            Entity::Service(id) => {
                map.serialize_entry("EntityKind", "Service")?;
                map.serialize_entry("ServiceName", &id.to_string())?;
            }
            Entity::Partition { service, id } => {
                map.serialize_entry("EntityKind", "Partition")?;
                map.serialize_entry("ServiceName", &service.to_string())?;
                map.serialize_entry("PartitionId", &id.to_string())?;
            }
        }
        if let Some(policy) = self.policy {
            map.serialize_entry("BackupPolicyName", policy.as_str())?;
        }
        map.end()
    }
}
