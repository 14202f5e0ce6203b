use std::io;
use std::time::Duration;

/// Why no answer came: the words of this project's transports. One of your own may have others.
///
/// `Display` says what happened, [`source`](std::error::Error::source) what the system said to it. Whether anything was
/// sent is told by the [`Error`](crate::Error) around it.
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
