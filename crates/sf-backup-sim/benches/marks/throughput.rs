//! `ResumeBackup` over a socket, against a server that responds to everything with 202.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::{Mark, cluster, protect};

const REQUESTS: usize = 10_000;
const CONNECTIONS: usize = 4;
const ROUNDS: usize = 5;
const REQUEST: &[u8] =
    b"POST /Services/App0/Service0/$/ResumeBackup?api-version=6.4 HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";

pub(crate) fn marks() -> Vec<Mark> {
    let cluster = cluster(10, 10);
    protect(&cluster, (0..10).map(|application| format!("Applications/App{application}")));
    let listening = cluster.listen().unwrap();
    let bare = bare();
    // Alternately, so that disturbances affect both.
    let [mut simulated, mut nothing] = [0.0_f64; 2];
    for _ in 0..ROUNDS {
        simulated = simulated.max(per_second(listening.address()));
        nothing = nothing.max(per_second(bare));
    }
    vec![Mark::least("ResumeBackup per second, against a bare server", simulated / nothing, 0.6, "times")]
}

/// A server that responds to everything with 202, until the process ends.
fn bare() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let serve = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(accepted));
                tokio::spawn(serve);
            }
        });
    });
    address
}

async fn accepted(request: http::Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // Every server must read what a client sent.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}

/// Responses per second on several connections, with one request at a time on each.
fn per_second(address: SocketAddr) -> f64 {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| converse(address, REQUESTS / CONNECTIONS));
        }
    });
    REQUESTS as f64 / begun.elapsed().as_secs_f64()
}

fn converse(address: SocketAddr, requests: usize) {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_nodelay(true).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut response = Vec::new();
    let mut chunk = [0; 4096];
    for _ in 0..requests {
        socket.write_all(REQUEST).unwrap();
        response.clear();
        // No response has a body.
        while !response.ends_with(b"\r\n\r\n") {
            let read = socket.read(&mut chunk).unwrap();
            assert!(read > 0, "the server hung up");
            response.extend_from_slice(chunk.get(..read).unwrap_or_default());
        }
        assert!(response.starts_with(b"HTTP/1.1 202"));
    }
}
