//! The cluster: one shared state behind a cheap handle.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::world::refusal::Refusal;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::inventory::HealthState;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{OperationSpec, PartitionId, Timestamp};
use tokio::sync::watch;

use crate::api::builder::ClusterBuilder;
use crate::api::control;
use crate::api::export;
use crate::api::pages;
use crate::api::restore;
use crate::api::saver::Saver;
use crate::api::simulation::Simulation;
use crate::api::state_file::StateError;
use crate::http::date_header::DateHeader;
use crate::http::fault::Fault;
use crate::http::in_flight::{InFlightRequest, Step};
use crate::http::listen::{BODY_LIMIT, Saved, Served};
use crate::world::clock::Pause;
use crate::world::effect::Effect;
use crate::world::runtime::{Role, Runtime};
use crate::world::state::State;

/// A simulated cluster. Clones share one state.
#[derive(Clone)]
pub struct Cluster(Arc<Shared>);

struct Shared {
    simulation: Arc<Mutex<Simulation>>,
    /// Writes the state file, if there is one.
    saver: Option<Saver>,
}

impl Cluster {
    /// Creates a builder of a cluster.
    pub fn builder() -> ClusterBuilder {
        ClusterBuilder::default()
    }

    /// Writes the state file, with the current time. Does nothing without [`ClusterBuilder::open_state`].
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self) -> std::io::Result<()> {
        self.0.saver.as_ref().map_or(Ok(()), |saver| saver.save(&*self.0.simulation))
    }

    /// After a panic in another thread, the simulation is as before the request.
    fn lock(&self) -> MutexGuard<'_, Simulation> {
        self.0.simulation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn with_world<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        run(&mut self.lock().gateway.world)
    }

    /// Responds to a request in memory. Ignores scheme and authority. If a [`Fault`] cuts the connection, the response
    /// is a 502 without a body: see [`Self::try_respond`].
    pub fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.try_respond(request).unwrap_or_else(|| Refusal::Empty(StatusCode::BAD_GATEWAY).into_response())
    }

    /// Responds to a request; `None` if a [`Fault`] cuts the connection.
    pub fn try_respond(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let mut in_flight = InFlightRequest::new(request);
        loop {
            match self.step(&mut in_flight) {
                Step::Done(response) => return response,
                Step::Wait(pause) => self.lock().pass(pause),
            }
        }
    }

    /// Adds a fault after the pending ones.
    pub fn inject(&self, fault: Fault) {
        self.lock().gateway.faults.add(fault);
    }

    /// Starts to count the requests of an operation, and returns their number so far.
    pub(crate) fn start_counting(&self, operation: &'static OperationSpec) -> u64 {
        self.lock().gateway.received.start(operation)
    }

    /// The number of requests of an operation since it was first expected.
    pub(crate) fn received(&self, operation: &OperationSpec) -> u64 {
        self.lock().gateway.received.get(operation)
    }

    /// The cluster's own time.
    pub fn now(&self) -> Timestamp {
        self.lock().gateway.world.clock.now()
    }

    /// Lets time pass, and runs everything that is due meanwhile: scheduled backups, on-demand backups, restores,
    /// retention, clean-ups.
    pub fn advance(&self, time: Duration) {
        self.lock().advance(time);
    }

    /// The effects so far, in order.
    pub fn effects(&self) -> Vec<Effect> {
        self.lock().gateway.world.effects.clone()
    }

    /// Makes a storage fail from now on, with this HRESULT and message; `None` ends the failure.
    pub fn break_storage(&self, storage: &BackupStorageDescription, failure: Option<(u32, &str)>) {
        self.with_world(|world| world.break_storage(storage, failure));
    }

    /// Makes a policy unreadable for replicas, as an upgrade of the runtime once did: its periodic backups stop, and everything
    /// reports healthy. An update of the policy, even without a change, fixes it. Returns whether the policy exists.
    pub fn make_policy_unreadable(&self, name: &str) -> bool {
        self.with_world(|world| world.make_unreadable(name))
    }

    /// Deletes the data of a partition. Depending on its effective policy, the partition continues without data, is restored
    /// from its latest backup, or waits for a restore. Returns whether the partition exists.
    pub fn lose_data(&self, partition: PartitionId) -> bool {
        self.with_world(|world| world.lose_data(partition.uuid()))
    }

    /// Removes the quorum of a partition of a stateful service: it accepts no writes and no backups for this time, or until
    /// [`Self::regain_quorum`]. Returns whether the partition exists.
    pub fn lose_quorum(&self, partition: PartitionId, takes: Option<Duration>) -> bool {
        self.with_world(|world| world.lose_quorum(partition.uuid(), takes))
    }

    /// Restores the quorum of a partition. A scheduled backup that was missed runs immediately. Returns whether the partition
    /// exists.
    pub fn regain_quorum(&self, partition: PartitionId) -> bool {
        self.with_world(|world| world.regain_quorum(partition.uuid()))
    }

    /// Sets the size of a partition, or without an id of all partitions. The default is 0, so that backups are quick. A full
    /// backup takes its megabytes at [`ClusterBuilder::megabytes_per_second`], an incremental one a tenth of that. Returns
    /// whether the partition exists.
    pub fn set_partition_size(&self, partition: Option<PartitionId>, megabytes: u64) -> bool {
        self.with_world(|world| world.set_size(partition.map(PartitionId::uuid), megabytes))
    }

    /// Reports the health of a service by its full name; also of a system service such as
    /// `fabric:/System/BackupRestoreService`. Returns whether the service exists.
    pub fn report_health(&self, service: &str, state: HealthState) -> bool {
        self.with_world(|world| world.report_health(service, state))
    }

    /// Moves the backup service to another node, which takes this long. Until then, POST requests are rejected, and the
    /// gateway retries GET requests. Running backups and restores continue, and no state is lost.
    pub fn fail_over_backup_service(&self, takes: Duration) {
        self.with_world(|world| world.fail_over_service(takes));
    }

    /// Moves the primary of a partition to another node, which takes this long. A scheduled backup that is missed runs
    /// immediately after it. Returns whether the partition exists.
    pub fn fail_over_partition(&self, partition: PartitionId, takes: Duration) -> bool {
        self.with_world(|world| world.fail_over_partition(partition.uuid(), takes))
    }

    /// Removes all pending faults.
    pub fn clear_faults(&self) {
        self.lock().gateway.faults.clear();
    }

    /// The simulated release.
    pub fn runtime(&self) -> Runtime {
        self.lock().gateway.world.runtime
    }

    /// Sets the role of all callers.
    pub fn set_role(&self, role: Role) {
        self.lock().gateway.role = role;
    }

    /// Sets the `Date` header of responses.
    pub fn set_date_header(&self, header: DateHeader) {
        self.lock().gateway.date_header = header;
    }

    /// Deletes a service; mappings and backups stay. Returns whether the service existed.
    pub fn remove_service(&self, name: &str) -> bool {
        self.with_world(|world| world.topology.remove_service(name))
    }

    /// Adds a backup of a partition to a storage, as if it had been made at that time, and returns it as lists do. An
    /// incremental one follows the latest backup before it, or is full if there is none. `None` if the partition does not
    /// exist.
    pub fn plant_backup(
        &self,
        partition: PartitionId,
        storage: &BackupStorageDescription,
        created: Timestamp,
        kind: &BackupType,
    ) -> Option<BackupInfo> {
        self.with_world(|world| world.plant_backup(partition, storage, created, kind))
    }
}

impl ClusterBuilder {
    /// Builds the cluster, without policies and, unless its storages contain some, without backups.
    pub fn build(self) -> Cluster {
        let simulation = Arc::new(Mutex::new(self.simulation()));
        Cluster(Arc::new(Shared { simulation, saver: None }))
    }

    /// Builds a cluster that keeps its state in a file. If the file exists, the cluster continues from it; options set
    /// here must then equal those in the file. Otherwise the file is created.
    ///
    /// Every request over a socket that changes the cluster is in the file before its response is sent, and the file is always
    /// replaced as a whole. Changes by methods of [`Cluster`] are not saved, nor are storages that clusters share.
    ///
    /// # Errors
    /// If the file cannot be read or written, is damaged, has another version, or belongs to a cluster with another setup. It
    /// is then kept as it is.
    pub fn open_state(self, file: &Path) -> Result<Cluster, StateError> {
        let simulation = Arc::new(Mutex::new(match std::fs::read(file) {
            Ok(text) => restore::restore(&self, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.recorded().simulation(),
            Err(error) => return Err(error.into()),
        }));
        let saver = Saver::start(&simulation, file)?;
        let cluster = Cluster(Arc::new(Shared { simulation, saver: Some(saver) }));
        cluster.lock().changes = cluster.0.saver.as_ref().map(Saver::changes);
        Ok(cluster)
    }
}

impl Served for Cluster {
    fn step(&self, request: &mut InFlightRequest) -> Step {
        let mut simulation = self.lock();
        if !request.begin_with(simulation.generation) {
            // As after a restart of the cluster.
            return Step::Done(None);
        }
        if let Some(refusal) = control::refuse_other_sites(&simulation, request.request()) {
            return Step::Done(Some(refusal));
        }
        if let Some(page) = pages::respond(&simulation, request.request()) {
            return Step::Done(Some(page));
        }
        match export::respond(&mut simulation, request) {
            Some(response) => Step::Done(Some(response)),
            None => control::proceed_recorded(&mut simulation, request),
        }
    }

    fn body_limit(&self, path: &str) -> usize {
        if path == export::PATH && self.lock().control { control::LARGEST_STATE } else { BODY_LIMIT }
    }

    fn pending_save(&self, request: &InFlightRequest) -> Option<(u64, watch::Receiver<Saved>)> {
        let saved = self.0.saver.as_ref().filter(|_| request.is_change)?.saved();
        Some((self.lock().journal.as_ref()?.entries(), saved))
    }

    fn saving(&self) -> Option<watch::Receiver<Saved>> {
        self.0.saver.as_ref().map(Saver::saved)
    }

    fn set_date(&self, response: &mut Response<Bytes>) {
        self.lock().gateway.set_date(response);
    }

    fn real_time_until(&self, there: Timestamp) -> Option<Duration> {
        self.with_world(|world| world.clock.real_time_until(there))
    }

    fn pass_until(&self, there: Timestamp) {
        self.lock().pass(Pause::Until(there));
    }

    fn follow(&self, real: Instant) {
        let mut simulation = self.lock();
        let passed = simulation.gateway.world.clock.passed(real);
        simulation.advance(passed);
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gateway = &self.lock().gateway;
        f.debug_struct("Cluster")
            .field("runtime", &gateway.world.runtime)
            .field("role", &gateway.role)
            .finish_non_exhaustive()
    }
}
