use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use sf_backup_proto::error::TransportErrorKind;
use sf_backup_proto::flow::Outcome;

/// An error of one call: [`sf_backup_proto::Error`] with [`HttpError`] as the reason why no response came.
pub type Error = sf_backup_proto::Error<HttpError>;

/// Why no response came.
///
/// `Display` says what happened, [`source`](std::error::Error::source) what the system said about it. Whether anything was
/// sent is told by the [`Error`](sf_backup_proto::Error) around it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The host's name has no address, or nobody could say. Nothing was sent.
    #[error("the address of {host} cannot be found")]
    Resolve {
        /// The host.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// No address of the host took the connection within ten seconds. Nothing was sent.
    #[error("cannot connect to {address}")]
    Connect {
        /// Host and port.
        address: String,
        /// What the system said about the address tried last.
        source: io::Error,
    },
    /// The endpoint is `https`, and this build has no TLS. Nothing was sent.
    #[error("the endpoint asks for https, and this build speaks plain http only")]
    NoTls,
    /// No TLS came about, for another reason than who the server is. Nothing was sent.
    #[error("no TLS connection with {address}")]
    Handshake {
        /// Host and port.
        address: String,
        /// What the TLS library or the system said.
        source: io::Error,
    },
    /// The server is not who it should be. Nothing was sent. The text is the TLS crate's own: what was presented, and how
    /// to accept it.
    #[error(transparent)]
    IdentityRefused(Box<dyn StdError + Send + Sync>),
    /// The server ended TLS because of who this client is: it wants a certificate, or another one. It has read none of the
    /// request.
    #[error("{reason}")]
    ClientRefused {
        /// What it wants, or what is wrong with the certificate.
        reason: &'static str,
        /// What the TLS library said.
        source: io::Error,
    },
    /// The proxy cannot be reached, or does not open a way to the endpoint. Nothing was sent.
    #[error("no way through the proxy {proxy}")]
    Tunnel {
        /// The proxy's URL, without user and password.
        proxy: String,
        /// What the system or the proxy said.
        source: io::Error,
    },
    /// The source of tokens gave none. Nothing was sent.
    #[error("there is no token to send")]
    Token {
        /// What the source said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The client's settings do not go together. Nothing was sent.
    #[error("the client's settings cannot be used")]
    Settings {
        /// What is wrong with them.
        source: Arc<dyn StdError + Send + Sync>,
    },
    /// The exchange was not over when its time was.
    #[error("no complete answer within {after:?}")]
    Deadline {
        /// The time it had.
        after: Duration,
    },
    /// The answer is larger than the client wants to hold.
    #[error("the answer is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The connection ended before the answer did.
    #[error("the connection ended before the answer did")]
    Closed {
        /// How it ended.
        source: io::Error,
    },
    /// What came is not an HTTP answer, or its head is larger than 64 KiB.
    #[error("what came is not a readable HTTP answer")]
    Malformed {
        /// What is wrong with it.
        source: io::Error,
    },
}

/// Why an attempt brought no response, and how far the request had come.
#[derive(Debug)]
pub struct Failure {
    /// How far.
    pub fault: TransportErrorKind,
    /// Why.
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
            HttpError::ClientRefused { .. } => TransportErrorKind::ClientRefused,
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
