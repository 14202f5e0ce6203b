//! The pool of kept connections, with one request at a time on each.
//!
//! Designed for HTTP/1 and the few endpoints of a cluster. The HTTP library's own pool hashes the endpoint, builds the
//! `Host` header and allocates several times for each request, and does not report whether a request was begun.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Uri};
use http_body_util::Full;
use hyper::client::conn::http1;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::HEAD_LIMIT;
use super::connector::Connector;
use super::failure::Broken;

/// A connection that can take a request.
pub(super) type Connection = http1::SendRequest<Full<Bytes>>;

/// The connections of a client.
#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    /// How long an idle connection is kept.
    idle_timeout: Duration,
    hosts: Mutex<Vec<Arc<Host>>>,
    /// Closes connections that were idle for too long.
    sweeper: Mutex<Option<JoinHandle<()>>>,
}

/// An endpoint, and its idle connections.
#[derive(Debug)]
pub(super) struct Host {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    /// The `Host` header of its requests.
    pub(super) header: HeaderValue,
    /// The most recently used one is last.
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub(super) fn new(connector: Connector, idle_timeout: Duration) -> Arc<Self> {
        Arc::new(Self { connector, idle_timeout, hosts: Mutex::default(), sweeper: Mutex::default() })
    }

    /// The pool's entry for the endpoint in `uri`.
    pub(super) fn host(&self, uri: &Uri) -> Arc<Host> {
        let mut hosts = lock(&self.hosts);
        if let Some(host) = hosts.iter().find(|host| host.serves(uri)) {
            return Arc::clone(host);
        }
        let host = Arc::new(Host::of(uri));
        hosts.push(Arc::clone(&host));
        host
    }

    /// Takes the most recently used idle connection to the host.
    pub(super) fn take(&self, host: &Host) -> Option<Connection> {
        let mut idle = lock(&host.idle);
        let last = idle.iter().rposition(|idle| idle.is_usable(self.idle_timeout))?;
        Some(idle.remove(last).connection)
    }

    /// Opens a connection.
    pub(super) async fn connect(&self, uri: &Uri) -> Result<Connection, Broken> {
        let stream = self.connector.clone().connect(uri.clone()).await.map_err(Broken::Unconnected)?;
        let handshake = http1::Builder::new().max_buf_size(HEAD_LIMIT).handshake(stream);
        let (mut sender, connection) = handshake.await.map_err(Broken::Connection)?;
        let connection = tokio::spawn(connection);
        match sender.ready().await {
            Ok(()) => Ok(sender),
            // The connection itself has the more specific error.
            Err(closed) => Err(Broken::Connection(match connection.await {
                Ok(Err(reason)) => reason,
                _ => closed,
            })),
        }
    }

    /// Keeps a connection whose last response was read completely. It is taken again once it is ready.
    pub(super) fn keep(self: &Arc<Self>, host: &Host, connection: Connection) {
        let mut idle = lock(&host.idle);
        idle.retain(|idle| !idle.connection.is_closed());
        idle.push(Idle { connection, since: Instant::now() });
        drop(idle);
        let mut sweeper = lock(&self.sweeper);
        // The task is also finished if its runtime has ended.
        if sweeper.as_ref().is_none_or(JoinHandle::is_finished) {
            *sweeper = Some(tokio::spawn(sweep(Arc::downgrade(self), self.idle_timeout)));
        }
    }
}

/// Drops connections that were idle for too long, until none are left.
async fn sweep(pool: Weak<Pool>, idle_timeout: Duration) {
    loop {
        sleep(idle_timeout).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut sweeper = lock(&pool.sweeper);
        let hosts = lock(&pool.hosts);
        hosts.iter().for_each(|host| lock(&host.idle).retain(|idle| idle.is_usable(idle_timeout)));
        if hosts.iter().all(|host| lock(&host.idle).is_empty()) {
            *sweeper = None;
            return;
        }
    }
}

impl Host {
    fn of(uri: &Uri) -> Self {
        let (scheme, authority) = (uri.scheme().cloned(), uri.authority().cloned());
        Self { scheme, authority, header: host_header(uri), idle: Mutex::default() }
    }

    fn serves(&self, uri: &Uri) -> bool {
        // Compares texts: `Authority` ignores case letter by letter, and a client writes it the same each time.
        self.authority.as_ref().map(Authority::as_str) == uri.authority().map(Authority::as_str)
            && self.scheme.as_ref() == uri.scheme()
    }
}

impl Idle {
    fn is_usable(&self, idle_timeout: Duration) -> bool {
        self.connection.is_ready() && self.since.elapsed() < idle_timeout
    }
}

/// A poisoned lock is harmless, because the state is consistent at any time.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The host, and the port unless it is the scheme's default.
fn host_header(uri: &Uri) -> HeaderValue {
    let host = uri.host().unwrap_or_default();
    let own = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    let text = match uri.port_u16() {
        Some(port) if port != own => HeaderValue::from_str(&format!("{host}:{port}")),
        _ => HeaderValue::from_str(host),
    };
    // All characters of a host are valid in a header.
    text.unwrap_or(HeaderValue::from_static(""))
}
