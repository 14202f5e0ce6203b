//! The state of the cluster and its backup service.

pub(crate) mod agent;
pub(crate) mod backup;
pub(crate) mod configuration;
pub(crate) mod coverage;
pub(crate) mod health;
pub(crate) mod listing;
pub(crate) mod mappings;
pub(crate) mod mask;
pub(crate) mod policy;
pub(crate) mod presence;
pub(crate) mod restore;
pub(crate) mod retention;
pub(crate) mod schedule;
pub(crate) mod size;
pub(crate) mod store;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::inventory::HealthState;
use sf_backup_proto::model::progress::RestoreState;

use crate::world::refusal::Refusal;
use uuid::Uuid;

use crate::world::clock::Clock;
use crate::world::effect::{Effect, EffectKind};
use crate::world::entity::{Entity, Key, Level};
use crate::world::random::Random;
use crate::world::runtime::Runtime;
use crate::world::service_error::{self, ServiceError};
use crate::world::topology::Topology;
use crate::world::utc_offset::UtcOffset;
use agent::Agent;
use mappings::{Mapping, Mappings};
use policy::Policy;
use presence::Presence;
use retention::CleanUp;
use size::Sizes;
use store::{Storages, StoreFailure, StoreKey};

/// The state of a cluster.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) runtime: Runtime,
    pub(crate) topology: Topology,
    pub(crate) random_ids: Random,
    pub(crate) policies: BTreeMap<String, Policy>,
    pub(crate) mappings: Mappings,
    pub(crate) suspended: BTreeSet<Key>,
    pub(crate) storages: Storages,
    pub(crate) clock: Clock<Event>,
    pub(crate) effects: Vec<Effect>,
    /// The start of the cluster's time.
    pub(crate) begun: Timestamp,
    /// The reported health of services.
    pub(crate) reported: BTreeMap<String, HealthState>,
    /// Whether the cluster has the fault analysis service, which restores need.
    pub(crate) fault_analysis: bool,
    /// The failures of storages.
    pub(crate) broken: BTreeMap<StoreKey, StoreFailure>,
    /// Whether the backup service exists and has a primary.
    pub(crate) presence: Presence,
    /// The time zone of its clock.
    pub(crate) utc_offset: UtcOffset,
    /// Whether scheduled backups start a little early or late.
    pub(crate) jitter: bool,
    /// The sizes of partitions and the speed of their backups.
    pub(crate) sizes: Sizes,
    /// Random times, from a source of their own so that they do not change the ids.
    pub(crate) random_times: Random,
    /// Whether the backup or restore of the current request never starts.
    pub(crate) stuck: bool,
    pub(crate) agents: HashMap<Uuid, Box<Agent>>,
    clean_ups: BTreeMap<u64, CleanUp>,
    runs: u64,
}

/// Something that happens at its time.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Periodic {
        partition: Uuid,
        generation: u64,
    },
    /// A scheduled backup ends.
    PeriodicEnds {
        partition: Uuid,
        generation: u64,
        begun: Timestamp,
    },
    BackupStarts {
        partition: Uuid,
        run: u64,
    },
    BackupEnds {
        partition: Uuid,
        run: u64,
    },
    BackupTimesOut {
        partition: Uuid,
        run: u64,
    },
    Restore {
        partition: Uuid,
        run: u64,
        state: RestoreState,
    },
    Retention {
        policy: String,
        run: Uuid,
    },
    CleanUp {
        run: u64,
    },
    PrimaryIsBack {
        partition: Uuid,
        run: u64,
    },
    QuorumIsBack {
        partition: Uuid,
        run: u64,
    },
    /// An order of the layer above is due; it has this number.
    Order(u64),
}

impl State {
    pub(crate) fn new(topology: Topology, runtime: Runtime, seed: u64, clock: Clock<Event>) -> Self {
        Self {
            runtime,
            topology,
            random_ids: Random::new(seed),
            policies: BTreeMap::new(),
            mappings: Mappings::default(),
            suspended: BTreeSet::new(),
            storages: Storages::default(),
            begun: clock.now(),
            reported: BTreeMap::new(),
            clock,
            effects: Vec::new(),
            fault_analysis: true,
            broken: BTreeMap::new(),
            presence: Presence::Present,
            utc_offset: UtcOffset::default(),
            jitter: false,
            sizes: Sizes::default(),
            random_times: Random::new(!seed),
            stuck: false,
            agents: HashMap::new(),
            clean_ups: BTreeMap::new(),
            runs: 0,
        }
    }

    /// Lets time pass until then and handles everything that is due on the way. Stops early with the number of an order, if
    /// one is due.
    pub(crate) fn advance_until(&mut self, until: Timestamp) -> Option<u64> {
        while let Some(event) = self.clock.next(until) {
            match event {
                Event::Periodic { partition, generation } => self.periodic(partition, generation),
                Event::PeriodicEnds { partition, generation, begun } => {
                    self.periodic_ends(partition, generation, begun);
                }
                Event::BackupStarts { partition, run } => self.backup_starts(partition, run),
                Event::BackupEnds { partition, run } => self.backup_ends(partition, run),
                Event::BackupTimesOut { partition, run } => self.backup_times_out(partition, run),
                Event::Restore { partition, run, state } => self.restore_reaches(partition, run, state),
                Event::Retention { policy, run } => self.retention_pass(&policy, run),
                Event::CleanUp { run } => self.clean_up(run),
                Event::PrimaryIsBack { partition, run } => self.primary_is_back(partition, run),
                Event::QuorumIsBack { partition, run } => self.quorum_is_back(partition, run),
                Event::Order(number) => return Some(number),
            }
        }
        self.clock.move_to(until);
        None
    }

    /// Plans an order of the layer above.
    pub(crate) fn plan_order(&mut self, delay: Duration, number: u64) {
        self.clock.plan(delay, Event::Order(number));
    }

    /// The number of running backups on demand.
    pub(crate) fn running_backups(&self) -> usize {
        let backups = self.agents.values().filter_map(|agent| agent.backup.as_deref());
        backups.filter(|backup| backup.is_active()).count()
    }

    /// The number of running restores.
    pub(crate) fn running_restores(&self) -> usize {
        let restores = self.agents.values().filter_map(|agent| agent.restore.as_deref());
        restores.filter(|restore| restore.is_active()).count()
    }

    /// The running backups and restores on demand: partition, operation and state.
    pub(crate) fn running_operations(&self) -> Vec<(Uuid, &'static str, String)> {
        let mut operations = Vec::new();
        for (id, agent) in &self.agents {
            let backup = agent.backup.as_deref().filter(|backup| backup.is_active());
            operations.extend(backup.map(|backup| (*id, "Backup", backup.state_name())));
            let restore = agent.restore.as_deref().filter(|restore| restore.is_active());
            operations.extend(restore.map(|restore| (*id, "Restore", restore.state_name())));
        }
        operations.sort_unstable();
        operations
    }

    /// Adds an effect to the log.
    fn note(&mut self, kind: EffectKind, subject: String, detail: Option<String>) {
        self.effects.push(Effect { at: self.clock.now(), kind, subject, detail });
    }

    fn next_run(&mut self) -> u64 {
        self.runs += 1;
        self.runs
    }

    /// The entity of an id in a path.
    pub(crate) fn resolve(&self, level: Level, id: &str) -> Result<Entity, ServiceError> {
        Entity::resolve(level, id, &self.topology).map_err(ServiceError::from)
    }

    /// Fails unless the entity can be backed up: the application exists, or the service exists and is persisted.
    pub(crate) fn check_entity(&self, entity: &Entity) -> Result<(), Refusal> {
        let key = entity.key();
        if entity.level() == Level::Application {
            return match self.topology.application(&key.application_name()) {
                Some(_) => Ok(()),
                None => Err(service_error::APPLICATION_MISSING.into()),
            };
        }
        match self.topology.service(&key.service_name()) {
            None => Err(service_error::SERVICE_MISSING.into()),
            Some((_, service)) if !service.is_persisted() => Err(service_error::STATELESS.into()),
            Some(_) => Ok(()),
        }
    }

    /// Whether the entity of a key is still in the cluster.
    fn exists(&self, key: &Key) -> bool {
        match key.level() {
            Level::Application => self.topology.application(&key.application_name()).is_some(),
            Level::Service => self.topology.service(&key.service_name()).is_some(),
            Level::Partition => crate::world::entity::guid(key.partition_id())
                .is_some_and(|id: Uuid| self.topology.partition(id).is_some()),
        }
    }

    /// The nearest mapping at or above an entity.
    pub(crate) fn effective(&self, entity: &Entity) -> Option<(&Key, &Mapping)> {
        entity.upwards().find_map(|key| self.mappings.get(key))
    }
}
