//! Classification of the errors of connections.

use std::error::Error as StdError;
use std::io;

use bytes::Bytes;
use http::{Response, Uri};
#[cfg(feature = "tls")]
use sf_backup_transport::tls::ConnectError;
use sf_backup_transport::{ConnectStep, ConnectionPolicy, Failure, HttpError, MalformedHead};

use super::guard::Unread;
use super::tcp::{BoxError, Unresolved};

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum Broken {
    /// No connection was made.
    Unconnected(BoxError),
    /// The connection ended before it accepted the request.
    Unused(hyper::Error),
    /// The connection failed.
    Connection(hyper::Error),
}

impl Broken {
    /// Whether no byte of the request was sent although there was a connection: the connection did not accept it, or
    /// our guard blocked it.
    pub(crate) fn never_begun(&self) -> bool {
        match self {
            Self::Unconnected(_) => false,
            Self::Unused(_) => true,
            Self::Connection(error) => inner::<Unread>(error).is_some(),
        }
    }
}

/// The reason for a missing response, and how far the request came.
pub(crate) fn failure(error: &Broken, uri: &Uri, policy: &ConnectionPolicy) -> Failure {
    match error {
        Broken::Unconnected(error) => unconnected(&**error, uri, policy),
        Broken::Unused(reason) => Failure::unsent(unanswered(reason, policy)),
        Broken::Connection(reason) if error.never_begun() => Failure::unsent(unanswered(reason, policy)),
        Broken::Connection(reason) => Failure::unanswered(unanswered(reason, policy)),
    }
}

fn unconnected(error: &(dyn StdError + 'static), uri: &Uri, policy: &ConnectionPolicy) -> Failure {
    #[cfg(feature = "tls")]
    if let Some(error) = find::<ConnectError>(error) {
        return error.failure(uri, policy.proxy(uri));
    }
    let unresolved = find::<Unresolved>(error).is_some();
    let step = if unresolved { ConnectStep::Resolve } else { ConnectStep::Connect };
    policy.unconnected(step, io_error(error), uri)
}

/// The response with a head that hyper rejects, as far as it can be trusted.
pub(crate) fn malformed(error: &Broken) -> Option<Response<Bytes>> {
    let Broken::Connection(error) = error else { return None };
    inner::<MalformedHead>(error).map(|head| head.response())
}

/// The error of our own connection, inside of a system error.
fn inner<E: StdError + 'static>(error: &hyper::Error) -> Option<&E> {
    find::<io::Error>(error)?.get_ref()?.downcast_ref()
}

/// Why the response to a request that was sent is missing or incomplete.
pub(crate) fn unanswered(error: &hyper::Error, policy: &ConnectionPolicy) -> HttpError {
    use io::ErrorKind::{InvalidData, InvalidInput};
    let source = io_error(error);
    let malformed = error.is_parse() || matches!(source.kind(), InvalidData | InvalidInput);
    match policy.closed(source) {
        HttpError::Closed { source } if malformed => HttpError::Malformed { source },
        error => error,
    }
}

/// The first error of type `E` among an error and its sources.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// The innermost system error, without the layers of the HTTP library.
fn io_error(error: &(dyn StdError + 'static)) -> io::Error {
    if let Some(error) = find::<io::Error>(error) {
        return match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(error.kind(), error.to_string()),
        };
    }
    if find::<hyper::Error>(error).is_some_and(|error| error.is_incomplete_message()) {
        return io::ErrorKind::UnexpectedEof.into();
    }
    let root = chain(error).last().unwrap_or(error);
    io::Error::other(root.to_string())
}
