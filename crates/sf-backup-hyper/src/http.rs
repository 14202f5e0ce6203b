//! One request and its complete response: pool, deadline, size limit.

mod connector;
mod failure;
mod guard;
#[cfg(feature = "tls")]
mod route;
mod stream;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tls")]
mod watched;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sf_backup_transport::{ConnectionPolicy, Failure, HttpError};

use self::connector::Connector;
use self::failure::{failure, malformed, never_begun, unanswered};

/// How long an idle connection is kept: less than servers and balancers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Maximum size of the head of a response, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// A pool of connections.
#[derive(Debug)]
pub(crate) struct Http {
    pool: legacy::Client<Connector, Full<Bytes>>,
    /// Opens a connection for each request, and keeps none.
    fresh: legacy::Client<Connector, Full<Bytes>>,
    policy: ConnectionPolicy,
    limit: usize,
    /// A clone for each request in flight.
    in_flight: Arc<()>,
}

impl Http {
    /// A pool that takes responses with bodies of up to `limit` bytes.
    pub(crate) fn new(limit: usize, policy: ConnectionPolicy) -> Self {
        let pool = |idle| {
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(idle)
                .http1_max_buf_size(HEAD_LIMIT)
                // The protocol decides what to retry.
                .retry_canceled_requests(false)
                .build(Connector::new(policy.clone()))
        };
        Self { pool: pool(usize::MAX), fresh: pool(0), policy, limit, in_flight: Arc::default() }
    }

    /// Sends the request and reads the response, all within `deadline`. Dropping the future closes the connection.
    pub(crate) async fn exchange(
        &self,
        request: Request<impl Into<Bytes>>,
        deadline: Duration,
        fresh: bool,
    ) -> Result<Response<Bytes>, Failure> {
        let request = request.map(|body| Full::new(body.into()));
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
        self.policy.check(request.uri())?;
        let in_flight = Arc::clone(&self.in_flight);
        if !fresh && Arc::strong_count(&in_flight) == 2 {
            // Lets an idle runtime process the ends of pooled connections before one is reused.
            tokio::task::yield_now().await;
        }
        let pool = if fresh { &self.fresh } else { &self.pool };
        let uri = request.uri().clone();
        let mut sent = pool.request(attempt.observed(request.clone())).await;
        if sent.as_ref().is_err_and(never_begun) {
            sent = pool.request(attempt.observed(request)).await;
        }
        let response = match sent {
            Ok(response) => response,
            Err(error) => return malformed(&error).ok_or_else(|| failure(&error, &uri, &self.policy)),
        };
        let (head, body) = response.into_parts();
        let body = self.read(body).await.map_err(Failure::unanswered)?;
        Ok(Response::from_parts(head, body))
    }

    /// Reads a body, and holds at most `limit` bytes of it, whatever length was announced.
    async fn read(&self, mut body: Incoming) -> Result<Bytes, HttpError> {
        let too_large = || HttpError::TooLarge { limit: self.limit };
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > self.limit {
            return Err(too_large());
        }
        let mut whole = Vec::with_capacity(announced.min(HEAD_LIMIT));
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| unanswered(&error, &self.policy))?;
            let Ok(data) = frame.into_data() else {
                continue; // trailers
            };
            if data.len() > self.limit - whole.len() {
                return Err(too_large());
            }
            whole.extend_from_slice(&data);
        }
        Ok(whole.into())
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

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpListener;

    use sf_backup_proto::Body;
    use sf_backup_proto::error::TransportErrorKind;

    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    fn listen() -> TcpListener {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        listener
    }

    fn request(scheme: &str, listener: &TcpListener) -> Request<Body> {
        let uri = format!("{scheme}://{}/", listener.local_addr().unwrap());
        Request::get(uri).body(Body::default()).unwrap()
    }

    #[test]
    fn https_without_tls_is_refused_before_anything_connects() {
        let listener = listen();
        let http = Http::new(1024, ConnectionPolicy::default());
        for fresh in [false, true] {
            let sent = http.exchange(request("https", &listener), Duration::from_secs(20), fresh);
            let Failure { fault, source } = block_on(sent).unwrap_err();
            assert!(matches!((fault, &source), (TransportErrorKind::Unreachable, HttpError::NoTls)), "{source:?}");
        }
        // Nor does the connector fall back to TCP, whoever calls it.
        #[cfg(feature = "tls")]
        {
            use tower_service::Service as _;
            let uri = request("https", &listener).uri().clone();
            let mut connector = Connector::new(ConnectionPolicy::default());
            let Err(error) = block_on(async { connector.call(uri).await }) else { panic!("connected") };
            assert!(error.downcast_ref::<sf_backup_transport::tls::ConnectError>().is_some(), "{error}");
        }
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    /// Otherwise a second try that cannot connect would count as sent.
    #[test]
    fn a_second_try_has_no_connection_until_it_has_one_of_its_own() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let request = || request("http", &listener).map(|body| Full::new(Bytes::from(body)));
        let http = Http::new(1024, ConnectionPolicy::default());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                use std::io::{Read, Write};
                let mut connection = listener.accept().unwrap().0;
                assert!(connection.read(&mut [0; 1024]).unwrap() > 0);
                connection.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
            });
            block_on(async {
                let attempt = Attempt::default();
                assert!(!attempt.has_connection());
                http.pool.request(attempt.observed(request())).await.unwrap();
                assert!(attempt.has_connection());
                let _second = attempt.observed(request());
                assert!(!attempt.has_connection());
            });
        });
    }
}
