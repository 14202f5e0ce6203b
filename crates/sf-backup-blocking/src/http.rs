//! One request and its complete response: pool, deadline, size limit.

mod connector;
mod failure;
#[cfg(feature = "tls")]
mod secure;

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use sf_backup_proto::Body;
use sf_backup_transport::{ConnectionPolicy, Failure, HttpError};
use ureq::config::AutoHeaderValue;
use ureq::{Agent, AsSendBody};

use self::connector::Connecting;
use self::failure::{failure, malformed};

/// How long an idle connection is kept: less than servers and load balancers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Maximum number of idle connections: enough for most numbers of calling threads.
const IDLE_CONNECTIONS: usize = 32;

/// Time limit for connecting, much shorter than that of a response, to distinguish a dead host from a slow one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum size of the head of a response, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pool: Agent,
    /// Opens a connection for each request, and keeps none.
    fresh: Agent,
    policy: ConnectionPolicy,
    limit: usize,
}

impl Http {
    /// Creates a pool that accepts response bodies of up to `limit` bytes.
    pub(crate) fn new(limit: usize, policy: ConnectionPolicy) -> Self {
        let agent = |idle| {
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .proxy(None)
                .no_delay(true)
                .accept_encoding(AutoHeaderValue::None)
                .timeout_connect(Some(CONNECT_TIMEOUT))
                .max_idle_age(IDLE_TIMEOUT)
                .max_idle_connections(idle)
                .max_idle_connections_per_host(idle)
                .max_response_header_size(HEAD_LIMIT)
                .build();
            Agent::with_parts(config, Connecting::new(policy.clone()), Connecting::new(policy.clone()))
        };
        Self { pool: agent(IDLE_CONNECTIONS), fresh: agent(0), policy, limit }
    }

    /// Sends the request and reads the response within `deadline`.
    pub(crate) fn exchange(
        &self,
        request: Request<Body>,
        deadline: Duration,
        fresh: bool,
    ) -> Result<Response<Bytes>, Failure> {
        let uri = request.uri().clone();
        self.policy.check(&uri)?;
        let pool = if fresh { &self.fresh } else { &self.pool };
        let failure = |error| failure(error, &uri, &self.policy, deadline);
        let (head, body) = request.into_parts();
        let sent = match body.as_ref() {
            [] => run(pool, Request::from_parts(head, ()), deadline),
            bytes => run(pool, Request::from_parts(head, bytes), deadline),
        };
        let response = match sent {
            Ok(response) => response,
            Err(error) => return malformed(&error).ok_or_else(|| failure(error)),
        };
        let (head, body) = response.into_parts();
        let too_large = || Failure::unanswered(HttpError::TooLarge { limit: self.limit });
        let body = match body.content_length() {
            Some(announced) if announced > self.limit as u64 => Err(too_large()),
            _ => read(body.into_reader(), self.limit).map_err(|error| error.map_or_else(too_large, failure)),
        };
        Ok(Response::from_parts(head, body?))
    }
}

fn run(
    pool: &Agent,
    request: Request<impl AsSendBody>,
    deadline: Duration,
) -> Result<Response<ureq::Body>, ureq::Error> {
    let request = pool.configure_request(request);
    pool.run(request.timeout_global(Some(deadline)).build())
}

/// Reads a body. Holds at most `limit` bytes of it; an error without a cause means that it is larger.
fn read(mut body: impl Read, limit: usize) -> Result<Bytes, Option<ureq::Error>> {
    let mut whole = Vec::new();
    // One byte more than the limit shows that the body is larger.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    body.by_ref().take(most).read_to_end(&mut whole).map_err(|error| Some(error.into()))?;
    if whole.len() > limit { Err(None) } else { Ok(whole.into()) }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpListener;

    use sf_backup_proto::error::TransportErrorKind;

    use super::*;

    #[test]
    fn https_without_tls_is_refused_before_anything_connects() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let uri = format!("https://{}/", listener.local_addr().unwrap());
        let http = Http::new(1024, ConnectionPolicy::default());
        for fresh in [false, true] {
            let request = Request::get(&uri).body(Body::default()).unwrap();
            let Failure { fault, source } = http.exchange(request, Duration::from_secs(20), fresh).unwrap_err();
            assert!(matches!((fault, &source), (TransportErrorKind::Unreachable, HttpError::NoTls)), "{source:?}");
        }
        // The connector does not fall back to TCP, either, whoever calls it.
        #[cfg(feature = "tls")]
        {
            let error = http.pool.get(&uri).call().unwrap_err();
            let failure = failure(error, &uri.parse().unwrap(), &http.policy, Duration::from_secs(20));
            assert!(matches!(&failure.source, HttpError::Handshake { .. }), "{failure:?}");
        }
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}
