//! The replica of each partition, with its periodic backups.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::storage::BackupStorageDescription;
use uuid::Uuid;

use super::backup::OnDemand;
use super::presence::Outage;
use super::restore::Restore;
use super::store::{FIRST_EPOCH, Folder, StoreFailure, StoreKey, Stored, whole_seconds};
use super::{Event, State};
use crate::world::effect::EffectKind;
use crate::world::entity::{Entity, Key, Level};

/// The replica of a partition. There may be millions, so what is rare is boxed.
#[derive(Debug)]
pub(crate) struct Agent {
    /// The policy in effect, and its unique id.
    running: Option<(Box<str>, Uuid)>,
    /// Number of restarts of the schedule; events that were planned before the last one are void.
    generation: u64,
    /// The slot of the planned backup, without jitter.
    slot: Option<Timestamp>,
    /// Number of failures of the current backup.
    failures: u32,
    pub(crate) chain: Option<Chain>,
    pub(crate) lsn: i64,
    pub(crate) epoch: (i64, i64),
    pub(crate) backup: Option<Box<OnDemand>>,
    pub(crate) restore: Option<Box<Restore>>,
    /// Since when the partition waits for a restore, after it lost its data.
    pub(crate) waiting: Option<Timestamp>,
    /// The primary is moving.
    pub(crate) moving: Option<Outage>,
    /// The partition has no quorum.
    pub(crate) quorum_loss: Option<Outage>,
    /// The duration of the last quorum loss.
    pub(crate) last_quorum_loss: Duration,
    /// The time and reason of the last failed periodic backup, until one succeeds.
    pub(crate) backup_failure: Option<Box<(Timestamp, StoreFailure)>>,
}

/// The chain that the next incremental backup continues.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    id: Uuid,
    last: String,
    /// Number of incremental backups.
    length: u32,
}

const RETRY: Duration = Duration::from_secs(60);
const RETRIES: u32 = 5;
/// How many seconds a scheduled backup may start early or late.
const JITTER: u64 = 10;

impl State {
    /// The ids of the partitions of an entity that can be backed up.
    pub(crate) fn partitions_of(&self, key: &Key) -> Vec<Uuid> {
        let ids = |service: &crate::world::topology::Service| {
            let partitions = if service.is_persisted() { service.partitions() } else { &[] };
            partitions.iter().map(crate::world::topology::Partition::id).collect::<Vec<_>>()
        };
        match key.level() {
            Level::Application => {
                let application = self.topology.application(&key.application_name());
                application.into_iter().flat_map(|found| found.services()).flat_map(ids).collect()
            }
            Level::Service => {
                self.topology.service(&key.service_name()).map(|(_, service)| ids(service)).unwrap_or_default()
            }
            Level::Partition => {
                let id =
                    crate::world::entity::guid(key.partition_id()).filter(|id| self.topology.partition(*id).is_some());
                id.into_iter().collect()
            }
        }
    }

    /// The entity of a partition, with its id as the service spells it.
    pub(crate) fn partition_entity(&self, id: Uuid) -> Option<Entity> {
        Entity::resolve(Level::Partition, &id.to_string(), &self.topology).ok()
    }

    /// The replica of a partition; `None` if the partition is not in the cluster.
    pub(crate) fn agent(&mut self, id: Uuid) -> Option<&mut Agent> {
        self.topology.partition(id)?;
        Some(self.agents.entry(id).or_insert_with(|| {
            Box::new(Agent {
                running: None,
                generation: 0,
                failures: 0,
                chain: None,
                lsn: 1,
                epoch: FIRST_EPOCH,
                backup: None,
                restore: None,
                waiting: None,
                slot: None,
                moving: None,
                quorum_loss: None,
                last_quorum_loss: Duration::ZERO,
                backup_failure: None,
            })
        }))
    }

    /// Applies the effective policies to the replicas of an entity.
    pub(crate) fn refresh(&mut self, key: &Key) {
        for id in self.partitions_of(key) {
            self.refresh_partition(id);
        }
    }

    /// Restarts schedule and chain if the policy, its unique id or the suspension has changed.
    pub(crate) fn refresh_partition(&mut self, id: Uuid) {
        let Some(entity) = self.partition_entity(id) else { return };
        let active = self.suspension(&entity).is_none();
        let protected = self.effective(&entity).is_some();
        let wanted = self.effective(&entity).filter(|_| active).and_then(|(_, mapping)| {
            let policy = self.policies.get(&mapping.policy)?;
            Some((mapping.policy.as_str().into(), policy.unique_id))
        });
        if wanted.is_none() && !self.agents.contains_key(&id) {
            return;
        }
        let Some(agent) = self.agent(id) else { return };
        if !protected {
            // Without a policy, no restore is expected.
            agent.waiting = None;
        }
        if agent.running == wanted {
            return;
        }
        if wanted.is_none() {
            agent.backup_failure = None;
        }
        agent.running = wanted;
        agent.restart_schedule();
        self.plan_next(id);
    }

    /// Restarts schedule and chain, as after a restore, when the service applies the policy again.
    pub(crate) fn restart(&mut self, id: Uuid) {
        if let Some(agent) = self.agent(id) {
            agent.restart_schedule();
            self.plan_next(id);
        }
    }

    fn plan_next(&mut self, partition: Uuid) {
        let now = self.clock.now();
        let early_or_late = if self.jitter { self.random_times.next() % (2 * JITTER + 1) } else { JITTER };
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(&**name));
        // After a backup that started early, the next one must not be in the same slot.
        let slot = policy.and_then(|policy| policy.schedule.next_slot(agent.slot, now));
        agent.slot = slot;
        if let Some(slot) = slot {
            agent.failures = 0;
            let wait = slot.since(now) + Duration::from_secs(early_or_late);
            let wait = wait.saturating_sub(Duration::from_secs(JITTER));
            self.clock.plan(wait, Event::Periodic { partition, generation: agent.generation });
        }
    }

    /// Starts a scheduled backup. It is retried a few times, and then skipped until the next slot.
    pub(crate) fn periodic(&mut self, partition: Uuid, generation: u64) {
        if self.topology.partition(partition).is_none() {
            self.agents.remove(&partition);
        }
        let Some(agent) = self.agents.get_mut(&partition).filter(|agent| agent.generation == generation) else {
            return;
        };
        if agent.is_down() {
            agent.miss();
            return;
        }
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(&**name));
        if policy.is_some_and(|policy| policy.unreadable) {
            return;
        }
        let Some(max) = policy.map(|policy| policy.max_incremental_backups) else { return };
        let takes = self.sizes.backup_takes(partition, agent.wants_full(max));
        let begun = self.clock.now();
        if takes.is_zero() {
            self.periodic_ends(partition, generation, begun);
        } else {
            self.clock.plan(takes, Event::PeriodicEnds { partition, generation, begun });
        }
    }

    /// Ends a scheduled backup, successful or not. Its time in lists is the time of its start.
    pub(crate) fn periodic_ends(&mut self, partition: Uuid, generation: u64, begun: Timestamp) {
        let Some(agent) = self.agents.get_mut(&partition).filter(|agent| agent.generation == generation) else {
            return;
        };
        if agent.is_down() {
            agent.miss();
            return;
        }
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(&**name));
        let Some((store, max)) = policy.map(|policy| (StoreKey::of(&policy.storage), policy.max_incremental_backups))
        else {
            return;
        };
        let unavailable = agent.restore.as_deref().is_some_and(Restore::is_active);
        let full = agent.wants_full(max);
        let made = if unavailable { None } else { Some(self.make_backup(partition, store, full, begun)) };
        let now = self.clock.now();
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        match made {
            Some(Ok(_)) => {
                agent.backup_failure = None;
                self.plan_next(partition);
                return;
            }
            Some(Err(failure)) => agent.backup_failure = Some(Box::new((now, failure))),
            // A replica during a restore reports nothing.
            None => {}
        }
        agent.failures += 1;
        if agent.failures > RETRIES {
            self.plan_next(partition);
        } else {
            self.clock.plan(RETRY, Event::Periodic { partition, generation });
        }
    }

    /// Writes a backup to a storage. Returns its path and metadata.
    ///
    /// # Errors
    /// The failure of the storage.
    pub(crate) fn make_backup(
        &mut self,
        partition: Uuid,
        store: StoreKey,
        full: bool,
        begun: Timestamp,
    ) -> Result<(String, Stored), StoreFailure> {
        if let Some(failure) = self.broken.get(&store).cloned() {
            self.note(EffectKind::BackupFailed, partition.to_string(), Some(failure.message.clone()));
            return Err(failure);
        }
        let (id, step) = (self.random_ids.guid(), self.random_ids.next() % 100);
        let created = whole_seconds(begun);
        let gone = || StoreFailure::new(GONE, "The partition is no longer in the cluster.");
        let folder = self.partition_entity(partition).map(|entity| Folder::of(entity.key())).ok_or_else(gone)?;
        let information = self.topology.partition(partition).ok_or_else(gone)?.2.information();
        let storages = self.storages.clone();
        let mut stores = storages.lock();
        let agent = self.agent(partition).ok_or_else(gone)?;
        // A chain whose last backup is gone is not continued.
        let chain = agent.chain.take().filter(|chain| !full && stores.get(&store, &chain.last).is_some());
        agent.lsn = agent.lsn.saturating_add_unsigned(step + 1);
        let backup = Stored {
            id,
            chain: chain.as_ref().map_or(id, |chain| chain.id),
            parent: chain.as_ref().map(|chain| chain.last.clone()),
            partition: information,
            epoch: agent.epoch,
            lsn: agent.lsn,
            created,
        };
        let path = stores.put(store, &folder, backup.clone());
        agent.chain = Some(Chain {
            id: backup.chain,
            last: path.clone(),
            length: chain.map_or(0, |chain| chain.length.saturating_add(1)),
        });
        drop(stores);
        self.note(EffectKind::BackupMade, partition.to_string(), Some(path.clone()));
        Ok((path, backup))
    }
}

impl State {
    /// Makes a storage fail, or ends its failure.
    pub(crate) fn break_storage(&mut self, storage: &BackupStorageDescription, failure: Option<(u32, &str)>) {
        let store = StoreKey::of(storage);
        match failure {
            Some((hresult, message)) => self.broken.insert(store, StoreFailure::new(hresult, message)),
            None => self.broken.remove(&store),
        };
    }
}

const GONE: u32 = 0x8000_ffff;

impl Agent {
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether no replica can take a backup.
    pub(crate) fn is_down(&self) -> bool {
        self.moving.is_some() || self.quorum_loss.is_some() || self.waiting.is_some()
    }

    /// Whether the next scheduled backup is full, with at most this number of incremental backups in a chain.
    fn wants_full(&self, max: u8) -> bool {
        self.chain.as_ref().is_none_or(|chain| chain.length >= u32::from(max))
    }

    /// Records that a scheduled backup was missed.
    fn miss(&mut self) {
        for outage in [&mut self.moving, &mut self.quorum_loss].into_iter().flatten() {
            outage.missed = true;
        }
    }

    fn restart_schedule(&mut self) {
        self.generation += 1;
        self.slot = None;
        self.failures = 0;
        self.chain = None;
    }
}
