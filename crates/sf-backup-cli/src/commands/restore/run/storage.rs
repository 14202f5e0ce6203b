//! The storage of a plan with its secrets, for the restore calls.

use sf_backup_ops::restore::{Plan, Restore};
use sf_backup_proto::RestorePartition;
use sf_backup_proto::model::restore::RestorePartitionDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;

use crate::commands::restore::drive::Restores;
use crate::commands::restore::storage_file::{StorageFile, fetched};
use crate::output::failure::Failure;

/// The sources of a plan's storage and its secrets.
pub(super) struct PlanStorage<'a> {
    pub(super) plan: &'a Plan,
    pub(super) source: &'a str,
    pub(super) file: Option<&'a StorageFile>,
    pub(super) dry: bool,
}

impl PlanStorage<'_> {
    /// The storage in each restore call, with its secrets; `None` for that of the effective policy.
    pub(super) fn storage(&self) -> Result<Option<BackupStorageDescription>, Failure> {
        let Some(planned) = &self.plan.storage else {
            return match self.file {
                None => Ok(None),
                Some(_) => Err(Failure::Usage(format!("--from-storage <FILE>: {} names no storage", self.source))),
            };
        };
        match self.file {
            Some(file) if !file.storage().is_same_place(planned) => {
                Err(Failure::Usage(format!("--from-storage <FILE>: differs from the storage of {}", self.source)))
            }
            // A dry run needs no secrets.
            _ if self.dry => Ok(Some(planned.description().clone())),
            Some(file) => file.fetched().map(Some),
            None => {
                let complete = planned.complete();
                complete.map_err(|withheld| {
                    Failure::Usage(format!("{}: storage.{withheld}; --from-storage names its file", self.source))
                })?;
                fetched(planned.description(), &self.source).map(Some)
            }
        }
    }
}

pub(super) fn calls(plan: &Plan, storage: Option<&BackupStorageDescription>, minutes: Option<u32>) -> Restores {
    let call = |restore: &Restore| {
        let mut backup = RestorePartitionDescription::new(restore.point.id(), restore.point.location());
        backup.backup_storage = storage.cloned();
        let mut call = RestorePartition::new(restore.partition.id).restore(backup);
        call.restore_timeout = minutes;
        (restore.partition.id, call)
    };
    plan.restores.iter().map(call).collect()
}
