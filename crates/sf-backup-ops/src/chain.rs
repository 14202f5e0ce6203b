//! Backups by partition and chain: which belong together, what is wrong with them, and what can be restored.
//!
//! A chain is one full backup and the incremental ones that follow it. What a list of backups tells of it, and what not:
//!
//! - Which chain a backup belongs to, whether it is full, and when it was made. So a missing full one is certain, if the
//!   list is whole: one that was cut at a beginning (`StartDateTimeFilter`) may lack it for that reason alone.
//! - Not which backup an incremental one builds on: the cluster knows its parent and tells nobody. A chain that lacks one
//!   in its middle looks like a shorter one. [`PartitionBackups::gaps`] sees a run that left no backup, and cannot tell
//!   whether it was never made, or suspended, or deleted later. The cluster itself walks the parents when it restores, and
//!   refuses a chain with a hole.
//! - Not how many backups a chain should have. A backup on demand, a resume or a new edition of the policy begins a new
//!   chain early; only *more* incremental ones than the policy allows is a fact, and it says that the policy was another.
//! - Nothing about what was lost with a list that failed in part: [`Backups::failures`] belong to no partition.
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

use crate::schedule::JITTER;

/// A list of backups, sorted. The order of the list does not matter, nor whether a backup is listed more than once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backups {
    /// By their ids.
    pub partitions: Vec<PartitionBackups>,
    /// What belongs to no partition: as a rule a storage, or a file on one, that could not be read. What it holds is not in
    /// the list, and nobody knows what that is.
    pub failures: Vec<BackupInfo>,
}

/// The backups of a partition.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionBackups {
    /// The partition.
    pub partition: PartitionId,
    /// The one that began first comes first.
    pub chains: Vec<Chain>,
}

/// A full backup and those that follow it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The id of its full backup; `None` for those that name no chain.
    pub id: Option<Uuid>,
    /// The full one, if it is listed.
    pub full: Option<Link>,
    /// The incremental ones, and whatever else names this chain, oldest first.
    pub incrementals: Vec<Link>,
}

/// A backup in its chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// As it was listed.
    pub backup: BackupInfo,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
}

/// A backup that can be restored, as far as a list can tell: it and all before it in its chain are there and whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestorePoint<'b> {
    /// Its id.
    pub id: Uuid,
    /// Its chain's.
    pub chain: Uuid,
    /// Where it lies, as restore takes it.
    pub location: &'b str,
    /// When it was made.
    pub created: Timestamp,
    /// How many backups a restore reads, itself included.
    pub depth: usize,
    /// As it was listed.
    pub backup: &'b BackupInfo,
}

/// A run of the schedule that left no backup in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// When the backup before it was made.
    pub after: Timestamp,
    /// When the run was due.
    pub expected: Timestamp,
    /// When the backup after it was made.
    pub before: Timestamp,
}

impl Backups {
    /// Sorts a list.
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

    /// What its backups say of its share of the service's keys.
    pub fn information(&self) -> Option<&PartitionInformation> {
        self.links().find_map(|link| link.backup.partition_information.as_ref())
    }

    /// The service, as its backups spell it.
    pub fn service_name(&self) -> Option<&str> {
        self.links().find_map(|link| link.backup.service_name.as_deref())
    }

    /// The application, as its backups spell it.
    pub fn application_name(&self) -> Option<&str> {
        self.links().find_map(|link| link.backup.application_name.as_deref())
    }

    /// What can be restored, oldest first.
    pub fn points(&self) -> Vec<RestorePoint<'_>> {
        let mut points: Vec<_> = self.chains.iter().flat_map(Chain::points).collect();
        points.sort_by_key(RestorePoint::age_order);
        points
    }

    /// The newest that can be restored.
    pub fn newest_point(&self) -> Option<RestorePoint<'_>> {
        self.chains.iter().flat_map(Chain::points).max_by_key(RestorePoint::age_order)
    }

    /// The newest that can be restored and was made at that time or before.
    pub fn newest_point_at(&self, at: Timestamp) -> Option<RestorePoint<'_>> {
        let points = self.chains.iter().flat_map(Chain::points);
        points.filter(|point| point.created <= at).max_by_key(RestorePoint::age_order)
    }

    /// When the newest backup was made that is listed without a failure, whether it can be restored or not.
    pub fn newest(&self) -> Option<Timestamp> {
        self.made().max()
    }

    /// The runs of a schedule, in force all the time, that left no backup: one was due, and none came before the next was
    /// due as well. They need not be errors: see the module.
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
    /// The full backup, and those that follow it.
    pub fn links(&self) -> impl DoubleEndedIterator<Item = &Link> {
        self.full.iter().chain(&self.incrementals)
    }

    /// What is wrong with the chain itself: that its full backup is missing, or that it is none.
    pub fn flaw(&self) -> Option<Flaw> {
        match (self.id, &self.full) {
            (None, _) => Some(Flaw::NoChain),
            (Some(_), None) => Some(Flaw::MissingFull),
            (Some(_), Some(_)) => None,
        }
    }

    /// Whether nothing is wrong with it or with any of its backups.
    pub fn is_sound(&self) -> bool {
        self.flaw().is_none() && self.links().all(|link| link.flaws.is_empty())
    }

    /// When its first backup was made.
    pub fn began(&self) -> Option<Timestamp> {
        self.links().filter_map(|link| link.backup.creation_time_utc).min()
    }

    /// When its last backup was made.
    pub fn ended(&self) -> Option<Timestamp> {
        self.links().filter_map(|link| link.backup.creation_time_utc).max()
    }

    /// What can be restored: the full backup, and those after it up to the first that breaks the chain.
    pub fn points(&self) -> impl Iterator<Item = RestorePoint<'_>> {
        let whole = self.full.is_some();
        let links = self.links().take_while(move |link| whole && !link.breaks());
        links.enumerate().filter_map(|(before, link)| link.point(self.id?, before + 1))
    }

    /// Whether it has more incremental backups than a policy with this maximum makes: so it was made under another one.
    pub fn exceeds(&self, max_incremental_backups: u8) -> bool {
        self.incrementals.len() > usize::from(max_incremental_backups)
    }
}

impl Link {
    /// Whether it is full.
    pub fn is_full(&self) -> bool {
        self.backup.backup_type == Some(BackupType::Full)
    }

    /// Whether neither it nor what follows it in its chain can be relied on.
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
    /// Two of the same second are told apart by what they hold.
    fn age_order(&self) -> (Timestamp, Option<(i64, i64, i64)>, Uuid) {
        (self.created, sort::record(self.backup), self.id)
    }
}

impl Gap {
    fn between(after: Timestamp, before: Timestamp, schedule: &BackupScheduleDescription) -> Option<Self> {
        let jitter = match schedule {
            BackupScheduleDescription::TimeBased(_) => JITTER,
            // Counts from the last success, whenever that was.
            _ => Duration::ZERO,
        };
        let expected = schedule.next_after(after.checked_add(jitter)?)?;
        let next = schedule.next_after(expected)?;
        (before.checked_add(jitter)? >= next).then_some(Self { after, expected, before })
    }
}

#[cfg(test)]
mod tests;
