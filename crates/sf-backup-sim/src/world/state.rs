//! What the cluster and its backup service remember.

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

use sf_backup_proto::server::Refusal;
use uuid::Uuid;

use crate::api::order::Order;
use crate::http::date_header::DateHeader;
use crate::http::fault::Faults;
use crate::http::refusal::{self, Fault};
use crate::world::clock::{Clock, Pause};
use crate::world::effect::{Effect, EffectKind};
use crate::world::entity::{Entity, Key, Level};
use crate::world::random::Random;
use crate::world::runtime::{Role, Runtime};
use crate::world::topology::Topology;
use agent::{Agent, StoreFailure};
use mappings::{Mapping, Mappings};
use policy::Policy;
use presence::Presence;
use retention::CleanUp;
use size::Sizes;
use store::{Storages, StoreKey};

/// One cluster's state.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) runtime: Runtime,
    pub(crate) role: Role,
    pub(crate) topology: Topology,
    pub(crate) random: Random,
    pub(crate) policies: BTreeMap<String, Policy>,
    pub(crate) mappings: Mappings,
    pub(crate) suspended: BTreeSet<Key>,
    pub(crate) storages: Storages,
    pub(crate) clock: Clock<Event>,
    pub(crate) effects: Vec<Effect>,
    /// When the cluster's time began.
    pub(crate) begun: Timestamp,
    /// What was reported on the health of services.
    pub(crate) reported: BTreeMap<String, HealthState>,
    /// Whether the cluster has the fault analysis service, which restores need.
    pub(crate) fault_analysis: bool,
    /// Storages that cannot be used, and why.
    pub(crate) broken: BTreeMap<StoreKey, StoreFailure>,
    /// Whether `/$sim/` is answered.
    pub(crate) control: bool,
    /// What is to go wrong with the next calls.
    pub(crate) faults: Faults,
    /// Whether the backup service is there.
    pub(crate) presence: Presence,
    /// How many hours its clock stands west of UTC.
    pub(crate) west: u8,
    /// Whether scheduled backups come a little early or late.
    pub(crate) jitter: bool,
    /// What responses say about the time.
    pub(crate) date_header: DateHeader,
    /// How much partitions hold, and how fast that is backed up.
    pub(crate) sizes: Sizes,
    /// Chance of times, which must not change the ids.
    pub(crate) chance: Random,
    /// Whether the call in progress is one that nothing comes of.
    pub(crate) stuck: bool,
    pub(crate) agents: HashMap<Uuid, Agent>,
    clean_ups: BTreeMap<u64, CleanUp>,
    runs: u64,
}

/// What happens by itself, at its time.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Periodic {
        partition: Uuid,
        generation: u64,
    },
    /// A scheduled backup that took its time is done.
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
    Ordered(Box<Order>),
}

impl State {
    pub(crate) fn new(topology: Topology, runtime: Runtime, role: Role, seed: u64, clock: Clock<Event>) -> Self {
        Self {
            runtime,
            role,
            topology,
            random: Random::new(seed),
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
            control: false,
            faults: Faults::default(),
            presence: Presence::Present,
            west: 0,
            jitter: false,
            date_header: DateHeader::default(),
            sizes: Sizes::default(),
            chance: Random::new(!seed),
            stuck: false,
            agents: HashMap::new(),
            clean_ups: BTreeMap::new(),
            runs: 0,
        }
    }

    /// Lets time pass, and does all that is due on the way.
    pub(crate) fn advance(&mut self, time: Duration) {
        let until = self.clock.later(time);
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
                // An order for a partition that is not there is void.
                Event::Ordered(order) => _ = self.carry_out(*order),
            }
        }
        self.clock.settle(until);
    }

    /// Lets the time pass that an exchange waits for.
    pub(crate) fn pass(&mut self, pause: Pause) {
        self.advance(match pause {
            Pause::Latency(latency) => latency,
            Pause::Until(there) => there.since(self.clock.now()),
        });
    }

    /// How many backups on demand are under way.
    pub(crate) fn running_backups(&self) -> usize {
        let backups = self.agents.values().filter_map(|agent| agent.backup.as_ref());
        backups.filter(|backup| backup.is_active()).count()
    }

    /// How many restores are under way.
    pub(crate) fn running_restores(&self) -> usize {
        let restores = self.agents.values().filter_map(|agent| agent.restore.as_ref());
        restores.filter(|restore| restore.is_active()).count()
    }

    /// Writes down what happened.
    fn note(&mut self, kind: EffectKind, subject: String, detail: Option<String>) {
        self.effects.push(Effect { at: self.clock.now(), kind, subject, detail });
    }

    fn next_run(&mut self) -> u64 {
        self.runs += 1;
        self.runs
    }

    /// The entity of an id in a path.
    pub(crate) fn resolve(&self, level: Level, id: &str) -> Result<Entity, Fault> {
        Entity::resolve(level, id, &self.topology).map_err(Fault::from)
    }

    /// Whether the entity can be backed up: the application exists, the service keeps its state on disk, the partition is
    /// there.
    pub(crate) fn check_entity(&self, entity: &Entity) -> Result<(), Refusal> {
        let key = entity.key();
        if entity.level() == Level::Application {
            return match self.topology.application(&key.application_name()) {
                Some(_) => Ok(()),
                None => Err(refusal::APPLICATION_MISSING.into()),
            };
        }
        match self.topology.service(&key.service_name()) {
            None => Err(refusal::SERVICE_MISSING.into()),
            Some((_, service)) if !service.is_persisted() => Err(refusal::STATELESS.into()),
            Some(_) => Ok(()),
        }
    }

    /// Whether what a key stands for is still in the cluster.
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
