//! The replica of each partition, and how it makes a backup.

mod periodic;

use std::time::Duration;

use sf_backup_proto::Timestamp;
use uuid::Uuid;

use super::State;
use super::backup::OnDemand;
use super::presence::Outage;
use super::restore::Restore;
use super::store::{FIRST_EPOCH, Folder, StoreFailure, StoreKey, Stored, whole_seconds};
use crate::world::effect::EffectKind;
use crate::world::entity::{Entity, Key, Level};

/// The replica of a partition. Rare members are boxed, because there may be millions.
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
}
