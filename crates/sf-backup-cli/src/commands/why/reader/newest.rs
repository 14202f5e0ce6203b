//! The newest backups of an entity.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use sf_backup_hyper::Error;
use sf_backup_ops::effective_policy::Path;
use sf_backup_ops::schedule::History;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{ErrorKind, GetApplicationBackupList, GetServiceBackupList, PartitionId, Timestamp};

use super::super::Unlisted;
use super::{WhyReader, is_about_the_response};
use crate::cluster::backups;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, with_causes};

/// Backups as listed.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) newest: Vec<BackupInfo>,
    /// The history of the partition, or of the one with the oldest newest backup.
    pub(super) history: History,
    pub(super) unlisted: Option<Unlisted>,
    pub(super) ends: Option<Exit>,
    /// Whether several backups of one partition are listed, as from several storages.
    pub(super) several: bool,
}

impl WhyReader<'_, '_, '_> {
    /// The newest backup of each partition, over all storages.
    pub(super) async fn newest(
        &mut self,
        path: &Path,
        policy: Option<&BackupPolicyDescription>,
    ) -> Result<List, Failure> {
        let mut history = History::default();
        let list = match (path.partition, &path.service) {
            (Some(id), _) => {
                let clock = self.clock();
                let client = self.session.client().clone();
                let recent = self.session.patiently(backups::recent(&client, id, policy, &clock)).await;
                recent.map(|recent| {
                    history = History::of(recent.items.iter().filter_map(made));
                    recent.items
                })
            }
            (None, Some(id)) => {
                let mut call = GetServiceBackupList::new(id.clone());
                call.latest = Some(true);
                self.session.pages(call).await
            }
            (None, None) => {
                let mut call = GetApplicationBackupList::new(path.application.clone());
                call.latest = Some(true);
                self.session.pages(call).await
            }
        };
        let (mut unlisted, mut ends) = (None, None);
        let list = match list {
            Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Vec::new(),
            Err(error) if is_perhaps_empty(&error) => {
                self.problems.push(EMPTY_OR_UNREADABLE.to_owned());
                unlisted = Some(Unlisted::PerhapsEmpty);
                Vec::new()
            }
            Err(error) => {
                ends = Some(self.unlisted(&error).ok_or(error)?);
                unlisted = Some(Unlisted::Failed);
                Vec::new()
            }
            Ok(list) => list,
        };
        let mut newest: BTreeMap<PartitionId, BackupInfo> = BTreeMap::new();
        let mut several = false;
        for backup in list.into_iter().filter(|backup| made(backup).is_some()) {
            let Some(id) = partition_of(&backup) else { continue };
            match newest.entry(id) {
                Entry::Vacant(entry) => _ = entry.insert(backup),
                Entry::Occupied(mut entry) => {
                    several |= path.partition.is_none();
                    if made(&backup) > made(entry.get()) {
                        entry.insert(backup);
                    }
                }
            }
        }
        let mut newest: Vec<_> = newest.into_values().collect();
        newest.sort_by_key(|backup| backup.creation_time_utc);
        Ok(List { newest, history, unlisted, ends, several })
    }

    /// Records that backups could not be listed, which differs from having none, and returns the result of the run.
    /// `None` if the run should end at once.
    pub(super) fn unlisted(&mut self, error: &Error) -> Option<Exit> {
        let late = error.kind() == ErrorKind::Timeout;
        if !late && !is_about_the_response(error) {
            return None;
        }
        self.problems.push(format!("the backups could not be listed: {}", with_causes(error)));
        Some(if late { Exit::TimedOut } else { Exit::Undetermined })
    }
}

/// The creation time of a backup, if it did not fail.
pub(super) fn made(backup: &BackupInfo) -> Option<Timestamp> {
    backup.creation_time_utc.filter(|_| backup.failure_error.is_none())
}

pub(super) fn partition_of(backup: &BackupInfo) -> Option<PartitionId> {
    Some(backup.partition_information.as_ref()?.id()?.into())
}

/// Whether the error may be that of a share without backups.
fn is_perhaps_empty(error: &Error) -> bool {
    error
        .fabric()
        .and_then(|response| response.message.as_deref())
        .is_some_and(|message| message.contains("Index was out of range"))
}

const EMPTY_OR_UNREADABLE: &str = "no backups found; the cluster returns the same error for an empty share and an \
    unreadable one: if backups should exist, check the share";
