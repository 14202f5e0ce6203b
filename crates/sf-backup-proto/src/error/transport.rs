//! How a transport failed, in the terms that decide about a retry.

/// How a transport failed to send a request or to receive its response. Decides whether a call may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransportErrorKind {
    /// No connection. No byte of the request reached the server.
    Unreachable,
    /// The server's identity was refused before any byte of the request left.
    IdentityRefused,
    /// The server rejected this client's identity, or requires one, before it read any of the request.
    ClientRefused,
    /// The same after some or all of the request may have been read: up to TLS 1.2, a server can request the
    /// certificate after the request.
    ClientRefusedLate,
    /// The connection broke after some or all of the request may have been sent.
    Lost,
    /// The client's deadline passed after some or all of the request may have been sent.
    TimedOut,
    /// The response cannot be used: it is larger than the client's limit, or not HTTP. A retry would return it again.
    Rejected,
    /// Nothing was sent, because something on the client's side is missing or wrong.
    NotAttempted(NotAttempted),
}

/// A conversion for transports that know only the IO error. Returns `Unreachable` only for errors that certainly happened
/// before a byte was sent. Transports that know more should be more exact; in doubt, use `Lost`.
impl From<std::io::ErrorKind> for TransportErrorKind {
    fn from(kind: std::io::ErrorKind) -> Self {
        use std::io::ErrorKind;
        match kind {
            ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable => Self::Unreachable,
            ErrorKind::TimedOut | ErrorKind::WouldBlock => Self::TimedOut,
            ErrorKind::InvalidData => Self::Rejected,
            _ => Self::Lost,
        }
    }
}

/// Why a client sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotAttempted {
    /// The client's settings contradict each other.
    Settings,
    /// There is no credential: the source of tokens returned none.
    Credential,
}

impl TransportErrorKind {
    /// Whether one side refused the identity of the other. A retry cannot succeed.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::IdentityRefused | Self::ClientRefused | Self::ClientRefusedLate)
    }

    /// Whether the server may have received the request.
    pub fn may_have_been_sent(self) -> bool {
        matches!(self, Self::Lost | Self::TimedOut | Self::Rejected | Self::ClientRefusedLate)
    }
}
