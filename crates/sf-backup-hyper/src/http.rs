//! One request and its whole answer: pool, deadline, size limit.

mod connector;
mod failure;
#[cfg(feature = "tls")]
mod guard;
#[cfg(feature = "tls")]
mod secure;
#[cfg(feature = "tls")]
mod watched;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sf_backup_proto::Body;

#[cfg(not(feature = "tls"))]
use self::connector::{Tcp as Connector, plain as connector};
use self::failure::{failure, malformed, never_begun, unanswered};
#[cfg(feature = "tls")]
use self::secure::{Connector, connector};
use sf_backup_transport::{ConnectionPolicy as Security, Failure, HttpError};

/// How long an idle connection is kept: less than servers and balancers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The largest head of an answer, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pool: legacy::Client<Connector, Full<Bytes>>,
    /// Opens a connection for each request, and keeps none.
    fresh: legacy::Client<Connector, Full<Bytes>>,
    security: Security,
    limit: usize,
    under_way: Arc<AtomicUsize>,
}

/// A request that is under way, until dropped.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    /// Counts one more, and tells whether it is the only one.
    fn one_more(count: &'a AtomicUsize) -> (Self, bool) {
        let alone = count.fetch_add(1, Ordering::Relaxed) == 0;
        (Self(count), alone)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Http {
    /// A pool that takes answers with bodies of up to `limit` bytes.
    pub(crate) fn new(limit: usize, security: Security) -> Self {
        let pool = |idle| {
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(idle)
                .http1_max_buf_size(HEAD_LIMIT)
                // It repeats what it holds for safe, out of our sight.
                .retry_canceled_requests(false)
                .build(connector(&security))
        };
        Self { pool: pool(usize::MAX), fresh: pool(0), security, limit, under_way: Arc::default() }
    }

    /// Sends the request and reads the response, all within `deadline`. Dropping the future closes the connection.
    pub(crate) async fn exchange(
        &self,
        request: Request<Body>,
        deadline: Duration,
        fresh: bool,
    ) -> Result<Response<Bytes>, Failure> {
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let attempt = Attempt::default();
        match tokio::time::timeout(deadline, self.send(request, fresh, &attempt)).await {
            Ok(result) => result,
            Err(_) => {
                let source = HttpError::Deadline { after: deadline };
                Err(if attempt.has_connection() { Failure::unanswered(source) } else { Failure::unsent(source) })
            }
        }
    }

    /// A pooled connection may turn out to be closed before the request is begun; then another one takes it.
    async fn send(
        &self,
        request: Request<Full<Bytes>>,
        fresh: bool,
        attempt: &Attempt,
    ) -> Result<Response<Bytes>, Failure> {
        if cfg!(not(feature = "tls")) && request.uri().scheme() == Some(&http::uri::Scheme::HTTPS) {
            return Err(Failure::unsent(HttpError::NoTls));
        }
        let (_under_way, alone) = UnderWay::one_more(&self.under_way);
        if alone && !fresh {
            // Yield once, so that an idle runtime can process the ends of pooled connections before one is reused.
            tokio::task::yield_now().await;
        }
        let pool = if fresh { &self.fresh } else { &self.pool };
        let uri = request.uri().clone();
        let mut sent = pool.request(attempt.observed(request.clone())).await;
        if sent.as_ref().is_err_and(never_begun) {
            sent = pool.request(attempt.observed(request)).await;
        }
        let answer = match sent {
            Ok(answer) => answer,
            // Its head is not read further; its status decides.
            Err(error) => match malformed(&error) {
                Some(status) => {
                    let mut answer = Response::new(Bytes::new());
                    *answer.status_mut() = status;
                    return Ok(answer);
                }
                None => return Err(failure(&error, &uri, &self.security)),
            },
        };
        let (head, body) = answer.into_parts();
        let body = read(body, self.limit).await.map_err(Failure::unanswered)?;
        Ok(Response::from_parts(head, body))
    }
}

/// Whether the last try of a request has a connection.
#[derive(Default)]
struct Attempt(Mutex<Option<CaptureConnection>>);

impl Attempt {
    /// The request, whose connection is observed from now on in place of any before.
    fn observed(&self, mut request: Request<Full<Bytes>>) -> Request<Full<Bytes>> {
        let connection = capture_connection(&mut request);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        request
    }

    fn has_connection(&self) -> bool {
        let captured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        captured.as_ref().is_some_and(|connection| connection.connection_metadata().is_some())
    }
}

/// Reads a body, and holds no more than `limit` bytes of it, whatever length was announced.
async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, HttpError> {
    let too_large = || HttpError::TooLarge { limit };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large());
    }
    let mut whole = Vec::with_capacity(announced.min(HEAD_LIMIT));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unanswered(&error))?;
        let Ok(data) = frame.into_data() else {
            continue; // trailers
        };
        if data.len() > limit - whole.len() {
            return Err(too_large());
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.into())
}
