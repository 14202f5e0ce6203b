//! Backups on demand.

use std::time::Duration;

use crate::world::refusal::Refusal;
use sf_backup_proto::Timestamp;
use sf_backup_proto::model::backup::FabricErrorError;
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState};
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{FabricErrorCode, PartitionId};
use uuid::Uuid;

use super::store::{FIRST_EPOCH, Folder, StoreFailure, StoreKey, Stored, epoch, location, whole_seconds};
use super::{Event, State};
use crate::world::effect::EffectKind;
use crate::world::entity::Entity;
use crate::world::service_error::{self, ServiceError};

/// The latest backup on demand of a partition.
#[derive(Debug, Clone)]
pub(crate) struct OnDemand {
    /// Number of this backup, different for each.
    pub(crate) run: u64,
    store: StoreKey,
    progress: BackupProgress,
}

#[derive(Debug, Clone)]
enum BackupProgress {
    Accepted,
    Running,
    Success { path: String, backup: Box<Stored>, at: Timestamp },
    Failure(StoreFailure),
    Timeout,
}

/// The times of a small partition, from the request.
const STARTS: Duration = Duration::from_secs(1);
const TAKES: Duration = Duration::from_secs(3);
/// The time until the service retries an unreachable replica.
const UNREACHED: Duration = Duration::from_secs(60);

impl OnDemand {
    pub(crate) fn is_active(&self) -> bool {
        matches!(self.progress, BackupProgress::Accepted | BackupProgress::Running)
    }

    pub(crate) fn state_name(&self) -> String {
        self.describe().backup_state.map_or_else(String::new, |state| state.as_str().to_owned())
    }

    fn describe(&self) -> BackupProgressInfo {
        let info = BackupProgressInfo::new();
        let mut lsn = 0;
        let mut info = match &self.progress {
            BackupProgress::Accepted => info.backup_state(BackupState::Accepted),
            BackupProgress::Running => info.backup_state(BackupState::BackupInProgress),
            BackupProgress::Success { path, backup, at } => {
                lsn = backup.lsn;
                info.backup_state(BackupState::Success)
                    .time_stamp_utc(*at)
                    .backup_id(backup.id)
                    .backup_location(location(path))
                    .epoch_of_last_backup_record(epoch(backup.epoch))
            }
            BackupProgress::Failure(failure) => info.backup_state(BackupState::Failure).failure_error(
                FabricErrorError::new().code(FabricErrorCode::Hresult(failure.hresult)).message(&*failure.message),
            ),
            BackupProgress::Timeout => info.backup_state(BackupState::Timeout).failure_error(
                FabricErrorError::new()
                    .code(FabricErrorCode::from_text("FABRIC_E_TIMEOUT"))
                    .message("The Request for backup has timeout"),
            ),
        };
        // A number here, and a string in lists.
        let _ = info.extra.set_json("LsnOfLastBackupRecord", &lsn.to_string());
        info
    }
}

impl State {
    /// Starts a backup on demand. The timeout counts from the request; if it is not positive, the backup times out immediately.
    pub(crate) fn backup_partition(
        &mut self,
        id: &str,
        storage: Option<BackupStorageDescription>,
        minutes: i32,
    ) -> Result<(), Refusal> {
        let (entity, partition) = self.resolve_partition(id)?;
        let store = self.storage_or_default(&entity, storage.as_ref())?;
        self.check_idle(partition)?;
        let run = self.next_run();
        let timeout = u64::try_from(minutes).unwrap_or(0) * 60;
        let progress = if timeout == 0 { BackupProgress::Timeout } else { BackupProgress::Accepted };
        let Some(agent) = self.agent(partition) else { return Ok(()) };
        agent.backup = Some(Box::new(OnDemand { run, store, progress }));
        // Another spelling of the id is another key, under which no replica ever reports.
        let reported = !self.stuck && entity.key().partition_id() == partition.to_string();
        self.note(EffectKind::BackupAccepted, partition.to_string(), None);
        if reported {
            self.clock.plan(STARTS, Event::BackupStarts { partition, run });
            let takes = TAKES + self.sizes.backup_takes(partition, true);
            self.clock.plan(takes, Event::BackupEnds { partition, run });
        }
        self.clock.plan(Duration::from_secs(timeout), Event::BackupTimesOut { partition, run });
        Ok(())
    }

    pub(crate) fn backup_progress(&self, id: &str) -> Result<Option<BackupProgressInfo>, Refusal> {
        let (_, partition) = self.resolve_partition(id)?;
        let backup = self.agents.get(&partition).and_then(|agent| agent.backup.as_deref());
        Ok(backup.map(OnDemand::describe))
    }

    fn active_backup(&mut self, partition: Uuid, run: u64) -> Option<&mut OnDemand> {
        let backup = self.agents.get_mut(&partition)?.backup.as_deref_mut()?;
        (backup.run == run && backup.is_active()).then_some(backup)
    }

    pub(crate) fn backup_starts(&mut self, partition: Uuid, run: u64) {
        if let Some(backup) = self.active_backup(partition, run) {
            backup.progress = BackupProgress::Running;
        }
    }

    /// Ends a backup on demand. It is full, and so is the next periodic one.
    pub(crate) fn backup_ends(&mut self, partition: Uuid, run: u64) {
        if self.agents.get(&partition).is_some_and(|agent| agent.is_down()) {
            self.clock.plan(UNREACHED, Event::BackupEnds { partition, run });
            return;
        }
        let Some(store) = self.active_backup(partition, run).map(|backup| backup.store.clone()) else { return };
        let made = self.make_backup(partition, store, true, self.clock.now());
        let at = whole_seconds(self.clock.now());
        if let Some(agent) = self.agents.get_mut(&partition) {
            agent.chain = None;
        }
        if let Some(backup) = self.active_backup(partition, run) {
            backup.progress = match made {
                Ok((path, backup)) => BackupProgress::Success { path, backup: Box::new(backup), at },
                Err(failure) => BackupProgress::Failure(failure),
            };
        }
    }

    /// Times out a backup. Later reports of the replica are ignored.
    pub(crate) fn backup_times_out(&mut self, partition: Uuid, run: u64) {
        if let Some(backup) = self.active_backup(partition, run) {
            backup.progress = BackupProgress::Timeout;
        }
    }

    /// The partition of an id. On these routes, a malformed id is an invalid argument.
    pub(crate) fn resolve_partition(&self, id: &str) -> Result<(Entity, Uuid), ServiceError> {
        let partition = crate::world::entity::guid(id).ok_or(service_error::INVALID_ARGUMENTS)?;
        Ok((self.resolve(crate::world::entity::Level::Partition, id)?, partition))
    }

    /// The given storage, or the storage of the effective policy.
    pub(crate) fn storage_or_default(
        &self,
        entity: &Entity,
        storage: Option<&BackupStorageDescription>,
    ) -> Result<StoreKey, ServiceError> {
        if let Some(storage) = storage {
            return Ok(StoreKey::of(storage));
        }
        let policy = self.effective(entity).and_then(|(_, mapping)| self.policies.get(&mapping.policy));
        policy.map(|policy| StoreKey::of(&policy.storage)).ok_or(service_error::NOT_ENABLED)
    }

    /// Fails while a restore or a backup on demand of the partition is running.
    pub(crate) fn check_idle(&self, partition: Uuid) -> Result<(), ServiceError> {
        let Some(agent) = self.agents.get(&partition) else { return Ok(()) };
        if agent.restore.as_deref().is_some_and(super::restore::Restore::is_active) {
            return Err(service_error::RESTORE_IN_PROGRESS);
        }
        if agent.backup.as_deref().is_some_and(OnDemand::is_active) {
            return Err(service_error::BACKUP_IN_PROGRESS);
        }
        Ok(())
    }

    /// Adds a backup as if it had been made at that time.
    pub(crate) fn plant_backup(
        &mut self,
        partition: PartitionId,
        storage: &BackupStorageDescription,
        created: Timestamp,
        kind: &BackupType,
    ) -> Option<BackupInfo> {
        let entity = self.partition_entity(partition.uuid())?;
        let information = self.topology.partition(partition.uuid())?.2.information();
        let (store, folder) = (StoreKey::of(storage), Folder::of(entity.key()));
        let id = self.random_ids.guid();
        let mut stores = self.storages.lock();
        let before =
            stores.below(&store, &folder, None).next_back().map(|(path, backup)| (path.clone(), backup.clone()));
        let lsn = before.as_ref().map_or(1, |(_, backup)| backup.lsn.saturating_add(1));
        let parent = before.filter(|_| *kind == BackupType::Incremental);
        let backup = Stored {
            id,
            chain: parent.as_ref().map_or(id, |(_, backup)| backup.chain),
            parent: parent.map(|(path, _)| path),
            partition: information,
            epoch: FIRST_EPOCH,
            lsn,
            created: whole_seconds(created),
        };
        let path = stores.put(store.clone(), &folder, backup);
        stores.get(&store, &path).map(|backup| backup.describe(&path, self.runtime))
    }
}
