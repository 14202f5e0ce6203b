//! The cluster: one shared state behind a cheap handle.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode};
use sf_backup_proto::PartitionId;
use sf_backup_proto::Timestamp;
use sf_backup_proto::inventory::INVENTORY;
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::server::{Call, Refusal, Style};

use crate::clock::{Clock, Speed};
use crate::control;
use crate::effect::Effect;
use crate::fault::{Fault, Struck};
use crate::gateway::{self, Passed};
use crate::listen::{self, Listening};
use crate::pipeline::{self, Inputs};
use crate::refusal;
use crate::runtime::{Role, Runtime};
use crate::service::Handler;
use crate::state::State;
use crate::state::store::Storages;
use crate::topology::Topology;

/// A simulated cluster. Clones share one state.
#[derive(Clone)]
pub struct Cluster(Arc<Mutex<State>>);

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
    control: bool,
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

    /// Answers the simulator's own requests below `/$sim/`, as [`crate::control`] describes them.
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
        state.control = self.control;
        Cluster(Arc::new(Mutex::new(state)))
    }
}

const NEW_YEAR_2024: i64 = 1_704_067_200;

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
        let mut state = self.lock();
        if let Some(answer) = control::answer(&mut state, &request) {
            return Some(dressed(answer));
        }
        match struck(&mut state, &request) {
            None => Some(plain_answer(&mut state, &request)),
            Some(struck) => {
                if struck.after_effect {
                    plain_answer(&mut state, &request);
                }
                struck.answer
            }
        }
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

    /// Takes a partition's data away. Depending on the policy in force it goes on without, is restored from its newest
    /// backup, or waits for a restore. Whether there is such a partition.
    pub fn lose_data(&self, partition: PartitionId) -> bool {
        self.lock().lose_data(partition.uuid())
    }

    /// The release that is simulated.
    pub fn runtime(&self) -> Runtime {
        self.lock().runtime
    }

    /// Changes what callers are taken for from now on.
    pub fn set_role(&self, role: Role) {
        self.lock().role = role;
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

/// The fault that the request meets, if any.
fn struck(state: &mut State, request: &Request<Bytes>) -> Option<Struck> {
    if state.faults.is_empty() {
        return None;
    }
    let passed = gateway::pass(request, state.runtime, state.role).ok();
    state.faults.strike(passed.map(|passed| passed.route.operation))
}

fn plain_answer(state: &mut State, request: &Request<Bytes>) -> Response<Bytes> {
    dressed(respond(state, request).unwrap_or_else(Refusal::into_response))
}

/// From the gateway to the operation.
fn respond(state: &mut State, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
    if let Some(page) = gateway::start_page(request) {
        return Ok(page);
    }
    let Passed { route, id } = gateway::pass(request, state.runtime, state.role)?;
    let call = Call::new(route, request).map_err(|_| refusal::invalid_request())?;
    if INVENTORY.contains(&call.operation()) {
        let inputs = Inputs::of_id(id.unwrap_or_default().replace('~', "/"));
        // The gateway answers these itself, and ends its lists with an empty token.
        return Ok(call.dispatch(&mut Handler { state, inputs }, Style::PreviewReply));
    }
    let inputs = pipeline::inputs(&call, id, state.runtime)?;
    let style = match state.runtime {
        Runtime::V6_2 => Style::PreviewReply,
        Runtime::V6_4 | Runtime::V11_3 => Style::Reply,
    };
    Ok(call.dispatch(&mut Handler { state, inputs }, style))
}

const NOSNIFF: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
/// Tells the proxy that a 404 is the service's own, and no reason to look for another replica.
const OWN_404: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-servicefabric"), HeaderValue::from_static("ResourceNotFound"));

/// The headers that every answer has; only the refusal of a role comes without.
fn dressed(mut response: Response<Bytes>) -> Response<Bytes> {
    let length = response.body().len();
    let (status, headers) = (response.status(), response.headers());
    let text = headers.get(CONTENT_TYPE).is_some_and(|label| label.as_bytes().starts_with(b"text/plain"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, length.into());
    if status != StatusCode::FORBIDDEN {
        headers.extend([NOSNIFF]);
    }
    if status == StatusCode::NOT_FOUND && text {
        headers.extend([OWN_404]);
    }
    response
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Cluster").field("runtime", &state.runtime).field("role", &state.role).finish_non_exhaustive()
    }
}
