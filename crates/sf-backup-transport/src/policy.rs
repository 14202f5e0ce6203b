//! How connections are made, and how failures to connect are classified.

use std::io;
#[cfg(feature = "tls")]
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
#[cfg(feature = "tls")]
use sf_backup_proto::{Endpoint, Endpoints};

use crate::error::{ClientRefusal, Failure, HttpError};
#[cfg(feature = "tls")]
use crate::tls::{ConfigError, ConnectError, Connector, PlainHttpRefused, Proxy, ProxyError, ProxyServer, TlsConfig};
use crate::uri::address;
#[cfg(feature = "tls")]
use crate::uri::host_and_port;

/// Settings that contradict each other. No connection was made.
#[cfg(feature = "tls")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A setting requires `https`, but an endpoint is plain HTTP.
    #[error("{endpoint}: {reason}")]
    PlainHttp {
        /// The plain HTTP endpoint.
        endpoint: Endpoint,
        /// The setting that requires `https`.
        reason: PlainHttpRefused,
    },
    /// The TLS settings are invalid.
    #[error(transparent)]
    Tls(#[from] ConfigError),
    /// The proxy in the environment is invalid.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
}

/// Settings that contradict each other: not possible without TLS.
#[cfg(not(feature = "tls"))]
pub type SettingsError = std::convert::Infallible;

/// The TLS connector and the proxy of a client. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct ConnectionPolicy {
    #[cfg(feature = "tls")]
    connector: Option<Arc<Connector>>,
    #[cfg(feature = "tls")]
    proxy: Proxy,
}

/// The step at which connecting failed with an error of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectStep {
    /// Looking up the address.
    Resolve,
    /// Connecting to the endpoint or the proxy.
    Connect,
    /// Opening a tunnel through the proxy.
    Tunnel,
    /// The TLS handshake.
    Handshake,
}

#[cfg(feature = "tls")]
impl ConnectionPolicy {
    /// Checks the settings against the endpoints.
    ///
    /// Reads the trust store and, without `proxy`, the [environment](Proxy::from_env) only if an endpoint is `https`.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(
        tls: &TlsConfig,
        proxy: Option<&Proxy>,
        endpoints: &Endpoints,
        has_token: bool,
    ) -> Result<Self, SettingsError> {
        for endpoint in endpoints.iter() {
            let refused = |reason| SettingsError::PlainHttp { endpoint: endpoint.clone(), reason };
            tls.check_scheme(endpoint.is_https(), has_token).map_err(refused)?;
        }
        if !endpoints.iter().any(Endpoint::is_https) {
            return Ok(Self::default());
        }
        let proxy = proxy.map_or_else(Proxy::from_env, |proxy| Ok(proxy.clone()))?;
        Ok(Self { connector: Some(Arc::new(tls.connector()?)), proxy })
    }

    /// The connector for the endpoint in `uri`; `None` if it is plain `http`.
    ///
    /// # Errors
    /// If it is `https` and there is no connector. Do not connect.
    pub fn connector(&self, uri: &Uri) -> Result<Option<&Connector>, ConnectError> {
        match &self.connector {
            _ if uri.scheme() != Some(&Scheme::HTTPS) => Ok(None),
            Some(connector) => Ok(Some(connector)),
            None => Err(ConnectError::handshake(&io::ErrorKind::Unsupported.into())),
        }
    }

    /// The proxy for the endpoint in `uri`; `None` if it is reached directly.
    pub fn proxy(&self, uri: &Uri) -> Option<&ProxyServer> {
        if uri.scheme() != Some(&Scheme::HTTPS) {
            return None;
        }
        let (host, port) = host_and_port(uri);
        self.proxy.to(host, port)
    }

    /// The server to connect to for the endpoint in `uri`: its proxy, or the endpoint itself.
    pub fn first_hop<'a>(&'a self, uri: &'a Uri) -> &'a Uri {
        self.proxy(uri).map_or(uri, ProxyServer::uri)
    }

    fn proxy_name(&self, uri: &Uri) -> Option<String> {
        self.proxy(uri).map(ToString::to_string)
    }

    fn supports_https(&self) -> bool {
        self.connector.is_some()
    }

    fn client_refusal(&self, error: &io::Error) -> Option<ClientRefusal> {
        self.connector.as_ref()?.client_refusal(&error.to_string())
    }
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::unused_self, reason = "as with TLS")]
impl ConnectionPolicy {
    /// The server to connect to for the endpoint in `uri`.
    pub fn first_hop<'a>(&self, uri: &'a Uri) -> &'a Uri {
        uri
    }

    fn proxy_name(&self, _: &Uri) -> Option<String> {
        None
    }

    fn supports_https(&self) -> bool {
        false
    }

    fn client_refusal(&self, _: &io::Error) -> Option<ClientRefusal> {
        None
    }
}

impl ConnectionPolicy {
    /// Rejects an `https` endpoint that would be reached without TLS. Call it before every request.
    ///
    /// # Errors
    /// [`HttpError::NoTls`]. Do not connect.
    pub fn check(&self, uri: &Uri) -> Result<(), Failure> {
        let unsafe_https = uri.scheme() == Some(&Scheme::HTTPS) && !self.supports_https();
        if unsafe_https { Err(Failure::unsent(HttpError::NoTls)) } else { Ok(()) }
    }

    /// The failure of a request to the endpoint in `uri` for which `step` failed. Nothing was sent.
    pub fn unconnected(&self, step: ConnectStep, source: io::Error, uri: &Uri) -> Failure {
        Failure::unsent(match (step, self.proxy_name(uri)) {
            (ConnectStep::Resolve, _) => {
                HttpError::Resolve { host: self.first_hop(uri).host().unwrap_or_default().to_owned(), source }
            }
            (ConnectStep::Handshake, _) => HttpError::Handshake { address: address(uri), source },
            (ConnectStep::Connect | ConnectStep::Tunnel, Some(proxy)) => HttpError::Tunnel { proxy, source },
            (ConnectStep::Connect | ConnectStep::Tunnel, None) => HttpError::Connect { address: address(uri), source },
        })
    }

    /// The error of a connection that ended before the response: the server refused the client, or another reason.
    pub fn closed(&self, source: io::Error) -> HttpError {
        match self.client_refusal(&source) {
            Some(ClientRefusal { reason, late }) => HttpError::ClientRefused { reason, late, source },
            None => HttpError::Closed { source },
        }
    }
}
