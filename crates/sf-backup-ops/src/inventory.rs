//! The applications, services and partitions of a cluster, as far as backups are concerned.

use std::fmt;

use sf_backup_proto::model::inventory::{ServiceInfo, ServiceKind};
use sf_backup_proto::model::partition::{
    Int64RangePartitionInformation, NamedPartitionInformation, PartitionInformation, SingletonPartitionInformation,
};
use sf_backup_proto::{ApplicationId, PartitionId, ServiceId};

/// The applications of a cluster, or the requested ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The applications in the cluster's order.
    pub applications: Vec<Application>,
}

/// An application, with the requested services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The name.
    pub id: ApplicationId,
    /// The services in the cluster's order.
    pub services: Vec<Service>,
}

/// A service, with the requested partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The name.
    pub id: ServiceId,
    /// Whether it has anything to back up.
    pub state: ServiceState,
    /// The partitions in the cluster's order.
    pub partitions: Vec<Partition>,
}

/// Whether a service has anything to back up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// Keeps state on disk: its partitions can be backed up.
    Persisted,
    /// Keeps state in memory only.
    Volatile,
    /// Keeps no state.
    Stateless,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The id.
    pub id: PartitionId,
    /// The key range or name.
    pub key: PartitionKey,
}

/// The key range or name of a partition. A restore from one partition into another requires equal keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartitionKey {
    /// The only partition.
    Singleton,
    /// A range of 64-bit keys, both ends included.
    Int64Range {
        /// The lowest key.
        low: i64,
        /// The highest key.
        high: i64,
    },
    /// A name.
    Named(String),
    /// Of an unknown kind, or incomplete. Never equal to another key for a restore.
    Unknown,
}

impl Inventory {
    /// Every partition with its service and application, in order.
    pub fn partitions(&self) -> impl Iterator<Item = (&Application, &Service, &Partition)> {
        self.applications.iter().flat_map(|application| {
            let services = application.services.iter();
            services.flat_map(move |service| service.partitions.iter().map(move |part| (application, service, part)))
        })
    }
}

impl ServiceState {
    /// Reads an item of the cluster's list of services.
    pub fn of(info: &ServiceInfo) -> Self {
        match (&info.service_kind, info.has_persisted_state) {
            (Some(ServiceKind::Stateless), _) => Self::Stateless,
            (_, Some(false)) => Self::Volatile,
            // If in doubt, it has state that could be lost.
            _ => Self::Persisted,
        }
    }
}

impl Partition {
    /// Reads an item of the cluster's list of partitions; `None` without an id.
    pub fn of(information: &PartitionInformation) -> Option<Self> {
        Some(Self { id: information.id()?.into(), key: PartitionKey::of(information) })
    }

    /// The API's form; `None` if the key is not known.
    pub fn information(&self) -> Option<PartitionInformation> {
        let id = self.id.uuid();
        Some(match &self.key {
            PartitionKey::Singleton => SingletonPartitionInformation::new().id(id).into(),
            PartitionKey::Int64Range { low, high } => {
                Int64RangePartitionInformation::new().id(id).low_key(*low).high_key(*high).into()
            }
            PartitionKey::Named(name) => NamedPartitionInformation::new().id(id).name(name.as_str()).into(),
            PartitionKey::Unknown => return None,
        })
    }
}

impl PartitionKey {
    /// Reads the partition of an item in a list of partitions or backups.
    pub fn of(information: &PartitionInformation) -> Self {
        match information {
            PartitionInformation::Singleton(_) => Self::Singleton,
            PartitionInformation::Int64Range(range) => match (range.low_key, range.high_key) {
                (Some(low), Some(high)) => Self::Int64Range { low, high },
                _ => Self::Unknown,
            },
            PartitionInformation::Named(named) => named.name.clone().map_or(Self::Unknown, Self::Named),
            _ => Self::Unknown,
        }
    }

    /// The lowest key of a range.
    fn low(&self) -> Option<i64> {
        match self {
            Self::Int64Range { low, .. } => Some(*low),
            _ => None,
        }
    }

    /// Whether a backup of a partition with this key can be restored into one with the other.
    pub fn takes(&self, other: &Self) -> bool {
        *self != Self::Unknown && self == other
    }
}

/// Readable names for the partitions of a service, in the order given: `Shop/Orders` for the only partition,
/// `Shop/Catalog/north` for a named one, `Shop/Cart#3` for the fourth key range. The name of a partition with an
/// unknown key is its id.
///
/// ```
/// use sf_backup_ops::inventory::{Partition, PartitionKey, partition_names};
///
/// let id = "6b1c2f7e-0000-4000-8000-000000000001".parse()?;
/// let range = |low, high| Partition { id, key: PartitionKey::Int64Range { low, high } };
/// let names = partition_names(&"fabric:/Shop/Cart".parse()?, &[range(0, 9), range(-10, -1)]);
/// assert_eq!(names, ["Shop/Cart#1", "Shop/Cart#0"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn partition_names(service: &ServiceId, partitions: &[Partition]) -> Vec<String> {
    let service = service.to_string();
    let service = without_scheme(&service);
    let mut lows: Vec<i64> = partitions.iter().filter_map(|partition| partition.key.low()).collect();
    lows.sort_unstable();
    let name = |partition: &Partition| match &partition.key {
        PartitionKey::Singleton => service.to_owned(),
        PartitionKey::Named(name) => format!("{service}/{name}"),
        PartitionKey::Int64Range { low, .. } => format!("{service}#{}", lows.partition_point(|other| other < low)),
        PartitionKey::Unknown => partition.id.to_string(),
    };
    partitions.iter().map(name).collect()
}

/// The name of an application or a service without `fabric:/`: `Shop/Cart` for `fabric:/Shop/Cart`.
pub fn without_scheme(name: &str) -> &str {
    name.strip_prefix("fabric:/").unwrap_or(name)
}

impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Singleton => f.write_str("singleton"),
            Self::Int64Range { low, high } => write!(f, "{low}..{high}"),
            Self::Named(name) => f.write_str(name),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_services_with_state_on_disk_are_backed_up() {
        let of = |json: &str| ServiceState::of(&serde_json::from_str(json).unwrap());
        assert_eq!(of(r#"{"ServiceKind":"Stateful","HasPersistedState":true}"#), ServiceState::Persisted);
        assert_eq!(of(r#"{"ServiceKind":"Stateful","HasPersistedState":false}"#), ServiceState::Volatile);
        assert_eq!(of(r#"{"ServiceKind":"Stateless"}"#), ServiceState::Stateless);
        for doubtful in [r#"{"ServiceKind":"Stateful"}"#, "{}", r#"{"ServiceKind":"Actor"}"#] {
            assert_eq!(of(doubtful), ServiceState::Persisted, "{doubtful}");
        }
    }

    #[test]
    fn unequal_keys_are_not_restored() {
        let key = |information: PartitionInformation| PartitionKey::of(&information);
        let range = |low, high| key(Int64RangePartitionInformation::new().low_key(low).high_key(high).into());
        let named = |name: &str| key(NamedPartitionInformation::new().name(name).into());
        let singleton = key(SingletonPartitionInformation::new().into());
        assert!(range(0, 9).takes(&range(0, 9)) && named("eu").takes(&named("eu")) && singleton.takes(&singleton));
        assert!(
            !range(0, 9).takes(&range(0, 10)) && !named("eu").takes(&named("EU")) && !named("eu").takes(&singleton)
        );
        let unknown = key(NamedPartitionInformation::new().into());
        assert!(unknown == PartitionKey::Unknown && !unknown.takes(&unknown));
        assert_eq!(range(-5, 5).to_string(), "-5..5");
    }
}
