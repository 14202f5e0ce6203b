//! What the HTTP library says about a failure, in our words.

use std::error::Error as StdError;
use std::io;

use http::uri::Scheme;
use http::{StatusCode, Uri};
use hyper_util::client::legacy;
#[cfg(feature = "tls")]
use sf_backup_transport::tls::ConnectError;
use sf_backup_transport::{ConnectionPolicy as Security, Failure, HttpError};

use super::connector::Unresolved;
#[cfg(feature = "tls")]
use super::guard::{Malformed, Unread};

/// Why a request brought no response, and how far it had come.
pub(crate) fn failure(error: &legacy::Error, uri: &Uri, security: &Security) -> Failure {
    if error.is_connect() {
        return unconnected(error, uri, security);
    }
    let source = find::<hyper::Error>(error).map_or_else(|| HttpError::Closed { source: io_error(error) }, unanswered);
    #[cfg(feature = "tls")]
    let source = security.explain(source);
    match never_begun(error) {
        true => Failure::unsent(source),
        false => Failure::unanswered(source),
    }
}

#[cfg(feature = "tls")]
fn unconnected(error: &legacy::Error, uri: &Uri, security: &Security) -> Failure {
    let proxy = security.proxy(uri);
    match (find::<ConnectError>(error), proxy) {
        (Some(error), _) => {
            let (fault, source) = error.report(uri, proxy);
            Failure { fault, source }
        }
        (None, None) => Failure::unsent(unreached(error, uri)),
        (None, Some(proxy)) => Failure::unsent(match unreached(error, proxy.uri()) {
            HttpError::Connect { source, .. } => HttpError::Tunnel { proxy: proxy.to_string(), source },
            unresolved => unresolved,
        }),
    }
}

#[cfg(not(feature = "tls"))]
fn unconnected(error: &legacy::Error, uri: &Uri, _: &Security) -> Failure {
    Failure::unsent(unreached(error, uri))
}

/// No connection to the host in `uri`.
fn unreached(error: &legacy::Error, uri: &Uri) -> HttpError {
    let source = io_error(error);
    let host = uri.host().unwrap_or_default();
    if find::<Unresolved>(error).is_some() {
        return HttpError::Resolve { host: host.to_owned(), source };
    }
    let default = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    HttpError::Connect { address: format!("{host}:{}", uri.port_u16().unwrap_or(default)), source }
}

/// hyper gives a request back as canceled only if it never took it up.
pub(crate) fn never_begun(error: &legacy::Error) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled) || is_unread(error)
}

/// Our own connection did not begin the request, for the server had said more than it was asked for.
#[cfg(feature = "tls")]
fn is_unread(error: &legacy::Error) -> bool {
    inner::<Unread>(error).is_some()
}

#[cfg(not(feature = "tls"))]
fn is_unread(_: &legacy::Error) -> bool {
    false
}

/// The status of a response that is given up on for a header of it.
#[cfg(feature = "tls")]
pub(crate) fn malformed(error: &legacy::Error) -> Option<StatusCode> {
    inner::<Malformed>(error).map(|malformed| malformed.0)
}

#[cfg(not(feature = "tls"))]
pub(crate) fn malformed(_: &legacy::Error) -> Option<StatusCode> {
    None
}

/// What one of our own connections said, in the system's kind of error.
#[cfg(feature = "tls")]
fn inner<E: StdError + 'static>(error: &legacy::Error) -> Option<&E> {
    find::<io::Error>(error)?.get_ref()?.downcast_ref()
}

/// Why the answer to a request on its way never came, or not whole.
pub(crate) fn unanswered(error: &hyper::Error) -> HttpError {
    use io::ErrorKind::{InvalidData, InvalidInput};
    let source = io_error(error);
    #[cfg(feature = "tls")]
    if let Some(reason) = sf_backup_transport::tls::client_refusal(&source.to_string()) {
        return HttpError::ClientRefused { reason, source };
    }
    if error.is_parse() || matches!(source.kind(), InvalidData | InvalidInput) {
        HttpError::Malformed { source }
    } else {
        HttpError::Closed { source }
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
