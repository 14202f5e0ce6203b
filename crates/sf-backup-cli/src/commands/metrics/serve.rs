//! Serves the metrics on a socket. Reads the cluster at intervals, not on request, so that clients cannot increase its
//! load.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, buf::Chain};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sf_backup_ops::audit::Audit;
use sf_backup_ops::drill::DrillRecord;
use sf_backup_ops::report::{self, Origin};
use sf_backup_proto::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::health::Health;
use crate::cluster::drill_history::DrillHistories;
use crate::cluster::policy_gate;
use crate::cluster::readings::{self, Plan};
use crate::cluster::runtime::Interrupts;
use crate::cluster::session::Session;
use crate::output::clock::Clock;
use crate::output::escape;
use crate::output::failure::Failure;

/// Maximum number of connections. One more replaces the oldest: a request gets its response within milliseconds, so the
/// oldest connection has had enough time.
const CONNECTIONS: usize = 256;
/// Time limit for receiving a request.
const ASKING: Duration = Duration::from_secs(3);
/// Time limit of a connection with one request and one response.
const LONGEST: Duration = Duration::from_secs(10);
/// Minimum pause between two readings of the cluster.
const PAUSE: Duration = Duration::from_secs(1);
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) interval: Duration,
    pub(super) plan: Plan,
    /// The value of the label `cluster`, if it was given.
    pub(super) cluster: Option<String>,
    pub(super) drills: DrillHistories,
}

/// A shared body, and what is appended to it in one response.
type Body = Chain<Bytes, Bytes>;

/// A body without an appended part.
fn whole(text: impl Into<Bytes>) -> Body {
    text.into().chain(Bytes::new())
}

/// The served contents.
#[derive(Debug)]
struct Served {
    state: Mutex<State>,
    clock: Clock,
}

#[derive(Debug)]
struct State {
    /// The metrics of the last successful reading, shared by all responses.
    text: Bytes,
    /// The HTML page, and what it was created from.
    page: Bytes,
    audit: Option<(Audit, Vec<DrillRecord>, Origin)>,
    health: Health,
}

impl Server {
    /// Serves until the process is interrupted.
    pub(super) async fn run(mut self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        // A process that reports that it listens can be stopped.
        let interruptible = session.terminal().console.interruptible;
        let mut interrupts = if interruptible { Interrupts::by_anybody() } else { Interrupts::none() };
        let failed = |error| Failure::Other(format!("--listen {}: cannot listen: {error}", self.address));
        let listener = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        session.terminal().hold_nothing();
        session.terminal().result(&format!("listening on http://{address}/metrics\n"))?;
        let cluster = self.cluster.clone().unwrap_or_else(|| session.origin(None).cluster);
        let health = Health::new(Some(self.interval), cluster);
        let state = State { text: Bytes::new(), page: Bytes::new(), audit: None, health };
        let served = Arc::new(Served { state: Mutex::new(state), clock: self.plan.clock.clone() });
        tokio::select! {
            () = self.keep_reading(&served, session) => Ok(()),
            () = accept(&listener, &served) => Ok(()),
            () = interrupts.any() => Ok(()),
        }
    }

    async fn keep_reading(&mut self, served: &Served, session: &mut Session<'_, '_>) {
        loop {
            let began = Instant::now();
            let audit = readings::read(session.client().clone(), &self.plan).await;
            session.print_exchanges();
            match audit {
                Ok(audit) => {
                    let took = began.elapsed();
                    let mut origin = session.origin(policy_gate::runtime(session.client()).await);
                    origin.cluster = self.cluster.clone().unwrap_or(origin.cluster);
                    let drills = self.drills.read(session.terminal());
                    let text =
                        report::metrics(&audit, &origin.cluster) + &report::drill_metrics(&drills, &origin.cluster);
                    let text = escape::labels(&text).into_owned();
                    let page = escape::lines(&report::html(&audit, &drills, &origin)).into_owned();
                    served.change(|state| {
                        (state.text, state.page) = (text.into(), page.into());
                        state.health.succeeded(audit.now, took);
                        state.audit = Some((audit, drills, origin));
                    });
                }
                Err(failure) => {
                    served.change(State::failed);
                    if let Some(report) = failure.report() {
                        session.terminal().warn(&format!("the cluster could not be read: {}", report.line()));
                    }
                }
            }
            tokio::time::sleep(pause(self.interval, began.elapsed())).await;
        }
    }
}

/// The pause before the next reading of the cluster.
fn pause(interval: Duration, took: Duration) -> Duration {
    interval.saturating_sub(took).max(PAUSE).max(took / 4)
}

impl State {
    /// Records that the cluster could not be read: the page of the last successful reading gets a notice.
    fn failed(&mut self) {
        self.health.failed();
        if let (Some((audit, drills, origin)), Err(notice)) = (&mut self.audit, self.health.verdict()) {
            origin.notice = Some(format!("This page is not current: {notice}."));
            self.page = escape::lines(&report::html(audit, drills, origin)).into_owned().into();
        }
    }

    /// Status, content type and body of a response.
    fn response(&self, path: &str, now: Timestamp) -> (StatusCode, &'static str, Body) {
        let health = self.health.verdict();
        match path {
            "/metrics" => (StatusCode::OK, METRICS, self.text.clone().chain(self.health.text(now).into())),
            "/" if !self.page.is_empty() => (StatusCode::OK, HTML, whole(self.page.clone())),
            "/" | "/healthz" => match health {
                Ok(()) => (StatusCode::OK, PLAIN, whole("ok\n")),
                Err(problem) => (StatusCode::SERVICE_UNAVAILABLE, PLAIN, whole(problem + "\n")),
            },
            _ => (StatusCode::NOT_FOUND, PLAIN, whole("available: /, /metrics and /healthz\n")),
        }
    }
}

impl Served {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn response(&self, request: &Request<Incoming>) -> Response<Full<Body>> {
        let (status, kind, text) = match *request.method() {
            Method::GET | Method::HEAD => {
                let now = self.clock.now();
                self.state.lock().unwrap_or_else(PoisonError::into_inner).response(request.uri().path(), now)
            }
            _ => (StatusCode::METHOD_NOT_ALLOWED, PLAIN, whole("GET only\n")),
        };
        let mut response = Response::new(Full::new(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }
}

async fn accept(listener: &TcpListener, served: &Arc<Served>) {
    let mut connections = JoinSet::new();
    let mut oldest_first = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => oldest_first.push_back(connections.spawn(connection(stream, served.clone()))),
            // A client left before it was accepted, or there are temporarily no descriptors.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        while connections.try_join_next().is_some() {}
        oldest_first.retain(|connection| !connection.is_finished());
        while oldest_first.len() > CONNECTIONS {
            if let Some(oldest) = oldest_first.pop_front() {
                oldest.abort();
            }
        }
    }
}

async fn connection(stream: TcpStream, served: Arc<Served>) {
    let response = service_fn(move |request| {
        let response = served.response(&request);
        async move { Ok::<_, Infallible>(response) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(ASKING)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), response);
    // Errors of a connection only concern its client.
    let _ = tokio::time::timeout(LONGEST, connection).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_interval_leaves_a_pause() {
        let seconds = |interval, took| pause(Duration::from_secs(interval), Duration::from_secs(took)).as_secs();
        assert_eq!(seconds(300, 20), 280);
        assert_eq!(seconds(0, 0), 1);
        assert_eq!(seconds(300, 290), 72);
        assert_eq!(seconds(300, 1_200), 300);
    }

    /// The page is in memory once, however many clients request it.
    #[test]
    fn responses_share_the_page() {
        let page = Bytes::from("<html>".to_owned());
        let health = Health::new(None, "prod".to_owned());
        let state = State { text: Bytes::from("metric 1\n".to_owned()), page: page.clone(), audit: None, health };
        let (status, kind, body) = state.response("/", Timestamp::UNIX_EPOCH);
        assert_eq!((status, kind, body.first_ref().as_ptr()), (StatusCode::OK, HTML, page.as_ptr()));
        let (_, _, body) = state.response("/metrics", Timestamp::UNIX_EPOCH);
        assert_eq!(body.first_ref().as_ptr(), state.text.as_ptr());
        assert!(!body.last_ref().is_empty());
    }
}
