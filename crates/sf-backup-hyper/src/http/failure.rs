//! What the HTTP library says about a failure, in our words.

use std::error::Error as StdError;
use std::io;

use http::Uri;
use hyper_util::client::legacy;
use sf_backup_proto::error::{Fault, HttpError};
use sf_backup_proto::flow::Outcome;

use super::connector::Unresolved;

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

    pub(crate) fn of(error: &legacy::Error, uri: &Uri) -> Self {
        if error.is_connect() {
            let host = uri.host().unwrap_or_default();
            let source = io_error(error);
            return Self::unsent(match find::<Unresolved>(error) {
                Some(_) => HttpError::Resolve { host: host.to_owned(), source },
                None => HttpError::Connect { address: format!("{host}:{}", uri.port_u16().unwrap_or(80)), source },
            });
        }
        let source =
            find::<hyper::Error>(error).map_or_else(|| HttpError::Closed { source: io_error(error) }, unanswered);
        match never_begun(error) {
            true => Self::unsent(source),
            false => Self::unanswered(source),
        }
    }
}

/// hyper gives a request back as canceled only if it never took it up.
pub(crate) fn never_begun(error: &legacy::Error) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled)
}

/// Why the answer to a request on its way never came, or not whole.
pub(crate) fn unanswered(error: &hyper::Error) -> HttpError {
    use io::ErrorKind::{InvalidData, InvalidInput};
    let source = io_error(error);
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
