//! The HTTP clients that the scenarios run on.

use std::error::Error as _;
use std::io;
use std::sync::mpsc::Sender;
use std::time::Duration;

use bytes::Bytes;
use sf_backup_proto::error::{Cause, TransportErrorKind as How};
use sf_backup_proto::flow::RetryPolicy;
use sf_backup_proto::{ApiVersion, Body, Endpoint, Error, IdDelimiter, Operation, Paged, Pager, Target, Timeout};
use sf_backup_transport::HttpError;
use sf_backup_transport::ServerClock;

/// The settings of a client; `None` is the client's default.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) endpoint: Endpoint,
    /// Other endpoints of the same cluster.
    pub(crate) others: Vec<Endpoint>,
    pub(crate) api_version: Option<ApiVersion>,
    pub(crate) id_delimiter: Option<IdDelimiter>,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) response_limit: Option<usize>,
    /// The retry policy. Defaults to no retries, which have their own scenarios.
    pub(crate) retry: RetryPolicy,
    /// Receives one line for each request.
    pub(crate) observer: Option<Sender<String>>,
}

impl Settings {
    pub(crate) fn at(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            others: Vec::new(),
            api_version: None,
            id_delimiter: None,
            timeout: None,
            deadline: None,
            response_limit: None,
            retry: RetryPolicy::never(),
            observer: None,
        }
    }
}

/// A client with short retry delays that verifies lost responses.
pub(crate) fn patient<T: Transport>(endpoint: Endpoint) -> T {
    let mut settings = Settings::at(endpoint);
    settings.retry = RetryPolicy { base: Duration::from_millis(1), ..RetryPolicy::default() };
    T::with(settings)
}

/// An HTTP client below the protocol crate.
pub(crate) trait Transport: Sized {
    fn with(settings: Settings) -> Self;

    fn at(endpoint: Endpoint) -> Self {
        Self::with(Settings::at(endpoint))
    }

    fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error<Fault>>;

    /// The cluster's clock, if the client measures it.
    fn clock(&self) -> Option<ServerClock> {
        None
    }

    /// The pages, each with its next token.
    fn pages<O: Paged>(&self, operation: O) -> Vec<Page<O>>;
}

/// The items of a page and the next token.
pub(crate) type Page<O> = (Result<Vec<<O as Paged>::Item>, Error<Fault>>, Option<String>);

/// The error of a request without a response, for every transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Resolve { host: String },
    Connect { address: String, kind: io::ErrorKind },
    Deadline { after: Duration },
    TooLarge { limit: usize },
    Closed { kind: io::ErrorKind },
    Malformed,
}

impl From<HttpError> for Fault {
    fn from(error: HttpError) -> Self {
        // Each message is one line; the system's message is in its source.
        let message = error.to_string();
        assert!(!message.contains('\n'), "{message}");
        if let Some(source) = error.source() {
            assert!(!message.contains(&source.to_string()), "{message}");
            assert!(source.source().is_none(), "{message}: {source}");
        }
        match error {
            HttpError::Resolve { host, .. } => Self::Resolve { host },
            HttpError::Connect { address, source } => Self::Connect { address, kind: source.kind() },
            HttpError::Deadline { after } => Self::Deadline { after },
            HttpError::TooLarge { limit } => Self::TooLarge { limit },
            HttpError::Closed { source } => Self::Closed { kind: source.kind() },
            HttpError::Malformed { .. } => Self::Malformed,
            other => panic!("an unknown fault: {other}"),
        }
    }
}

/// Whether the request was sent, and the error.
pub(crate) fn fault<T: std::fmt::Debug>(result: Result<T, Error<Fault>>) -> (How, Fault) {
    match result.unwrap_err().cause() {
        Cause::Transport { fault, source } => (*fault, source.clone()),
        other => panic!("not the transport's: {other:?}"),
    }
}

macro_rules! build {
    ($transport:ident, $settings:ident) => {{
        let mut builder = $transport::Client::builder($settings.endpoint).other_endpoints($settings.others);
        builder = builder.retry($settings.retry);
        if let Some(version) = $settings.api_version {
            builder = builder.api_version(version);
        }
        if let Some(delimiter) = $settings.id_delimiter {
            builder = builder.id_delimiter(delimiter);
        }
        if let Some(timeout) = $settings.timeout {
            builder = builder.timeout(timeout);
        }
        if let Some(deadline) = $settings.deadline {
            builder = builder.deadline(deadline);
        }
        if let Some(limit) = $settings.response_limit {
            builder = builder.response_limit(limit);
        }
        if let Some(observer) = $settings.observer {
            builder = builder.observer(move |exchanged| observer.send(exchanged.to_string()).unwrap());
        }
        builder.build()
    }};
}

/// `sf-backup-hyper`, on a runtime that is idle between calls.
pub(crate) struct Hyper {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) client: sf_backup_hyper::Client,
}

impl Transport for Hyper {
    fn with(settings: Settings) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { runtime: runtime.unwrap(), client: build!(sf_backup_hyper, settings) }
    }

    fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error<Fault>> {
        let result = self.runtime.block_on(self.client.send(operation));
        result.map_err(|error| error.map_transport(Fault::from))
    }

    fn clock(&self) -> Option<ServerClock> {
        assert_eq!(self.client.clock().is_some(), self.client.server_now().is_some());
        self.client.clock()
    }

    fn pages<O: Paged>(&self, operation: O) -> Vec<Page<O>> {
        let mut pages = self.client.pager(operation).into_pages();
        let mut all = Vec::new();
        while let Some(page) = self.runtime.block_on(pages.next()) {
            let token = pages.token().map(ToString::to_string);
            all.push((page.map_err(|error| error.map_transport(Fault::from)), token));
        }
        all
    }
}

/// `sf-backup-blocking`.
pub(crate) struct Blocking(sf_backup_blocking::Client);

impl Transport for Blocking {
    fn with(settings: Settings) -> Self {
        Self(build!(sf_backup_blocking, settings))
    }

    fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error<Fault>> {
        let result = self.0.send(operation);
        result.map_err(|error| error.map_transport(Fault::from))
    }

    fn clock(&self) -> Option<ServerClock> {
        assert_eq!(self.0.clock().is_some(), self.0.server_now().is_some());
        self.0.clock()
    }

    fn pages<O: Paged>(&self, operation: O) -> Vec<Page<O>> {
        let mut pages = self.0.pager(operation).into_pages();
        let mut all = Vec::new();
        while let Some(page) = pages.next() {
            let token = pages.token().map(ToString::to_string);
            all.push((page.map_err(|error| error.map_transport(Fault::from)), token));
        }
        all
    }
}

/// A foreign HTTP client that uses only the protocol crate.
pub(crate) struct Foreign {
    to: Target,
    client: ureq::Agent,
}

impl Foreign {
    fn http(&self, request: http::Request<Body>) -> Result<http::Response<Bytes>, ureq::Error> {
        let (head, body) = request.map(Bytes::from).into_parts();
        let response = match body.is_empty() {
            true => self.client.run(http::Request::from_parts(head, ())),
            false => self.client.run(http::Request::from_parts(head, &*body)),
        };
        let (head, mut body) = response?.into_parts();
        Ok(http::Response::from_parts(head, body.read_to_vec()?.into()))
    }
}

impl Transport for Foreign {
    fn with(settings: Settings) -> Self {
        let mut to = Target::new(settings.endpoint);
        if let Some(version) = settings.api_version {
            to = to.api_version(version);
        }
        if let Some(delimiter) = settings.id_delimiter {
            to = to.id_delimiter(delimiter);
        }
        if let Some(timeout) = settings.timeout {
            to = to.timeout(timeout);
        }
        let client = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .build();
        Self { to, client: client.new_agent() }
    }

    fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error<Fault>> {
        let response = self.http(operation.to_request(&self.to).map_err(never)?);
        operation.parse(&response.unwrap()).map_err(never)
    }

    fn pages<O: Paged>(&self, operation: O) -> Vec<Page<O>> {
        let mut pages = Pager::new(operation);
        let mut all = Vec::new();
        while let Some(call) = pages.next_call() {
            let page = pages.accept(self.send(call));
            all.push((page, pages.token().map(ToString::to_string)));
        }
        all
    }
}

/// The protocol crate alone has no transport errors.
fn never(error: Error) -> Error<Fault> {
    error.map_transport(|never| match never {})
}
