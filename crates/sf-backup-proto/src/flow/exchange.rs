//! One call from the first request to the final response.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use super::{Cluster, Moment};
use crate::cluster::{ApiVersion, RequestOptions, RetryPolicy, Target};
use crate::error::{Error, TransportErrorKind};
use crate::flow::progress::LongRunning;
use crate::flow::reading::Reading;
use crate::name::ContinuationToken;
use crate::operation::{ExpectedState, Operation};
use crate::secret::Secret;
use crate::wire::body::Body;

mod call;
mod classify;
mod outcome;
mod steps;

pub use call::AnyCall;
use call::Typed;

/// How much longer than the server's timeout a client waits, for the transfer of the response.
pub const RESPONSE_GRACE: Duration = Duration::from_secs(10);

/// Minimum of the default time limit of a call: see [`RetryPolicy::total`].
pub const DEFAULT_TOTAL: Duration = Duration::from_secs(300);

/// Maximum pause that a server can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// Pauses between two reads that verify a change: the first, and the longest.
const FIRST_VERIFY_PAUSE: Duration = Duration::from_secs(1);
const LAST_VERIFY_PAUSE: Duration = Duration::from_secs(15);

/// What the driver has to do next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a step is used up at once, and a request stands in most of them")]
pub enum Step<R, T> {
    /// Send a request, then call [`Exchange::report`] with the outcome.
    Send(SendOrder),
    /// Get a token, then call [`Exchange::token`] with it.
    Token(TokenOrder),
    /// Wait.
    Wait(Pause),
    /// Nothing: a report or a token is due, or the result was already returned.
    Pending,
    /// The call has ended, with this result.
    Done(Result<R, Error<T>>),
}

/// A request to send.
#[derive(Debug)]
#[non_exhaustive]
pub struct SendOrder {
    /// The request, with absolute URI and all headers.
    pub request: Request<Body>,
    /// Time limit for the whole response.
    pub deadline: Duration,
    /// Whether to open a new connection. The server may be about to close a kept one, and this request must not be
    /// repeated when that happens.
    pub fresh_connection: bool,
}

/// A token to get from the source of tokens.
#[derive(Debug)]
#[non_exhaustive]
pub struct TokenOrder {
    /// The token that the cluster rejected, to be replaced; `None` before the first request.
    pub refused: Option<Secret>,
    /// Time limit for getting the token.
    pub deadline: Duration,
}

/// A pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pause {
    /// How long to wait.
    pub duration: Duration,
    /// Why.
    pub reason: PauseReason,
}

/// Why a call pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PauseReason {
    /// Before another attempt.
    Retry,
    /// Before another attempt, as long as the server asked for (`Retry-After`).
    AskedByServer,
    /// Before another read that verifies a change whose response was lost.
    Verify,
}

/// The outcome of sending a request.
#[derive(Debug)]
pub enum Outcome<T> {
    /// A complete response.
    Response(Response<Bytes>),
    /// No usable response.
    Failed {
        /// The kind of failure. If in doubt, [`TransportErrorKind::Lost`].
        fault: TransportErrorKind,
        /// The transport's own error.
        source: T,
    },
}

/// One call: chooses endpoints, finds the api-version that the cluster accepts, retries if that is safe, and verifies a
/// change whose response was lost. The [module](super) shows its states and an example.
///
/// | What happened | Reads, enable, suspend, resume, update | Create, delete, disable, backup, restore, skip |
/// |---|---|---|
/// | never sent | next endpoint at once | next endpoint at once |
/// | 429, and 4xx with a transient code | wait, repeat | wait, repeat |
/// | 401, 403 with a token | refresh once, repeat | refresh once, repeat |
/// | 400 `E_INVALIDARG`, api-version not set by the caller | repeat once with the other version | same: rejected before any effect |
/// | transient 5xx (502, 503, 504, 500 without a code), no response | wait, repeat at the next endpoint | verify by reading; never send again |
/// | an empty 404 to a read | next endpoint at once, if there is another | final |
/// | a response that is too large, or not HTTP | final; `may_have_changed` for changes | verify by reading; never send again |
/// | anything else | final | final |
///
/// A call fails with [`LostOutcome::NotDone`](crate::error::LostOutcome::NotDone) only after the gateway has certainly
/// given up delivering the request. A pause is at least as long as the server asks for (`Retry-After`). The call ends
/// if the server asks for more than five minutes, or if the pause would end after [`RetryPolicy::total`].
#[derive(Debug)]
pub struct Exchange<O: Operation, T>(AnyExchange<T, Typed<O>>);

/// An [`Exchange`] without the type of its operation: drivers for it are compiled once, not once per operation.
///
/// [`Exchange::any`] returns it. [`Step::Done`] has no response here; [`Exchange::into_response`] returns it.
#[derive(Debug)]
pub struct AnyExchange<T, C: ?Sized = dyn AnyCall> {
    cluster: Cluster,
    /// Target of the last request.
    target: Target,
    /// Whether the api-version is fixed.
    pinned: bool,
    own_request_id: bool,
    policy: RetryPolicy,
    started: Option<Moment>,
    /// Requests of this call that were sent or could not be sent.
    attempts: u32,
    /// Attempts of the policy that are used up.
    tries: u32,
    /// Endpoints at which this call has failed; cleared when all have.
    tried: Vec<usize>,
    /// Endpoints whose identity was refused. They are not tried again.
    refused: Vec<usize>,
    may_refresh: bool,
    /// The api-version that is tried after another was rejected, and that rejection.
    other_version: Option<(ApiVersion, Error<T>)>,
    /// Whether an earlier attempt may have been carried out.
    maybe_applied: bool,
    expected: Option<ExpectedState>,
    baseline: Option<Reading>,
    /// Where the list that is read to verify continues, and how many of its pages were read.
    page: (Option<ContinuationToken>, u32),
    stage: Stage<T>,
    next: Next<T>,
    /// The last field, so that it can be unsized.
    call: C,
}

/// The purpose of the requests that are being sent.
#[derive(Debug)]
enum Stage<T> {
    /// The read before a change that later reads are compared with.
    Baseline,
    /// The call itself.
    Call,
    /// Reads that verify the change.
    Verify { lost: Error<T>, until: Moment, pause: Duration },
}

#[derive(Debug)]
enum Next<T> {
    Send,
    Wait(Moment, PauseReason),
    /// With the response that requires another token; `None` before the first request.
    Token(Option<Error<T>>),
    /// A request was sent to the endpoint of this index at this moment.
    Report(usize, Moment),
    Done(Result<(), Error<T>>),
    /// The result was returned.
    Over,
}

/// A request that was sent, and the time of its report.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    endpoint: usize,
    sent_at: Moment,
    now: Moment,
}

impl<O: Operation, T> Exchange<O, T> {
    /// Creates a call to the cluster.
    pub fn new(cluster: &Cluster, operation: O, options: RequestOptions) -> Self {
        let policy = options.retry.unwrap_or_default();
        let expected = operation.expected_state().filter(|_| policy.resolve);
        let needs_baseline = expected.as_ref().is_some_and(ExpectedState::needs_baseline);
        Self(AnyExchange {
            may_refresh: options.bearer.is_some(),
            // A query with a fixed api-version keeps it, and shows nothing about other versions.
            pinned: options.api_version.is_some() || O::SPEC.fixed.is_some(),
            own_request_id: options.request_id.is_some(),
            target: Target::new(cluster.endpoints().first().clone()).options(options),
            cluster: cluster.clone(),
            policy,
            started: None,
            attempts: 0,
            tries: 0,
            tried: Vec::new(),
            refused: Vec::new(),
            other_version: None,
            maybe_applied: false,
            expected,
            baseline: None,
            page: (None, 0),
            stage: if needs_baseline { Stage::Baseline } else { Stage::Call },
            next: Next::Send,
            call: Typed { operation, response: None },
        })
    }

    /// Starts with [`Step::Token`], and gets another token if the cluster rejects one.
    #[must_use]
    pub fn with_token_source(mut self) -> Self {
        if matches!(self.0.next, Next::Send) && self.0.started.is_none() {
            (self.0.next, self.0.may_refresh) = (Next::Token(None), true);
        }
        self
    }

    /// Returns the next instruction.
    pub fn step(&mut self, now: Moment) -> Step<O::Response, T> {
        match self.any().step(now) {
            Step::Send(order) => Step::Send(order),
            Step::Token(order) => Step::Token(order),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Pending => Step::Pending,
            Step::Done(Err(error)) => Step::Done(Err(error)),
            Step::Done(Ok(())) => {
                self.0.call.response.take().map_or(Step::Pending, |response| Step::Done(Ok(response)))
            }
        }
    }

    /// Takes the result of [`Step::Token`]: a token, `None` if the source has no other than the rejected one, or the
    /// source's error. Without another token, the call fails with the response that required one. Ignored if no token
    /// is due.
    pub fn token(&mut self, token: Result<Option<Secret>, T>) {
        self.any().token(token);
    }

    /// Takes the outcome of the last [`Step::Send`]. Ignored if none is due.
    pub fn report(&mut self, outcome: Outcome<T>, now: Moment) {
        self.any().report(outcome, now);
    }

    /// The same call without the type of its operation.
    pub fn any(&mut self) -> &mut AnyExchange<T> {
        &mut self.0
    }

    /// Returns the response, after [`Self::any`] was driven to its end.
    ///
    /// # Errors
    /// [`Cause::OutOfTime`](crate::error::Cause::OutOfTime) if the call has not ended with a response.
    pub fn into_response(mut self) -> Result<O::Response, Error<T>> {
        self.0.call.response.take().ok_or_else(|| self.any().ended_early())
    }
}

impl<O: LongRunning, T> Exchange<O, T> {
    /// Sets the progress that was read just before this call, so that the call does not read it.
    #[must_use]
    pub fn baseline(mut self, progress: Option<O::Progress>) -> Self {
        let Self(exchange) = &mut self;
        if matches!((&exchange.stage, &exchange.next), (Stage::Baseline, Next::Send | Next::Token(None)))
            && exchange.started.is_none()
        {
            (exchange.baseline, exchange.stage) = (Some(O::reading(progress)), Stage::Call);
        }
        self
    }
}

/// Converts an error that did not come from a transport.
fn typed<T>(error: Error) -> Error<T> {
    error.map_transport(|never| match never {})
}

#[cfg(test)]
mod tests;
