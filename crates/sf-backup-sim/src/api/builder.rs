//! The builder of a cluster.

use std::num::NonZeroU32;

use sf_backup_proto::Timestamp;

use crate::api::cluster::Cluster;
use crate::api::order::FaultOrder;
use crate::api::scenario::{Scenario, ScenarioError, Timed};
use crate::api::simulation::Simulation;
use crate::http::date_header::DateHeader;
use crate::http::fault::Faults;
use crate::http::gateway::Gateway;
use crate::http::received::Received;
use crate::world::clock::{Clock, Speed};
use crate::world::runtime::{Role, Runtime};
use crate::world::state::State;
use crate::world::state::presence::Presence;
use crate::world::state::size::Sizes;
use crate::world::state::store::Storages;
use crate::world::topology::Topology;
use crate::world::utc_offset::UtcOffset;

/// Builds a [`Cluster`].
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
    utc_offset: UtcOffset,
    jitter: bool,
    date_header: DateHeader,
    megabytes_per_second: Option<NonZeroU32>,
    control: bool,
    faults: Vec<FaultOrder>,
    events: Vec<Timed>,
}

impl ClusterBuilder {
    /// Sets the applications, services and partitions; the default is [`Topology::default`].
    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Self {
        self.topology = topology;
        self
    }

    /// Sets the release to simulate; the default is 6.4.
    #[must_use]
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = runtime;
        self
    }

    /// Sets the role of all callers; the default is Admin.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Sets the seed of random values; the default is 0. The same requests with the same seed get the same responses.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the start of the cluster's time; the default is 1 January 2024.
    #[must_use]
    pub fn start(mut self, at: Timestamp) -> Self {
        self.start = Some(at);
        self
    }

    /// Sets the speed of time while the cluster listens; the default is real time. Without a socket, time stands still until
    /// [`Cluster::advance`].
    #[must_use]
    pub fn speed(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self
    }

    /// Sets the storages, which several clusters can share; the default is storages of its own.
    #[must_use]
    pub fn storages(mut self, storages: &Storages) -> Self {
        self.storages = storages.clone();
        self
    }

    /// Removes the fault analysis service, which restores need.
    #[must_use]
    pub fn without_fault_analysis(mut self) -> Self {
        self.without_fault_analysis = true;
        self
    }

    /// Removes the backup service, as on a cluster that is not configured to have it: the gateway responds with 404 and no body
    /// to every request for it.
    #[must_use]
    pub fn without_backup_service(mut self) -> Self {
        self.without_backup_service = true;
        self
    }

    /// Sets the time zone of the service's own clock in hours east of UTC, from -12 to 14; the default is 0. West of UTC, dates
    /// that are not set show as that hour of the first day of the year 1. Dates without a zone in a query are local.
    #[must_use]
    pub fn utc_offset_hours(mut self, hours: i8) -> Self {
        self.utc_offset = UtcOffset::nearest(hours);
        self
    }

    /// Makes scheduled backups start up to ten seconds early or late, as on a real cluster; the default is on time.
    #[must_use]
    pub fn jitter(mut self) -> Self {
        self.jitter = true;
        self
    }

    /// Sets the megabytes per second of a backup; the default is 100. It applies to partitions with a size: see
    /// [`Cluster::set_partition_size`].
    #[must_use]
    pub fn megabytes_per_second(mut self, throughput: NonZeroU32) -> Self {
        self.megabytes_per_second = Some(throughput);
        self
    }

    /// Sets the `Date` header of responses; the default is the cluster's own time.
    #[must_use]
    pub fn date_header(mut self, header: DateHeader) -> Self {
        self.date_header = header;
        self
    }

    /// Applies a scenario file, in the format of [`crate::scenario`]. The times of its events count from the start.
    ///
    /// # Errors
    /// If the text is not a valid scenario. The error names the line and the rule.
    pub fn scenario(mut self, text: &str) -> Result<Self, ScenarioError> {
        let scenario = Scenario::read(text)?;
        self.seed = scenario.seed.unwrap_or(self.seed);
        self.start = scenario.start.or(self.start);
        self.role = scenario.role.map_or(self.role, Role::from);
        self.utc_offset = scenario.utc_offset_hours.unwrap_or(self.utc_offset);
        self.jitter |= scenario.jitter;
        self.megabytes_per_second = scenario.megabytes_per_second.or(self.megabytes_per_second);
        self.date_header = scenario.date_header.map_or(self.date_header, DateHeader::from);
        self.without_fault_analysis |= scenario.without_fault_analysis;
        self.without_backup_service |= scenario.without_backup_service;
        self.faults.extend(scenario.faults);
        self.events.extend(scenario.events);
        Ok(self)
    }

    /// Accepts the simulator's own requests below `/$sim/`: see [`crate::control`].
    #[must_use]
    pub fn control(mut self) -> Self {
        self.control = true;
        self
    }

    /// Builds the cluster, without policies and, unless its storages contain some, without backups.
    pub fn build(self) -> Cluster {
        let start = self.start.or_else(|| Timestamp::from_unix(NEW_YEAR_2024)).unwrap_or(Timestamp::UNIX_EPOCH);
        let clock = Clock::new(start, self.speed);
        let mut world = State::new(self.topology, self.runtime, self.seed, clock);
        world.storages = self.storages;
        world.fault_analysis = !self.without_fault_analysis;
        world.presence = if self.without_backup_service { Presence::Absent } else { Presence::Present };
        world.utc_offset = self.utc_offset;
        world.jitter = self.jitter;
        world.sizes = Sizes::new(self.megabytes_per_second);
        let mut faults = Faults::default();
        for FaultOrder(fault) in self.faults {
            faults.add(fault);
        }
        let gateway =
            Gateway { world, role: self.role, date_header: self.date_header, faults, received: Received::default() };
        let mut simulation = Simulation::new(gateway, self.control);
        for Timed { at, order } in self.events {
            simulation.plan(at, order);
        }
        Cluster::new(simulation)
    }
}

const NEW_YEAR_2024: i64 = 1_704_067_200;
