//! The connections of a socket in front of a cluster.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sf_backup_proto::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::http::in_flight::{InFlightRequest, Step};
use crate::world::clock::Pause;

/// More than any request of the API needs. The gateway has lower limits of its own.
pub(crate) const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How often the cluster's time is moved while there are no requests.
const TICK: Duration = Duration::from_millis(50);

/// How long the requests in flight may take once the server stops.
const LAST_RESPONSES: Duration = Duration::from_secs(1);

/// What the state file of a cluster contains.
#[derive(Debug, Clone)]
pub(crate) enum Saved {
    /// This many entries of the journal.
    Entries(u64),
    /// The file could not be written.
    Failed(String),
}

/// A cluster behind a socket.
pub(crate) trait Served: Clone + Send + Sync + 'static {
    /// Proceeds with a request as far as possible at this time.
    fn step(&self, request: &mut InFlightRequest) -> Step;

    /// The largest body of a request for a path, in bytes.
    fn body_limit(&self, path: &str) -> usize;

    /// The number of entries to save before the response to this request is sent, and those that are saved; `None` if there is
    /// nothing to save.
    fn pending_save(&self, request: &InFlightRequest) -> Option<(u64, watch::Receiver<Saved>)>;

    /// The entries that are saved; `None` without a state file.
    fn saving(&self) -> Option<watch::Receiver<Saved>>;

    /// Sets the `Date` header of a response to a request that does not reach the cluster.
    fn set_date(&self, response: &mut Response<Bytes>);

    /// The real time until the cluster's own time is `there`; `None` if that time stands still.
    fn real_time_until(&self, there: Timestamp) -> Option<Duration>;

    /// Moves the cluster's time to `there`.
    fn pass_until(&self, there: Timestamp);

    /// Lets as much of the cluster's time pass as real time has passed since the last call, times the speed.
    fn follow(&self, real: Instant);
}

/// Serves `cluster` on `listener` until `stop` completes, and responds to the requests in flight before it returns.
///
/// # Errors
/// If the listener fails permanently.
pub(crate) async fn serve_until<C: Served>(
    cluster: C,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(());
    let mut tick = tokio::time::interval(TICK);
    let mut connections = tokio::task::JoinSet::new();
    let mut stop = pin!(stop);
    let mut failed = pin!(save_failure(cluster.saving()));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
            error = &mut failed => return Err(error),
            _ = tick.tick() => {
                cluster.follow(Instant::now());
                continue;
            }
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(cluster.clone(), stream, stopped.clone()));
            }
            // A client left before it was accepted, or there are temporarily no descriptors.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
            Err(_) => tokio::task::yield_now().await,
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    drop(stopping);
    // A client that never ends its request must not keep the server running.
    let all_done = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_RESPONSES, all_done).await;
    Ok(())
}

/// Completes when the state cannot be saved.
async fn save_failure(saving: Option<watch::Receiver<Saved>>) -> io::Error {
    let Some(mut saved) = saving else { return std::future::pending().await };
    match saved.wait_for(|saved| matches!(saved, Saved::Failed(_))).await.map(|saved| saved.clone()) {
        Ok(Saved::Failed(problem)) => io::Error::other(format!("the state cannot be saved: {problem}")),
        _ => std::future::pending().await,
    }
}

/// Responds to the requests of one connection until the client closes it or the server stops.
async fn connection<C: Served>(cluster: C, stream: TcpStream, mut stopped: watch::Receiver<()>) {
    // Responses are small; waiting to fill a segment would take 40 ms each.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| respond(cluster.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The simulated world has its own clock.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // The client sees the errors of its connection; the server ignores them.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// The connection is cut, by an injected fault or because the state cannot be saved.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut")]
struct Cut;

async fn respond<C: Served>(cluster: C, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Cut> {
    let (head, body) = request.into_parts();
    let limit = cluster.body_limit(head.uri.path());
    if body.size_hint().lower() > limit as u64 {
        return Ok(refusal(&cluster, StatusCode::PAYLOAD_TOO_LARGE));
    }
    let body = match Limited::new(body, limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Ok(refusal(&cluster, StatusCode::PAYLOAD_TOO_LARGE)),
        Err(_) => return Ok(refusal(&cluster, StatusCode::BAD_REQUEST)),
    };
    cluster.follow(Instant::now());
    let mut in_flight = InFlightRequest::new(Request::from_parts(head, body));
    loop {
        match cluster.step(&mut in_flight) {
            Step::Done(response) => {
                // A client must not see a change that a crash would undo.
                if let Some((entries, mut saved)) = cluster.pending_save(&in_flight) {
                    let enough = |saved: &Saved| !matches!(saved, Saved::Entries(saved) if *saved < entries);
                    let saved = saved.wait_for(enough).await.map_err(|_| Cut)?;
                    if matches!(*saved, Saved::Failed(_)) {
                        return Err(Cut);
                    }
                }
                return response.map(|response| response.map(Full::new)).ok_or(Cut);
            }
            Step::Wait(Pause::Latency(latency)) => tokio::time::sleep(latency).await,
            Step::Wait(Pause::Until(there)) => until(&cluster, there).await,
        }
        cluster.follow(Instant::now());
    }
}

/// Waits until the cluster's time is there. A time that stands still is moved, because no one else moves it.
async fn until<C: Served>(cluster: &C, there: Timestamp) {
    match cluster.real_time_until(there) {
        None => cluster.pass_until(there),
        Some(wait) => tokio::time::sleep(wait).await,
    }
}

/// The response to a request that does not reach the cluster.
fn refusal<C: Served>(cluster: &C, status: StatusCode) -> Response<Full<Bytes>> {
    let mut refusal = Response::new(Bytes::new());
    *refusal.status_mut() = status;
    cluster.set_date(&mut refusal);
    refusal.map(Full::new)
}
