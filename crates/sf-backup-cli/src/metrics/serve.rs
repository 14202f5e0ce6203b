//! The metrics behind a socket. The cluster is read by the clock and not by who asks, so that nobody can make it work more.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sf_backup_ops::report;
use sf_backup_proto::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::health::Health;
use crate::audit::read::{self, Plan};
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::session::Session;

/// The most connections at the same time; others wait in the system's queue.
const CONNECTIONS: usize = 32;
/// The longest that a connection may last: one question, one answer.
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) interval: Duration,
    pub(super) plan: Plan,
    pub(super) clock: fn() -> SystemTime,
}

/// What is served.
#[derive(Debug)]
struct Served {
    state: Mutex<State>,
    clock: fn() -> SystemTime,
}

#[derive(Debug, Default)]
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
        session.terminal().result(&format!("listening on http://{address}/metrics\n"))?;
        let served = Arc::new(Served { state: Mutex::default(), clock: self.clock });
        tokio::select! {
            () = self.keep_reading(&served, session) => Ok(()),
            () = accept(&listener, &served) => Ok(()),
            () = interrupts.any() => Ok(()),
        }
    }

    async fn keep_reading(&mut self, served: &Served, session: &mut Session<'_, '_>) {
        loop {
            let began = Instant::now();
            self.plan.now = read::whole(served.now());
            let audit = read::read(session.client().clone(), &self.plan).await;
            session.tell_exchanges();
            match audit {
                Ok(audit) => served.change(|state| {
                    state.text = report::metrics(&audit);
                    state.health.succeeded(self.plan.now, began.elapsed());
                }),
                Err(failure) => {
                    served.change(|state| state.health.failed());
                    if let Some(report) = failure.report() {
                        session.terminal().warn(&format!("the cluster could not be read: {}", report.line()));
                    }
                }
            }
            tokio::time::sleep(self.interval.saturating_sub(began.elapsed())).await;
        }
    }
}

impl Served {
    fn now(&self) -> Timestamp {
        Timestamp::try_from((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let (status, text) = match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/metrics") => {
                let now = self.now();
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
    loop {
        while connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => _ = connections.spawn(connection(stream, served.clone())),
            // A client that went away before it was accepted, or no descriptors left for the moment.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, served: Arc<Served>) {
    let answer = service_fn(move |request| {
        let response = served.answer(&request);
        async move { Ok::<_, Infallible>(response) }
    });
    let connection =
        http1::Builder::new().timer(TokioTimer::new()).keep_alive(false).serve_connection(TokioIo::new(stream), answer);
    // What goes wrong on a connection concerns the client alone, who sees it.
    let _ = tokio::time::timeout(LONGEST, connection).await;
}
