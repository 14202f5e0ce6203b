//! The driver of a call without its IO: clock, traces, observers and tokens. It opens no socket and neither sleeps nor awaits.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Request, Uri};
use sf_backup_proto::error::NotAttempted;
use sf_backup_proto::flow::{self, Cluster, Exchange, LongRunning, Moment, Outcome};
use sf_backup_proto::{Body, Endpoints, Operation, RequestOptions, Secret, Timestamp};

use crate::clock::{Clocks, ServerClock};
use crate::error::{Error, Failure, HttpError};
use crate::observe::{self, RequestRecord};
use crate::policy::SettingsError;
use crate::settings::Settings;
#[cfg(feature = "tls")]
use crate::tls::Tokens;

/// Where tokens come from: without TLS there are none.
#[cfg(not(feature = "tls"))]
#[derive(Debug)]
enum Tokens {}

/// What all calls of a client share beside its connections.
pub struct Shared {
    settings: Settings,
    cluster: Cluster,
    clocks: Clocks,
    tokens: Option<Arc<Tokens>>,
    /// From when moments count.
    start: Instant,
}

impl Shared {
    /// Of a new client.
    pub fn new(settings: Settings) -> Self {
        #[cfg(feature = "tls")]
        let tokens = settings.tokens.clone().map(|source| Arc::new(Tokens::new(source)));
        #[cfg(not(feature = "tls"))]
        let tokens = None;
        let cluster = Cluster::new(settings.endpoints.clone(), seed());
        let clocks = Clocks::new(cluster.endpoints());
        Self { settings, cluster, clocks, tokens, start: Instant::now() }
    }

    /// The cluster's endpoints, as they were named.
    pub fn endpoints(&self) -> &Endpoints {
        self.cluster.endpoints()
    }

    /// How far the cluster's clock is from this machine's, as the `Date` headers of responses show it.
    pub fn clock(&self) -> Option<ServerClock> {
        self.clocks.median(self.now())
    }

    /// The cluster's time now.
    pub fn server_now(&self) -> Option<Timestamp> {
        Some(self.clock()?.server_time(self.wall_time()?))
    }

    /// What this machine's clock shows; `None` outside the years 1 to 9999.
    fn wall_time(&self) -> Option<Timestamp> {
        (self.settings.wall_clock)().try_into().ok()
    }

    /// The time since the client was made.
    pub fn now(&self) -> Moment {
        Moment::after(self.start.elapsed())
    }

    /// A call, with the client's options for what `options` leaves open.
    pub fn call<O: Operation>(&self, operation: O, options: RequestOptions) -> Call<'_, O> {
        let exchange = Exchange::new(&self.cluster, operation, options.or(&self.settings.options));
        let exchange = if self.tokens.is_some() { exchange.with_token_source() } else { exchange };
        Call { shared: self, exchange, sent: None, attempt: 0 }
    }

    /// The error of a call that cannot be made with these settings.
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

/// One call. Its driver does what [`step`](Self::step) says, until that says [`Step::Done`].
pub struct Call<'a, O: Operation> {
    shared: &'a Shared,
    exchange: Exchange<O, HttpError>,
    sent: Option<Sent>,
    attempt: u32,
}

/// A request that is on its way.
struct Sent {
    uri: Uri,
    at: Option<Timestamp>,
    started: Instant,
    /// Only where somebody wants to know.
    record: Option<RequestRecord>,
}

/// What the driver of a call has to do next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a step is used up at once, and a request stands in most of them")]
pub enum Step<R> {
    /// Send the request, and hand what came of it to [`Call::sent`].
    Send {
        /// The request.
        request: Request<Body>,
        /// How long the exchange may take.
        deadline: Duration,
        /// Whether to open a connection for it.
        fresh_connection: bool,
    },
    /// Let this much time pass.
    Sleep(Duration),
    /// [Run](TokenRequest::run) this, which blocks, and hand what it gives to [`Call::token`].
    Token(TokenRequest),
    /// The call is over.
    Done(Result<R, Error>),
}

impl<O: Operation> Call<'_, O> {
    /// What to do next.
    pub fn step(&mut self) -> Step<O::Response> {
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
                        observer(O::spec(), pause);
                    }
                    return Step::Sleep(pause.duration);
                }
                flow::Step::Token(order) => match &self.shared.tokens {
                    #[cfg(feature = "tls")]
                    Some(tokens) if tokens.cached(order.refused.as_ref()).is_some() => {
                        self.exchange.token(Ok(tokens.cached(order.refused.as_ref())));
                    }
                    Some(tokens) => {
                        let tokens = Arc::clone(tokens);
                        return Step::Token(TokenRequest { tokens, refused: order.refused, deadline: order.deadline });
                    }
                    None => self.exchange.token(Ok(None)),
                },
                // A driver that has lost what it was to report: the request may have been sent.
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

    /// Takes what came of the request of the last [`Step::Send`].
    pub fn sent(&mut self, outcome: Outcome<HttpError>) {
        if let Some(sent) = self.sent.take() {
            self.observe(sent, &outcome);
        }
        self.exchange.report(outcome, self.shared.now());
    }

    /// Takes what came of the last [`Step::Token`].
    pub fn token(&mut self, token: Result<Option<Secret>, HttpError>) {
        self.exchange.token(token);
    }

    fn begin(&mut self, request: &Request<Body>) {
        self.attempt += 1;
        // Skip the bookkeeping if nobody observes.
        let observed = observe::TRACES || self.shared.settings.observer.is_some();
        let record = observed.then(|| RequestRecord::of(request));
        self.sent =
            Some(Sent { uri: request.uri().clone(), at: self.shared.wall_time(), started: Instant::now(), record });
    }

    fn observe(&self, sent: Sent, outcome: &Outcome<HttpError>) {
        let response = match outcome {
            Outcome::Response(response) => Some(response),
            Outcome::Failed { .. } => None,
        };
        if let (Some(response), Some(at), Some(received)) = (response, sent.at, self.shared.wall_time()) {
            self.shared.clocks.observe(&sent.uri, response, at, received, self.shared.now());
        }
        if let Some(mut record) = sent.record {
            record.elapsed = sent.started.elapsed();
            record.status = response.map(http::Response::status);
            observe::trace_request(&record, self.attempt);
            if let Some(observer) = &self.shared.settings.observer {
                observer(&record);
            }
        }
    }
}

impl<O: LongRunning> Call<'_, O> {
    /// Takes the progress that was read just before, which is then not read again.
    #[must_use]
    pub fn baseline(mut self, progress: Option<O::Progress>) -> Self {
        self.exchange = self.exchange.baseline(progress);
        self
    }
}

impl<O: Operation> fmt::Debug for Call<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}

/// A token to be got. Cheap to send to another thread.
#[derive(Debug)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "without TLS there are no tokens"))]
pub struct TokenRequest {
    tokens: Arc<Tokens>,
    refused: Option<Secret>,
    deadline: Duration,
}

impl TokenRequest {
    /// Gets it. Blocks, no longer than the call may take.
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
