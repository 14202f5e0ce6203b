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

/// An error and where it occurred: `None` while a request was exchanged.
///
/// Wrapped in [`Error::Other`]: ureq's own errors do not show whether a request was sent, and ureq takes a broken
/// connection for the end of some bodies.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub(crate) struct Failed {
    pub(crate) step: Option<ConnectStep>,
    pub(crate) error: Error,
}

impl Failed {
    pub(super) fn at(step: impl Into<Option<ConnectStep>>) -> impl FnOnce(Error) -> Error {
        let step = step.into();
        move |error| Self { step, error }.into()
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        Self::Other(Box::new(failed))
    }
}

/// Errors that our connector did not wrap happened after a connection was established.
impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::Other(other) => match other.downcast() {
                Ok(failed) => *failed,
                Err(other) => Self { step: None, error: Error::Other(other) },
            },
            error => Self { step: None, error },
        }
    }
}

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

/// The response with a head that the HTTP library rejects, as far as it can be trusted.
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
