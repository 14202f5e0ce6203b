//! The socket in front of a cluster: HTTP/1.1 with keep-alive and `100-continue`.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sf_backup_proto::{Endpoint, Timestamp};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

use crate::Cluster;
use crate::http::exchange::{Exchange, Step};
use crate::world::clock::Pause;

/// More than any request of the API; what the gateway refuses, it refuses earlier.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How often the cluster's time is moved while nobody asks.
const TICK: Duration = Duration::from_millis(50);

/// How long requests in progress may take once the server stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Serves `cluster` on `listener` until the future is dropped. Connections in progress are then closed.
///
/// # Errors
/// If the listener fails for good.
pub async fn serve(cluster: Cluster, listener: TcpListener) -> io::Result<()> {
    serve_until(cluster, listener, std::future::pending()).await
}

/// Serves `cluster` on `listener` until `stop` is done; requests in progress are answered before this returns.
///
/// # Errors
/// If the listener fails for good.
pub async fn serve_until(cluster: Cluster, listener: TcpListener, stop: impl Future<Output = ()>) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(());
    let mut tick = tokio::time::interval(TICK);
    let mut connections = tokio::task::JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
            _ = tick.tick() => {
                cluster.follow(Instant::now());
                continue;
            }
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(cluster.clone(), stream, stopped.clone()));
            }
            // A client that went away before it was accepted, or no descriptors left for the moment.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            Err(_) => tokio::task::yield_now().await,
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    drop(stopping);
    // A client that never ends its request must not keep the server up.
    let all_done = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_ANSWERS, all_done).await;
    Ok(())
}

/// Answers one connection's requests until the client closes it or the server stops.
async fn connection(cluster: Cluster, stream: TcpStream, mut stopped: watch::Receiver<()>) {
    // Answers are small; waiting to fill a segment would cost 40 ms each.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| respond(cluster.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The simulated world has a clock of its own.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = pin!(connection);
    // What goes wrong on a connection concerns the client alone, who sees it.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// The connection is cut, on order.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on order")]
struct Cut;

async fn respond(cluster: Cluster, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Cut> {
    let (head, body) = request.into_parts();
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Ok(refusal(&cluster, StatusCode::PAYLOAD_TOO_LARGE));
    }
    let body = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Ok(refusal(&cluster, StatusCode::PAYLOAD_TOO_LARGE)),
        Err(_) => return Ok(refusal(&cluster, StatusCode::BAD_REQUEST)),
    };
    cluster.follow(Instant::now());
    let mut exchange = Exchange::new(Request::from_parts(head, body));
    loop {
        match cluster.step(&mut exchange) {
            Step::Done(answer) => return answer.map(|answer| answer.map(Full::new)).ok_or(Cut),
            Step::Wait(Pause::Latency(latency)) => tokio::time::sleep(latency).await,
            Step::Wait(Pause::Until(there)) => until(&cluster, there).await,
        }
        cluster.follow(Instant::now());
    }
}

/// Waits until the cluster's time is there. One that stands still is moved: nobody else would do it.
async fn until(cluster: &Cluster, there: Timestamp) {
    match cluster.real_time_until(there) {
        None => cluster.pass_until(there),
        Some(wait) => tokio::time::sleep(wait).await,
    }
}

/// What never comes to the cluster.
fn refusal(cluster: &Cluster, status: StatusCode) -> Response<Full<Bytes>> {
    let mut refusal = Response::new(Bytes::new());
    *refusal.status_mut() = status;
    cluster.set_date(&mut refusal);
    refusal.map(Full::new)
}

/// A cluster that listens on a loopback port of its own. Dropping it stops the listening and answers what is in progress.
#[derive(Debug)]
pub struct Listening {
    address: SocketAddr,
    endpoint: Endpoint,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// The socket's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an endpoint for clients.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint.clone()
    }

    /// The same as a URL, `http://127.0.0.1:PORT`.
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

pub(crate) fn start(cluster: Cluster) -> io::Result<Listening> {
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
        // The listener's failure shows to clients as a refused connection.
        let _ = runtime.block_on(serve_until(cluster, listener, stopped));
    })?;
    Ok(Listening { address, endpoint, stop: Some(stop), thread: Some(thread) })
}
