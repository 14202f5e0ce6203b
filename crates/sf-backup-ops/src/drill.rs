//! Restore drills: restore the newest backups of a service into a scratch service, to prove that they can be restored.
//!
//! - [`Drill`] is the file that names the two services. It is checked against the cluster before anything is sent: only
//!   a service that the file marks as scratch, and all of whose partitions the file lists, is overwritten.
//! - [`DrillRecord`] is the result of a drill: a line of the history file, which metrics and reports read.
//!
//! ```yaml
//! apiVersion: sf-backup/v1
//! kind: RestoreDrill
//! service: fabric:/Shop/Cart                  # whose backups are restored
//! scratchService: fabric:/Drill/Cart          # where to: a service of the same type and partitions, which nothing uses
//! overwriteScratch: true                      # the mark: each drill replaces what the scratch service holds
//! scratchPartitions:                          # all of them: a service that is not listed whole is refused
//! - 6b1c2f7e-0000-4000-8000-000000000101
//! probe: [/usr/local/bin/check-cart, --deep]  # run after the restore; the drill fails if it does
//! ```

mod record;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use sf_backup_proto::{PartitionId, ServiceId};

use crate::inventory::{Partition, Service, ServiceState};
use crate::manifest::read::{head, object, text};
pub use crate::manifest::{API_VERSION, ManifestError as DrillError};
use crate::restore::{Completeness, Mismatch, Plan, Source, Target, pair};
pub use record::{DrillOutcome, DrillRecord, PartitionRecord, ProbeRecord, latest, read_history};

/// The value of `kind`.
pub const KIND: &str = "RestoreDrill";

const MEMBERS: &[&str] =
    &["apiVersion", "kind", "service", "scratchService", "overwriteScratch", "scratchPartitions", "probe"];

/// The service that is restored in a drill, and the service that it is restored into. Serializes as the contents of the
/// file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// The service whose backups are restored.
    pub service: ServiceId,
    /// The service that each drill overwrites.
    pub scratch: ServiceId,
    /// Whether the scratch service is marked as such.
    pub overwrite: bool,
    /// The partitions of the scratch service.
    pub partitions: BTreeSet<PartitionId>,
    /// The program that checks the restored data, and its arguments; empty if none does.
    pub probe: Vec<String>,
}

/// Why a drill may not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DrillRefusal {
    /// The file does not mark the scratch service as such.
    #[error("{0} is not marked as scratch: set overwriteScratch to true if a drill may replace all its data")]
    NotMarked(ServiceId),
    /// The scratch service is the source.
    #[error("scratchService: {0} is the service whose backups are restored; a drill never overwrites it")]
    IsSource(ServiceId),
    /// The scratch service has a partition of the source, or is the same service under another name.
    #[error("scratchService: partition {0} belongs to the service whose backups are restored")]
    HasSourcePartition(PartitionId),
    /// The scratch service has a partition that the file does not list.
    #[error("scratchPartitions: {1} has the partition {0}, which is not named; the service may be in use")]
    NotNamed(PartitionId, ServiceId),
    /// The file lists a partition that the scratch service does not have.
    #[error("scratchPartitions: {1} has no partition {0}; it may have been created again: run 'drill init'")]
    NotThere(PartitionId, ServiceId),
    /// The service keeps nothing on disk.
    #[error("{0} keeps no state on disk, so it cannot be restored")]
    NoState(ServiceId),
    /// The partitions of the two services differ.
    #[error("{0}")]
    Scheme(Box<Mismatch>),
    /// The plan restores into something else.
    #[error("the plan restores partition {0} of {1}, which is not part of this drill")]
    ForeignPlan(PartitionId, ServiceId),
}

impl Drill {
    /// Creates a drill of one service into another, with the current partitions of the latter; not marked yet.
    ///
    /// # Errors
    /// If the two services do not match.
    pub fn of(source: &Service, scratch: &Service, probe: Vec<String>) -> Result<Self, DrillRefusal> {
        let partitions = scratch.partitions.iter().map(|partition| partition.id).collect();
        let (service, into) = (source.id.clone(), scratch.id.clone());
        let marked = Self { service, scratch: into, overwrite: true, partitions, probe };
        marked.check(source, scratch)?;
        Ok(Self { overwrite: false, ..marked })
    }

    /// Reads the contents of a file.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(value: &Value) -> Result<Self, DrillError> {
        let members = object(value, "", MEMBERS)?;
        head(members, "apiVersion", API_VERSION)?;
        head(members, "kind", KIND)?;
        let service = |name| text::<ServiceId>(members, "", name)?.ok_or_else(|| DrillError::new(name, "is required"));
        let overwrite = match members.get("overwriteScratch") {
            None => false,
            Some(Value::Bool(overwrite)) => *overwrite,
            Some(_) => return Err(DrillError::new("overwriteScratch", "must be true or false")),
        };
        let mut partitions = BTreeSet::new();
        for (place, text) in texts(members.get("scratchPartitions"), "scratchPartitions")? {
            let id: PartitionId = text.parse().map_err(|error| DrillError::new(&place, &format!("{error}")))?;
            if !partitions.insert(id) {
                return Err(DrillError::new(&place, "is named already"));
            }
        }
        let probe = texts(members.get("probe"), "probe")?;
        Ok(Self {
            service: service("service")?,
            scratch: service("scratchService")?,
            overwrite,
            partitions,
            probe: probe.into_iter().map(|(_, word)| word.to_owned()).collect(),
        })
    }

    /// Checks that the file allows the drill, regardless of the cluster.
    ///
    /// # Errors
    /// If the scratch service is the source, or is not marked.
    pub fn check_file(&self) -> Result<(), DrillRefusal> {
        if self.scratch == self.service {
            return Err(DrillRefusal::IsSource(self.service.clone()));
        }
        if self.overwrite { Ok(()) } else { Err(DrillRefusal::NotMarked(self.scratch.clone())) }
    }

    /// Checks that the drill may run with the two services in the cluster.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn check(&self, source: &Service, scratch: &Service) -> Result<(), DrillRefusal> {
        self.check_file()?;
        if let Some(volatile) = [source, scratch].into_iter().find(|one| one.state != ServiceState::Persisted) {
            return Err(DrillRefusal::NoState(volatile.id.clone()));
        }
        let of_source = |id: PartitionId| source.partitions.iter().any(|partition| partition.id == id);
        for Partition { id, .. } in &scratch.partitions {
            if of_source(*id) {
                return Err(DrillRefusal::HasSourcePartition(*id));
            }
            if !self.partitions.contains(id) {
                return Err(DrillRefusal::NotNamed(*id, scratch.id.clone()));
            }
        }
        let there = |id: &PartitionId| scratch.partitions.iter().any(|partition| partition.id == *id);
        if let Some(gone) = self.partitions.iter().find(|id| !there(id)) {
            return Err(DrillRefusal::NotThere(*gone, scratch.id.clone()));
        }
        let targets = scratch.partitions.iter().cloned();
        let targets = targets.map(|partition| Target { service: scratch.id.clone(), partition });
        let sources = source.partitions.iter().cloned().map(|partition| Source {
            service: source.id.clone(),
            into: scratch.id.clone(),
            partition,
            backups: Ok(None),
        });
        let pairs = pair(targets.collect(), sources.collect(), false, Completeness::Whole);
        pairs.map(drop).map_err(|mismatch| DrillRefusal::Scheme(Box::new(mismatch)))
    }

    /// Checks that a plan overwrites only the listed partitions of the scratch service.
    ///
    /// # Errors
    /// If it restores into anything else.
    pub fn check_plan(&self, plan: &Plan) -> Result<(), DrillRefusal> {
        let foreign = plan
            .restores
            .iter()
            .find(|restore| restore.service != self.scratch || !self.partitions.contains(&restore.partition.id));
        foreign.map_or(Ok(()), |restore| Err(DrillRefusal::ForeignPlan(restore.partition.id, restore.service.clone())))
    }
}

/// Reads an optional list of texts, each with its place.
fn texts<'v>(value: Option<&'v Value>, name: &str) -> Result<Vec<(String, &'v str)>, DrillError> {
    let items = match value {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(DrillError::new(name, "must be a list of texts")),
    };
    let text = |(index, item): (usize, &'v Value)| {
        let place = format!("{name}[{index}]");
        let text = item.as_str().ok_or_else(|| DrillError::new(&place, "must be text"))?;
        Ok((place, text))
    };
    items.iter().enumerate().map(text).collect()
}

impl Serialize for Drill {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("apiVersion", API_VERSION)?;
        map.serialize_entry("kind", KIND)?;
        map.serialize_entry("service", &self.service.to_string())?;
        map.serialize_entry("scratchService", &self.scratch.to_string())?;
        map.serialize_entry("overwriteScratch", &self.overwrite)?;
        let partitions: Vec<String> = self.partitions.iter().map(ToString::to_string).collect();
        map.serialize_entry("scratchPartitions", &partitions)?;
        if !self.probe.is_empty() {
            map.serialize_entry("probe", &self.probe)?;
        }
        map.end()
    }
}
