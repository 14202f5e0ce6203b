//! Groups backups by partition and chain, finds defects, and selects backups that can be restored.
//!
//! A chain is a full backup and the incremental backups that follow it. A list of backups contains only part of the
//! facts:
//!
//! - It contains the chain, type and time of each backup. A missing full backup is therefore certain if the list is
//!   complete. A list with a `StartDateTimeFilter` may lack it for that reason alone.
//! - It does not contain the parent of an incremental backup. A chain with a missing backup in the middle looks like a
//!   shorter chain. [`PartitionBackups::gaps`] finds scheduled runs without a backup, but cannot distinguish a failed
//!   run from a suspension or a deleted backup. When the cluster restores, it follows the parents and rejects
//!   incomplete chains.
//! - It does not contain the expected number of backups. An on-demand backup, a resume or an update of the policy
//!   starts a new chain early. Only *more* incremental backups than the policy allows are certain: another policy was
//!   in force.
//! - It does not contain what a partial failure omitted: [`Backups::failures`] belong to no partition.
//!
//! ```
//! # use sf_backup_ops::chain::Backups;
//! let list = r#"[
//!   {"BackupId":"00000000-0000-0000-0000-00000000000b","BackupChainId":"00000000-0000-0000-0000-00000000000a",
//!    "PartitionInformation":{"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000001"},
//!    "BackupLocation":"A\\S\\p\\2","BackupType":"Incremental","CreationTimeUtc":"2024-03-09T08:00:00Z"},
//!   {"BackupId":"00000000-0000-0000-0000-00000000000a","BackupChainId":"00000000-0000-0000-0000-00000000000a",
//!    "PartitionInformation":{"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000001"},
//!    "BackupLocation":"A\\S\\p\\1","BackupType":"Full","CreationTimeUtc":"2024-03-09T04:00:00Z"}]"#;
//! let backups = Backups::of(serde_json::from_str::<Vec<_>>(list)?);
//! let partition = &backups.partitions[0];
//! assert_eq!(partition.chains.len(), 1);
//! let point = partition.newest_point_at("2024-03-09T07:00:00Z".parse()?).unwrap();
//! assert_eq!(point.location, "A\\S\\p\\1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod flaw;
mod search;
mod sort;

use std::time::Duration;

use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::partition::PartitionInformation;
use sf_backup_proto::model::schedule::BackupScheduleDescription;
use sf_backup_proto::{PartitionId, Timestamp};
use uuid::Uuid;

pub use flaw::Flaw;
pub use search::{Search, Slice};

use crate::schedule::{JITTER, next_slot};

/// Backups grouped by partition. The list may have any order and contain a backup more than once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backups {
    /// The partitions, sorted by id.
    pub partitions: Vec<PartitionBackups>,
    /// Items without a partition, usually a storage or file that the cluster could not read. Its backups are missing
    /// from the list.
    pub failures: Vec<BackupInfo>,
}

/// The backups of a partition.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionBackups {
    /// The id of the partition.
    pub partition: PartitionId,
    /// The chains, oldest first.
    pub chains: Vec<Chain>,
}

/// A full backup and the incremental backups that follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The id of the full backup; `None` for backups without a chain id.
    pub id: Option<Uuid>,
    /// The full backup, if it is listed.
    pub full: Option<Link>,
    /// The incremental backups, and any others with this chain id, oldest first.
    pub incrementals: Vec<Link>,
}

/// A backup in a chain, with its defects.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The backup, as listed.
    pub backup: BackupInfo,
    /// The defects of the backup.
    pub flaws: Vec<Flaw>,
}

/// A backup that can be restored, as far as a list shows: the backup and all earlier ones in its chain have no defects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestorePoint<'b> {
    /// The id of the backup.
    pub id: Uuid,
    /// The id of the chain.
    pub chain: Uuid,
    /// The location of the backup, for a restore.
    pub location: &'b str,
    /// The creation time of the backup.
    pub created: Timestamp,
    /// The number of backups that a restore reads, including this one.
    pub depth: usize,
    /// The backup, as listed.
    pub backup: &'b BackupInfo,
}

/// A scheduled run without a backup in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The time of the previous backup.
    pub after: Timestamp,
    /// The time at which the run was due.
    pub expected: Timestamp,
    /// The time of the next backup.
    pub before: Timestamp,
}

impl Backups {
    /// Groups a list of backups.
    pub fn of(list: impl IntoIterator<Item = BackupInfo>) -> Self {
        sort::sort(list)
    }

    /// The backups of one partition.
    pub fn partition(&self, id: PartitionId) -> Option<&PartitionBackups> {
        let at = self.partitions.binary_search_by_key(&id, |partition| partition.partition).ok()?;
        self.partitions.get(at)
    }
}

impl PartitionBackups {
    /// Every backup, chain by chain.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.chains.iter().flat_map(Chain::links)
    }

    /// The partition's key range or name, from its backups.
    pub fn information(&self) -> Option<&PartitionInformation> {
        self.links().find_map(|link| link.backup.partition_information.as_ref())
    }

    /// The name of the service, from the backups.
    pub fn service_name(&self) -> Option<&str> {
        self.links().find_map(|link| link.backup.service_name.as_deref())
    }

    /// The name of the application, from the backups.
    pub fn application_name(&self) -> Option<&str> {
        self.links().find_map(|link| link.backup.application_name.as_deref())
    }

    /// The backups that can be restored, oldest first.
    pub fn points(&self) -> Vec<RestorePoint<'_>> {
        let mut points: Vec<_> = self.chains.iter().flat_map(Chain::points).collect();
        points.sort_by_key(RestorePoint::age_order);
        points
    }

    /// The latest backup that can be restored.
    pub fn newest_point(&self) -> Option<RestorePoint<'_>> {
        self.chains.iter().flat_map(Chain::points).max_by_key(RestorePoint::age_order)
    }

    /// The latest backup that can be restored and was created at or before `at`.
    pub fn newest_point_at(&self, at: Timestamp) -> Option<RestorePoint<'_>> {
        let points = self.chains.iter().flat_map(Chain::points);
        points.filter(|point| point.created <= at).max_by_key(RestorePoint::age_order)
    }

    /// The creation time of the latest backup without a failure, whether or not it can be restored.
    pub fn newest(&self) -> Option<Timestamp> {
        self.made().max()
    }

    /// The scheduled runs without a backup until the next run was due, if the schedule was always in force. They are
    /// not necessarily errors; see the [module](self).
    pub fn gaps(&self, schedule: &BackupScheduleDescription) -> Vec<Gap> {
        let mut made: Vec<_> = self.made().collect();
        made.sort_unstable();
        let pairs = made.iter().zip(made.iter().skip(1));
        pairs.filter_map(|(after, before)| Gap::between(*after, *before, schedule)).collect()
    }

    fn made(&self) -> impl Iterator<Item = Timestamp> {
        let made = self.links().filter(|link| !link.failed());
        made.filter_map(|link| link.backup.creation_time_utc)
    }
}

impl Chain {
    /// All backups of the chain, the full one first.
    pub fn links(&self) -> impl DoubleEndedIterator<Item = &Link> {
        self.full.iter().chain(&self.incrementals)
    }

    /// The defect of the chain itself: no full backup, or no chain id.
    pub fn flaw(&self) -> Option<Flaw> {
        match (self.id, &self.full) {
            (None, _) => Some(Flaw::NoChain),
            (Some(_), None) => Some(Flaw::MissingFull),
            (Some(_), Some(_)) => None,
        }
    }

    /// Whether neither the chain nor any of its backups has a defect.
    pub fn is_sound(&self) -> bool {
        self.flaw().is_none() && self.links().all(|link| link.flaws.is_empty())
    }

    /// The creation time of the first backup.
    pub fn began(&self) -> Option<Timestamp> {
        self.links().filter_map(|link| link.backup.creation_time_utc).min()
    }

    /// The creation time of the last backup.
    pub fn ended(&self) -> Option<Timestamp> {
        self.links().filter_map(|link| link.backup.creation_time_utc).max()
    }

    /// The backups that can be restored: the full one and those after it, up to the first that breaks the chain.
    pub fn points(&self) -> impl Iterator<Item = RestorePoint<'_>> {
        let whole = self.full.is_some();
        let links = self.links().take_while(move |link| whole && !link.breaks());
        links.enumerate().filter_map(|(before, link)| link.point(self.id?, before + 1))
    }

    /// Whether the chain has more incremental backups than a policy with this maximum allows. It then started under
    /// another policy.
    pub fn exceeds(&self, max_incremental_backups: u8) -> bool {
        self.incrementals.len() > usize::from(max_incremental_backups)
    }
}

impl Link {
    /// Whether the backup is full.
    pub fn is_full(&self) -> bool {
        self.backup.backup_type == Some(BackupType::Full)
    }

    /// Whether neither this backup nor those after it in the chain can be restored.
    pub fn breaks(&self) -> bool {
        self.flaws.iter().any(Flaw::breaks)
    }

    fn failed(&self) -> bool {
        self.backup.failure_error.is_some()
    }

    fn point(&self, chain: Uuid, depth: usize) -> Option<RestorePoint<'_>> {
        let backup = &self.backup;
        let (id, created, location) =
            (backup.backup_id?, backup.creation_time_utc?, backup.backup_location.as_deref()?);
        Some(RestorePoint { id, chain, location, created, depth, backup })
    }
}

impl RestorePoint<'_> {
    /// The sort key by age. Backups of the same second are ordered by their last record.
    fn age_order(&self) -> (Timestamp, Option<(i64, i64, i64)>, Uuid) {
        (self.created, sort::record(self.backup), self.id)
    }
}

impl Gap {
    fn between(after: Timestamp, before: Timestamp, schedule: &BackupScheduleDescription) -> Option<Self> {
        let jitter = match schedule {
            BackupScheduleDescription::TimeBased(_) => JITTER,
            // An interval counts from the last success.
            _ => Duration::ZERO,
        };
        let expected = next_slot(schedule, after.checked_add(jitter)?)?;
        let next = next_slot(schedule, expected)?;
        (before.checked_add(jitter)? >= next).then_some(Self { after, expected, before })
    }
}

#[cfg(test)]
mod tests;
