//! One request on its way through the gateway: injected faults, latency, and the retries of the proxy.
//!
//! A request in flight never waits by itself. It returns how long to wait, and the caller lets the time pass: in memory the
//! cluster's own time, on a socket real time.

use std::time::Duration;

use crate::world::refusal::Refusal;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use sf_backup_proto::Timestamp;

use crate::http::fault::{InjectedFault, Replacement};
use crate::http::gateway::{self, Gateway, NotPassed, Passed};
use crate::http::inventory;
use crate::http::negotiation;
use crate::http::pipeline;
use crate::http::refusal;
use crate::http::server::{self, Call};
use crate::http::service::Handler;
use crate::world::clock::Pause;
use crate::world::runtime::Runtime;
use crate::world::state::State;

/// A request without a response yet.
#[derive(Debug)]
pub(crate) struct InFlightRequest {
    request: Request<Bytes>,
    /// When the proxy gives up, by the cluster's time; known from the first retry on.
    deadline: Option<Timestamp>,
    /// A request that waits for the latency of an injected fault.
    delayed: Option<Delayed>,
    /// Its number in the journal, if it is recorded.
    pub(crate) recorded: Option<u64>,
    /// Whether the response waits until the state is saved.
    pub(crate) is_change: bool,
    /// The number of imported states when it began.
    generation: Option<u64>,
}

#[derive(Debug)]
struct Delayed {
    fault: Option<InjectedFault>,
    /// The outcome of the attempt that was made before the delay.
    outcome: Option<Outcome>,
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Step {
    /// The response; `None` if the connection is cut.
    Done(Option<Response<Bytes>>),
    Wait(Pause),
}

/// The outcome of one attempt.
#[derive(Debug)]
enum Outcome {
    Response(Response<Bytes>),
    Cut,
    /// The proxy assumes that the service has moved, and retries.
    Moved,
}

/// The longest pause of the proxy between two attempts, in milliseconds.
const BACK_OFF: u64 = 5_000;

impl InFlightRequest {
    pub(crate) fn new(request: Request<Bytes>) -> Self {
        Self { request, deadline: None, delayed: None, recorded: None, is_change: false, generation: None }
    }

    /// The request as it was received.
    pub(crate) fn request(&self) -> &Request<Bytes> {
        &self.request
    }

    /// Begins with this generation of the cluster, unless it has begun. Returns whether it began with this one: an import
    /// replaces the cluster.
    pub(crate) fn begin_with(&mut self, generation: u64) -> bool {
        *self.generation.get_or_insert(generation) == generation
    }

    /// Responds without faults and retries; `None` if the backup service has moved.
    pub(crate) fn respond_at_once(&self, gateway: &mut Gateway) -> Option<Response<Bytes>> {
        match self.attempt(gateway, false) {
            Outcome::Response(response) => Some(response),
            Outcome::Cut | Outcome::Moved => None,
        }
    }

    /// Whether the request can change the cluster: it reaches the backup service and is not a GET, or it consumes a
    /// fault.
    pub(crate) fn is_change(&self, gateway: &Gateway) -> bool {
        let is_read = self.request.method() == Method::GET;
        if is_read && gateway.faults.is_empty() {
            return false;
        }
        let passed = gateway::pass(&self.request, gateway);
        let changes = !is_read && matches!(passed, Ok(Passed::Service { .. }));
        changes || gateway.faults.has_for(passed.ok().and_then(|passed| passed.operation()))
    }

    /// Proceeds as far as possible at this time.
    pub(crate) fn step(&mut self, gateway: &mut Gateway) -> Step {
        let mut step = self.proceed(gateway);
        if let Step::Done(Some(response)) = &mut step {
            gateway.set_date(response);
        }
        step
    }

    fn proceed(&mut self, gateway: &mut Gateway) -> Step {
        if self.deadline.is_some_and(|deadline| deadline <= gateway.world.clock.now()) && self.delayed.is_none() {
            return Step::Done(Some(timed_out()));
        }
        let Delayed { fault, outcome } = match self.delayed.take() {
            Some(delayed) => delayed,
            None => {
                let fault = self.injected(gateway);
                let first = fault.as_ref().filter(|fault| fault.after_effect);
                let outcome = first.map(|fault| self.attempt(gateway, fault.is_stuck()));
                if let Some(latency) = fault.as_ref().map(|fault| fault.latency).filter(|latency| !latency.is_zero()) {
                    self.delayed = Some(Delayed { fault, outcome });
                    return Step::Wait(Pause::Latency(latency));
                }
                Delayed { fault, outcome }
            }
        };
        match self.outcome(gateway, fault, outcome) {
            Outcome::Response(response) => Step::Done(Some(response)),
            Outcome::Cut => Step::Done(None),
            Outcome::Moved => Step::Wait(Pause::Until(self.next_attempt(gateway))),
        }
    }

    /// Counts the request, and returns the fault that is injected into it, if any.
    fn injected(&self, gateway: &mut Gateway) -> Option<InjectedFault> {
        if gateway.faults.is_empty() && gateway.received.is_empty() {
            return None;
        }
        let operation = gateway::pass(&self.request, gateway).ok().and_then(|passed| passed.operation());
        if self.deadline.is_none() {
            gateway.received.add(operation);
        }
        gateway.faults.take_for(operation)
    }

    fn outcome(&self, gateway: &mut Gateway, fault: Option<InjectedFault>, done: Option<Outcome>) -> Outcome {
        let Some(fault) = fault else { return done.unwrap_or_else(|| self.attempt(gateway, false)) };
        match fault.replacement() {
            Some(Replacement::Cut) => Outcome::Cut,
            Some(Replacement::Response(response)) if fault.from_service && self.is_retried(&response) => Outcome::Moved,
            Some(Replacement::Response(response)) => Outcome::Response(response),
            None => {
                let outcome = match fault.request(&self.request) {
                    Some(request) => Self::new(request).attempt(gateway, false),
                    None => done.unwrap_or_else(|| self.attempt(gateway, fault.is_stuck())),
                };
                match outcome {
                    Outcome::Response(response) => Outcome::Response(gateway::with_headers(fault.alter(response))),
                    outcome => outcome,
                }
            }
        }
    }

    /// Whether the proxy retries on another replica after this response. It retries only GET.
    fn is_retried(&self, response: &Response<Bytes>) -> bool {
        let unmarked = || !response.headers().contains_key("x-servicefabric");
        self.request.method() == Method::GET
            && match response.status() {
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::GONE => true,
                StatusCode::NOT_FOUND => unmarked(),
                _ => false,
            }
    }

    fn attempt(&self, gateway: &mut Gateway, stuck: bool) -> Outcome {
        gateway.world.stuck = stuck;
        let response = respond(gateway, &self.request);
        gateway.world.stuck = false;
        match response {
            Ok(response) => Outcome::Response(gateway::with_headers(response)),
            Err(NotPassed::Moved) => Outcome::Moved,
            Err(NotPassed::Refused(refusal)) => {
                let response = gateway::with_headers(refusal.into_response());
                Outcome::Response(negotiation::error(&self.request, response))
            }
        }
    }

    /// A random time soon, or the end of the proxy's time budget.
    fn next_attempt(&mut self, gateway: &mut Gateway) -> Timestamp {
        let budget = gateway::budget(self.request.uri().query().unwrap_or_default());
        let pause = gateway.random_pauses.next() % BACK_OFF + 1;
        let world = &gateway.world;
        let deadline = *self.deadline.get_or_insert_with(|| world.clock.later(budget));
        world.clock.later(Duration::from_millis(pause)).min(deadline)
    }
}

fn timed_out() -> Response<Bytes> {
    gateway::with_headers(Refusal::Empty(StatusCode::GATEWAY_TIMEOUT).into_response())
}

/// Responds to a request, from the gateway to the operation.
fn respond(gateway: &mut Gateway, request: &Request<Bytes>) -> Result<Response<Bytes>, NotPassed> {
    if let Some(page) = gateway::start_page(request) {
        return Ok(page);
    }
    let passed = gateway::pass(request, gateway)?;
    let world = &mut gateway.world;
    match passed {
        Passed::Query(query) => Ok(inventory::respond(world, request, &query)?),
        Passed::Service { operation, id } => {
            let call = Call::new(operation, request).map_err(|_| refusal::invalid_request())?;
            Ok(respond_from_service(world, request, &call, id)?)
        }
    }
}

/// Responds to a request of the backup service.
fn respond_from_service(
    world: &mut State,
    request: &Request<Bytes>,
    call: &Call<'_>,
    id: Option<String>,
) -> Result<Response<Bytes>, Refusal> {
    let utc_offset = world.utc_offset;
    let inputs = pipeline::inputs(call, id, world.runtime, utc_offset)?;
    let style = match world.runtime {
        Runtime::V6_2 => server::PREVIEW,
        Runtime::V6_4 | Runtime::V11_3 => server::CURRENT,
    };
    let response = call.dispatch(&mut Handler { state: world, inputs }, style);
    Ok(negotiation::negotiated(request, call.operation(), utc_offset.shift_unset_dates(response)))
}
