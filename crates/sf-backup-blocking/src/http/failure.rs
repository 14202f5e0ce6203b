//! Classification of the HTTP library's errors.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, Uri};
#[cfg(feature = "tls")]
use sf_backup_transport::tls::ConnectError;
use sf_backup_transport::{ConnectStep, ConnectionPolicy, Failure, HttpError, MalformedHead};
use ureq::{Error, Timeout};

use super::CONNECT_TIMEOUT;
use super::connector::Failed;

/// The reason for a missing response, and how far the request came.
pub(crate) fn failure(error: Error, uri: &Uri, policy: &ConnectionPolicy, deadline: Duration) -> Failure {
    match Failed::from(error) {
        Failed { step: None, error } => Failure::unanswered(lost(error, policy, deadline)),
        Failed { step: Some(step), error } => unconnected(step, error, uri, policy, deadline),
    }
}

fn unconnected(step: ConnectStep, error: Error, uri: &Uri, policy: &ConnectionPolicy, deadline: Duration) -> Failure {
    let source = match error {
        #[cfg(feature = "tls")]
        Error::Other(error) if error.is::<ConnectError>() => match error.downcast::<ConnectError>() {
            Ok(error) => return error.failure(uri, policy.proxy(uri)),
            Err(other) => io::Error::other(other),
        },
        Error::Timeout(Timeout::Connect) if deadline > CONNECT_TIMEOUT => io::ErrorKind::TimedOut.into(),
        Error::Timeout(_) => return Failure::unsent(HttpError::Deadline { after: deadline }),
        error => error.into_io(),
    };
    policy.unconnected(step, source, uri)
}

/// The response whose head the HTTP library rejects, as far as it can be trusted.
pub(crate) fn malformed(error: &Error) -> Option<Response<Bytes>> {
    let Error::Other(failed) = error else { return None };
    match &failed.downcast_ref::<Failed>()?.error {
        Error::Other(error) => error.downcast_ref::<MalformedHead>().map(|head| head.response()),
        _ => None,
    }
}

fn lost(error: Error, policy: &ConnectionPolicy, deadline: Duration) -> HttpError {
    match error {
        Error::Timeout(_) => HttpError::Deadline { after: deadline },
        Error::Io(source) => policy.closed(source),
        error => HttpError::Malformed { source: io::Error::new(io::ErrorKind::InvalidData, error.to_string()) },
    }
}
