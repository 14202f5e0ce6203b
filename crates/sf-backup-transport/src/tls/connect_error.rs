//! Errors of connections that use TLS or a proxy.

use std::{fmt, io};

use http::Uri;
use sf_backup_proto::error::TransportErrorKind;

use crate::error::{Failure, HttpError};
use crate::tls::peer::PeerRefused;
use crate::uri::address;

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
    /// The server refused this client, or requires a client certificate.
    #[error("{reason}: {said}")]
    Client {
        /// Why.
        reason: &'static str,
        /// The message of the TLS library.
        said: String,
    },
    /// The proxy did not open a tunnel.
    #[error("{said}")]
    Tunnel {
        /// The kind of the system's error, or `Other`.
        kind: io::ErrorKind,
        /// The message of the proxy or of the system.
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

    /// Converts the error to the failure of a request to the endpoint in `uri`, through `proxy` if there is one.
    pub fn failure(&self, uri: &Uri, proxy: Option<impl fmt::Display>) -> Failure {
        let source = |kind, said: &String| io::Error::new(kind, said.clone());
        match self {
            Self::Refused(refused) => Failure {
                fault: TransportErrorKind::IdentityRefused,
                source: HttpError::IdentityRefused(Box::new(refused.clone())),
            },
            Self::Client { reason, said } => Failure {
                fault: TransportErrorKind::ClientRefused,
                source: HttpError::ClientRefused { reason, late: false, source: source(io::ErrorKind::Other, said) },
            },
            Self::Handshake { kind, said } => {
                Failure::unsent(HttpError::Handshake { address: address(uri), source: source(*kind, said) })
            }
            Self::Tunnel { kind, said } => {
                let proxy = proxy.map(|proxy| proxy.to_string()).unwrap_or_default();
                Failure::unsent(HttpError::Tunnel { proxy, source: source(*kind, said) })
            }
        }
    }
}
