//! What each partition's replica does by itself: periodic backups, in chains.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::partition::PartitionInformation;
use sf_backup_proto::model::storage::BackupStorageDescription;
use uuid::Uuid;

use super::backup::OnDemand;
use super::presence::Outage;
use super::restore::Restore;
use super::store::{Folder, StoreKey, Stored};
use super::{Event, State};
use crate::world::effect::EffectKind;
use crate::world::entity::{Entity, Key, Level};

/// One partition's replica.
#[derive(Debug)]
pub(crate) struct Agent {
    pub(crate) folder: Folder,
    pub(crate) information: PartitionInformation,
    /// The policy at work, and which edition of it.
    running: Option<(String, Uuid)>,
    /// Counts what made the schedule begin anew; what was planned before is void.
    generation: u64,
    /// The slot of the run that is planned, without what chance adds.
    slot: Option<Timestamp>,
    /// How often the current run failed.
    failures: u32,
    pub(crate) chain: Option<Chain>,
    pub(crate) lsn: i64,
    pub(crate) epoch: (i64, i64),
    pub(crate) backup: Option<OnDemand>,
    pub(crate) restore: Option<Restore>,
    /// Since when data is lost and a person must say what to restore.
    pub(crate) waiting: Option<Timestamp>,
    /// There is no primary for the moment.
    pub(crate) moving: Option<Outage>,
    /// Too few replicas are left.
    pub(crate) quorum_loss: Option<Outage>,
    /// How long the quorum was lost the last time.
    pub(crate) last_quorum_loss: Duration,
    /// When a periodic backup failed last, and why; none once one has succeeded.
    pub(crate) backup_failure: Option<(Timestamp, StoreFailure)>,
}

/// The backups that the next incremental one would follow.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    id: Uuid,
    last: String,
    /// Incremental ones so far.
    length: u32,
}

/// The epoch of a partition that never lost data: real ones are of this size.
pub(crate) const FIRST_EPOCH: (i64, i64) = (131_992_384_400_001_234, 8_589_934_592);
const RETRY: Duration = Duration::from_secs(60);
const RETRIES: u32 = 5;
/// How many seconds a scheduled backup may come early or late.
const JITTER: u64 = 10;

impl State {
    /// The ids of the partitions that an entity holds, as far as they can be backed up.
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

    /// The partition, with the spelling of its id that the service itself uses.
    pub(crate) fn partition_entity(&self, id: Uuid) -> Option<Entity> {
        Entity::resolve(Level::Partition, &id.to_string(), &self.topology).ok()
    }

    /// The partition's replica; `None` if it has left the cluster.
    pub(crate) fn agent(&mut self, id: Uuid) -> Option<&mut Agent> {
        let (_, _, partition) = self.topology.partition(id)?;
        let information = partition.information();
        let entity = self.partition_entity(id)?;
        Some(self.agents.entry(id).or_insert_with(|| Agent {
            folder: Folder::of(entity.key()),
            information,
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
        }))
    }

    /// Tells the replicas of an entity what is in force for them now.
    pub(crate) fn refresh(&mut self, key: &Key) {
        for id in self.partitions_of(key) {
            self.refresh_partition(id);
        }
    }

    /// Begins the schedule and the chain anew if the policy, its edition or the suspension has changed.
    pub(crate) fn refresh_partition(&mut self, id: Uuid) {
        let Some(entity) = self.partition_entity(id) else { return };
        let active = self.suspension(&entity).is_none();
        let protected = self.effective(&entity).is_some();
        let wanted = self.effective(&entity).filter(|_| active).and_then(|(_, mapping)| {
            let policy = self.policies.get(&mapping.policy)?;
            Some((mapping.policy.clone(), policy.unique_id))
        });
        if wanted.is_none() && !self.agents.contains_key(&id) {
            return;
        }
        let Some(agent) = self.agent(id) else { return };
        if !protected {
            // Nobody will say any longer what to restore.
            agent.waiting = None;
        }
        if agent.running == wanted {
            return;
        }
        if wanted.is_none() {
            agent.backup_failure = None;
        }
        agent.running = wanted;
        agent.begin_anew();
        self.plan_next(id);
    }

    /// As after a restore: the policy is pushed again.
    pub(crate) fn restart(&mut self, id: Uuid) {
        if let Some(agent) = self.agent(id) {
            agent.begin_anew();
            self.plan_next(id);
        }
    }

    fn plan_next(&mut self, partition: Uuid) {
        let now = self.clock.now();
        let early_or_late = if self.jitter { self.chance.next() % (2 * JITTER + 1) } else { JITTER };
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(name));
        // A run that came early must not be followed by another in the same slot.
        let slot = policy.and_then(|policy| policy.schedule.next_slot(agent.slot, now));
        agent.slot = slot;
        if let Some(slot) = slot {
            agent.failures = 0;
            let wait = slot.since(now) + Duration::from_secs(early_or_late);
            let wait = wait.saturating_sub(Duration::from_secs(JITTER));
            self.clock.plan(wait, Event::Periodic { partition, generation: agent.generation });
        }
    }

    /// A scheduled backup: tried a few times, and then left to the next slot.
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
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(name));
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

    /// A scheduled backup is done, or has failed. It shows from now on, under the time when it was begun.
    pub(crate) fn periodic_ends(&mut self, partition: Uuid, generation: u64, begun: Timestamp) {
        let Some(agent) = self.agents.get_mut(&partition).filter(|agent| agent.generation == generation) else {
            return;
        };
        if agent.is_down() {
            agent.miss();
            return;
        }
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(name));
        let Some((store, max)) = policy.map(|policy| (StoreKey::of(&policy.storage), policy.max_incremental_backups))
        else {
            return;
        };
        let unavailable = agent.restore.as_ref().is_some_and(Restore::is_active);
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
            Some(Err(failure)) => agent.backup_failure = Some((now, failure)),
            // A replica that cannot be read for the moment reports nothing.
            None => {}
        }
        agent.failures += 1;
        if agent.failures > RETRIES {
            self.plan_next(partition);
        } else {
            self.clock.plan(RETRY, Event::Periodic { partition, generation });
        }
    }

    /// Puts a backup on a storage, and tells where and what.
    ///
    /// # Errors
    /// The storage's failure.
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
        let (id, step) = (self.random.guid(), self.random.next() % 100);
        let created = whole_seconds(begun);
        let storages = self.storages.clone();
        let mut stores = storages.lock();
        let Some(agent) = self.agent(partition) else {
            return Err(StoreFailure::new(GONE, "The partition is no longer in the cluster."));
        };
        // A chain that somebody cut is not continued.
        let chain = agent.chain.take().filter(|chain| !full && stores.get(&store, &chain.last).is_some());
        agent.lsn = agent.lsn.saturating_add_unsigned(step + 1);
        let backup = Stored {
            id,
            chain: chain.as_ref().map_or(id, |chain| chain.id),
            parent: chain.as_ref().map(|chain| chain.last.clone()),
            partition: agent.information.clone(),
            epoch: agent.epoch,
            lsn: agent.lsn,
            created,
        };
        let path = stores.put(store, &agent.folder, backup.clone());
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
    /// Makes a storage fail, or mends it.
    pub(crate) fn break_storage(&mut self, storage: &BackupStorageDescription, failure: Option<(u32, &str)>) {
        let store = StoreKey::of(storage);
        match failure {
            Some((hresult, message)) => self.broken.insert(store, StoreFailure::new(hresult, message)),
            None => self.broken.remove(&store),
        };
    }
}

const GONE: u32 = 0x8000_ffff;

/// Why a storage cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreFailure {
    pub(crate) hresult: u32,
    pub(crate) message: String,
}

impl StoreFailure {
    pub(crate) fn new(hresult: u32, message: &str) -> Self {
        Self { hresult, message: message.to_owned() }
    }
}

impl Agent {
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether there is no replica that could take a backup.
    pub(crate) fn is_down(&self) -> bool {
        self.moving.is_some() || self.quorum_loss.is_some() || self.waiting.is_some()
    }

    /// Whether the next scheduled backup is a full one, with at most so many incremental ones in a chain.
    fn wants_full(&self, max: u8) -> bool {
        self.chain.as_ref().is_none_or(|chain| chain.length >= u32::from(max))
    }

    /// Remembers that a scheduled backup fell due meanwhile.
    fn miss(&mut self) {
        for outage in [&mut self.moving, &mut self.quorum_loss].into_iter().flatten() {
            outage.missed = true;
        }
    }

    fn begin_anew(&mut self) {
        self.generation += 1;
        self.slot = None;
        self.failures = 0;
        self.chain = None;
    }
}

/// File names know no fractions.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_unix(at.unix()).unwrap_or(at)
}
