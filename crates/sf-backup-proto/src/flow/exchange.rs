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

/// How much longer than the server a client waits: the response has to travel, too.
pub const RESPONSE_GRACE: Duration = Duration::from_secs(10);

/// The least time that a call may take in all, unless the policy says something else.
pub const DEFAULT_TOTAL: Duration = Duration::from_secs(300);

/// The longest pause that a server can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// The pauses between two reads that verify a lost change.
const FIRST_VERIFY_PAUSE: Duration = Duration::from_secs(1);
const LAST_VERIFY_PAUSE: Duration = Duration::from_secs(15);

/// What the driver has to do next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a step is used up at once, and a request stands in most of them")]
pub enum Step<R, T> {
    /// Send a request, and [`Exchange::report`] what came of it.
    Send(SendOrder),
    /// Ask the source of tokens, and hand what it gives to [`Exchange::token`].
    Token(TokenOrder),
    /// Let time pass.
    Wait(Pause),
    /// Nothing: a report or a token is due, or the call is over and its result was handed out.
    Pending,
    /// The call is over.
    Done(Result<R, Error<T>>),
}

/// A request to be sent.
#[derive(Debug)]
#[non_exhaustive]
pub struct SendOrder {
    /// The request, with absolute URI and all headers.
    pub request: Request<Body>,
    /// How long to wait for the whole response.
    pub deadline: Duration,
    /// Open a connection for it. A kept one may be about to be closed by the server, and this request must not be repeated
    /// when that happens.
    pub fresh_connection: bool,
}

/// A token to be got.
#[derive(Debug)]
#[non_exhaustive]
pub struct TokenOrder {
    /// The token that was refused, which another should replace; `None` before the first request.
    pub refused: Option<Secret>,
    /// How long to wait for it.
    pub deadline: Duration,
}

/// A pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pause {
    /// How long.
    pub duration: Duration,
    /// What for.
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

/// What came of sending a request.
#[derive(Debug)]
pub enum Outcome<T> {
    /// A response, whole.
    Response(Response<Bytes>),
    /// None.
    Failed {
        /// How. Where in doubt, [`TransportErrorKind::Lost`]: it claims the least.
        fault: TransportErrorKind,
        /// Why, in the transport's words.
        source: T,
    },
}

/// One call: chooses endpoints, learns which api-version the cluster takes, tries again where that is safe, and finds out
/// what became of a change whose response was lost. The [module](super) has its states and an example.
///
/// | What happened | Reads, enable, suspend, resume, update | Create, delete, disable, backup, restore, skip |
/// |---|---|---|
/// | never sent | next endpoint at once | next endpoint at once |
/// | 429, and 4xx with a code that passes | wait, repeat | wait, repeat |
/// | 401, 403 with a token | refresh once, repeat | refresh once, repeat |
/// | 400 `E_INVALIDARG` to a call whose version is not pinned | once more under the other version | same: the refusal precedes any effect |
/// | 5xx that passes (502, 503, 504, 500 without a code), no response | wait, repeat at the next endpoint | verify by reading; never send again |
/// | an empty 404 to a read | next endpoint at once, if there is another | final |
/// | a response that is too large, or not HTTP | final; `may_have_changed` for changes | verify by reading; never send again |
/// | anything else | final | final |
///
/// A call ends with "not done" no sooner than the gateway has certainly given up delivering it. A server that asks for a
/// pause (`Retry-After`) gets one of at least that length, up to five minutes; a call that is to pause for longer ends, and so
/// does one whose pause would end after [`RetryPolicy::total`].
#[derive(Debug)]
pub struct Exchange<O: Operation, T>(AnyExchange<T, Typed<O>>);

/// An [`Exchange`] whatever its operation: drivers written for it are compiled once, not once for each operation.
///
/// [`Exchange::any`] returns it. Its steps are those of [`Exchange::step`], but [`Step::Done`] has no response:
/// [`Exchange::into_response`] does.
#[derive(Debug)]
pub struct AnyExchange<T, C: ?Sized = dyn AnyCall> {
    cluster: Cluster,
    /// Of the request that was sent last.
    target: Target,
    /// The api-version is not to be found out.
    pinned: bool,
    own_request_id: bool,
    policy: RetryPolicy,
    started: Option<Moment>,
    /// How often anything of this call was sent, or tried to be.
    attempts: u32,
    /// How many of the policy's attempts are used up.
    tries: u32,
    /// Endpoints that have failed this call, until all have.
    tried: Vec<usize>,
    /// Endpoints whose identity was refused: not to be asked again.
    refused: Vec<usize>,
    may_refresh: bool,
    /// The api-version that is tried because another was refused, and the refusal.
    other_version: Option<(ApiVersion, Error<T>)>,
    /// Whether an earlier attempt may have been carried out.
    maybe_applied: bool,
    expected: Option<ExpectedState>,
    baseline: Option<Reading>,
    /// Where the list continues that is read to verify, and how many of its pages were read.
    page: (Option<ContinuationToken>, u32),
    stage: Stage<T>,
    next: Next<T>,
    /// Last, so that a reference can forget the type of the operation.
    call: C,
}

/// What is being sent.
#[derive(Debug)]
enum Stage<T> {
    /// The read before a change that is verified by what changes.
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
    /// With the response that asks for another token; `None` before the first request.
    Token(Option<Error<T>>),
    /// Sent to the endpoint of this index at this moment.
    Report(usize, Moment),
    Done(Result<(), Error<T>>),
    /// The result was handed out.
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
    /// A call to the cluster.
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

    /// Begins with [`Step::Token`], and asks for another token when one is refused.
    #[must_use]
    pub fn with_token_source(mut self) -> Self {
        if matches!(self.0.next, Next::Send) && self.0.started.is_none() {
            (self.0.next, self.0.may_refresh) = (Next::Token(None), true);
        }
        self
    }

    /// What to do next.
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

    /// Takes what the source of tokens gave after [`Step::Token`]: a token, `None` if it has no other than the one that was
    /// refused, or why it has none. The last two end the call, with the response that asked for another token where there is
    /// one. Ignored where none was asked for.
    pub fn token(&mut self, token: Result<Option<Secret>, T>) {
        self.any().token(token);
    }

    /// Takes what came of the request of the last [`Step::Send`]. Ignored where none is due.
    pub fn report(&mut self, outcome: Outcome<T>, now: Moment) {
        self.any().report(outcome, now);
    }

    /// The same call, for a driver that does not know the operation.
    pub fn any(&mut self) -> &mut AnyExchange<T> {
        &mut self.0
    }

    /// The response, after [`Self::any`] was driven to its end.
    ///
    /// # Errors
    /// If the call has not ended successfully: its time is over now.
    pub fn into_response(mut self) -> Result<O::Response, Error<T>> {
        self.0.call.response.take().ok_or_else(|| self.any().ended_early())
    }
}

impl<O: LongRunning, T> Exchange<O, T> {
    /// Takes the progress that was read just before this call, which is then not read again.
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

/// An error that came about without a transport, as one of the transport's.
fn typed<T>(error: Error) -> Error<T> {
    error.map_transport(|never| match never {})
}

#[cfg(test)]
mod tests;
