//! Connection settings of a client, and errors of connections, shared by both transports.

use std::io;
use std::sync::Arc;

use sf_backup_proto::error::TransportErrorKind;
use sf_backup_proto::{Endpoint, Endpoints};

use crate::error::HttpError;
use crate::tls::config::{ConfigError, PlainHttpRefused, TlsConfig};
use crate::tls::connector::Connector;
use crate::tls::handshake::WANTED;
use crate::tls::peer::PeerRefused;
use crate::tls::proxy::{Proxy, ProxyError, ProxyServer, TunnelError};

/// Settings that contradict each other. No connection was made.
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

/// The TLS connector and the proxy of a client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Security {
    connector: Option<Arc<Connector>>,
    proxy: Proxy,
}

impl Security {
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
            return Ok(Self { connector: None, proxy: Proxy::none() });
        }
        let proxy = proxy.map_or_else(Proxy::from_env, |proxy| Ok(proxy.clone()))?;
        Ok(Self { connector: Some(Arc::new(tls.connector()?)), proxy })
    }

    /// The connector for `https`; `None` if no endpoint is `https`.
    pub fn connector(&self) -> Option<&Arc<Connector>> {
        self.connector.as_ref()
    }

    /// The proxy for the endpoint in `uri`; `None` if it is reached directly.
    pub fn proxy(&self, uri: &http::Uri) -> Option<&ProxyServer> {
        let (host, port) = place(uri);
        self.proxy.to(host, port).filter(|_| uri.scheme() == Some(&http::uri::Scheme::HTTPS))
    }

    /// Corrects what ended a connection, for a client without a certificate: nothing was sent that a server could refuse.
    pub fn explain(&self, error: HttpError) -> HttpError {
        let has_certificate = self.connector.as_ref().is_some_and(|connector| connector.has_certificate());
        match error {
            HttpError::ClientRefused { source, .. } if !has_certificate => {
                HttpError::ClientRefused { reason: WANTED, source }
            }
            error => error,
        }
    }
}

/// The host (without brackets) and port of an absolute URI.
pub fn place(uri: &http::Uri) -> (&str, u16) {
    let is_https = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    (uri.host().unwrap_or_default().trim_matches(['[', ']']), port)
}

/// The reason why a connection was rejected. No byte of a request was sent on it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConnectError {
    /// The server failed verification.
    #[error(transparent)]
    Refused(#[from] PeerRefused),
    /// The handshake failed for another reason.
    #[error("{said}")]
    Handshake {
        /// The kind of the system's error, or `Other`.
        kind: io::ErrorKind,
        /// The message of the TLS library or the system.
        said: String,
    },
    /// The server refused this client, or wants to know who it is.
    #[error("{reason}: {said}")]
    Client {
        /// Why.
        reason: &'static str,
        /// What the TLS library said.
        said: String,
    },
    /// The proxy did not open a tunnel.
    #[error("{said}")]
    Tunnel {
        /// The kind of the system's error, or `Other`.
        kind: io::ErrorKind,
        /// The message about the proxy or of the system.
        said: String,
    },
}

impl ConnectError {
    /// Creates the error for a handshake that failed with a system error.
    pub fn handshake(error: &io::Error) -> Self {
        Self::Handshake { kind: error.kind(), said: error.to_string() }
    }

    /// Creates the error for a tunnel that failed with a system error.
    pub fn tunnel(error: &io::Error) -> Self {
        Self::Tunnel { kind: error.kind(), said: error.to_string() }
    }

    /// Converts the error to one of the protocol, for the endpoint in `uri`.
    pub fn report(&self, uri: &http::Uri, proxy: Option<&ProxyServer>) -> (TransportErrorKind, HttpError) {
        let address = || format!("{}:{}", uri.host().unwrap_or_default(), place(uri).1);
        let source = |kind, said: &String| io::Error::new(kind, said.clone());
        match self {
            Self::Refused(refused) => {
                (TransportErrorKind::IdentityRefused, HttpError::IdentityRefused(Box::new(refused.clone())))
            }
            Self::Handshake { kind, said } => (
                TransportErrorKind::Unreachable,
                HttpError::Handshake { address: address(), source: source(*kind, said) },
            ),
            Self::Client { reason, said } => (
                TransportErrorKind::ClientRefused,
                HttpError::ClientRefused { reason, source: source(io::ErrorKind::Other, said) },
            ),
            Self::Tunnel { kind, said } => {
                let proxy = proxy.map(ToString::to_string).unwrap_or_default();
                (TransportErrorKind::Unreachable, HttpError::Tunnel { proxy, source: source(*kind, said) })
            }
        }
    }
}

impl From<TunnelError> for ConnectError {
    fn from(error: TunnelError) -> Self {
        Self::Tunnel { kind: io::ErrorKind::Other, said: error.to_string() }
    }
}
