//! A backup with everything that a restore requires.

use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::progress::RestoreProgressInfo;
use sf_backup_proto::{PartitionId, Timestamp};
use uuid::Uuid;

use crate::chain::RestorePoint;
use crate::inventory::{Partition, PartitionKey};

/// A backup with everything that a restore requires: an id, a location, a creation time and a partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    id: Uuid,
    location: String,
    created: Timestamp,
    partition: Partition,
    chain_length: usize,
    backup: BackupInfo,
}

impl Point {
    /// Converts an item of a list; `None` without a partition.
    pub(super) fn of(point: &RestorePoint<'_>) -> Option<Self> {
        Self::new(point.backup.clone(), point.depth).ok()
    }

    /// # Errors
    /// With the member that is missing or wrong, and the rule.
    pub(super) fn new(backup: BackupInfo, chain_length: usize) -> Result<Self, (&'static str, &'static str)> {
        const REQUIRED: &str = "is required";
        let id = backup.backup_id.filter(|id| !id.is_nil()).ok_or(("BackupId", REQUIRED))?;
        let location = backup.backup_location.clone().filter(|location| !location.trim().is_empty());
        let location = location.ok_or(("BackupLocation", REQUIRED))?;
        let created = backup.creation_time_utc.ok_or(("CreationTimeUtc", REQUIRED))?;
        let partition = backup.partition_information.as_ref().and_then(Partition::of);
        let partition = partition.ok_or(("PartitionInformation", REQUIRED))?;
        if backup.failure_error.is_some() {
            return Err(("FailureError", "must be absent: an unreadable backup cannot be restored"));
        }
        Ok(Self { id, location, created, partition, chain_length, backup })
    }

    /// The id of the backup.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The location, as a restore requires it.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The creation time.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// The partition that was backed up.
    pub fn partition(&self) -> PartitionId {
        self.partition.id
    }

    /// The key of that partition.
    pub fn key(&self) -> &PartitionKey {
        &self.partition.key
    }

    /// The number of backups that a restore reads, including this one.
    pub fn chain_length(&self) -> usize {
        self.chain_length
    }

    /// The backup, as listed.
    pub fn backup(&self) -> &BackupInfo {
        &self.backup
    }

    /// Whether a progress is that of a restore of this backup; `None` if the progress does not identify the backup.
    pub fn is_restored_by(&self, progress: &RestoreProgressInfo) -> Option<bool> {
        let (epoch, lsn) = (progress.restored_epoch.as_ref()?, progress.restored_lsn?);
        let (ours, our_lsn) =
            (self.backup.epoch_of_last_backup_record.as_ref()?, self.backup.lsn_of_last_backup_record?);
        let numbers = |epoch: &sf_backup_proto::model::backup::Epoch| {
            Some((epoch.data_loss_version?, epoch.configuration_version?))
        };
        Some(numbers(epoch)? == numbers(ours)? && lsn == our_lsn)
    }
}
