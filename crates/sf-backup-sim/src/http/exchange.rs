//! One request on its way through the gateway: faults, latency, and the proxy's repetitions.
//!
//! An exchange never waits by itself. It tells how long, and whoever drives it lets the time pass: in memory the cluster's
//! own, on a socket the real one.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use sf_backup_proto::Timestamp;
use sf_backup_proto::inventory::INVENTORY;
use sf_backup_proto::server::{Call, Refusal, Style};

use crate::api::control;
use crate::http::fault::{Instead, Struck};
use crate::http::gateway::{self, Passed};
use crate::http::inventory::Version;
use crate::http::negotiation;
use crate::http::pipeline::{self, Inputs};
use crate::http::refusal;
use crate::http::service::Handler;
use crate::world::clock::Pause;
use crate::world::runtime::Runtime;
use crate::world::state::State;

/// A request that has not been answered yet.
#[derive(Debug)]
pub(crate) struct Exchange {
    request: Request<Bytes>,
    /// When the proxy gives up, by the cluster's time; known from the first repetition on.
    deadline: Option<Timestamp>,
    /// A call that was struck, and is to be finished when its latency is over.
    late: Option<Late>,
}

#[derive(Debug)]
struct Late {
    struck: Option<Struck>,
    /// What the call gave that was done before.
    done: Option<Given>,
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Step {
    /// The answer; `None` if the connection is cut.
    Done(Option<Response<Bytes>>),
    Wait(Pause),
}

/// What one attempt gave.
#[derive(Debug)]
enum Given {
    Answer(Response<Bytes>),
    Cut,
    /// The proxy thinks that the service has moved, and asks again.
    Moved,
}

/// The longest pause of the proxy between two attempts, in milliseconds.
const BACK_OFF: u64 = 5_000;

impl Exchange {
    pub(crate) fn new(request: Request<Bytes>) -> Self {
        Self { request, deadline: None, late: None }
    }

    /// Goes on as far as it can at this moment.
    pub(crate) fn step(&mut self, state: &mut State) -> Step {
        let mut step = self.proceed(state);
        if let Step::Done(Some(response)) = &mut step {
            state.date_header.set(state.clock.now(), response);
        }
        step
    }

    fn proceed(&mut self, state: &mut State) -> Step {
        if let Some(answer) = control::answer(state, &self.request) {
            return Step::Done(Some(gateway::dressed(answer)));
        }
        if self.deadline.is_some_and(|deadline| deadline <= state.clock.now()) && self.late.is_none() {
            return Step::Done(Some(timed_out()));
        }
        let Late { struck, done } = match self.late.take() {
            Some(late) => late,
            None => {
                let struck = self.struck(state);
                let first = struck.as_ref().filter(|struck| struck.after_effect);
                let done = first.map(|struck| self.attempt(state, struck.is_stuck()));
                if let Some(latency) = struck.as_ref().map(|struck| struck.latency).filter(|latency| !latency.is_zero())
                {
                    self.late = Some(Late { struck, done });
                    return Step::Wait(Pause::Latency(latency));
                }
                Late { struck, done }
            }
        };
        match self.given(state, struck, done) {
            Given::Answer(answer) => Step::Done(Some(answer)),
            Given::Cut => Step::Done(None),
            Given::Moved => Step::Wait(Pause::Until(self.next_attempt(state))),
        }
    }

    /// The fault that the request meets, if any.
    fn struck(&self, state: &mut State) -> Option<Struck> {
        if state.faults.is_empty() {
            return None;
        }
        let operation = gateway::pass(&self.request, state).ok().map(|passed| passed.route.operation);
        state.faults.strike(operation)
    }

    fn given(&self, state: &mut State, struck: Option<Struck>, done: Option<Given>) -> Given {
        let Some(struck) = struck else { return done.unwrap_or_else(|| self.attempt(state, false)) };
        match struck.instead() {
            Some(Instead::Cut) => Given::Cut,
            Some(Instead::Answer(answer)) if struck.from_service && self.moved(&answer) => Given::Moved,
            Some(Instead::Answer(answer)) => Given::Answer(answer),
            None => {
                let given = match struck.request(&self.request) {
                    Some(request) => Self::new(request).attempt(state, false),
                    None => done.unwrap_or_else(|| self.attempt(state, struck.is_stuck())),
                };
                match given {
                    Given::Answer(answer) => Given::Answer(gateway::dressed(struck.alter(answer))),
                    given => given,
                }
            }
        }
    }

    /// What makes the proxy look for another replica. Only a GET is repeated.
    fn moved(&self, answer: &Response<Bytes>) -> bool {
        let unmarked = || !answer.headers().contains_key("x-servicefabric");
        self.request.method() == Method::GET
            && match answer.status() {
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::GONE => true,
                StatusCode::NOT_FOUND => unmarked(),
                _ => false,
            }
    }

    fn attempt(&self, state: &mut State, stuck: bool) -> Given {
        state.stuck = stuck;
        let answered = respond(state, &self.request);
        state.stuck = false;
        match answered {
            Ok(answer) => Given::Answer(gateway::dressed(answer)),
            Err(gateway::Missed::Moved) => Given::Moved,
            Err(gateway::Missed::Refused(refusal)) => {
                let answer = gateway::dressed(refusal.into_response());
                Given::Answer(negotiation::error(&self.request, answer))
            }
        }
    }

    /// A random moment soon, or the end of the time that the proxy has.
    fn next_attempt(&mut self, state: &mut State) -> Timestamp {
        let budget = gateway::budget(self.request.uri().query().unwrap_or_default());
        let deadline = *self.deadline.get_or_insert_with(|| state.clock.later(budget));
        let pause = state.chance.next() % BACK_OFF + 1;
        state.clock.later(Duration::from_millis(pause)).min(deadline)
    }
}

fn timed_out() -> Response<Bytes> {
    gateway::dressed(Refusal::Empty(StatusCode::GATEWAY_TIMEOUT).into_response())
}

/// From the gateway to the operation.
fn respond(state: &mut State, request: &Request<Bytes>) -> Result<Response<Bytes>, gateway::Missed> {
    if let Some(page) = gateway::start_page(request) {
        return Ok(page);
    }
    let Passed { route, id } = gateway::pass(request, state)?;
    let call = Call::new(route, request).map_err(|_| refusal::invalid_request())?;
    if INVENTORY.contains(&call.operation()) {
        let inputs = Inputs::of_id(id.unwrap_or_default().replace('~', "/"));
        let version = Version::of(&call, state.runtime)?;
        let answer = call.dispatch(&mut Handler { state, inputs }, Style::Gateway);
        return Ok(version.without_pages(answer));
    }
    let inputs = pipeline::inputs(&call, id, state.runtime, state.west)?;
    let style = match state.runtime {
        Runtime::V6_2 => Style::PreviewReply,
        Runtime::V6_4 | Runtime::V11_3 => Style::Reply,
    };
    let hours = state.west;
    let answer = call.dispatch(&mut Handler { state, inputs }, style);
    Ok(negotiation::reply(request, call.operation(), west_of_utc(answer, hours)))
}

/// Where the service's clock stands west of UTC, a date that is not set shows by how much.
fn west_of_utc(answer: Response<Bytes>, hours: u8) -> Response<Bytes> {
    const UNSET: &str = "0001-01-01T00:00:00Z";
    if hours == 0 {
        return answer;
    }
    let (head, body) = answer.into_parts();
    let shifted = std::str::from_utf8(&body).ok().map(|text| {
        let shown = format!("0001-01-01T{hours:02}:00:00Z");
        // The only dates that may be unset. Within a text every quote would have a backslash before it.
        ["TimeStampUtc", "CreationTimeUtc"].iter().fold(text.to_owned(), |text, member| {
            text.replace(&format!("\"{member}\":\"{UNSET}\""), &format!("\"{member}\":\"{shown}\""))
        })
    });
    Response::from_parts(head, shifted.map_or(body, Bytes::from))
}
