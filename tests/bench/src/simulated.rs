//! The simulator over a socket, against a hyper server that sends the same bytes without reading the request.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sf_backup_proto::{Operation, Target};
use sf_backup_sim::{Cluster, Listening, Topology};

use crate::calls;
use crate::responses::until_left_alone;

const TOPOLOGY: &str = r#"{"Applications":[{"Name":"fabric:/CalcApp","Services":[{"Name":"fabric:/CalcApp/CalcService",
    "ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[{"ServicePartitionKind":"Singleton",
    "Id":"3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0aa"}]}]}]}"#;
const POLICY: &str = r#"{"Name":"Daily","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":5,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"P1D"},
    "Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\backups"}}"#;

pub const PEER: &str = "a bare hyper server, same bytes";

/// A simulated cluster with one service, which has a policy.
pub fn cluster() -> Listening {
    let cluster = Cluster::builder().topology(Topology::from_json(TOPOLOGY).unwrap()).build();
    create_policy(&cluster);
    enable(&cluster, "Services/CalcApp/CalcService");
    cluster.listen().unwrap()
}

pub fn create_policy(cluster: &Cluster) {
    post(cluster, "/BackupRestore/BackupPolicies/$/Create", POLICY);
}

/// Enables the policy on an entity.
pub fn enable(cluster: &Cluster, entity: &str) {
    post(cluster, &format!("/{entity}/$/EnableBackup"), r#"{"BackupPolicyName":"Daily"}"#);
}

fn post(cluster: &Cluster, path: &str, body: &'static str) {
    let request = Request::post(format!("{path}?api-version=6.4")).header("content-type", "application/json");
    let response = cluster.respond(request.body(Bytes::from_static(body.as_bytes())).unwrap());
    assert!(response.status().is_success(), "{path}: {response:?}");
}

/// A server that sends the simulator's response to every request, until the process ends.
pub fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        calls::runtime().block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut server = http1::Builder::new();
                let server = server.timer(TokioTimer::new());
                tokio::spawn(server.serve_connection(TokioIo::new(stream), service_fn(accepted)));
            }
        });
    });
    address
}

async fn accepted(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // Every server must read the body.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::ACCEPTED;
    response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// Serves the simulator, or the bare server, until standard input closes.
pub fn serve(is_bare: bool) {
    let cluster = (!is_bare).then(cluster);
    println!("{}", cluster.as_ref().map_or_else(bare, Listening::address));
    until_left_alone();
}

/// Sends a request this many times on one connection.
pub fn ask(server: SocketAddr, number: usize) {
    let mut socket = TcpStream::connect(server).unwrap();
    socket.set_nodelay(true).unwrap();
    let request = request(server);
    let (mut response, mut chunk) = (Vec::new(), [0; 4096]);
    for _ in 0..number {
        socket.write_all(&request).unwrap();
        response.clear();
        // The response has no body.
        while !response.ends_with(b"\r\n\r\n") {
            let read = socket.read(&mut chunk).unwrap();
            assert!(read > 0, "the server closed the connection");
            response.extend_from_slice(&chunk[..read]);
        }
        assert!(response.starts_with(b"HTTP/1.1 202"));
    }
}

/// The bytes that our client sends.
fn request(server: SocketAddr) -> Vec<u8> {
    let target =
        Target::new(format!("http://{server}").parse().unwrap()).request_id("0123456789abcdef0123456789abcdef");
    let request = calls::resume().to_request(&target).unwrap();
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri().path_and_query().unwrap());
    text.push_str(&format!("host: {server}\r\n"));
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text.push_str("\r\n");
    text.into_bytes()
}
