//! Restores of many partitions: a plan that can be reviewed before it runs, and a run that can be interrupted.
//!
//! - [`pair`] finds the partition whose backups go into each partition, and rejects two services that are partitioned
//!   differently.
//! - [`plan`] chooses the newest restore point of each partition, and records what will be lost. A [`Plan`] is a file
//!   and never contains a secret.
//! - [`Run`] carries out a plan. It takes facts and returns orders, and writes each step to a [`journal`] before it is
//!   taken, so that another run can continue after an interruption, and no partition is restored twice.
//!
//! Backups are consistent within a partition only: the restore points of two partitions are as far apart as their
//! schedules.

mod choose;
mod condition;
pub mod journal;
mod limits;
mod outcome;
mod pairing;
mod point;
mod read;
mod replay;
mod run;
mod stage;
mod storage;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use sf_backup_proto::{Endpoints, PartitionId, ServiceId, Timestamp};
use sha2::{Digest, Sha256};

use crate::duration;

pub use crate::audit::Clock;
use crate::inventory::Partition;
pub use crate::manifest::{API_VERSION, ManifestError as PlanError};
pub use choose::{Choice, When, plan};
pub use condition::Condition;
pub use limits::Limits;
pub use outcome::{Line, Outcome, Trouble};
pub use pairing::{Completeness, Mismatch, Pair, Source, Target, pair};
pub use point::Point;
pub use run::{News, Now, Order, Run, RunEvent};
pub use storage::{Storage, WITHHELD, Withheld};

/// The value of `kind`.
pub const KIND: &str = "RestorePlan";

/// Which backup is restored into which partition. Serializes as the contents of the file.
///
/// ```yaml
/// apiVersion: sf-backup/v1
/// kind: RestorePlan
/// createdAt: 2024-03-09T12:00:00Z
/// clock: Cluster                               # whose time that is: Cluster, or Local where the cluster shows none
/// clockOffsetSeconds: 3                        # how far the cluster is ahead of the machine that made the plan
/// endpoints: [https://cluster.example:19080]   # the cluster that it was made for
/// at: 2024-03-09T09:00:00Z                     # left out: the newest
/// storage: {…}                                 # left out: that of the policy in force; secrets are references, or withheld
/// summary: …                                   # for readers, as `Loses` below
/// restores:
/// - ServiceName: fabric:/Shop/Cart             # into this partition … PartitionInformation: {ServicePartitionKind:
///   Singleton, Id: 6b1c2f7e-0000-4000-8000-000000000001} Backup: {BackupId: …, BackupChainId: …, BackupLocation: …,
///   BackupType: Incremental, CreationTimeUtc: …}   # … goes this ChainLength: 3                             # how many
///   backups that reads Loses: what was written after 2024-03-09T08:00:00Z, 4h before this plan
/// missing:                                     # what should be restored and cannot be
/// - {ServiceName: fabric:/Shop/Cart, PartitionId: …, Cause: NoBackup, Reason: there are no backups}
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// When it was made.
    pub created: Timestamp,
    /// The clock of that time.
    pub clock: Clock,
    /// The endpoints of the cluster that it was made for.
    pub endpoints: Endpoints,
    /// The requested time; `None` for the newest restore points.
    pub at: Option<Timestamp>,
    /// The storage of the backups, if not the one of each partition's effective policy.
    pub storage: Option<Storage>,
    /// The restores, one per partition.
    pub restores: Vec<Restore>,
    /// Requested partitions without a restore point. The plan is complete if there are none.
    pub missing: Vec<Missing>,
}

/// A backup, and the partition that it is restored into.
#[derive(Debug, Clone, PartialEq)]
pub struct Restore {
    /// The partition's service.
    pub service: ServiceId,
    /// The partition that is overwritten.
    pub partition: Partition,
    /// The backup.
    pub point: Point,
}

/// A partition that cannot be restored as requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The partition's service.
    pub service: ServiceId,
    /// The partition.
    pub partition: PartitionId,
    /// The kind of the reason.
    pub cause: Cause,
    /// Why.
    pub reason: String,
}

/// Why a partition has no backup in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
pub enum Cause {
    /// No backup can be restored as requested.
    NoBackup,
    /// Its backups could not be listed; there may be some.
    NotListed,
}

impl Cause {
    /// The name in a plan.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The cause of this name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::NoBackup, Self::NotListed].into_iter().find(|cause| cause.name() == name)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoBackup => "no backup",
            Self::NotListed => "backups could not be listed",
        })
    }
}

impl Plan {
    /// The creation times of the oldest and the newest chosen backup: how far partitions will be apart.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let times = || self.restores.iter().map(|restore| restore.point.created());
        Some((times().min()?, times().max()?))
    }

    /// The plan in one line: how many partitions, as of when, how far apart.
    pub fn summary(&self) -> String {
        let count = match self.restores.len() {
            1 => "1 partition".to_owned(),
            count => format!("{count} partitions"),
        };
        let mut text = match self.span() {
            None => "nothing can be restored".to_owned(),
            Some((first, last)) if first == last => format!("{count} as of {first}"),
            Some((first, last)) => {
                format!("{count} as of {first} to {last}, up to {} apart", duration::measured(last.since(first)))
            }
        };
        let count = |cause| self.missing.iter().filter(|missing| missing.cause == cause).count();
        match count(Cause::NoBackup) {
            0 => {}
            none => drop(write!(text, "; {none} without a backup that can be restored")),
        }
        match count(Cause::NotListed) {
            0 => {}
            unlisted => drop(write!(text, "; {unlisted} whose backups could not be listed")),
        }
        text
    }

    /// A hash that identifies the plan, so that a journal is never used with another plan.
    pub fn fingerprint(&self) -> String {
        // Names, numbers and texts always serialize.
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut fingerprint = "sha256:".to_owned();
        for byte in Sha256::digest(text) {
            let _ = write!(fingerprint, "{byte:02x}");
        }
        fingerprint
    }
}

impl Restore {
    /// What this restore loses, for a plan created at `created`.
    pub fn loss(&self, created: Timestamp) -> String {
        let at = self.point.created();
        format!("what was written after {at}, {} before this plan", duration::measured(created.since(at)))
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("apiVersion", API_VERSION)?;
        map.serialize_entry("kind", KIND)?;
        map.serialize_entry("createdAt", &self.created.to_string())?;
        match self.clock {
            Clock::Local => map.serialize_entry("clock", "Local")?,
            Clock::Cluster { ahead } => {
                map.serialize_entry("clock", "Cluster")?;
                map.serialize_entry("clockOffsetSeconds", &ahead)?;
            }
        }
        let endpoints: Vec<String> = self.endpoints.iter().map(ToString::to_string).collect();
        map.serialize_entry("endpoints", &endpoints)?;
        if let Some(at) = self.at {
            map.serialize_entry("at", &at.to_string())?;
        }
        if let Some(storage) = &self.storage {
            map.serialize_entry("storage", storage)?;
        }
        map.serialize_entry("summary", &self.summary())?;
        let restores = self.restores.iter().map(|restore| WrittenRestore { restore, created: self.created });
        map.serialize_entry("restores", &restores.collect::<Vec<_>>())?;
        if !self.missing.is_empty() {
            map.serialize_entry("missing", &self.missing)?;
        }
        map.end()
    }
}

struct WrittenRestore<'p> {
    restore: &'p Restore,
    created: Timestamp,
}

impl Serialize for WrittenRestore<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Restore { service, partition, point } = self.restore;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("ServiceName", &service.to_string())?;
        map.serialize_entry("PartitionInformation", &partition.information())?;
        map.serialize_entry("Backup", point.backup())?;
        map.serialize_entry("ChainLength", &point.chain_length())?;
        map.serialize_entry("Loses", &self.restore.loss(self.created))?;
        map.end()
    }
}

impl Serialize for Missing {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("ServiceName", &self.service.to_string())?;
        map.serialize_entry("PartitionId", &self.partition.to_string())?;
        map.serialize_entry("Cause", self.cause.name())?;
        map.serialize_entry("Reason", &self.reason)?;
        map.end()
    }
}
