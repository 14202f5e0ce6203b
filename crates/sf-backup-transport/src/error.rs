use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use sf_backup_proto::error::TransportErrorKind;
use sf_backup_proto::flow::Outcome;

/// The error of a call: [`sf_backup_proto::Error`] with [`HttpError`] as the reason for a missing response.
pub type Error = sf_backup_proto::Error<HttpError>;

/// The reason for a missing response.
///
/// [`source`](std::error::Error::source) is the error of the system or library. The [`Error`](sf_backup_proto::Error) around it
/// reports whether anything was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The host name has no address, or could not be looked up. Nothing was sent.
    #[error("the host name {host} cannot be resolved")]
    Resolve {
        /// The host.
        host: String,
        /// The error of the resolver.
        source: io::Error,
    },
    /// No address of the host accepted a connection within ten seconds. Nothing was sent.
    #[error("cannot connect to {address}")]
    Connect {
        /// Host and port.
        address: String,
        /// The error of the system for the last address.
        source: io::Error,
    },
    /// The endpoint is `https`, and this client or build has no TLS. Nothing was sent.
    #[error("the endpoint is https, but this client has no TLS")]
    NoTls,
    /// The TLS handshake failed for another reason than the server's identity. Nothing was sent.
    #[error("no TLS connection with {address}")]
    Handshake {
        /// Host and port.
        address: String,
        /// The error of the TLS library or the system.
        source: io::Error,
    },
    /// The server failed verification. Nothing was sent. The source is a `PeerRefused`, with the certificate that the server
    /// presented.
    #[error(transparent)]
    IdentityRefused(Box<dyn StdError + Send + Sync>),
    /// The server ended TLS because of the client certificate, or because there is none.
    #[error("{reason}")]
    ClientRefused {
        /// What the server requires, or rejects in the certificate.
        reason: &'static str,
        /// Whether it may have read the request by then.
        late: bool,
        /// The error of the TLS library.
        source: io::Error,
    },
    /// The proxy cannot be reached, or did not open a tunnel to the endpoint. Nothing was sent.
    #[error("the proxy {proxy} did not open a tunnel")]
    Tunnel {
        /// The proxy's URL, without user and password.
        proxy: String,
        /// The error of the system or the proxy.
        source: io::Error,
    },
    /// The source of tokens failed. Nothing was sent.
    #[error("no token is available")]
    Token {
        /// The error of the source.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The client's settings contradict each other. Nothing was sent.
    #[error("the client's settings cannot be used")]
    Settings {
        /// The contradiction.
        source: Arc<dyn StdError + Send + Sync>,
    },
    /// The response was not complete in time.
    #[error("no complete response within {after:?}")]
    Deadline {
        /// The time limit.
        after: Duration,
    },
    /// The response is larger than the client's limit.
    #[error("the response is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The connection ended before the response did.
    #[error("the connection was closed before the response was complete")]
    Closed {
        /// The error of the system.
        source: io::Error,
    },
    /// The response is not valid HTTP, or its head is larger than 64 KiB.
    #[error("the response is not valid HTTP")]
    Malformed {
        /// The error of the HTTP library.
        source: io::Error,
    },
}

/// Why a server ended a connection because of the client, and whether it may have read a request by then.
#[derive(Debug)]
pub(crate) struct ClientRefusal {
    pub(crate) reason: &'static str,
    pub(crate) late: bool,
}

/// The reason for a missing response, and how far the request came.
#[derive(Debug)]
pub struct Failure {
    /// How far the request came.
    pub fault: TransportErrorKind,
    /// The reason.
    pub source: HttpError,
}

impl Failure {
    /// No byte of the request was sent.
    pub fn unsent(source: HttpError) -> Self {
        Self { fault: TransportErrorKind::Unreachable, source }
    }

    /// The request, or some of it, may have been sent.
    pub fn unanswered(source: HttpError) -> Self {
        let fault = match source {
            HttpError::Deadline { .. } => TransportErrorKind::TimedOut,
            HttpError::TooLarge { .. } | HttpError::Malformed { .. } => TransportErrorKind::Rejected,
            HttpError::ClientRefused { late: false, .. } => TransportErrorKind::ClientRefused,
            HttpError::ClientRefused { late: true, .. } => TransportErrorKind::ClientRefusedLate,
            _ => TransportErrorKind::Lost,
        };
        Self { fault, source }
    }
}

/// Whether something was sent follows from the error.
impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Resolve { .. }
            | HttpError::Connect { .. }
            | HttpError::NoTls
            | HttpError::Handshake { .. }
            | HttpError::Tunnel { .. }
            | HttpError::Token { .. }
            | HttpError::Settings { .. } => Self::unsent(error),
            HttpError::IdentityRefused(_) => Self { fault: TransportErrorKind::IdentityRefused, source: error },
            error => Self::unanswered(error),
        }
    }
}

impl From<Failure> for Outcome<HttpError> {
    fn from(Failure { fault, source }: Failure) -> Self {
        Self::Failed { fault, source }
    }
}

/// A response with a control character in a header, which HTTP libraries reject.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the response has a control character in a header")]
pub struct MalformedHead(pub StatusCode);

impl MalformedHead {
    /// The response as far as it can be trusted: its status decides.
    pub fn response<B: Default>(self) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = self.0;
        response
    }
}
