//! What the HTTP library says about a failure, in our words.

use std::io;
use std::time::Duration;

use http::Uri;
use sf_backup_proto::error::{Fault, HttpError};
use sf_backup_proto::flow::Outcome;

use super::CONNECT_TIMEOUT;
use super::connector::{Failed, Step};

/// Why no answer came, and how far the request had come.
pub(crate) struct Failure {
    fault: Fault,
    source: HttpError,
}

impl From<Failure> for Outcome<HttpError> {
    fn from(Failure { fault, source }: Failure) -> Self {
        Self::Failed { fault, source }
    }
}

impl Failure {
    pub(crate) fn unsent(source: HttpError) -> Self {
        Self { fault: Fault::Unreachable, source }
    }

    pub(crate) fn unanswered(source: HttpError) -> Self {
        let late = matches!(source, HttpError::Deadline { .. });
        Self { fault: if late { Fault::TimedOut } else { Fault::Lost }, source }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::unanswered(HttpError::TooLarge { limit })
    }

    pub(crate) fn of(error: ureq::Error, uri: &Uri, deadline: Duration) -> Self {
        match Failed::from(error) {
            Failed { step: Step::Exchange, error } => Self::unanswered(lost(error, deadline)),
            failed => Self::unsent(unconnected(failed, uri, deadline)),
        }
    }
}

fn lost(error: ureq::Error, deadline: Duration) -> HttpError {
    match error {
        ureq::Error::Timeout(_) => HttpError::Deadline { after: deadline },
        ureq::Error::Io(source) => HttpError::Closed { source },
        error => HttpError::Malformed { source: io::Error::new(io::ErrorKind::InvalidData, error.to_string()) },
    }
}

fn unconnected(Failed { step, error }: Failed, uri: &Uri, deadline: Duration) -> HttpError {
    let host = uri.host().unwrap_or_default();
    let source = match error {
        ureq::Error::Timeout(ureq::Timeout::Connect) if deadline > CONNECT_TIMEOUT => io::ErrorKind::TimedOut.into(),
        ureq::Error::Timeout(_) => return HttpError::Deadline { after: deadline },
        error => error.into_io(),
    };
    match step {
        Step::Resolve => HttpError::Resolve { host: host.to_owned(), source },
        _ => HttpError::Connect { address: format!("{host}:{}", uri.port_u16().unwrap_or(80)), source },
    }
}
