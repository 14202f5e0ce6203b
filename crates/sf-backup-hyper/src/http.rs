//! One request and its complete response: connection, deadline, size limit.

mod connector;
mod failure;
mod guard;
mod pool;
#[cfg(feature = "tls")]
mod route;
mod stream;
mod tcp;
#[cfg(feature = "tls")]
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use sf_backup_transport::{ConnectionPolicy, Failure, HttpError};
use tokio::time::{Instant, timeout_at};

use self::connector::Connector;
use self::failure::{Broken, failure, malformed, unanswered};
use self::pool::Pool;

/// How long an idle connection is kept: less than servers and load balancers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Maximum size of the head of a response, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// The HTTP stack that sends requests.
#[derive(Debug)]
pub(crate) struct Http {
    pool: Arc<Pool>,
    policy: ConnectionPolicy,
    limit: usize,
}

/// The time limit of a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    /// Creates a deadline this long from now.
    pub(crate) fn after(after: Duration) -> Self {
        Self { at: Instant::now() + after, after }
    }
}

/// A request without a response.
#[derive(Debug)]
pub(crate) struct Unanswered {
    /// The reason, and how far the request came.
    pub(crate) failure: Failure,
    /// Whether a kept connection had ended before any byte was sent: the request can be sent on a new one.
    pub(crate) is_stale: bool,
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self { failure, is_stale: false }
    }
}

impl Http {
    /// Creates a stack that accepts response bodies of up to `limit` bytes.
    pub(crate) fn new(limit: usize, policy: ConnectionPolicy) -> Self {
        Self { pool: Pool::new(Connector::new(policy.clone()), IDLE_TIMEOUT), policy, limit }
    }

    /// Sends the request and reads the response within `deadline`. Dropping the future closes the connection. With
    /// `fresh`, uses a new connection and does not keep it.
    pub(crate) async fn exchange(
        &self,
        request: Request<impl Into<Bytes>>,
        deadline: Deadline,
        fresh: bool,
    ) -> Result<Response<Bytes>, Unanswered> {
        let request = request.map(|body| Full::new(body.into()));
        let begun = AtomicBool::new(false);
        match timeout_at(deadline.at, self.send(request, fresh, &begun)).await {
            Ok(result) => result,
            Err(_) => {
                let source = HttpError::Deadline { after: deadline.after };
                let failure = if begun.into_inner() { Failure::unanswered } else { Failure::unsent };
                Err(failure(source).into())
            }
        }
    }

    /// Sets `begun` as soon as a connection has accepted the request.
    async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
        fresh: bool,
        begun: &AtomicBool,
    ) -> Result<Response<Bytes>, Unanswered> {
        self.policy.check(request.uri())?;
        let host = self.pool.host(request.uri());
        let endpoint = to_origin_form(request.uri_mut());
        request.headers_mut().insert(HOST, host.header.clone());
        let kept = if fresh { None } else { self.pool.take(&host) };
        let is_kept = kept.is_some();
        let failed = |error: &Broken| Unanswered {
            failure: failure(error, &endpoint, &self.policy),
            is_stale: is_kept && error.never_begun(),
        };
        let mut connection = match kept {
            Some(connection) => connection,
            // Boxed, because it is large and rare, and would enlarge the future of every call.
            None => Box::pin(self.pool.connect(&endpoint)).await.map_err(|error| failed(&error))?,
        };
        begun.store(true, Ordering::Relaxed);
        let response = match connection.try_send_request(request).await {
            Ok(response) => response,
            Err(error) => {
                let unused = error.message().is_some();
                let error = if unused { Broken::Unused } else { Broken::Connection }(error.into_error());
                return malformed(&error).ok_or_else(|| failed(&error));
            }
        };
        let (head, body) = response.into_parts();
        let body = self.read(body).await.map_err(Failure::unanswered)?;
        if !fresh {
            self.pool.keep(&host, connection);
        }
        Ok(Response::from_parts(head, body))
    }

    /// Reads a body. Holds at most `limit` bytes of it, whatever length was announced.
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

/// Keeps only path and query, as a request to a server has them, and returns the URI of the endpoint.
fn to_origin_form(uri: &mut Uri) -> Uri {
    let mut endpoint = std::mem::take(uri).into_parts();
    if let Some(path_and_query) = endpoint.path_and_query.replace(PathAndQuery::from_static("/")) {
        *uri = path_and_query.into();
    }
    // The parts are those of a URI.
    Uri::from_parts(endpoint).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::{TcpListener, TcpStream};

    use sf_backup_proto::Body;
    use sf_backup_proto::error::TransportErrorKind;

    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    fn deadline() -> Deadline {
        Deadline::after(Duration::from_secs(20))
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
            let sent = http.exchange(request("https", &listener), deadline(), fresh);
            let Failure { fault, source } = block_on(sent).unwrap_err().failure;
            assert!(matches!((fault, &source), (TransportErrorKind::Unreachable, HttpError::NoTls)), "{source:?}");
        }
        // The connector does not fall back to TCP, either, whoever calls it.
        #[cfg(feature = "tls")]
        {
            let uri = request("https", &listener).uri().clone();
            let connector = Connector::new(ConnectionPolicy::default());
            let Err(error) = block_on(connector.connect(uri)) else { panic!("connected") };
            assert!(error.downcast_ref::<sf_backup_transport::tls::ConnectError>().is_some(), "{error}");
        }
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    /// Accepts a connection, and responds to one request on it.
    fn respond_once(listener: &TcpListener) -> TcpStream {
        let mut connection = listener.accept().unwrap().0;
        assert!(connection.read(&mut [0; 1024]).unwrap() > 0);
        connection.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
        connection
    }

    /// Otherwise a change that was not sent would not be sent again.
    #[test]
    fn a_kept_connection_that_has_ended_is_stale_and_has_sent_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let http = Http::new(1024, ConnectionPolicy::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let exchange = || runtime.block_on(http.exchange(request("http", &listener), deadline(), false));
        let mut accepted = std::thread::scope(|scope| {
            let server = scope.spawn(|| respond_once(&listener));
            assert_eq!(exchange().unwrap().status(), 202);
            server.join().unwrap()
        });
        accepted.write_all(b"unasked").unwrap();
        let Unanswered { failure, is_stale } = exchange().unwrap_err();
        assert!(is_stale && failure.fault == TransportErrorKind::Unreachable, "{failure:?}");
    }

    #[test]
    fn a_connection_that_is_idle_for_too_long_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let pool = Pool::new(Connector::new(ConnectionPolicy::default()), Duration::from_millis(1));
        let http = Http { pool, ..Http::new(1024, ConnectionPolicy::default()) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let request = request("http", &listener);
        let end = runtime.block_on(async {
            let server = tokio::task::spawn_blocking(move || respond_once(&listener).read(&mut [0]).unwrap());
            assert_eq!(http.exchange(request, deadline(), false).await.unwrap().status(), 202);
            server.await.unwrap()
        });
        assert_eq!(end, 0);
    }

    #[test]
    fn the_host_header_has_the_port_unless_it_is_that_of_the_scheme() {
        for (uri, header) in [
            ("http://node:19080/a", "node:19080"),
            ("http://node:80/a", "node"),
            ("http://node:443/a", "node:443"),
            ("https://node/a", "node"),
            ("https://node:443/a", "node"),
            ("https://[::1]:80/a", "[::1]:80"),
        ] {
            let http = Http::new(1024, ConnectionPolicy::default());
            assert_eq!(http.pool.host(&uri.parse().unwrap()).header, header, "{uri}");
        }
    }

    #[test]
    fn a_request_names_the_path_and_the_connection_the_endpoint() {
        let mut uri: Uri = "https://node:19080/gate/Partitions/a?b=c%20d".parse().unwrap();
        assert_eq!(to_origin_form(&mut uri), "https://node:19080/");
        assert_eq!(uri, "/gate/Partitions/a?b=c%20d");
    }
}
