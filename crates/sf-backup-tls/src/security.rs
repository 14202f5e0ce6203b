//! What a client makes of its settings, and how connections that are not made are told: the same for both transports.

use std::io;
use std::sync::Arc;

use sf_backup_proto::error::{Fault, HttpError};
use sf_backup_proto::{Endpoint, Endpoints};

use crate::config::{ConfigError, PlainHttpRefused, TlsConfig};
use crate::connector::Connector;
use crate::peer::PeerRefused;
use crate::proxy::{Proxy, ProxyError, ProxyServer, TunnelError};

/// Settings that do not go together. Nothing was connected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Credentials, or a server that is to be recognised, over plain HTTP.
    #[error("{endpoint}: {reason}")]
    PlainHttp {
        /// The endpoint.
        endpoint: Endpoint,
        /// What would be lost.
        reason: PlainHttpRefused,
    },
    /// TLS cannot be set up like this.
    #[error(transparent)]
    Tls(#[from] ConfigError),
    /// The environment names a proxy that cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
}

/// How the connections of one client are made. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Security {
    connector: Option<Arc<Connector>>,
    proxy: Proxy,
}

impl Security {
    /// Checks the settings against the endpoints. Only where one of these is `https`, the trust store is read, and without
    /// `proxy` the [environment](Proxy::from_env).
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

    /// For `https`; `None` if no endpoint is.
    pub fn connector(&self) -> Option<&Arc<Connector>> {
        self.connector.as_ref()
    }

    /// The proxy on the way to an endpoint, and what stands in its URL: `https` only.
    pub fn proxy(&self, uri: &http::Uri) -> Option<&ProxyServer> {
        let (host, port) = place(uri);
        self.proxy.to(host, port).filter(|_| uri.scheme() == Some(&http::uri::Scheme::HTTPS))
    }
}

/// Host, without brackets, and port of an absolute URI.
pub fn place(uri: &http::Uri) -> (&str, u16) {
    let is_https = uri.scheme() == Some(&http::uri::Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    (uri.host().unwrap_or_default().trim_matches(['[', ']']), port)
}

/// Why a connection that stands was not taken into use. No byte of a request was sent on it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotSecure {
    /// The server is not who it should be.
    #[error(transparent)]
    Refused(#[from] PeerRefused),
    /// The handshake failed for another reason.
    #[error("{said}")]
    Handshake {
        /// The kind of it, where the system said it.
        kind: io::ErrorKind,
        /// What the TLS library or the system said.
        said: String,
    },
    /// The proxy opened no tunnel.
    #[error("{said}")]
    Tunnel {
        /// The kind of it, where the system said it.
        kind: io::ErrorKind,
        /// What the proxy or the system said.
        said: String,
    },
}

impl NotSecure {
    /// A handshake that the system ended.
    pub fn handshake(error: &io::Error) -> Self {
        Self::Handshake { kind: error.kind(), said: error.to_string() }
    }

    /// A tunnel that the system ended.
    pub fn tunnel(error: &io::Error) -> Self {
        Self::Tunnel { kind: error.kind(), said: error.to_string() }
    }

    /// What to report for the endpoint in `uri`.
    pub fn report(&self, uri: &http::Uri, proxy: Option<&ProxyServer>) -> (Fault, HttpError) {
        let address = || format!("{}:{}", uri.host().unwrap_or_default(), place(uri).1);
        let source = |kind, said: &String| io::Error::new(kind, said.clone());
        match self {
            Self::Refused(refused) => (Fault::IdentityRefused, HttpError::IdentityRefused(Box::new(refused.clone()))),
            Self::Handshake { kind, said } => {
                (Fault::Unreachable, HttpError::Handshake { address: address(), source: source(*kind, said) })
            }
            Self::Tunnel { kind, said } => {
                let proxy = proxy.map(ToString::to_string).unwrap_or_default();
                (Fault::Unreachable, HttpError::Tunnel { proxy, source: source(*kind, said) })
            }
        }
    }
}

impl From<TunnelError> for NotSecure {
    fn from(error: TunnelError) -> Self {
        Self::Tunnel { kind: io::ErrorKind::Other, said: error.to_string() }
    }
}
