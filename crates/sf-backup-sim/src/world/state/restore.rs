//! Restores.

use std::time::Duration;

use crate::world::refusal::Refusal;
use sf_backup_proto::Timestamp;
use sf_backup_proto::model::partition::PartitionInformation;
use sf_backup_proto::model::progress::{RestoreProgressInfo, RestoreState};
use uuid::Uuid;

use super::store::{Folder, StoreKey, Stored, epoch, path_at, whole_seconds};
use super::{Event, State};
use crate::world::effect::EffectKind;
use crate::world::runtime::Runtime;
use crate::world::service_error::{self, ServiceError};
use crate::world::view::RestoreView;

/// The latest requested restore of a partition.
#[derive(Debug, Clone)]
pub(crate) struct Restore {
    run: u64,
    path: String,
    backup: Stored,
    state: RestoreState,
    ended: Option<Timestamp>,
}

/// The times of a restore, from the request.
const STARTS: Duration = Duration::from_secs(1);
const SECONDARIES: Duration = Duration::from_secs(3);
const TAKES: Duration = Duration::from_secs(4);
/// The time until the service checks again whether the partition accepts writes.
const UNREACHED: Duration = Duration::from_secs(60);

impl Restore {
    pub(crate) fn is_active(&self) -> bool {
        !matches!(self.state, RestoreState::Success | RestoreState::Failure | RestoreState::Timeout)
    }

    /// Whether the partition is unavailable because of it.
    pub(crate) fn is_under_way(&self) -> bool {
        self.state != RestoreState::Accepted && self.is_active()
    }

    pub(crate) fn state_name(&self) -> String {
        self.state.as_str().to_owned()
    }

    /// Epoch and LSN of the backup are present from the start, and absent after a failure.
    fn describe(&self) -> RestoreProgressInfo {
        let mut info = RestoreProgressInfo::new().restore_state(self.state.clone());
        info.time_stamp_utc = self.ended.filter(|_| self.state == RestoreState::Success);
        let lost = matches!(self.state, RestoreState::Failure | RestoreState::Timeout);
        if !lost {
            info.restored_epoch = Some(epoch(self.backup.epoch));
        }
        let lsn = if lost { 0 } else { self.backup.lsn };
        let _ = info.extra.set_json("RestoredLsn", &lsn.to_string());
        info
    }
}

impl State {
    pub(crate) fn restore_partition(
        &mut self,
        id: &str,
        view: Option<&RestoreView>,
        latest: bool,
        minutes: Option<i32>,
    ) -> Result<(), Refusal> {
        let (entity, partition) = self.resolve_partition(id)?;
        let latest = latest && self.runtime >= Runtime::V11_3;
        if view.is_none() && !latest {
            return Err(service_error::INVALID_ARGUMENTS.into());
        }
        if !self.fault_analysis {
            return Err(service_error::NO_FAULT_ANALYSIS.into());
        }
        let store = self.storage_or_default(&entity, view.and_then(|view| view.storage.as_ref()))?;
        let (path, backup) = self.restore_point(&store, view, &Folder::of(entity.key()))?;
        let information = self.topology.partition(partition).map(|(_, _, partition)| partition.information());
        check_keys(&backup.partition, information.as_ref())?;
        self.check_chain(&store, &backup)?;
        self.check_idle(partition)?;
        self.accept_restore(partition, path, backup, minutes);
        Ok(())
    }

    fn accept_restore(&mut self, partition: Uuid, path: String, backup: Stored, minutes: Option<i32>) {
        let run = self.next_run();
        let default = if self.runtime >= Runtime::V11_3 { 30 } else { 10 };
        let timeout = u64::try_from(minutes.unwrap_or(default)).unwrap_or(0) * 60;
        let state = if timeout == 0 { RestoreState::Timeout } else { RestoreState::Accepted };
        self.note(EffectKind::RestoreAccepted, partition.to_string(), Some(path.clone()));
        let Some(agent) = self.agent(partition) else { return };
        agent.restore = Some(Box::new(Restore { run, path, backup, state, ended: None }));
        if self.stuck {
            return;
        }
        let step = |state| Event::Restore { partition, run, state };
        self.clock.plan(STARTS, step(RestoreState::RestoreInProgress));
        if self.runtime >= Runtime::V11_3 {
            self.clock.plan(SECONDARIES, step(RestoreState::SecondariesInProgress));
        }
        self.clock.plan(TAKES, step(RestoreState::Success));
        self.clock.plan(Duration::from_secs(timeout), step(RestoreState::Timeout));
    }

    pub(crate) fn restore_progress(&self, id: &str) -> Result<Option<RestoreProgressInfo>, Refusal> {
        let (_, partition) = self.resolve_partition(id)?;
        let restore = self.agents.get(&partition).and_then(|agent| agent.restore.as_deref());
        Ok(restore.map(Restore::describe))
    }

    /// Moves a restore to its next state, unless it has ended or another one has started.
    pub(crate) fn restore_reaches(&mut self, partition: Uuid, run: u64, state: RestoreState) {
        let now = whole_seconds(self.clock.now());
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        if agent.quorum_loss.is_some() && state != RestoreState::Timeout {
            // Without a quorum, the partition accepts no writes.
            self.clock.plan(UNREACHED, Event::Restore { partition, run, state });
            return;
        }
        let Some(restore) = agent.restore.as_mut().filter(|restore| restore.run == run && restore.is_active()) else {
            return;
        };
        restore.state = state;
        if restore.is_active() {
            return;
        }
        restore.ended = Some(now);
        if restore.state == RestoreState::Success {
            let (path, backup) = (restore.path.clone(), restore.backup.clone());
            self.take_over(partition, &path, &backup);
        }
        self.restart(partition);
    }

    /// Replaces the data of the partition with the backup, in a new epoch.
    fn take_over(&mut self, partition: Uuid, path: &str, backup: &Stored) {
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        agent.waiting = None;
        agent.lsn = backup.lsn;
        agent.epoch = (agent.epoch.0.max(backup.epoch.0).saturating_add(NEXT_EPOCH), agent.epoch.1);
        self.note(EffectKind::Restored, partition.to_string(), Some(path.to_owned()));
    }

    /// The backup of the request, or the latest backup of the partition.
    fn restore_point(
        &self,
        store: &StoreKey,
        view: Option<&RestoreView>,
        folder: &Folder,
    ) -> Result<(String, Stored), Refusal> {
        if let Some(failure) = self.broken.get(store) {
            return Err(service_error::unexpected(&failure.message));
        }
        let stores = self.storages.lock();
        let Some(view) = view else {
            let newest = stores.below(store, folder, None).next_back();
            let newest = newest.map(|(path, backup)| (path.clone(), backup.clone()));
            return newest.ok_or_else(|| service_error::NO_RESTORE_POINT.into());
        };
        let path = path_at(&view.location);
        let backup = stores.get(store, &path).cloned().ok_or(service_error::NO_RESTORE_POINT)?;
        if backup.id != view.backup_id {
            return Err(service_error::BACKUP_MISMATCH.into());
        }
        Ok((path, backup))
    }

    /// Fails unless the whole chain exists, back to the full backup.
    fn check_chain(&self, store: &StoreKey, backup: &Stored) -> Result<(), ServiceError> {
        let stores = self.storages.lock();
        let mut parent = backup.parent.clone();
        while let Some(path) = parent {
            parent = stores.get(store, &path).ok_or(service_error::BROKEN_CHAIN)?.parent.clone();
        }
        Ok(())
    }

    /// Deletes the data of a partition. Without an effective policy, it continues without data. With one, it is restored from
    /// its latest backup, or waits for a restore.
    pub(crate) fn lose_data(&mut self, partition: Uuid) -> bool {
        let Some(entity) = self.partition_entity(partition) else { return false };
        self.note(EffectKind::DataLost, partition.to_string(), None);
        let now = self.clock.now();
        if let Some(agent) = self.agent(partition) {
            agent.epoch.0 = agent.epoch.0.saturating_add(NEXT_EPOCH);
        }
        let policy = self.effective(&entity).and_then(|(_, mapping)| self.policies.get(&mapping.policy));
        let found = policy.map(|policy| (policy.auto_restore_on_data_loss, StoreKey::of(&policy.storage)));
        match found {
            None => {}
            Some((false, _)) => {
                if let Some(agent) = self.agent(partition) {
                    agent.waiting = Some(now);
                }
            }
            Some((true, store)) => {
                let newest = self.restore_point(&store, None, &Folder::of(entity.key())).ok();
                let earlier = self.agents.get(&partition).and_then(|agent| agent.restore.as_deref());
                // The 6.4 service takes any earlier restore for the current one, and repeats it.
                let again = earlier
                    .filter(|_| self.runtime < Runtime::V11_3)
                    .map(|restore| (restore.path.clone(), restore.backup.clone()));
                if let Some((path, backup)) = again.or(newest) {
                    self.take_over(partition, &path, &backup);
                    self.restart(partition);
                }
            }
        }
        true
    }

    /// Lets a partition that waits for a restore continue without one.
    pub(crate) fn skip_restore(&mut self, id: &str) -> Result<(), Refusal> {
        let (_, partition) = self.resolve_partition(id)?;
        if let Some(agent) = self.agents.get_mut(&partition).filter(|agent| agent.waiting.is_some()) {
            agent.waiting = None;
            self.note(EffectKind::RestoreSkipped, partition.to_string(), None);
            self.restart(partition);
        }
        Ok(())
    }
}

const NEXT_EPOCH: i64 = 10_000_000;

/// Fails unless source and target have the same keys. The backup may be of another partition.
fn check_keys(source: &PartitionInformation, target: Option<&PartitionInformation>) -> Result<(), ServiceError> {
    let Some(target) = target else { return Err(service_error::WRONG_KIND) };
    match (source, target) {
        (PartitionInformation::Singleton(_), PartitionInformation::Singleton(_)) => Ok(()),
        (PartitionInformation::Int64Range(source), PartitionInformation::Int64Range(target)) => {
            let equal = (source.low_key, source.high_key) == (target.low_key, target.high_key);
            if equal { Ok(()) } else { Err(service_error::WRONG_RANGE) }
        }
        (PartitionInformation::Named(source), PartitionInformation::Named(target)) => {
            if source.name == target.name {
                Ok(())
            } else {
                Err(service_error::WRONG_NAME)
            }
        }
        _ => Err(service_error::WRONG_KIND),
    }
}
