//! One request and its whole answer: pool, deadline, size limit.

mod connector;
mod failure;
#[cfg(feature = "tls")]
mod guard;
#[cfg(feature = "tls")]
mod secure;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sf_backup_proto::Body;
use sf_backup_proto::error::HttpError;
use sf_backup_proto::flow::Outcome;

#[cfg(not(feature = "tls"))]
use self::connector::{Tcp as Connector, plain as connector};
use self::failure::{Failure, malformed, never_begun, unanswered};
#[cfg(feature = "tls")]
use self::secure::{Connector, connector};
use crate::secured::Security;

/// An error of one call: [`sf_backup_proto::Error`] with [`HttpError`] as the cause of what never came.
pub type Error = sf_backup_proto::Error<HttpError>;

/// How long an idle connection is kept: less than servers and balancers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The largest head of an answer, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// A pool of connections.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pool: legacy::Client<Connector, Full<Bytes>>,
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
        let pool = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .http1_max_buf_size(HEAD_LIMIT)
            // It repeats what it holds for safe, out of our sight.
            .retry_canceled_requests(false)
            .build(connector(&security));
        Self { pool, security, limit, under_way: Arc::default() }
    }

    /// Sends the request and reads the answer, all within `deadline`. Dropping the future closes the connection.
    pub(crate) async fn exchange(&self, request: Request<Body>, deadline: Duration) -> Outcome<HttpError> {
        let mut request = request.map(|body| Full::new(Bytes::from(body)));
        let connection = capture_connection(&mut request);
        let result = match tokio::time::timeout(deadline, self.send(request)).await {
            Ok(result) => result,
            Err(_) => {
                let source = HttpError::Deadline { after: deadline };
                Err(match *connection.connection_metadata() {
                    Some(_) => Failure::unanswered(source),
                    None => Failure::unsent(source),
                })
            }
        };
        result.map_or_else(Outcome::from, Outcome::Answered)
    }

    /// A pooled connection may turn out to be closed before the request is begun; then another one takes it.
    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Failure> {
        if cfg!(not(feature = "tls")) && request.uri().scheme() == Some(&http::uri::Scheme::HTTPS) {
            return Err(Failure::unsent(HttpError::NoTls));
        }
        let (_under_way, alone) = UnderWay::one_more(&self.under_way);
        if alone {
            // A runtime that rested since the last call, however shortly, has yet to notice which connections were closed
            // meanwhile. Where other calls wait for their answers, it looks all the time.
            tokio::task::yield_now().await;
        }
        let uri = request.uri().clone();
        let mut sent = self.pool.request(request.clone()).await;
        if sent.as_ref().is_err_and(never_begun) {
            sent = self.pool.request(request).await;
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
                None => return Err(Failure::of(&error, &uri, &self.security)),
            },
        };
        let (head, body) = answer.into_parts();
        let body = read(body, self.limit).await.map_err(Failure::unanswered)?;
        Ok(Response::from_parts(head, body))
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
