//! Settings of a client, and the builder that both transports share.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
#[cfg(feature = "tls")]
use sf_backup_proto::Secret;
use sf_backup_proto::flow::{Pause, RetryPolicy};
use sf_backup_proto::{ApiVersion, Endpoint, Endpoints, IdDelimiter, OperationSpec, RequestOptions, Timeout};

use crate::error::HttpError;
use crate::observe::RequestRecord;
use crate::policy::{ConnectionPolicy, SettingsError};
#[cfg(feature = "tls")]
use crate::tls::{Proxy, TlsConfig, TokenSource};

const RESPONSE_LIMIT: usize = 64 * 1024 * 1024;

pub(crate) type Observer = Arc<dyn Fn(&RequestRecord) + Send + Sync>;
pub(crate) type Responder = Arc<dyn Fn(Request<Bytes>) -> Result<Response<Bytes>, HttpError> + Send + Sync>;
pub(crate) type PauseObserver = Arc<dyn Fn(&'static OperationSpec, Pause) + Send + Sync>;

/// The settings of a client.
#[derive(Clone)]
pub struct Settings {
    pub(crate) endpoints: Endpoints,
    pub(crate) options: RequestOptions,
    pub(crate) response_limit: usize,
    pub(crate) wall_clock: fn() -> SystemTime,
    pub(crate) observer: Option<Observer>,
    pub(crate) pause_observer: Option<PauseObserver>,
    pub(crate) responder: Option<Responder>,
    #[cfg(feature = "tls")]
    pub(crate) tls: TlsConfig,
    #[cfg(feature = "tls")]
    pub(crate) proxy: Option<Proxy>,
    #[cfg(feature = "tls")]
    pub(crate) tokens: Option<TokenSource>,
}

impl Settings {
    fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoints: Endpoints::from(endpoint),
            options: RequestOptions::new(),
            response_limit: RESPONSE_LIMIT,
            wall_clock: SystemTime::now,
            observer: None,
            pause_observer: None,
            responder: None,
            #[cfg(feature = "tls")]
            tls: TlsConfig::default(),
            #[cfg(feature = "tls")]
            proxy: None,
            #[cfg(feature = "tls")]
            tokens: None,
        }
    }

    /// The maximum size of the body of a response, in bytes.
    pub fn response_limit(&self) -> usize {
        self.response_limit
    }

    #[cfg(feature = "tls")]
    fn policy(&self) -> Result<ConnectionPolicy, SettingsError> {
        ConnectionPolicy::new(&self.tls, self.proxy.as_ref(), &self.endpoints, self.tokens.is_some())
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unnecessary_wraps, reason = "as with TLS")]
    fn policy(&self) -> Result<ConnectionPolicy, SettingsError> {
        Ok(ConnectionPolicy::default())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("endpoints", &self.endpoints).field("options", &self.options);
        shown.field("response_limit", &self.response_limit);
        #[cfg(feature = "tls")]
        shown.field("tls", &self.tls).field("proxy", &self.proxy).field("tokens", &self.tokens);
        shown.finish_non_exhaustive()
    }
}

/// A client that is built from settings.
pub trait Build: Sized {
    /// Creates the client. If `policy` is an error, all its calls fail with it.
    fn from_settings(settings: Settings, policy: Result<ConnectionPolicy, Arc<SettingsError>>) -> Self;
}

/// Settings for a client.
#[must_use]
pub struct ClientBuilder<C> {
    settings: Settings,
    client: PhantomData<fn() -> C>,
}

impl<C: Build> ClientBuilder<C> {
    /// A client of the cluster at `endpoint`, with default settings.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { settings: Settings::new(endpoint), client: PhantomData }
    }

    /// Adds endpoints of the same cluster.
    ///
    /// The client chooses one at random, stays with it, and switches to another if it fails. It returns to a failed endpoint
    /// after a while.
    pub fn other_endpoints(mut self, others: impl IntoIterator<Item = Endpoint>) -> Self {
        self.settings.endpoints.extend(others);
        self
    }

    /// Sets options of all calls. Options that are not set in `options` stay as they are. A single call can have others.
    pub fn options(mut self, options: RequestOptions) -> Self {
        self.settings.options = options.or(&self.settings.options);
        self
    }

    /// As [`RequestOptions::api_version`].
    pub fn api_version(self, version: ApiVersion) -> Self {
        self.options(RequestOptions::new().api_version(version))
    }

    /// As [`RequestOptions::id_delimiter`].
    pub fn id_delimiter(self, delimiter: IdDelimiter) -> Self {
        self.options(RequestOptions::new().id_delimiter(delimiter))
    }

    /// As [`RequestOptions::timeout`].
    pub fn timeout(self, timeout: Timeout) -> Self {
        self.options(RequestOptions::new().timeout(timeout))
    }

    /// As [`RequestOptions::retry`].
    pub fn retry(self, policy: RetryPolicy) -> Self {
        self.options(RequestOptions::new().retry(policy))
    }

    /// As [`RequestOptions::deadline`].
    pub fn deadline(self, deadline: Duration) -> Self {
        self.options(RequestOptions::new().deadline(deadline))
    }

    /// Limits the body of a response, in bytes. Defaults to 64 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.settings.response_limit = bytes;
        self
    }

    /// Sets the clock that the cluster's time is compared with. Defaults to the system's clock.
    pub fn wall_clock(mut self, clock: fn() -> SystemTime) -> Self {
        self.settings.wall_clock = clock;
        self
    }

    /// Calls `observer` after every request, on the thread or task of the call. It should not block.
    pub fn observer(mut self, observer: impl Fn(&RequestRecord) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Arc::new(observer));
        self
    }

    /// Calls `observer` before every pause of a call, with its operation. It should not block.
    ///
    /// Calls pause before a retry, as long as the server asked for, and while a lost change is verified.
    pub fn pause_observer(mut self, observer: impl Fn(&'static OperationSpec, Pause) + Send + Sync + 'static) -> Self {
        self.settings.pause_observer = Some(Arc::new(observer));
        self
    }

    /// Replaces the network by a function, for tests of programs that use a client.
    ///
    /// Requests do not reach the network; `responder` returns their responses, or the reason why there is none. Everything
    /// else is as usual: api-version, retries, verification of lost changes. Pauses before retries take real time, so a test of a
    /// failure may want a short [`retry`](Self::retry) policy.
    pub fn respond_with(
        mut self,
        responder: impl Fn(Request<Bytes>) -> Result<Response<Bytes>, HttpError> + Send + Sync + 'static,
    ) -> Self {
        self.settings.responder = Some(Arc::new(responder));
        self
    }

    /// Builds the client. Nothing is connected until the first call.
    ///
    /// If settings contradict each other, such as a token and plain `http`, every call fails with
    /// [`HttpError::Settings`](crate::HttpError::Settings) and sends nothing. `try_build` reports that immediately.
    pub fn build(self) -> C {
        let policy = self.settings.policy().map_err(Arc::new);
        C::from_settings(self.settings, policy)
    }
}

/// These need the feature `tls`, which is on by default.
#[cfg(feature = "tls")]
impl<C: Build> ClientBuilder<C> {
    /// Sets TLS for `https` endpoints: the server's identity and the client certificate. Defaults to the platform's trust store
    /// and no client certificate.
    pub fn tls(mut self, config: TlsConfig) -> Self {
        self.settings.tls = config;
        self
    }

    /// Sets the proxy for `https` endpoints. Defaults to that of the environment: see [`Proxy::from_env`].
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.settings.proxy = Some(proxy);
        self
    }

    /// Sends this token as `Authorization: Bearer …` with every request. `https` only.
    pub fn bearer(self, token: Secret) -> Self {
        self.token_source(TokenSource::fixed(token))
    }

    /// Sends a token from `source` as `Authorization: Bearer …` with every request. `https` only.
    ///
    /// Requests the token before the first call. If a response is 401 or 403, requests another one and retries once. The source
    /// runs on a thread of its own and may block; a call waits for it no longer than its deadline.
    pub fn token_source(mut self, source: TokenSource) -> Self {
        self.settings.tokens = Some(source);
        self
    }

    /// As [`build`](Self::build), but reports settings that contradict each other.
    ///
    /// # Errors
    /// Plain `http` with a token, a client certificate or a server identity; TLS settings that the platform rejects; an invalid
    /// proxy in the environment.
    pub fn try_build(self) -> Result<C, SettingsError> {
        let policy = self.settings.policy()?;
        Ok(C::from_settings(self.settings, Ok(policy)))
    }
}

impl<C> Clone for ClientBuilder<C> {
    fn clone(&self) -> Self {
        Self { settings: self.settings.clone(), client: PhantomData }
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientBuilder").field(&self.settings).finish()
    }
}
