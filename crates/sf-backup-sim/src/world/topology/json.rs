//! The topology file.

use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::size::MAX_PARTITIONS;
use super::{Application, Keys, Partition, Service, Topology, TopologyError};

/// Reads without tracking paths, which is faster. After an error, reads again to find its path.
pub(super) fn read(text: &str) -> Result<Topology, TopologyError> {
    if let Ok(file) = serde_json::from_str::<File>(text) {
        return file.try_into();
    }
    read_from(serde_json::Deserializer::from_str(text))
}

/// Reads from a stream. Fails after this many bytes, which bounds the memory: the topology never takes more than the
/// text.
pub(super) fn read_stream(source: impl Read, limit: u64) -> Result<Topology, TopologyError> {
    let source = BufReader::with_capacity(BUFFER, Bounded { source, limit, left: limit });
    read_from(serde_json::Deserializer::from_reader(source))
}

fn read_from<'de, R: serde_json::de::Read<'de>>(
    mut source: serde_json::Deserializer<R>,
) -> Result<Topology, TopologyError> {
    let file: File = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let path = error.path().to_string();
        TopologyError::new(path, error.into_inner().to_string())
    })?;
    source.end().map_err(|_| TopologyError::new(".".into(), "unexpected data after the JSON value".into()))?;
    file.try_into()
}

/// The topology file of a topology.
pub(super) fn write(topology: &Topology) -> Value {
    let partition = |partition: &Partition| {
        let id = partition.id.to_string();
        match &partition.keys {
            Keys::Singleton => json!({ "ServicePartitionKind": "Singleton", "Id": id }),
            Keys::Int64Range { low, high } => json!({
                "ServicePartitionKind": "Int64Range", "Id": id, "LowKey": low.to_string(), "HighKey": high.to_string(),
            }),
            Keys::Named(name) => json!({ "ServicePartitionKind": "Named", "Id": id, "Name": name }),
        }
    };
    let service = |service: &Service| {
        json!({
            "Name": service.name, "ServiceKind": if service.stateful { "Stateful" } else { "Stateless" },
            "HasPersistedState": service.persisted,
            "Partitions": service.partitions.iter().map(partition).collect::<Value>(),
        })
    };
    let applications = topology.applications.iter().map(|application| {
        json!({ "Name": application.name, "Services": application.services.iter().map(service).collect::<Value>() })
    });
    json!({ "Applications": applications.collect::<Value>() })
}

const BUFFER: usize = 64 * 1024;
/// The maximum size of a topology file: enough for [`MAX_PARTITIONS`].
pub(super) const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// A reader that fails after this many bytes.
struct Bounded<R> {
    source: R,
    limit: u64,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        match self.left.checked_sub(length as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(format!("more than {} MiB", self.limit / 1024 / 1024))),
        }
        Ok(length)
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
    partitions: Vec<PartitionItem>,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
enum ServiceKind {
    Stateful,
    Stateless,
}

/// A partition, which takes less memory than its entry.
#[derive(Deserialize)]
#[serde(try_from = "PartitionEntry")]
struct PartitionItem(Partition);

impl TryFrom<PartitionEntry> for PartitionItem {
    type Error = &'static str;

    fn try_from(entry: PartitionEntry) -> Result<Self, Self::Error> {
        Ok(Self(Partition { id: entry.id, keys: keys_of(entry)? }))
    }
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
    struct Guid;
    impl Visitor<'_> for Guid {
        type Value = Uuid;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Uuid, E> {
            Uuid::try_parse(text).map_err(|_| E::custom(format_args!("{text:?} is not a GUID")))
        }
    }
    source.deserialize_str(Guid)
}

/// Reads a key. The API writes strings; numbers are accepted too.
fn number<'de, D: Deserializer<'de>>(source: D) -> Result<Option<i64>, D::Error> {
    struct Key;
    impl Visitor<'_> for Key {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a 64-bit whole number")
        }

        fn visit_i64<E>(self, key: i64) -> Result<i64, E> {
            Ok(key)
        }

        fn visit_u64<E: serde::de::Error>(self, key: u64) -> Result<i64, E> {
            i64::try_from(key).map_err(|_| E::custom(NO_KEY))
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<i64, E> {
            text.parse().map_err(|_| E::custom(NO_KEY))
        }
    }
    source.deserialize_any(Key).map(Some).map_err(|_| serde::de::Error::custom(NO_KEY))
}

const NO_KEY: &str = "a key must be a 64-bit whole number";

impl TryFrom<File> for Topology {
    type Error = TopologyError;

    fn try_from(file: File) -> Result<Self, TopologyError> {
        let mut applications = Vec::with_capacity(file.applications.len());
        let mut partitions = 0;
        for entry in file.applications {
            let services: Vec<Service> = entry.services.into_iter().map(service_of).collect();
            partitions += services.iter().map(|service| service.partitions.len()).sum::<usize>();
            if partitions as u64 > MAX_PARTITIONS {
                return Err(TopologyError::new(".".into(), format!("more than {MAX_PARTITIONS} partitions")));
            }
            applications.push(Application { name: entry.name, services });
        }
        Self::checked(applications)
    }
}

fn service_of(entry: ServiceEntry) -> Service {
    let stateful = entry.service_kind == ServiceKind::Stateful;
    Service {
        name: entry.name,
        stateful,
        persisted: entry.has_persisted_state.unwrap_or(stateful),
        partitions: entry.partitions.into_iter().map(|PartitionItem(partition)| partition).collect(),
    }
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
