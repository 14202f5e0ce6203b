//! The builder of a cluster.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use sf_backup_proto::Timestamp;

use crate::api::journal::Journal;
use crate::api::order::FaultOrder;
use crate::api::scenario::{Scenario, ScenarioError, Timed};
use crate::api::setup::Setup;
use crate::api::simulation::Simulation;
use crate::http::date_header::DateHeader;
use crate::http::fault::Faults;
use crate::http::gateway::Gateway;
use crate::world::clock::{Clock, Speed};
use crate::world::runtime::{Role, Runtime};
use crate::world::state::State;
use crate::world::state::presence::Presence;
use crate::world::state::size::Sizes;
use crate::world::state::store::Storages;
use crate::world::topology::Topology;
use crate::world::utc_offset::UtcOffset;

/// Builds a [`Cluster`](crate::Cluster).
#[derive(Debug, Clone, Default)]
pub struct ClusterBuilder {
    pub(super) topology: Option<Topology>,
    pub(super) runtime: Option<Runtime>,
    pub(super) role: Option<Role>,
    pub(super) seed: Option<u64>,
    pub(super) start: Option<Timestamp>,
    pub(super) speed: Speed,
    pub(super) storages: Storages,
    pub(super) without_fault_analysis: bool,
    pub(super) without_backup_service: bool,
    pub(super) utc_offset: Option<UtcOffset>,
    pub(super) jitter: bool,
    pub(super) date_header: Option<DateHeader>,
    pub(super) megabytes_per_second: Option<NonZeroU32>,
    pub(super) control: bool,
    pub(super) faults: Vec<FaultOrder>,
    pub(super) events: Vec<Timed>,
    pub(super) scenarios: Vec<String>,
    pub(super) default_start: Option<Timestamp>,
    pub(super) recorded: bool,
    pub(super) explorer: Option<PathBuf>,
}

impl ClusterBuilder {
    /// Sets the applications, services and partitions; the default is [`Topology::default`].
    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Self {
        self.topology = Some(topology);
        self
    }

    /// Sets the release to simulate; the default is 6.4.
    #[must_use]
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Sets the role of all callers; the default is Admin.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    /// Sets the seed of random values; the default is 0. The same requests with the same seed get the same responses.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the start of the cluster's time; the default is 1 January 2024.
    #[must_use]
    pub fn start(mut self, at: Timestamp) -> Self {
        self.start = Some(at);
        self
    }

    /// Sets the start of the cluster's time unless [`Self::start`], a scenario or a state file sets it.
    #[must_use]
    pub fn default_start(mut self, at: Timestamp) -> Self {
        self.default_start = Some(at);
        self
    }

    /// Sets the speed of time while the cluster listens; the default is real time. Without a socket, time stands still until
    /// [`Cluster::advance`](crate::Cluster::advance).
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

    /// Removes the backup service, as on a cluster that is configured without it: the gateway responds to every request
    /// for it with a 404 without a body.
    #[must_use]
    pub fn without_backup_service(mut self) -> Self {
        self.without_backup_service = true;
        self
    }

    /// Sets the time zone of the backup service in hours east of UTC, from -12 to 14; the default is 0. West of UTC,
    /// dates that are not set are returned as that hour of the first day of the year 1. Dates in a query without a zone
    /// are local.
    #[must_use]
    pub fn utc_offset_hours(mut self, hours: i8) -> Self {
        self.utc_offset = Some(UtcOffset::nearest(hours));
        self
    }

    /// Makes scheduled backups start up to ten seconds early or late, as on a real cluster; the default is on time.
    #[must_use]
    pub fn jitter(mut self) -> Self {
        self.jitter = true;
        self
    }

    /// Sets the megabytes per second of a backup; the default is 100. It applies to partitions with a size: see
    /// [`Cluster::set_partition_size`](crate::Cluster::set_partition_size).
    #[must_use]
    pub fn megabytes_per_second(mut self, throughput: NonZeroU32) -> Self {
        self.megabytes_per_second = Some(throughput);
        self
    }

    /// Sets the `Date` header of responses; the default is the cluster's own time.
    #[must_use]
    pub fn date_header(mut self, header: DateHeader) -> Self {
        self.date_header = Some(header);
        self
    }

    /// Applies a scenario file, in the format of [`crate::scenario`]. The times of its events count from the start.
    ///
    /// # Errors
    /// If the text is not a valid scenario. The error names the line and the rule.
    pub fn scenario(mut self, text: &str) -> Result<Self, ScenarioError> {
        let scenario = Scenario::read(text)?;
        self.seed = scenario.seed.or(self.seed);
        self.start = scenario.start.or(self.start);
        self.role = scenario.role.map(Role::from).or(self.role);
        self.utc_offset = scenario.utc_offset_hours.or(self.utc_offset);
        self.jitter |= scenario.jitter;
        self.megabytes_per_second = scenario.megabytes_per_second.or(self.megabytes_per_second);
        self.date_header = scenario.date_header.map(DateHeader::from).or(self.date_header);
        self.without_fault_analysis |= scenario.without_fault_analysis;
        self.without_backup_service |= scenario.without_backup_service;
        self.faults.extend(scenario.faults);
        self.events.extend(scenario.events);
        self.scenarios.push(text.to_owned());
        Ok(self)
    }

    /// Accepts the simulator's own requests below `/$sim/`: see [`crate::control`].
    #[must_use]
    pub fn control(mut self) -> Self {
        self.control = true;
        self
    }

    /// Serves a folder at `/Explorer/`, as a gateway does with Service Fabric Explorer.
    #[must_use]
    pub fn explorer(mut self, folder: impl Into<PathBuf>) -> Self {
        self.explorer = Some(folder.into());
        self
    }

    /// Records every request that changes the cluster, so that `GET /$sim/state` can export it.
    #[must_use]
    pub fn recorded(mut self) -> Self {
        self.recorded = true;
        self
    }

    fn runtime_or_default(&self) -> Runtime {
        self.runtime.unwrap_or_default()
    }

    fn start_or_default(&self) -> Timestamp {
        let start = self.start.or(self.default_start).or_else(|| Timestamp::from_unix(NEW_YEAR_2024));
        start.unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn setup(&self) -> Setup {
        Setup {
            runtime: self.runtime_or_default().to_string(),
            start: self.start_or_default(),
            seed: self.seed.unwrap_or_default(),
            reader: self.role == Some(Role::User),
            utc_offset_hours: self.utc_offset.unwrap_or_default().as_hours(),
            jitter: self.jitter,
            date_header: match self.date_header.unwrap_or_default() {
                DateHeader::Offset(seconds) => Some(seconds),
                DateHeader::Absent => None,
            },
            megabytes_per_second: self.megabytes_per_second,
            without_fault_analysis: self.without_fault_analysis,
            without_backup_service: self.without_backup_service,
            scenarios: self.scenarios.clone(),
            topology: self.topology.clone().unwrap_or_default().to_json(),
        }
    }

    pub(super) fn simulation(self) -> Simulation {
        let clock = Clock::new(self.start_or_default(), self.speed);
        let runtime = self.runtime_or_default();
        let journal = self.recorded.then(|| Journal::new(self.setup().line(), 0));
        let seed = self.seed.unwrap_or_default();
        let mut world = State::new(self.topology.unwrap_or_default(), runtime, seed, clock);
        world.storages = self.storages;
        world.fault_analysis = !self.without_fault_analysis;
        world.presence = if self.without_backup_service { Presence::Absent } else { Presence::Present };
        world.utc_offset = self.utc_offset.unwrap_or_default();
        world.jitter = self.jitter;
        world.sizes = Sizes::new(self.megabytes_per_second);
        let mut faults = Faults::default();
        for FaultOrder(fault) in self.faults {
            faults.add(fault);
        }
        let (role, date_header) = (self.role.unwrap_or_default(), self.date_header.unwrap_or_default());
        let gateway = Gateway::new(world, role, date_header, faults, seed);
        let mut simulation = Simulation::new(gateway, self.control);
        for Timed { at, order } in self.events {
            simulation.plan(at, order);
        }
        simulation.journal = journal;
        simulation.explorer = self.explorer;
        // Runs the events at the start.
        simulation.advance(Duration::ZERO);
        simulation
    }
}

const NEW_YEAR_2024: i64 = 1_704_067_200;
