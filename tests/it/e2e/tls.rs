//! TLS: server and client identity, tokens and proxies, on both transports with real handshakes.

mod command;
mod gateway;
mod identity;
mod lost;
mod plain;
mod pool;
mod proxies;
mod renegotiation;
mod tokens;

#[allow(dead_code, reason = "shared with the TLS crate's own tests, which use more of it")]
#[path = "../../../crates/sf-backup-transport/tests/it/forge.rs"]
mod forge;
#[path = "../../../crates/sf-backup-transport/tests/it/tool.rs"]
mod tool;

use std::net::SocketAddr;
use std::time::Duration;

use sf_backup_proto::error::{Cause, TransportErrorKind};
use sf_backup_proto::{Endpoint, Endpoints, Error, Operation, ResumeServiceBackup};
use sf_backup_transport::tls::{Authorities, Proxy, Roots, ServerIdentity, Source, TlsConfig, TokenSource};
use sf_backup_transport::{HttpError, SettingsError};

use self::forge::Pair;

/// The settings of a client. Requests are not retried, unless there are several endpoints.
#[derive(Clone)]
struct Settings {
    endpoints: Endpoints,
    tls: TlsConfig,
    /// The proxy. Defaults to that of the environment.
    proxy: Option<Proxy>,
    tokens: Option<TokenSource>,
    deadline: Duration,
}

impl Settings {
    fn at(endpoint: impl Into<Endpoints>) -> Self {
        let deadline = Duration::from_secs(20);
        Self { endpoints: endpoint.into(), tls: TlsConfig::new(), proxy: Some(Proxy::none()), tokens: None, deadline }
    }
}

trait Secured: Sized {
    /// Builds a client; reports invalid settings immediately.
    fn try_with(settings: Settings) -> Result<Self, SettingsError>;

    /// Builds a client; reports invalid settings with the first call.
    fn with(settings: Settings) -> Self;

    fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error<HttpError>>;
}

macro_rules! builder {
    ($transport:ident, $settings:ident) => {{
        let others: Vec<Endpoint> = $settings.endpoints.iter().skip(1).cloned().collect();
        let policy = match others.is_empty() {
            true => $transport::RetryPolicy::never(),
            false => $transport::RetryPolicy::default(),
        };
        let mut builder = $transport::Client::builder($settings.endpoints.first().clone())
            .other_endpoints(others)
            .retry(policy)
            .tls($settings.tls)
            .deadline($settings.deadline);
        if let Some(proxy) = $settings.proxy {
            builder = builder.proxy(proxy);
        }
        if let Some(tokens) = $settings.tokens {
            builder = builder.token_source(tokens);
        }
        builder
    }};
}

struct Hyper {
    runtime: tokio::runtime::Runtime,
    client: sf_backup_hyper::Client,
}

impl From<sf_backup_hyper::Client> for Hyper {
    fn from(client: sf_backup_hyper::Client) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { runtime: runtime.unwrap(), client }
    }
}

impl Secured for Hyper {
    fn try_with(settings: Settings) -> Result<Self, SettingsError> {
        builder!(sf_backup_hyper, settings).try_build().map(Self::from)
    }

    fn with(settings: Settings) -> Self {
        builder!(sf_backup_hyper, settings).build().into()
    }

    fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error<HttpError>> {
        self.runtime.block_on(self.client.send(operation))
    }
}

struct Blocking(sf_backup_blocking::Client);

impl Secured for Blocking {
    fn try_with(settings: Settings) -> Result<Self, SettingsError> {
        builder!(sf_backup_blocking, settings).try_build().map(Self)
    }

    fn with(settings: Settings) -> Self {
        Self(builder!(sf_backup_blocking, settings).build())
    }

    fn send<O: Operation>(&self, operation: O) -> Result<O::Response, Error<HttpError>> {
        self.0.send(operation)
    }
}

/// Generates a test per scenario and transport.
macro_rules! secured {
    ($($scenario:ident),* $(,)?) => {
        mod on_hyper {
            $(#[test] fn $scenario() { super::$scenario::<crate::e2e::tls::Hyper>(); })*
        }
        mod on_blocking {
            $(#[test] fn $scenario() { super::$scenario::<crate::e2e::tls::Blocking>(); })*
        }
    };
}
use secured;

fn resume() -> ResumeServiceBackup {
    ResumeServiceBackup::new("CalcApp/CalcService".parse().unwrap())
}

/// The `https` endpoint with the host name of the certificates.
fn endpoint(address: SocketAddr) -> Endpoint {
    format!("https://localhost:{}", address.port()).parse().unwrap()
}

fn given(authority: &Pair) -> Roots {
    let source = Source::new("ca.pem", authority.pem());
    Roots::Given(Authorities::from_sources([&source]).unwrap())
}

fn trusting(authority: &Pair) -> TlsConfig {
    TlsConfig::new().server(ServerIdentity::Trusted(given(authority)))
}

/// Whether the request was sent, and the error.
fn transport<T: std::fmt::Debug>(result: &Result<T, Error<HttpError>>) -> (TransportErrorKind, &HttpError) {
    match result.as_ref().unwrap_err().cause() {
        Cause::Transport { fault, source } => (*fault, source),
        other => panic!("not the transport's: {other:?}"),
    }
}
