//! The cluster behind a socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use sf_backup_sim::{Cluster, Fault, Listening, Speed};

use crate::harness::policy;

fn connect(listening: &Listening) -> TcpStream {
    let socket = TcpStream::connect(listening.address()).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

/// Reads one response: its head, and as many bytes as that announces.
fn read_response(socket: &mut TcpStream) -> String {
    let mut response = Vec::new();
    let mut byte = [0];
    while !response.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        response.push(byte[0]);
    }
    let head = String::from_utf8(response).unwrap();
    let length = head.split("content-length: ").nth(1).map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
    let mut body = vec![0; length];
    socket.read_exact(&mut body).unwrap();
    head + std::str::from_utf8(&body).unwrap()
}

#[test]
fn a_connection_serves_several_requests_and_the_state_is_shared() {
    let cluster = Cluster::builder().build();
    let listening = cluster.listen().unwrap();
    assert_eq!(listening.url(), format!("http://{}", listening.address()));
    let mut socket = connect(&listening);
    let body = policy("P").to_string();
    let request = format!(
        "POST /BackupRestore/BackupPolicies/$/Create?api-version=6.4 HTTP/1.1\r\nhost: x\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).unwrap();
    let response = read_response(&mut socket);
    assert!(response.starts_with("HTTP/1.1 201 Created\r\n"), "{response}");
    assert!(response.contains("\r\ndate: Mon, 01 Jan 2024 00:00:0"), "{response}");
    socket.write_all(b"GET /BackupRestore/BackupPolicies?api-version=6.4 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(read_response(&mut socket).contains(r#""Name":"P""#));
}

#[test]
fn a_body_waits_for_100_continue() {
    let listening = Cluster::builder().build().listen().unwrap();
    let mut socket = connect(&listening);
    socket
        .write_all(
            b"POST /BackupRestore/BackupPolicies/$/Create?api-version=6.4 HTTP/1.1\r\nhost: x\r\n\
              content-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n",
        )
        .unwrap();
    assert!(read_response(&mut socket).starts_with("HTTP/1.1 100 Continue"));
    socket.write_all(b"{}").unwrap();
    assert!(read_response(&mut socket).starts_with("HTTP/1.1 400"));
}

#[test]
fn a_body_without_end_is_cut_off() {
    let listening = Cluster::builder().build().listen().unwrap();
    let mut socket = connect(&listening);
    socket
        .write_all(
            b"POST /BackupRestore/BackupPolicies/$/Create HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n",
        )
        .unwrap();
    assert!(read_response(&mut socket).starts_with("HTTP/1.1 413"));
}

#[test]
fn only_a_state_may_be_large() {
    let listening = Cluster::builder().control().build().listen().unwrap();
    for (path, status) in
        [("/$sim/state", "100"), ("/$sim/clock", "413"), ("/BackupRestore/BackupPolicies/$/Create", "413")]
    {
        let mut socket = connect(&listening);
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\nexpect: 100-continue\r\n\r\n");
        socket.write_all(head.as_bytes()).unwrap();
        assert!(read_response(&mut socket).starts_with(&format!("HTTP/1.1 {status} ")), "{path}");
    }
}

#[test]
fn dropping_it_stops_the_server_though_a_client_hangs() {
    let listening = Cluster::builder().build().listen().unwrap();
    let address = listening.address();
    let mut socket = connect(&listening);
    socket.write_all(b"POST /half HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab").unwrap();
    drop(listening);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_cut_connection_gives_no_response() {
    let cluster = Cluster::builder().build();
    let listening = cluster.listen().unwrap();
    cluster.inject(Fault::cut());
    let mut socket = connect(&listening);
    socket.write_all(b"GET /BackupRestore/BackupPolicies?api-version=6.4 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut response = Vec::new();
    let ended = socket.read_to_end(&mut response);
    assert!(ended.is_err() || response.is_empty(), "{response:?}");
}

#[test]
fn time_follows_the_real_one_at_the_speed_set() {
    let fast = Cluster::builder().speed("1000000x".parse().unwrap()).build();
    let frozen = Cluster::builder().speed(Speed::FROZEN).build();
    let start = (fast.now(), frozen.now());
    let listening = [fast.listen().unwrap(), frozen.listen().unwrap()];
    // A second of virtual time is a microsecond: the first request must find a later time.
    while fast.now() == start.0 {
        for listening in &listening {
            let mut socket = connect(listening);
            socket.write_all(b"GET /No HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
            assert!(read_response(&mut socket).starts_with("HTTP/1.1 400"));
        }
    }
    assert_eq!(frozen.now(), start.1);
}

#[test]
fn a_late_response_is_late_in_real_time() {
    let cluster = Cluster::builder().speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let (latency, start) = (Duration::from_millis(60), cluster.now());
    cluster.inject(Fault::late(latency));
    let begun = std::time::Instant::now();
    let mut socket = connect(&listening);
    socket.write_all(b"GET /BackupRestore/BackupPolicies?api-version=6.4 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(read_response(&mut socket).starts_with("HTTP/1.1 200"));
    assert!(begun.elapsed() >= latency);
    assert_eq!(cluster.now(), start);
}

#[test]
fn the_proxys_patience_is_of_the_clusters_time() {
    for (speed, most) in [("0x", 120), ("100000x", 1_000_000)] {
        let cluster = Cluster::builder().speed(speed.parse().unwrap()).build();
        let listening = cluster.listen().unwrap();
        let start = cluster.now();
        let mut socket = connect(&listening);
        socket.write_all(b"GET /BackupRestore/Nothing HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        assert!(read_response(&mut socket).starts_with("HTTP/1.1 504"));
        let passed = cluster.now().since(start).as_secs();
        assert!((120..=most).contains(&passed), "{speed}: {passed}");
    }
}

#[test]
fn a_thousand_connections_with_slow_clients_and_garbage_lose_nothing() {
    const CLIENTS: usize = 1_000;
    let cluster = Cluster::builder().speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    // Clients that never finish their requests, and clients that send no HTTP.
    let mut idle: Vec<TcpStream> = (0..50).map(|_| connect(&listening)).collect();
    for (number, socket) in idle.iter_mut().enumerate() {
        let start: &[u8] = match number % 3 {
            0 => b"POST /BackupRestore/BackupPolicies/$/Create HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n{",
            1 => b"GET /BackupRest",
            _ => b"\x16\x03\x01\xff\x00 no HTTP at all \r\n\r\n",
        };
        socket.write_all(start).unwrap();
    }
    let mut sockets: Vec<TcpStream> = (0..CLIENTS).map(|_| connect(&listening)).collect();
    let request = |number: usize| {
        let body = policy(&format!("P{number:04}")).to_string();
        let head = format!(
            "POST /BackupRestore/BackupPolicies/$/Create?api-version=6.4 HTTP/1.1\r\nhost: x\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        head + &body
    };
    // All connections are open at the same time, and each sends its request in two parts.
    for (number, socket) in sockets.iter_mut().enumerate() {
        socket.write_all(&request(number).as_bytes()[..100]).unwrap();
    }
    for (number, socket) in sockets.iter_mut().enumerate().rev() {
        socket.write_all(&request(number).as_bytes()[100..]).unwrap();
    }
    for socket in &mut sockets {
        assert!(read_response(socket).starts_with("HTTP/1.1 201"));
    }
    let mut socket = connect(&listening);
    socket.write_all(b"GET /BackupRestore/BackupPolicies?api-version=6.4 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let response = read_response(&mut socket);
    assert_eq!(response.matches("\"Name\":\"P").count(), CLIENTS);
    drop(idle);
}
