//! The proxy on the loopback that injects faults into requests and responses.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sf_backup_proto::Endpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::caller::DEADLINE;
use super::injected_fault::{FaultProfile, InjectedFault};
use super::next_random;
use super::script::Call;

/// The delay of late requests and responses, longer than the client's deadline.
const HELD: Duration = Duration::from_millis(1_300);

/// Maximum delay of a request for calls that wait for certainty. The real gateway gives up after two minutes.
const LONGEST_HELD: Duration = Duration::from_secs(60);

/// The time for the other side to close its end.
const LAST_BYTES: Duration = Duration::from_secs(5);

/// Maximum length of a flood, more than any client accepts.
const FLOOD: usize = 2 * 1024 * 1024;

/// One of this many connections is reset at once.
const UNWELCOME: u64 = 50;

/// A proxy with two addresses, and a third address without a listener.
pub(crate) struct Proxy {
    pub(crate) endpoints: [Endpoint; 3],
    runtime: tokio::runtime::Runtime,
    shared: Arc<Shared>,
    listeners: [Arc<TcpListener>; 2],
    canary: Arc<TcpListener>,
    /// Reserves the port of the address without a listener.
    _closed: TcpSocket,
}

struct Shared {
    seed: u64,
    faults: Mutex<(FaultProfile, SocketAddr)>,
    /// The target of redirects.
    elsewhere: SocketAddr,
    strayed: AtomicU64,
    connections: AtomicU64,
    requests: Mutex<HashMap<u64, u64>>,
    met: Mutex<BTreeMap<InjectedFault, u64>>,
}

impl Proxy {
    pub(crate) fn new(seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let _within = runtime.enter();
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bound = || Arc::new(runtime.block_on(TcpListener::bind(loopback)).unwrap());
        let (listeners, canary) = ([bound(), bound()], bound());
        let closed = TcpSocket::new_v4().unwrap();
        closed.bind(loopback).unwrap();
        let addresses = [&listeners[0], &listeners[1]].map(|listener| listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            seed,
            faults: Mutex::new((FaultProfile::None, addresses[0])),
            elsewhere: canary.local_addr().unwrap(),
            strayed: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            requests: Mutex::default(),
            met: Mutex::default(),
        });
        let endpoint = |address: SocketAddr| format!("http://{address}").parse().unwrap();
        let [first, second] = addresses.map(endpoint);
        let endpoints = [first, endpoint(closed.local_addr().unwrap()), second];
        drop(_within);
        Self { endpoints, runtime, shared, listeners, canary, _closed: closed }
    }

    /// Relays to a cluster until the result is dropped. Dropping waits for running connections.
    pub(crate) fn open(&self, faults: FaultProfile, cluster: SocketAddr) -> Open<'_> {
        *self.shared.faults.lock().unwrap() = (faults, cluster);
        let (stopping, stopped) = watch::channel(());
        let mut doors = JoinSet::new();
        for listener in &self.listeners {
            doors.spawn_on(door(listener.clone(), self.shared.clone(), stopped.clone()), self.runtime.handle());
        }
        doors.spawn_on(nest(self.canary.clone(), self.shared.clone(), stopped), self.runtime.handle());
        Open { proxy: self, stopping: Some(stopping), doors }
    }

    /// The number of requests by injected fault.
    pub(crate) fn met(&self) -> BTreeMap<InjectedFault, u64> {
        self.shared.met.lock().unwrap().clone()
    }

    /// The number of followed redirects.
    pub(crate) fn strayed(&self) -> u64 {
        self.shared.strayed.load(Ordering::Relaxed)
    }
}

pub(crate) struct Open<'a> {
    proxy: &'a Proxy,
    stopping: Option<watch::Sender<()>>,
    doors: JoinSet<()>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        drop(self.stopping.take());
        let mut doors = std::mem::take(&mut self.doors);
        self.proxy.runtime.block_on(async { while doors.join_next().await.is_some() {} });
        self.proxy.shared.requests.lock().unwrap().clear();
    }
}

/// Accepts connections; when stopped, waits for them.
async fn door(listener: Arc<TcpListener>, shared: Arc<Shared>, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            Some(_) = connections.join_next() => {}
            Ok((client, _)) = listener.accept() => {
                connections.spawn(connection(client, shared.clone(), stopped.clone()));
            }
        }
    }
    while connections.join_next().await.is_some() {}
}

/// Counts connections to the target of redirects.
async fn nest(canary: Arc<TcpListener>, shared: Arc<Shared>, mut stopped: watch::Receiver<()>) {
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = canary.accept() => { shared.strayed.fetch_add(1, Ordering::Relaxed); }
        }
    }
}

/// Serves one connection until either side or a fault closes it.
async fn connection(mut client: TcpStream, shared: Arc<Shared>, mut stopped: watch::Receiver<()>) {
    let _ = client.set_nodelay(true);
    let (faults, cluster) = *shared.faults.lock().unwrap();
    let number = shared.connections.fetch_add(1, Ordering::Relaxed);
    if faults != FaultProfile::None && next_random(&[shared.seed, number, UNWELCOME]).is_multiple_of(UNWELCOME) {
        let _ = client.set_zero_linger();
        return;
    }
    let mut relay = Relay { cluster, upstream: None };
    loop {
        let request = tokio::select! {
            _ = stopped.changed() => return,
            request = message(&mut client) => match request {
                Ok(Some(request)) => request,
                _ => return,
            },
        };
        let call = Call::number_in(&request).unwrap_or_default();
        let attempt = {
            let mut requests = shared.requests.lock().unwrap();
            let count = requests.entry(call).or_default();
            *count += 1;
            *count
        };
        let fault = InjectedFault::of(faults, shared.seed, call, attempt);
        *shared.met.lock().unwrap().entry(fault).or_default() += 1;
        let chance = next_random(&[shared.seed, call, attempt, 1]);
        match relay.meet(fault, faults, chance, &request, &mut client, shared.elsewhere).await {
            Ok(End::Kept) => {}
            Ok(End::Closed) => return,
            // Either side closed the connection.
            Ok(End::Reset) | Err(_) => {
                let _ = client.set_zero_linger();
                return;
            }
        }
    }
}

/// How a client's connection continues.
enum End {
    Kept,
    Closed,
    Reset,
}

impl End {
    /// Closes the connection in one of two ways.
    fn cut(chance: u64) -> Self {
        if chance.is_multiple_of(2) { Self::Reset } else { Self::Closed }
    }
}

/// The connection to the cluster.
struct Relay {
    cluster: SocketAddr,
    upstream: Option<TcpStream>,
}

impl Relay {
    async fn meet(
        &mut self,
        fault: InjectedFault,
        faults: FaultProfile,
        chance: u64,
        request: &[u8],
        client: &mut TcpStream,
        elsewhere: SocketAddr,
    ) -> io::Result<End> {
        let some = |length: usize| usize::try_from(chance >> 8).unwrap_or_default() % length.max(1);
        match fault {
            InjectedFault::Passed => client.write_all(&self.deliver(request).await?).await.map(|()| End::Kept),
            InjectedFault::Dripped => {
                for piece in self.deliver(request).await?.chunks(1 + some(40)) {
                    client.write_all(piece).await?;
                    sleep(Duration::from_millis(2)).await;
                }
                Ok(End::Kept)
            }
            InjectedFault::Interim => {
                let response = self.deliver(request).await?;
                client.write_all(&b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1 + some(3))).await?;
                client.write_all(&response).await.map(|()| End::Kept)
            }
            InjectedFault::ClosedBehind => client.write_all(&self.deliver(request).await?).await.map(|()| End::Closed),
            InjectedFault::Overfull => {
                let response = self.deliver(request).await?;
                client.write_all(&[&response[..], &response[..]].concat()).await.map(|()| End::Kept)
            }
            InjectedFault::RequestCut => {
                let mut upstream = TcpStream::connect(self.cluster).await?;
                upstream.write_all(&request[..some(request.len())]).await?;
                Ok(End::cut(chance))
            }
            InjectedFault::Swallowed => Ok(End::cut(chance)),
            InjectedFault::ResponseLost => self.deliver(request).await.map(|_| End::cut(chance)),
            InjectedFault::AnswerCut => {
                let response = self.deliver(request).await?;
                client.write_all(&response[..some(response.len())]).await.map(|()| End::cut(chance))
            }
            InjectedFault::Garbled => {
                let mut response = self.deliver(request).await?;
                let at = some(response.len() + 1);
                // Invalid in UTF-8 and in numbers.
                response.splice(at..at, [0xFE; 7]);
                client.write_all(&response).await.map(|()| End::Kept)
            }
            InjectedFault::Nonsense => {
                self.deliver(request).await?;
                let said = NONSENSE[some(NONSENSE.len())];
                client.write_all(said).await.map(|()| End::Closed)
            }
            InjectedFault::AnswerLate => {
                let response = self.deliver(request).await?;
                sleep(HELD).await;
                client.write_all(&response).await.map(|()| End::Kept)
            }
            InjectedFault::DeliveredLate => {
                let longest = LONGEST_HELD.as_millis() as usize;
                let longer = if faults == FaultProfile::Delays { some(longest) as u64 } else { 0 };
                sleep(HELD + Duration::from_millis(longer)).await;
                self.deliver(request).await.map(|_| End::cut(chance))
            }
            InjectedFault::HalfClosed => {
                self.deliver(request).await?;
                client.shutdown().await?;
                let _ = timeout(LAST_BYTES, client.read(&mut [0])).await;
                Ok(End::Closed)
            }
            InjectedFault::HeadFlood => {
                self.deliver(request).await?;
                flood(client, b"HTTP/1.1 202 Accepted\r\n", b"x-storm: 0123456789\r\n", Duration::ZERO).await
            }
            InjectedFault::BodyFlood => {
                self.deliver(request).await?;
                let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                flood(client, head, &[b"400\r\n", &[b' '; 1024][..], b"\r\n"].concat(), Duration::ZERO).await
            }
            InjectedFault::InterimFlood => {
                self.deliver(request).await?;
                flood(client, b"", b"HTTP/1.1 100 Continue\r\n\r\n", Duration::from_millis(20)).await
            }
            InjectedFault::GaveUp => {
                self.deliver(request).await?;
                client.write_all(&empty("504 Gateway Timeout", "")).await.map(|()| End::Kept)
            }
            InjectedFault::Away => client.write_all(&empty("503 Service Unavailable", "")).await.map(|()| End::Kept),
            InjectedFault::TooMany => {
                client.write_all(&empty("429 Too Many Requests", "retry-after: 0\r\n")).await.map(|()| End::Kept)
            }
            InjectedFault::Refused => {
                client.write_all(&empty("400 Bad Request", "connection: close\r\n")).await.map(|()| End::Closed)
            }
            InjectedFault::Redirected => {
                let there = format!("location: http://{elsewhere}/\r\n");
                client.write_all(&empty("307 Temporary Redirect", &there)).await.map(|()| End::Kept)
            }
        }
    }

    /// Sends a request to the cluster and returns the response. Reuses an open connection if it is still alive.
    async fn deliver(&mut self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut upstream = match self.upstream.take() {
            Some(open) => open,
            None => TcpStream::connect(self.cluster).await?,
        };
        upstream.write_all(request).await?;
        let response = message(&mut upstream).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.upstream = Some(upstream);
        Ok(response)
    }
}

const NONSENSE: &[&[u8]] =
    &[b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\0\0\0\0", b"HTTP/9.9 202 Oh\r\n\r\n"];

fn empty(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: 0\r\n\r\n").into_bytes()
}

/// Sends `bytes` repeatedly until the client closes the connection or the flood reaches its maximum length.
async fn flood(client: &mut TcpStream, head: &[u8], bytes: &[u8], pause: Duration) -> io::Result<End> {
    let said = async {
        client.write_all(head).await?;
        let some = if pause.is_zero() { bytes.repeat(16 * 1024 / bytes.len() + 1) } else { bytes.to_vec() };
        for _ in 0..FLOOD / some.len() {
            client.write_all(&some).await?;
            sleep(pause).await;
        }
        io::Result::Ok(())
    };
    let _ = timeout(DEADLINE + HELD, said).await;
    Ok(End::Reset)
}

/// Reads one whole request or response, with a body of the announced length. `None` at the end of the connection.
async fn message(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut whole = Vec::with_capacity(1024);
    let head = loop {
        if let Some(end) = whole.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut whole).await? == 0 {
            return if whole.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let lines = String::from_utf8_lossy(&whole[..head]).to_ascii_lowercase();
    let length = lines.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let missing = (head + length.unwrap_or_default()).saturating_sub(whole.len());
    let read = whole.len();
    whole.resize(read + missing, 0);
    stream.read_exact(&mut whole[read..]).await?;
    Ok(Some(whole))
}
