//! The simulated cluster's applications, services and partitions, from JSON with the API's own member names.
//!
//! ```
//! use sf_backup_sim::Topology;
//!
//! let topology = Topology::from_json(
//!     r#"{"Applications":[{"Name":"fabric:/Shop","Services":[
//!          {"Name":"fabric:/Shop/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
//!            {"ServicePartitionKind":"Named","Id":"3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0aa","Name":"eu"}]}]}]}"#,
//! )?;
//! assert_eq!(topology.partitions().count(), 1);
//!
//! let error = Topology::from_json(r#"{"Applications":[{"Name":"Shop","Services":[]}]}"#).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "topology, at Applications[0].Name: \"Shop\" must be an application's full name such as fabric:/CalcApp"
//! );
//! # Ok::<(), sf_backup_sim::TopologyError>(())
//! ```

mod check;
mod json;
mod sample;
mod size;

use std::collections::HashMap;

use sf_backup_proto::model::partition::{
    Int64RangePartitionInformation, NamedPartitionInformation, PartitionInformation, SingletonPartitionInformation,
};
use uuid::Uuid;

pub use check::TopologyError;
pub use size::{Size, SizeError};

/// The applications, services and partitions of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// Sorted by name, with their services by name and partitions by id, as the gateway lists them.
    applications: Vec<Application>,
    /// The positions of the partitions: of the application, its service, and the partition in the service.
    partitions: HashMap<Uuid, [u32; 3]>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    name: Box<str>,
    services: Vec<Service>,
}

/// A service of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    name: Box<str>,
    persisted: bool,
    stateful: bool,
    partitions: Vec<Partition>,
}

/// A partition of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    id: Uuid,
    keys: Keys,
}

/// The keys of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// All keys.
    Singleton,
    /// The keys from `low` to `high`, inclusive.
    Int64Range {
        /// The lowest key.
        low: i64,
        /// The highest key.
        high: i64,
    },
    /// A name.
    Named(Box<str>),
}

impl Topology {
    /// Reads a topology file.
    ///
    /// # Errors
    /// If the text is not JSON of this form, or breaks a rule of names, ids or key ranges. The error names the place
    /// and the rule.
    pub fn from_json(text: &str) -> Result<Self, TopologyError> {
        json::read(text)
    }

    /// Reads a topology file from a stream, such as a large file. At most 2,000,000 partitions and 512 MiB are accepted, and
    /// the memory for the topology does not exceed the length of the text.
    ///
    /// # Errors
    /// As [`Self::from_json`], or if the stream cannot be read or is too long.
    pub fn from_reader(source: impl std::io::Read) -> Result<Self, TopologyError> {
        json::read_stream(source, json::MAX_BYTES)
    }

    /// The topology as JSON, in the form that [`Self::from_json`] reads.
    pub fn to_json(&self) -> serde_json::Value {
        json::write(self)
    }

    fn checked(mut applications: Vec<Application>) -> Result<Self, TopologyError> {
        check::names_and_keys(&applications)?;
        applications.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let mut number = 0;
        for application in &mut applications {
            application.services.sort_unstable_by(|one, other| one.name.cmp(&other.name));
            for service in &mut application.services {
                service.partitions.sort_unstable_by_key(|partition| partition.id);
                service.partitions.shrink_to_fit();
                number += service.partitions.len();
            }
        }
        let mut partitions = HashMap::with_capacity(number);
        for (a, application) in (0..).zip(&applications) {
            for (s, service) in (0..).zip(&application.services) {
                partitions.extend((0..).zip(&service.partitions).map(|(p, partition)| (partition.id, [a, s, p])));
            }
        }
        Ok(Self { applications, partitions })
    }

    /// The applications, sorted by name.
    pub fn applications(&self) -> &[Application] {
        &self.applications
    }

    /// Every partition with its service and application, sorted by names and id.
    pub fn partitions(&self) -> impl Iterator<Item = (&Application, &Service, &Partition)> {
        self.applications.iter().flat_map(|application| {
            application.services.iter().flat_map(move |service| {
                let of = move |partition| (application, service, partition);
                service.partitions.iter().map(of)
            })
        })
    }

    /// The application of this full name.
    pub fn application(&self, name: &str) -> Option<&Application> {
        let place = self.applications.binary_search_by(|application| (*application.name).cmp(name)).ok()?;
        self.applications.get(place)
    }

    /// The service of this full name, and its application.
    pub fn service(&self, name: &str) -> Option<(&Application, &Service)> {
        // The name of an application may contain slashes, too.
        name.rmatch_indices('/').find_map(|(end, _)| {
            let application = self.application(name.get(..end)?)?;
            let place = application.services.binary_search_by(|service| (*service.name).cmp(name)).ok()?;
            Some((application, application.services.get(place)?))
        })
    }

    /// The partition of this id, with its service and application.
    pub fn partition(&self, id: Uuid) -> Option<(&Application, &Service, &Partition)> {
        let [a, s, p] = self.partitions.get(&id)?.map(|place| usize::try_from(place).unwrap_or(usize::MAX));
        let application = self.applications.get(a)?;
        let service = application.services.get(s)?;
        Some((application, service, service.partitions.get(p)?))
    }

    /// Deletes a service. Its mappings and backups stay, as on a real cluster. Returns whether it existed.
    pub fn remove_service(&mut self, name: &str) -> bool {
        if self.service(name).is_none() {
            return false;
        }
        let mut applications = std::mem::take(&mut self.applications);
        applications.iter_mut().for_each(|application| application.services.retain(|service| &*service.name != name));
        // A valid topology with less in it is valid.
        if let Ok(rest) = Self::checked(applications) {
            *self = rest;
        }
        true
    }
}

impl Application {
    /// The full name, with `fabric:/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The services, sorted by name.
    pub fn services(&self) -> &[Service] {
        &self.services
    }
}

impl Service {
    /// The full name, with `fabric:/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the service is stateful.
    pub fn is_stateful(&self) -> bool {
        self.stateful
    }

    /// Whether the service can be backed up: it is stateful and persisted.
    pub fn is_persisted(&self) -> bool {
        self.stateful && self.persisted
    }

    /// The partitions, sorted by id.
    pub fn partitions(&self) -> &[Partition] {
        &self.partitions
    }
}

impl Partition {
    /// The id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The description of the API.
    pub fn information(&self) -> PartitionInformation {
        match &self.keys {
            Keys::Singleton => SingletonPartitionInformation::new().id(self.id).into(),
            Keys::Int64Range { low, high } => {
                Int64RangePartitionInformation::new().low_key(*low).high_key(*high).id(self.id).into()
            }
            Keys::Named(name) => NamedPartitionInformation::new().name(name.to_string()).id(self.id).into(),
        }
    }
}

#[cfg(test)]
mod tests;
