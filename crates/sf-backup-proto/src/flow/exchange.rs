//! One call from the first byte to the final answer.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::cluster::{ApiVersion, Target, Timeout};
use crate::error::{Cause, Error, Fault};
use crate::flow::cluster::ClusterState;
use crate::flow::resolve::{Goal, Reading, Verdict};
use crate::flow::retry::RetryPolicy;
use crate::operation::Operation;
use crate::secret::Secret;
use crate::wire::body::Body;

mod judge;
mod outcome;

use judge::Judgement;

/// How much longer than the server a client waits: the answer has to travel, too.
pub const GRACE: Duration = Duration::from_secs(10);

/// The longest pause that a server can ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// The pauses between two reads that look for a lost change.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LAST_LOOK: Duration = Duration::from_secs(15);

/// What the driver has to do next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a step is used up at once, and a request stands in most of them")]
pub enum Step<R, T> {
    /// Send the request, give up after `deadline`, and [`Exchange::report`] what came of it.
    Send {
        /// The request, with absolute URI and all headers.
        request: Request<Body>,
        /// How long to wait for the whole answer.
        deadline: Duration,
    },
    /// Ask the source of tokens for a fresh one, and hand it to [`Exchange::refreshed`].
    Refresh,
    /// Let this much time pass.
    Wait(Duration),
    /// The call is over.
    Done(Result<R, Error<T>>),
}

/// What came of sending a request.
#[derive(Debug)]
pub enum Outcome<T> {
    /// An answer, whole.
    Answered(Response<Bytes>),
    /// None.
    Failed {
        /// How.
        fault: Fault,
        /// Why, in the transport's words.
        source: T,
    },
}

/// One call: chooses endpoints, learns which api-version the cluster takes, tries again where that is safe, and finds out
/// what became of a change whose answer was lost.
///
/// ```text
///   ┌───────────── Wait ◀──── again ────┐
///   ▼                                   │
///   Send ──report──▶ judge ─────────────┼──▶ Done
///   ▲                  │ 401, 403       │
///   └── Refresh ◀──────┘ with a token   └──▶ Send a read, until it tells (changes that must not be sent twice)
/// ```
///
/// | What happened | Reads, enable, suspend, resume, update | Create, delete, disable, backup, restore, skip |
/// |---|---|---|
/// | never sent | next endpoint at once | next endpoint at once |
/// | 429 | wait, repeat | wait, repeat |
/// | 401, 403 with a token | refresh once, repeat | refresh once, repeat |
/// | 400 `E_INVALIDARG` to an unpinned 6.4 call | once more as 6.2-preview | same: the refusal precedes any effect |
/// | 5xx that passes (502, 503, 504, 500 without a code), no answer | wait, repeat at the next endpoint | read what tells; never send again |
/// | an empty 404 to a read | next endpoint at once, if there is another | final |
/// | an answer that is too large, or not HTTP | final; `may_have_changed` for changes | read what tells; never send again |
/// | anything else | final | final |
///
/// A call ends with "not done" no sooner than the gateway has certainly given up delivering it. A server that asks for a
/// pause (`Retry-After`) gets one of at least that length, up to five minutes; a call that is to pause for longer ends.
#[derive(Debug)]
pub struct Exchange<O: Operation, T> {
    operation: O,
    target: Target,
    pinned: bool,
    policy: RetryPolicy,
    started: Option<Duration>,
    /// How often anything of this call was sent, or tried to be.
    attempts: u32,
    /// How many of the policy's attempts are used up.
    tries: u32,
    /// Endpoints that have failed this call, until all have.
    tried: Vec<usize>,
    /// Endpoints whose identity was refused: not to be asked again.
    refused: Vec<usize>,
    may_refresh: bool,
    /// The answer to 6.4, while 6.2-preview is tried.
    first_refusal: Option<Error<T>>,
    /// Whether an earlier attempt may have been carried out.
    doubt: bool,
    goal: Option<Goal>,
    baseline: Option<Reading>,
    stage: Stage<T>,
    next: Next<O::Response, T>,
}

/// What is being sent.
#[derive(Debug)]
enum Stage<T> {
    /// The read before a change that is judged by what changes.
    Baseline,
    /// The call itself.
    Call,
    /// Reads that look for the change.
    Look { lost: Error<T>, until: Duration, pause: Duration },
}

#[derive(Debug)]
enum Next<R, T> {
    Send,
    Wait(Duration),
    /// With the answer that asks for it.
    Refresh(Error<T>),
    /// Sent to the endpoint of this index at this time.
    Report(usize, Duration),
    Done(Result<R, Error<T>>),
}

impl<O: Operation, T> Exchange<O, T> {
    /// A call of `operation`, dressed as `target` says; its endpoint is exchanged for one of the cluster's.
    pub fn new(operation: O, target: Target) -> Self {
        let goal = operation.goal();
        let stage = if goal.as_ref().is_some_and(Goal::needs_baseline) { Stage::Baseline } else { Stage::Call };
        Self {
            may_refresh: target.bearer.is_some(),
            operation,
            target,
            pinned: true,
            policy: RetryPolicy::default(),
            started: None,
            attempts: 0,
            tries: 0,
            tried: Vec::new(),
            refused: Vec::new(),
            first_refusal: None,
            doubt: false,
            goal,
            baseline: None,
            stage,
            next: Next::Send,
        }
    }

    /// Finds out which api-version the cluster takes instead of using the target's: 6.4, and 6.2-preview where that is
    /// refused. A query that always goes out under one version keeps it, and tells nothing about the others.
    #[must_use]
    pub fn negotiate(mut self) -> Self {
        self.pinned = O::SPEC.fixed.is_some();
        self
    }

    /// Sets when to try again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        if !policy.resolve {
            (self.goal, self.stage) = (None, Stage::Call);
        }
        self
    }

    /// What to do next, at this time. After [`Step::Send`], report before the next step.
    pub fn step(&mut self, cluster: &mut ClusterState, now: Duration) -> Step<O::Response, T> {
        let started = *self.started.get_or_insert(now);
        loop {
            match std::mem::replace(&mut self.next, Next::Send) {
                Next::Done(result) => return Step::Done(result),
                Next::Wait(until) if now < until => {
                    self.next = Next::Wait(until);
                    return Step::Wait(until - now);
                }
                Next::Refresh(answer) => {
                    self.next = Next::Refresh(answer);
                    return Step::Refresh;
                }
                Next::Wait(_) | Next::Send | Next::Report(..) => match self.send(cluster, now, started) {
                    Ok(step) => return step,
                    Err(next) => self.next = next,
                },
            }
        }
    }

    /// Takes a fresh token after [`Step::Refresh`]; without one, the answer that asked for it stands.
    pub fn refreshed(&mut self, token: Option<Secret>) {
        self.next = match (std::mem::replace(&mut self.next, Next::Send), token) {
            (Next::Refresh(_), Some(token)) => {
                self.target.bearer = Some(token);
                Next::Send
            }
            (Next::Refresh(answer), None) => self.finish(answer),
            (next, _) => next,
        };
    }

    /// Takes what came of the request of the last [`Step::Send`].
    pub fn report(&mut self, outcome: Outcome<T>, cluster: &mut ClusterState, now: Duration) {
        let Next::Report(endpoint, sent_at) = self.next else { return };
        self.next = match outcome {
            Outcome::Answered(answer) => self.answered(&answer, endpoint, cluster, sent_at, now),
            Outcome::Failed { fault, source } => {
                let error = self.error(Cause::Transport { fault, source });
                let judgement = Judgement::of(&error, self.may_refresh);
                match fault {
                    Fault::Unreachable | Fault::IdentityRefused | Fault::ClientRefused => {
                        cluster.failed(endpoint, sent_at, now);
                        return self.next = self.never_sent(endpoint, fault, error, cluster, sent_at, now);
                    }
                    // A client that is less patient than the server tells nothing about the endpoint.
                    Fault::TimedOut if now.saturating_sub(sent_at) < self.server_timeout().duration() => {
                        self.turn_away_from(endpoint, cluster);
                    }
                    Fault::Lost | Fault::TimedOut => {
                        cluster.failed(endpoint, sent_at, now);
                        self.turn_away_from(endpoint, cluster);
                    }
                    Fault::Rejected | Fault::NotAttempted(_) => {}
                }
                self.judged(judgement, error, endpoint, cluster, sent_at, now)
            }
        };
    }

    /// Builds the request of this stage for the next endpoint; or tells what else to do.
    fn send(
        &mut self,
        cluster: &mut ClusterState,
        now: Duration,
        started: Duration,
    ) -> Result<Step<O::Response, T>, Next<O::Response, T>> {
        let left = self.policy.total.map(|total| total.saturating_sub(now.saturating_sub(started)));
        let (index, endpoint) = cluster.choose(&self.avoided(), now);
        self.target.endpoint = endpoint;
        self.next = Next::Report(index, now);
        if !self.pinned {
            let known = cluster.version().unwrap_or(ApiVersion::V6_4);
            self.target.api_version = if self.first_refusal.is_some() { ApiVersion::V6_2_PREVIEW } else { known };
        }
        self.target.request_id = cluster.request_id().try_into().ok();
        let read = match (&self.stage, &self.goal) {
            (Stage::Call, _) | (_, None) => None,
            (_, Some(goal)) => Some(goal.request(&self.target)),
        };
        let request = match read {
            None => self.operation.to_request(&self.target),
            // What cannot be sent anyway needs no read before it; but while the version is sought, that comes first.
            Some(Some(read)) if matches!(self.stage, Stage::Baseline) && self.first_refusal.is_none() => {
                self.operation.to_request(&self.target).and(read)
            }
            Some(Some(read)) => read,
            // Nothing tells, so there is nothing to wait for.
            Some(None) => return Err(self.give_up(Verdict::Untold)),
        };
        match request {
            Ok(request) => {
                self.attempts += 1;
                let deadline = self.server_timeout().duration().saturating_add(GRACE);
                Ok(Step::Send { request, deadline: left.map_or(deadline, |left| deadline.min(left)) })
            }
            // What cannot be said in the preview was not refused for its version.
            Err(error) => {
                Err(Next::Done(Err(self.first_refusal.take().unwrap_or_else(|| typed(error).doubted(self.doubt)))))
            }
        }
    }

    /// The endpoints that this call does not go to for now.
    fn avoided(&self) -> Vec<usize> {
        self.tried.iter().chain(&self.refused).copied().collect()
    }

    /// Goes on at another endpoint, if there is one; once all have failed, at any but this.
    fn turn_away_from(&mut self, endpoint: usize, cluster: &ClusterState) {
        self.tried.push(endpoint);
        if !cluster.has_other_than(&self.avoided()) {
            self.tried = vec![endpoint];
        }
    }

    /// Whether what was sent last changes nothing.
    fn is_reading(&self) -> bool {
        !matches!(self.stage, Stage::Call) || !O::spec().changes()
    }

    /// How long the server works on the request.
    fn server_timeout(&self) -> Timeout {
        self.target.timeout.unwrap_or(Timeout::SERVER_DEFAULT)
    }

    /// When the time for all attempts is over.
    fn end_of_time(&self) -> Option<Duration> {
        self.policy.total.zip(self.started).map(|(total, started)| started.saturating_add(total))
    }

    fn error(&self, cause: Cause<T>) -> Error<T> {
        self.locate(Error::new(O::spec(), self.operation.entity(), cause))
    }

    fn locate(&self, error: Error<T>) -> Error<T> {
        let request_id = self.target.request_id.as_ref().and_then(|id| Some(id.to_str().ok()?.to_owned()));
        error.at(&self.target.endpoint, self.attempts, request_id).doubted(self.doubt)
    }
}

/// An error that came about without a transport, as one of the transport's.
fn typed<T>(error: Error) -> Error<T> {
    error.map_transport(|never| match never {})
}

#[cfg(test)]
mod tests;
