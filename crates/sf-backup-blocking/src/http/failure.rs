//! What the HTTP library says about a failure, in our words.

use std::io;
use std::time::Duration;

use http::uri::Scheme;
use http::{StatusCode, Uri};
#[cfg(feature = "tls")]
use sf_backup_transport::tls::ConnectError;
use sf_backup_transport::{ConnectionPolicy as Security, Failure, HttpError};

use super::CONNECT_TIMEOUT;
use super::connector::{Failed, Malformed, Step, reached};

/// Why a request brought no response, and how far it had come.
pub(crate) fn failure(error: ureq::Error, uri: &Uri, security: &Security, deadline: Duration) -> Failure {
    match Failed::from(error) {
        Failed { step: Step::Exchange, error } => Failure::unanswered(explained(lost(error, deadline), security)),
        failed => unconnected(failed, uri, security, deadline),
    }
}

fn unconnected(Failed { step, error }: Failed, uri: &Uri, security: &Security, deadline: Duration) -> Failure {
    #[cfg(feature = "tls")]
    if let ureq::Error::Other(error) = &error
        && let Some(error) = error.downcast_ref::<ConnectError>()
    {
        let (fault, source) = error.report(uri, security.proxy(uri));
        return Failure { fault, source };
    }
    let source = match error {
        ureq::Error::Timeout(ureq::Timeout::Connect) if deadline > CONNECT_TIMEOUT => io::ErrorKind::TimedOut.into(),
        ureq::Error::Timeout(_) => return Failure::unsent(HttpError::Deadline { after: deadline }),
        error => error.into_io(),
    };
    Failure::unsent(match step {
        Step::Resolve => {
            let host = reached(security, uri).host().unwrap_or_default();
            HttpError::Resolve { host: host.to_owned(), source }
        }
        step => unreached(step, source, uri, security),
    })
}

#[cfg(feature = "tls")]
fn unreached(step: Step, source: io::Error, uri: &Uri, security: &Security) -> HttpError {
    match (step, security.proxy(uri)) {
        (Step::Handshake, _) => HttpError::Handshake { address: address(uri), source },
        (_, Some(proxy)) => HttpError::Tunnel { proxy: proxy.to_string(), source },
        (_, None) => HttpError::Connect { address: address(uri), source },
    }
}

#[cfg(not(feature = "tls"))]
fn unreached(_: Step, source: io::Error, uri: &Uri, _: &Security) -> HttpError {
    HttpError::Connect { address: address(uri), source }
}

fn address(uri: &Uri) -> String {
    let default = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    format!("{}:{}", uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(default))
}

/// The status of a response that is given up on for a header of it.
pub(crate) fn malformed(error: &ureq::Error) -> Option<StatusCode> {
    let ureq::Error::Other(failed) = error else { return None };
    match &failed.downcast_ref::<Failed>()?.error {
        ureq::Error::Other(error) => error.downcast_ref::<Malformed>().map(|malformed| malformed.0),
        _ => None,
    }
}

#[cfg(feature = "tls")]
fn explained(error: HttpError, security: &Security) -> HttpError {
    security.explain(error)
}

#[cfg(not(feature = "tls"))]
fn explained(error: HttpError, _: &Security) -> HttpError {
    error
}

fn closed(source: io::Error) -> HttpError {
    #[cfg(feature = "tls")]
    if let Some(reason) = sf_backup_transport::tls::client_refusal(&source.to_string()) {
        return HttpError::ClientRefused { reason, source };
    }
    HttpError::Closed { source }
}

fn lost(error: ureq::Error, deadline: Duration) -> HttpError {
    match error {
        ureq::Error::Timeout(_) => HttpError::Deadline { after: deadline },
        ureq::Error::Io(source) => closed(source),
        error => HttpError::Malformed { source: io::Error::new(io::ErrorKind::InvalidData, error.to_string()) },
    }
}
