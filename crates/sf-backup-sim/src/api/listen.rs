//! A socket in front of a cluster: HTTP/1.1 with keep-alive and `100-continue`.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;

use sf_backup_proto::Endpoint;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::api::cluster::Cluster;
use crate::http::listen;

/// Serves `cluster` on `listener` until the future is dropped. Open connections are then closed.
///
/// # Errors
/// If the listener fails permanently.
pub async fn serve(cluster: Cluster, listener: TcpListener) -> io::Result<()> {
    serve_until(cluster, listener, std::future::pending()).await
}

/// Serves `cluster` on `listener` until `stop` completes, and responds to the requests in flight before it returns.
///
/// # Errors
/// If the listener fails permanently.
pub async fn serve_until(cluster: Cluster, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    listen::serve_until(cluster, listener, stop).await
}

/// A cluster that listens on a loopback port of its own. When it is dropped, it stops listening and responds to the
/// requests in flight.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    endpoint: Endpoint,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// The address of the socket.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as an endpoint for clients.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint.clone()
    }

    /// The address as a URL, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.endpoint.to_string()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // The receiver is gone only if the thread is.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Cluster {
    /// Listens on a free loopback port, on a new thread, until the result is dropped.
    ///
    /// # Errors
    /// If there is no free port, or no thread can be started.
    pub fn listen(&self) -> io::Result<Listening> {
        start(self.clone())
    }
}

/// Listens on a free loopback port, on a new thread.
///
/// # Errors
/// If there is no free port, or no thread can be started.
fn start(cluster: Cluster) -> io::Result<Listening> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    // Not `block_on`: the caller may be within a runtime of its own.
    let listener = {
        let _within = runtime.enter();
        TcpListener::from_std(listener)?
    };
    let endpoint = format!("http://{address}").parse().map_err(io::Error::other)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new().name("sf-backup-sim".into()).spawn(move || {
        let stopped = async {
            let _ = stopped.await;
        };
        // Clients see a failure of the listener as a refused connection.
        let _ = runtime.block_on(listen::serve_until(cluster, listener, stopped));
    })?;
    Ok(Listening { address, endpoint, stop: Some(stop), thread: Some(thread) })
}
