//! Drives a call without IO: clock, traces, observers and tokens.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::Request;
use sf_backup_proto::error::NotAttempted;
use sf_backup_proto::flow::{self, AnyExchange, Cluster, Exchange, LongRunning, Moment, Outcome};
use sf_backup_proto::{Body, Endpoints, Operation, OperationSpec, RequestOptions, Secret, Timestamp};

use crate::clock::{Clocks, ServerClock};
use crate::error::{Error, Failure, HttpError};
use crate::observe::{self, RequestRecord};
use crate::policy::SettingsError;
use crate::settings::Settings;
#[cfg(feature = "tls")]
use crate::tls::Tokens;

/// The source of tokens; without TLS there is none.
#[cfg(not(feature = "tls"))]
#[derive(Debug)]
enum Tokens {}

/// The state that all calls of a client share, except connections.
pub struct Shared {
    settings: Settings,
    cluster: Cluster,
    clocks: Clocks,
    tokens: Option<Arc<Tokens>>,
    /// The origin of moments.
    start: Instant,
}

impl Shared {
    /// The state of a new client.
    pub fn new(settings: Settings) -> Self {
        #[cfg(feature = "tls")]
        let tokens = settings.tokens.clone().map(|source| Arc::new(Tokens::new(source)));
        #[cfg(not(feature = "tls"))]
        let tokens = None;
        let cluster = Cluster::new(settings.endpoints.clone(), seed());
        let clocks = Clocks::new(cluster.endpoints());
        Self { settings, cluster, clocks, tokens, start: Instant::now() }
    }

    /// The endpoints of the cluster.
    pub fn endpoints(&self) -> &Endpoints {
        self.cluster.endpoints()
    }

    /// Creates a request id.
    pub fn request_id(&self) -> String {
        self.cluster.request_id()
    }

    /// The difference between the cluster's clock and this machine's, from the `Date` headers of responses.
    pub fn clock(&self) -> Option<ServerClock> {
        self.clocks.median(self.now())
    }

    /// The cluster's time now.
    pub fn server_now(&self) -> Option<Timestamp> {
        Some(self.clock()?.server_time(self.wall_time()?))
    }

    /// The time of this machine; `None` outside the years 1 to 9999.
    fn wall_time(&self) -> Option<Timestamp> {
        (self.settings.wall_clock)().try_into().ok()
    }

    /// The time since the client was created.
    pub fn now(&self) -> Moment {
        Moment::after(self.start.elapsed())
    }

    /// Prepares a call. Options that are not set are those of the client.
    pub fn call<O: Operation>(&self, operation: O, options: RequestOptions) -> Call<'_, O> {
        let exchange = Exchange::new(&self.cluster, operation, options.or(&self.settings.options));
        let exchange = if self.tokens.is_some() { exchange.with_token_source() } else { exchange };
        Call { shared: self, exchange }
    }

    /// The error of a call if the client's settings contradict each other.
    pub fn unusable<O: Operation>(operation: &O, error: &Arc<SettingsError>) -> Error {
        let source = HttpError::Settings { source: Arc::<SettingsError>::clone(error) };
        Error::unsent(operation, NotAttempted::Settings, source)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.settings.fmt(f)
    }
}

/// One call. Follow the steps of [`drive`](Self::drive) until [`Step::Done`], then take the
/// [response](Self::into_response).
pub struct Call<'a, O: Operation> {
    shared: &'a Shared,
    exchange: Exchange<O, HttpError>,
}

impl<O: Operation> Call<'_, O> {
    /// The steps of the call.
    pub fn drive(&mut self) -> Drive<'_> {
        Drive { shared: self.shared, exchange: self.exchange.any(), sent: None, attempt: 0 }
    }

    /// The response, once the call has ended.
    ///
    /// # Errors
    /// If the call has not ended successfully.
    pub fn into_response(self) -> Result<O::Response, Error> {
        self.exchange.into_response()
    }
}

/// The steps of a call of any operation. Follow what [`step`](Self::step) returns until it is [`Step::Done`].
pub struct Drive<'a> {
    shared: &'a Shared,
    exchange: &'a mut AnyExchange<HttpError>,
    sent: Option<Sent>,
    attempt: u32,
}

/// A request that was sent.
struct Sent {
    at: SystemTime,
    /// `None` if nobody observes.
    record: Option<(RequestRecord, Instant)>,
}

/// The next step of a call.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a step is used up at once, and a request stands in most of them")]
pub enum Step {
    /// Send the request and pass the result to [`Drive::sent`].
    Send {
        /// The request.
        request: Request<Body>,
        /// The time limit for the request and its response.
        deadline: Duration,
        /// Whether to open a new connection.
        fresh_connection: bool,
    },
    /// Wait this long.
    Sleep(Duration),
    /// [Run](TokenRequest::run) this, which blocks, and pass the result to [`Drive::token`].
    Token(TokenRequest),
    /// The call has ended. A success has left its [response](Call::into_response).
    Done(Result<(), Error>),
}

impl Drive<'_> {
    /// The row of the operation.
    pub fn spec(&self) -> &'static OperationSpec {
        self.exchange.spec()
    }

    /// Returns the next step.
    pub fn step(&mut self) -> Step {
        loop {
            match self.exchange.step(self.shared.now()) {
                flow::Step::Send(order) => {
                    self.begin(&order.request);
                    if let Some(responder) = &self.shared.settings.responder {
                        let response = responder(order.request.map(Body::into));
                        self.sent(response.map_or_else(|error| Failure::from(error).into(), Outcome::Response));
                        continue;
                    }
                    let (deadline, fresh_connection) = (order.deadline, order.fresh_connection);
                    return Step::Send { request: order.request, deadline, fresh_connection };
                }
                flow::Step::Wait(pause) => {
                    observe::trace_pause(pause);
                    if let Some(observer) = &self.shared.settings.pause_observer {
                        observer(self.spec(), pause);
                    }
                    return Step::Sleep(pause.duration);
                }
                flow::Step::Token(order) => {
                    let Some(tokens) = &self.shared.tokens else {
                        self.exchange.token(Ok(None));
                        continue;
                    };
                    #[cfg(feature = "tls")]
                    if let Some(token) = tokens.cached(order.refused.as_ref()) {
                        self.exchange.token(Ok(Some(token)));
                        continue;
                    }
                    let tokens = Arc::clone(tokens);
                    return Step::Token(TokenRequest { tokens, refused: order.refused, deadline: order.deadline });
                }
                // The driver did not report the result of a request, which may have been sent.
                flow::Step::Pending => {
                    self.sent = None;
                    let source = HttpError::Closed { source: std::io::ErrorKind::Interrupted.into() };
                    let fault = sf_backup_proto::error::TransportErrorKind::Lost;
                    self.exchange.report(Outcome::Failed { fault, source }, self.shared.now());
                }
                flow::Step::Done(result) => return Step::Done(result),
            }
        }
    }

    /// Returns the request of the last [`Step::Send`] again, for a new connection if a kept one ended before the
    /// request was sent.
    pub fn same_request(&self) -> Option<Request<Body>> {
        self.exchange.same_request()
    }

    /// Takes the result of the last [`Step::Send`].
    pub fn sent(&mut self, outcome: Outcome<HttpError>) {
        let now = self.shared.now();
        if let Some(sent) = self.sent.take() {
            self.observe(sent, &outcome, now);
        }
        self.exchange.report(outcome, now);
    }

    /// Takes the result of the last [`Step::Token`].
    pub fn token(&mut self, token: Result<Option<Secret>, HttpError>) {
        self.exchange.token(token);
    }

    fn begin(&mut self, request: &Request<Body>) {
        self.attempt += 1;
        // Skip the bookkeeping if nobody observes.
        let observed = observe::TRACES || self.shared.settings.observer.is_some();
        let record = observed.then(|| (RequestRecord::of(request), Instant::now()));
        self.sent = Some(Sent { at: (self.shared.settings.wall_clock)(), record });
    }

    fn observe(&self, sent: Sent, outcome: &Outcome<HttpError>, now: Moment) {
        let response = match outcome {
            Outcome::Response(response) => Some(response),
            Outcome::Failed { .. } => None,
        };
        if let Some(date) = response.and_then(|response| Timestamp::from_date_header(response.headers())) {
            let received = (self.shared.settings.wall_clock)();
            self.shared.clocks.observe(self.exchange.endpoint(), date, sent.at, received, now);
        }
        if let Some((mut record, started)) = sent.record {
            record.elapsed = started.elapsed();
            record.status = response.map(http::Response::status);
            observe::trace_request(&record, self.attempt);
            if let Some(observer) = &self.shared.settings.observer {
                observer(&record);
            }
        }
    }
}

impl<O: LongRunning> Call<'_, O> {
    /// Takes the progress that was read before the call, so that it is not read again.
    #[must_use]
    pub fn baseline(mut self, progress: Option<O::Progress>) -> Self {
        self.exchange = self.exchange.baseline(progress);
        self
    }
}

impl fmt::Debug for Drive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drive").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}

/// A request for a token. Cheap to send to another thread.
#[derive(Debug)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "without TLS there are no tokens"))]
pub struct TokenRequest {
    tokens: Arc<Tokens>,
    refused: Option<Secret>,
    deadline: Duration,
}

impl TokenRequest {
    /// Requests the token. Blocks no longer than the deadline of the call.
    ///
    /// # Errors
    /// [`HttpError::Token`].
    pub fn run(self) -> Result<Option<Secret>, HttpError> {
        #[cfg(feature = "tls")]
        {
            let token = self.tokens.get(self.refused.as_ref(), self.deadline);
            token.map_err(|error| HttpError::Token { source: Box::new(error) })
        }
        #[cfg(not(feature = "tls"))]
        match *self.tokens {}
    }
}

/// The keys of `RandomState` are the only randomness in the standard library, and good enough to spread clients over
/// endpoints and to tell requests apart.
fn seed() -> u64 {
    RandomState::new().hash_one(())
}
