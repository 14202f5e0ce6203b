//! The cluster: one shared state behind a cheap handle.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use sf_backup_proto::PartitionId;
use sf_backup_proto::Timestamp;
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::inventory::HealthState;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::server::Refusal;

use super::builder::ClusterBuilder;
use crate::http::date_header::DateHeader;
use crate::http::exchange::{Exchange, Step};
use crate::http::fault::Fault;
use crate::http::listen::{self, Listening};
use crate::world::clock::Pause;
use crate::world::effect::Effect;
use crate::world::runtime::{Role, Runtime};
use crate::world::state::State;

/// A simulated cluster. Clones share one state.
#[derive(Clone)]
pub struct Cluster(pub(super) Arc<Mutex<State>>);

impl Cluster {
    /// A cluster in the making.
    pub fn builder() -> ClusterBuilder {
        ClusterBuilder::default()
    }

    /// A panic in another thread leaves a state that is as good as the request before it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers one request, in memory. Path, query, headers and body count; scheme and authority do not. A connection cut by
    /// a [`Fault`] shows as an empty 502: see [`Self::exchange`].
    pub fn answer(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.exchange(request).unwrap_or_else(|| Refusal::Empty(StatusCode::BAD_GATEWAY).into_response())
    }

    /// Answers one request; `None` if a [`Fault`] cuts the connection.
    pub fn exchange(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let mut exchange = Exchange::new(request);
        loop {
            let mut state = self.lock();
            match exchange.step(&mut state) {
                Step::Done(answer) => return answer,
                Step::Wait(pause) => state.pass(pause),
            }
        }
    }

    /// Takes an exchange on as far as it goes at this moment.
    pub(crate) fn step(&self, exchange: &mut Exchange) -> Step {
        exchange.step(&mut self.lock())
    }

    /// Sets the `Date` header of a response that no exchange made.
    pub(crate) fn set_date(&self, response: &mut Response<Bytes>) {
        let state = self.lock();
        state.date_header.set(state.clock.now(), response);
    }

    /// How long in real time until the cluster's own time is there; `None` if that stands still.
    pub(crate) fn real_time_until(&self, there: Timestamp) -> Option<Duration> {
        self.lock().clock.real_time_until(there)
    }

    /// Moves the time there.
    pub(crate) fn pass_until(&self, there: Timestamp) {
        self.lock().pass(Pause::Until(there));
    }

    /// Orders something to go wrong, after all that was ordered before.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Listens on a free loopback port, on a thread of its own, until the result is dropped.
    ///
    /// # Errors
    /// If there is no port, or no thread.
    pub fn listen(&self) -> std::io::Result<Listening> {
        listen::start(self.clone())
    }

    /// The cluster's own time.
    pub fn now(&self) -> Timestamp {
        self.lock().clock.now()
    }

    /// Lets time pass, and does all that is due on the way: schedules, backups and restores on demand, retention,
    /// clean-ups.
    pub fn advance(&self, time: Duration) {
        self.lock().advance(time);
    }

    /// Lets as much time pass as real time has, times the speed, since the last call.
    pub(crate) fn follow(&self, real: Instant) {
        let mut state = self.lock();
        let passed = state.clock.passed(real);
        state.advance(passed);
    }

    /// What has happened so far, in order.
    pub fn effects(&self) -> Vec<Effect> {
        self.lock().effects.clone()
    }

    /// Makes a storage fail from now on, with this HRESULT and message; `None` mends it.
    pub fn break_storage(&self, storage: &BackupStorageDescription, failure: Option<(u32, &str)>) {
        self.lock().break_storage(storage, failure);
    }

    /// Makes a policy one that replicas cannot read, as an upgrade of the runtime has done: periodic backups under it stop, and
    /// everything reports healthy. Updating it, be it with the same, mends it. Whether there is such a policy.
    pub fn make_policy_unreadable(&self, name: &str) -> bool {
        self.lock().make_unreadable(name)
    }

    /// Takes a partition's data away. Depending on the policy in force it goes on without, is restored from its newest
    /// backup, or waits for a restore. Whether there is such a partition.
    pub fn lose_data(&self, partition: PartitionId) -> bool {
        self.lock().lose_data(partition.uuid())
    }

    /// Takes so many replicas of a stateful service's partition away that it has no quorum: it takes no writes and cannot be
    /// backed up, until this time is over, or without one until [`Self::regain_quorum`]. Returns whether there is such a
    /// partition.
    pub fn lose_quorum(&self, partition: PartitionId, takes: Option<Duration>) -> bool {
        self.lock().lose_quorum(partition.uuid(), takes)
    }

    /// Gives a partition its quorum back. A scheduled backup that was missed is made up for at once. Returns whether there is
    /// such a partition.
    pub fn regain_quorum(&self, partition: PartitionId) -> bool {
        self.lock().regain_quorum(partition.uuid())
    }

    /// Sets how much a partition holds, or every partition without one of its own; nothing if not set, and then its backups take
    /// a moment. A full backup takes as long as its megabytes at [`ClusterBuilder::megabytes_per_second`], an incremental one
    /// a tenth of that. Returns whether there is such a partition.
    pub fn set_partition_size(&self, partition: Option<PartitionId>, megabytes: u64) -> bool {
        self.lock().set_size(partition.map(PartitionId::uuid), megabytes)
    }

    /// Reports on the health of a service, by its full name; also of one of the cluster's own such as
    /// `fabric:/System/BackupRestoreService`. Returns whether there is one.
    pub fn report_health(&self, service: &str, state: HealthState) -> bool {
        self.lock().report_health(service, state)
    }

    /// Moves the backup service to another node, which takes this long. Until then a POST is refused, and the gateway repeats a
    /// GET; what was under way goes on, and nothing is forgotten.
    pub fn fail_over_backup_service(&self, takes: Duration) {
        self.lock().fail_over_service(takes);
    }

    /// Moves a partition's primary to another node, which takes this long. Scheduled backups that fall due until then are made
    /// up for at once after it. Whether there is such a partition.
    pub fn fail_over_partition(&self, partition: PartitionId, takes: Duration) -> bool {
        self.lock().fail_over_partition(partition.uuid(), takes)
    }

    /// Forgets all faults that are still to come.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// The release that is simulated.
    pub fn runtime(&self) -> Runtime {
        self.lock().runtime
    }

    /// Changes what callers are taken for from now on.
    pub fn set_role(&self, role: Role) {
        self.lock().role = role;
    }

    /// Changes what the `Date` header of responses says from now on.
    pub fn set_date_header(&self, header: DateHeader) {
        self.lock().date_header = header;
    }

    /// Takes a service out of the cluster as if somebody had deleted it; mappings and backups stay. Whether there was one.
    pub fn remove_service(&self, name: &str) -> bool {
        self.lock().topology.remove_service(name)
    }

    /// Puts a backup of a partition on a storage, as if it had been made at that time, and tells how lists show it. An
    /// incremental one follows the newest backup before it, and is a full one if there is none. `None` if the cluster has no
    /// such partition.
    pub fn plant_backup(
        &self,
        partition: PartitionId,
        storage: &BackupStorageDescription,
        created: Timestamp,
        kind: &BackupType,
    ) -> Option<BackupInfo> {
        self.lock().plant_backup(partition, storage, created, kind)
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Cluster").field("runtime", &state.runtime).field("role", &state.role).finish_non_exhaustive()
    }
}
