//! The topology file.

use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::{Application, Keys, Partition, Service, Topology, TopologyError};

/// Reads fast; only after a failure, once more and slower, to find the place of it.
pub(super) fn read(text: &str) -> Result<Topology, TopologyError> {
    if let Ok(file) = serde_json::from_str::<File>(text) {
        return file.try_into();
    }
    let source = &mut serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, File>(source) {
        Err(error) => Err(TopologyError::new(error.path().to_string(), error.inner().to_string())),
        Ok(_) => Err(TopologyError::new(".".into(), "something follows the JSON value".into())),
    }
}

impl<'de> Deserialize<'de> for Topology {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        File::deserialize(source)?.try_into().map_err(serde::de::Error::custom)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct File {
    applications: Vec<ApplicationEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ApplicationEntry {
    name: Box<str>,
    services: Vec<ServiceEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ServiceEntry {
    name: Box<str>,
    service_kind: ServiceKind,
    has_persisted_state: Option<bool>,
    partitions: Vec<PartitionEntry>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
enum ServiceKind {
    Stateful,
    Stateless,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PartitionEntry {
    service_partition_kind: PartitionKind,
    #[serde(deserialize_with = "guid")]
    id: Uuid,
    #[serde(default, deserialize_with = "number")]
    low_key: Option<i64>,
    #[serde(default, deserialize_with = "number")]
    high_key: Option<i64>,
    name: Option<Box<str>>,
}

#[derive(Deserialize, Clone, Copy)]
enum PartitionKind {
    Singleton,
    Int64Range,
    Named,
}

fn guid<'de, D: Deserializer<'de>>(source: D) -> Result<Uuid, D::Error> {
    let text = <Box<str>>::deserialize(source)?;
    Uuid::try_parse(&text).map_err(|_| serde::de::Error::custom(format_args!("{text:?} is not a GUID")))
}

/// The API writes keys as strings; numbers are taken too.
fn number<'de, D: Deserializer<'de>>(source: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Key {
        Number(i64),
        Text(Box<str>),
    }
    let key = match Key::deserialize(source) {
        Ok(Key::Number(key)) => Some(key),
        Ok(Key::Text(text)) => text.parse().ok(),
        Err(_) => None,
    };
    key.map(Some).ok_or_else(|| serde::de::Error::custom("a key must be a 64-bit whole number"))
}

impl TryFrom<File> for Topology {
    type Error = TopologyError;

    fn try_from(file: File) -> Result<Self, TopologyError> {
        let mut applications = Vec::with_capacity(file.applications.len());
        for (a, entry) in file.applications.into_iter().enumerate() {
            let mut services = Vec::with_capacity(entry.services.len());
            for (s, service) in entry.services.into_iter().enumerate() {
                services.push(service_of(service, a, s)?);
            }
            applications.push(Application { name: entry.name, services });
        }
        Self::checked(applications)
    }
}

fn service_of(entry: ServiceEntry, a: usize, s: usize) -> Result<Service, TopologyError> {
    let stateful = entry.service_kind == ServiceKind::Stateful;
    let mut partitions = Vec::with_capacity(entry.partitions.len());
    for (p, partition) in entry.partitions.into_iter().enumerate() {
        let place = || format!("Applications[{a}].Services[{s}].Partitions[{p}]");
        partitions.push(Partition {
            id: partition.id,
            keys: keys_of(partition).map_err(|rule| TopologyError::new(place(), rule.into()))?,
        });
    }
    Ok(Service { name: entry.name, stateful, persisted: entry.has_persisted_state.unwrap_or(stateful), partitions })
}

fn keys_of(entry: PartitionEntry) -> Result<Keys, &'static str> {
    let PartitionEntry { service_partition_kind, low_key, high_key, name, .. } = entry;
    match (service_partition_kind, low_key, high_key, name) {
        (PartitionKind::Singleton, None, None, None) => Ok(Keys::Singleton),
        (PartitionKind::Int64Range, Some(low), Some(high), None) => Ok(Keys::Int64Range { low, high }),
        (PartitionKind::Named, None, None, Some(name)) => Ok(Keys::Named(name)),
        (PartitionKind::Singleton, ..) => Err("a Singleton partition has no keys and no name"),
        (PartitionKind::Int64Range, ..) => Err("an Int64Range partition needs LowKey and HighKey, and no Name"),
        (PartitionKind::Named, ..) => Err("a Named partition needs Name, and no keys"),
    }
}
