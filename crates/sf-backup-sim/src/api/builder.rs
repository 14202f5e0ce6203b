//! What a cluster is made of, before it is one.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use sf_backup_proto::Timestamp;

use super::cluster::Cluster;
use crate::api::order::FaultOrder;
use crate::api::scenario::{Scenario, ScenarioError, Timed};
use crate::http::date_header::DateHeader;
use crate::world::clock::{Clock, Speed};
use crate::world::runtime::{Role, Runtime};
use crate::world::state::presence::Presence;
use crate::world::state::size::Sizes;
use crate::world::state::store::Storages;
use crate::world::state::{Event, State};
use crate::world::topology::Topology;

/// What a cluster is made of.
#[derive(Debug, Clone, Default)]
pub struct ClusterBuilder {
    topology: Topology,
    runtime: Runtime,
    role: Role,
    seed: u64,
    start: Option<Timestamp>,
    speed: Speed,
    storages: Storages,
    without_fault_analysis: bool,
    without_backup_service: bool,
    hours_west: u8,
    jitter: bool,
    date_header: DateHeader,
    megabytes_per_second: Option<NonZeroU32>,
    control: bool,
    faults: Vec<FaultOrder>,
    events: Vec<Timed>,
}

impl ClusterBuilder {
    /// Sets the applications, services and partitions; the built-in ones if not set.
    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Self {
        self.topology = topology;
        self
    }

    /// Sets the release that is simulated; 6.4 if not set.
    #[must_use]
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = runtime;
        self
    }

    /// Sets what callers are taken for; Admin if not set.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Sets the seed of all chance; 0 if not set. The same seed and the same requests give the same answers.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets when the cluster's time begins; on 1 January 2024 if not set.
    #[must_use]
    pub fn start(mut self, at: Timestamp) -> Self {
        self.start = Some(at);
        self
    }

    /// Sets how fast time runs while the cluster listens; as fast as real time if not set. Without a socket it stands still
    /// until [`Cluster::advance`].
    #[must_use]
    pub fn speed(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self
    }

    /// Sets the storages that the cluster sees, so that another one may see the same; its own if not set.
    #[must_use]
    pub fn storages(mut self, storages: &Storages) -> Self {
        self.storages = storages.clone();
        self
    }

    /// Leaves the fault analysis service away, which restores need.
    #[must_use]
    pub fn without_fault_analysis(mut self) -> Self {
        self.without_fault_analysis = true;
        self
    }

    /// Leaves the backup service itself away, as a cluster does that was not configured to have it: the gateway answers 404
    /// without a body to everything that is meant for it.
    #[must_use]
    pub fn without_backup_service(mut self) -> Self {
        self.without_backup_service = true;
        self
    }

    /// Sets the service's own clock so many hours west of UTC, at most 12; 0 if not set. Dates that are not set then show as
    /// that hour of the first day of the year 1, and dates in a query without a zone are taken for local ones.
    #[must_use]
    pub fn hours_west_of_utc(mut self, hours: u8) -> Self {
        self.hours_west = hours.min(12);
        self
    }

    /// Lets scheduled backups come up to ten seconds early or late, as they do in a real cluster; on the second if not set.
    #[must_use]
    pub fn jitter(mut self) -> Self {
        self.jitter = true;
        self
    }

    /// Sets how many megabytes of a partition's data are backed up in a second; 100 if not set. It counts for partitions that
    /// have a size: see [`Cluster::set_partition_size`].
    #[must_use]
    pub fn megabytes_per_second(mut self, throughput: NonZeroU32) -> Self {
        self.megabytes_per_second = Some(throughput);
        self
    }

    /// Sets what the `Date` header of responses says; the cluster's own time if not set.
    #[must_use]
    pub fn date_header(mut self, header: DateHeader) -> Self {
        self.date_header = header;
        self
    }

    /// Sets what a scenario file says, in the form that [`crate::api::scenario`] describes. Its events count from the start.
    ///
    /// # Errors
    /// If it is none. The error names line and rule.
    pub fn scenario(mut self, text: &str) -> Result<Self, ScenarioError> {
        let scenario = Scenario::read(text)?;
        self.seed = scenario.seed.unwrap_or(self.seed);
        self.start = scenario.start.or(self.start);
        self.role = scenario.role.map_or(self.role, Role::from);
        self.hours_west = scenario.hours_west_of_utc.unwrap_or(self.hours_west);
        self.jitter |= scenario.jitter;
        self.megabytes_per_second = scenario.megabytes_per_second.or(self.megabytes_per_second);
        self.date_header = scenario.date_header.map_or(self.date_header, DateHeader::from);
        self.without_fault_analysis |= scenario.without_fault_analysis;
        self.without_backup_service |= scenario.without_backup_service;
        self.faults.extend(scenario.faults);
        self.events.extend(scenario.events);
        Ok(self)
    }

    /// Answers the simulator's own requests below `/$sim/`, as [`crate::api::control`] describes them.
    #[must_use]
    pub fn control(mut self) -> Self {
        self.control = true;
        self
    }

    /// The cluster, without policies and, unless its storages hold some, without backups.
    pub fn build(self) -> Cluster {
        let start = self.start.or_else(|| Timestamp::from_unix(NEW_YEAR_2024)).unwrap_or(Timestamp::UNIX_EPOCH);
        let clock = Clock::new(start, self.speed);
        let mut state = State::new(self.topology, self.runtime, self.role, self.seed, clock);
        state.storages = self.storages;
        state.fault_analysis = !self.without_fault_analysis;
        state.presence = if self.without_backup_service { Presence::Absent } else { Presence::Present };
        state.west = self.hours_west;
        state.jitter = self.jitter;
        state.date_header = self.date_header;
        state.sizes = Sizes::new(self.megabytes_per_second);
        state.control = self.control;
        for FaultOrder(fault) in self.faults {
            state.faults.add(fault);
        }
        for Timed { at, order } in self.events {
            state.clock.plan(at, Event::Ordered(Box::new(order)));
        }
        Cluster(Arc::new(Mutex::new(state)))
    }
}

const NEW_YEAR_2024: i64 = 1_704_067_200;
