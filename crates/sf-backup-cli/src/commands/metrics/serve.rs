//! The metrics behind a socket. The cluster is read by the clock and not by who asks, so that nobody can make it work more.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sf_backup_ops::report;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::health::Health;
use crate::cluster::readings::{self, Plan};
use crate::cluster::runtime::Interrupts;
use crate::cluster::session::Session;
use crate::output::clock::Clock;
use crate::output::failure::Failure;

/// The most connections at the same time. One more takes the place of the oldest: whoever asks is answered within
/// milliseconds, and whoever does not ask has had time enough.
const CONNECTIONS: usize = 256;
/// The longest that a request may take to arrive.
const ASKING: Duration = Duration::from_secs(3);
/// The longest that a connection may last: one request, one response.
const LONGEST: Duration = Duration::from_secs(10);
/// The least pause between two readings of the cluster.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) interval: Duration,
    pub(super) plan: Plan,
}

/// What is served.
#[derive(Debug)]
struct Served {
    state: Mutex<State>,
    clock: Clock,
}

#[derive(Debug)]
struct State {
    /// The last good answer.
    text: String,
    health: Health,
}

impl Server {
    /// Serves until the process is asked to end.
    pub(super) async fn run(mut self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        // Whoever has read that it listens may end it.
        let interruptible = session.terminal().console.interruptible;
        let mut interrupts = if interruptible { Interrupts::by_anybody() } else { Interrupts::none() };
        let failed = |error| Failure::Other(format!("--listen {}: cannot listen: {error}", self.address));
        let listener = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        session.terminal().hold_nothing();
        session.terminal().result(&format!("listening on http://{address}/metrics\n"))?;
        let state = State { text: String::new(), health: Health::new(Some(self.interval)) };
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
                Ok(audit) => served.change(|state| {
                    state.text = report::metrics(&audit);
                    state.health.succeeded(audit.now, began.elapsed());
                }),
                Err(failure) => {
                    served.change(|state| state.health.failed());
                    if let Some(report) = failure.report() {
                        session.terminal().warn(&format!("the cluster could not be read: {}", report.line()));
                    }
                }
            }
            tokio::time::sleep(pause(self.interval, began.elapsed())).await;
        }
    }
}

/// How long to wait before the cluster is read again.
fn pause(interval: Duration, took: Duration) -> Duration {
    interval.saturating_sub(took).max(PAUSE).max(took / 4)
}

impl Served {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn response(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let (status, text) = match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/metrics") => {
                let now = self.clock.now();
                let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                (StatusCode::OK, state.text.clone() + &state.health.text(now))
            }
            (&Method::GET | &Method::HEAD, "/") => (StatusCode::OK, "sf-backup: see /metrics\n".to_owned()),
            (&Method::GET | &Method::HEAD, _) => (StatusCode::NOT_FOUND, "there is /metrics\n".to_owned()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, "GET only\n".to_owned()),
        };
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
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
            // A client that went away before it was accepted, or no descriptors left for the moment.
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
    // What goes wrong on a connection concerns the client alone, who sees it.
    let _ = tokio::time::timeout(LONGEST, connection).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_pause_whatever_the_interval() {
        let seconds = |interval, took| pause(Duration::from_secs(interval), Duration::from_secs(took)).as_secs();
        assert_eq!(seconds(300, 20), 280);
        assert_eq!(seconds(0, 0), 1);
        assert_eq!(seconds(300, 290), 72);
        assert_eq!(seconds(300, 1_200), 300);
    }
}
