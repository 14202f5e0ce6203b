//! Classification of the HTTP library's errors.

use std::error::Error as StdError;
use std::io;

use bytes::Bytes;
use http::{Response, Uri};
use hyper_util::client::legacy;
#[cfg(feature = "tls")]
use sf_backup_transport::tls::ConnectError;
use sf_backup_transport::{ConnectStep, ConnectionPolicy, Failure, HttpError, MalformedHead};

use super::guard::Unread;
use super::tcp::Unresolved;

/// The reason for a missing response, and how far the request came.
pub(crate) fn failure(error: &legacy::Error, uri: &Uri, policy: &ConnectionPolicy) -> Failure {
    if error.is_connect() {
        #[cfg(feature = "tls")]
        if let Some(error) = find::<ConnectError>(error) {
            return error.failure(uri, policy.proxy(uri));
        }
        let unresolved = find::<Unresolved>(error).is_some();
        let step = if unresolved { ConnectStep::Resolve } else { ConnectStep::Connect };
        return policy.unconnected(step, io_error(error), uri);
    }
    let source = match find::<hyper::Error>(error) {
        Some(error) => unanswered(error, policy),
        None => policy.closed(io_error(error)),
    };
    if never_begun(error) { Failure::unsent(source) } else { Failure::unanswered(source) }
}

/// Whether no byte of the request was sent: hyper never took it up, or our guard did not let it begin.
pub(crate) fn never_begun(error: &legacy::Error) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled) || inner::<Unread>(error).is_some()
}

/// The response whose head hyper rejects, as far as it can be trusted.
pub(crate) fn malformed(error: &legacy::Error) -> Option<Response<Bytes>> {
    inner::<MalformedHead>(error).map(|head| head.response())
}

/// The error of our own connection, which is in an error of the system.
fn inner<E: StdError + 'static>(error: &legacy::Error) -> Option<&E> {
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

/// What lies at the bottom of an error, without the layers of the HTTP library above it.
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
