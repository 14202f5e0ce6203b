//! One request and its whole answer: pool, deadline, size limit.

mod connector;
mod failure;
#[cfg(feature = "tls")]
mod secure;

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use sf_backup_proto::Body;
use sf_backup_proto::error::HttpError;
use sf_backup_proto::flow::Outcome;
use ureq::config::AutoHeaderValue;
use ureq::{Agent, AsSendBody};

use self::connector::{Connecting, Resolving};
use self::failure::{Failure, malformed};
use crate::secured::Security;

/// An error of one call: [`sf_backup_proto::Error`] with [`HttpError`] as the cause of what never came.
pub type Error = sf_backup_proto::Error<HttpError>;

/// How long an idle connection is kept: less than servers and balancers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// How many idle connections are kept: as many as there are threads that call, within reason.
const IDLE_CONNECTIONS: usize = 32;

/// How long a host has to take a connection: far less than an answer may take, so that a dead host is told from a slow one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest head of an answer, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pool: Agent,
    security: Security,
    limit: usize,
}

impl Http {
    /// A pool that takes answers with bodies of up to `limit` bytes.
    pub(crate) fn new(limit: usize, security: Security) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .no_delay(true)
            .accept_encoding(AutoHeaderValue::None)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .max_idle_age(IDLE_TIMEOUT)
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .max_response_header_size(HEAD_LIMIT)
            .build();
        let pool = Agent::with_parts(config, Connecting::new(security.clone()), Resolving::new(security.clone()));
        Self { pool, security, limit }
    }

    /// Sends the request and reads the answer, all within `deadline`.
    pub(crate) fn exchange(&self, request: Request<Body>, deadline: Duration) -> Outcome<HttpError> {
        self.send(request, deadline).map_or_else(Outcome::from, Outcome::Answered)
    }

    fn send(&self, request: Request<Body>, deadline: Duration) -> Result<Response<Bytes>, Failure> {
        let uri = request.uri().clone();
        if cfg!(not(feature = "tls")) && uri.scheme() == Some(&http::uri::Scheme::HTTPS) {
            return Err(Failure::unsent(HttpError::NoTls));
        }
        let failure = |error| Failure::of(error, &uri, &self.security, deadline);
        let (head, body) = request.into_parts();
        let answer = match body.as_ref() {
            [] => self.run(Request::from_parts(head, ()), deadline),
            bytes => self.run(Request::from_parts(head, bytes), deadline),
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => match malformed(&error) {
                // Its head is not read further; its status decides.
                Some(status) => {
                    let mut answer = Response::new(Bytes::new());
                    *answer.status_mut() = status;
                    return Ok(answer);
                }
                None => return Err(failure(error)),
            },
        };
        let (head, body) = answer.into_parts();
        let body = match body.content_length() {
            Some(announced) if announced > self.limit as u64 => Err(Failure::too_large(self.limit)),
            _ => read(body.into_reader(), self.limit, failure),
        };
        Ok(Response::from_parts(head, body?))
    }

    fn run(&self, request: Request<impl AsSendBody>, deadline: Duration) -> Result<Response<ureq::Body>, ureq::Error> {
        let request = self.pool.configure_request(request);
        self.pool.run(request.timeout_global(Some(deadline)).build())
    }
}

/// Reads a body, and holds no more than `limit` bytes of it.
fn read(mut body: impl Read, limit: usize, failure: impl Fn(ureq::Error) -> Failure) -> Result<Bytes, Failure> {
    let mut whole = Vec::new();
    // One byte more than allowed tells that the body goes on.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut some = body.by_ref().take(most);
    some.read_to_end(&mut whole).map_err(|error| failure(error.into()))?;
    if whole.len() > limit {
        return Err(Failure::too_large(limit));
    }
    Ok(whole.into())
}
