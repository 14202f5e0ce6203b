//! A loopback server that records requests and responds to every operation with success.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use sf_backup_proto::OPERATIONS;

/// Runs `client` with the server's URL; returns its result and the requests in order.
pub(super) fn record<T>(client: impl FnOnce(&str) -> T) -> (T, Vec<Request<Bytes>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let serving = scope.spawn(|| serve(&listener, &done));
        let result = client(&format!("http://{address}"));
        done.store(true, Ordering::SeqCst);
        // Wakes the server.
        drop(TcpStream::connect(address));
        (result, serving.join().unwrap().unwrap())
    })
}

fn serve(listener: &TcpListener, done: &AtomicBool) -> io::Result<Vec<Request<Bytes>>> {
    let mut requests = Vec::new();
    loop {
        let (mut stream, _) = listener.accept()?;
        if done.load(Ordering::SeqCst) {
            return Ok(requests);
        }
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let request = read(BufReader::new(&stream))?;
        stream.write_all(&response(&request))?;
        requests.push(request);
    }
}

/// Reads one HTTP/1.1 request. A body must have a known length.
fn read(mut source: impl BufRead) -> io::Result<Request<Bytes>> {
    let mut line = || -> io::Result<String> {
        let mut line = String::new();
        source.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    };
    let request_line = line()?;
    let mut words = request_line.split(' ');
    let mut head = Request::builder().method(words.next().unwrap_or_default()).uri(words.next().unwrap_or_default());
    let mut length = 0;
    loop {
        let header = line()?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        head = head.header(name, value.trim());
    }
    let mut body = vec![0; length];
    source.read_exact(&mut body)?;
    head.body(body.into()).map_err(io::Error::other)
}

/// Success, with an empty object if there is a body: every member is optional for the client.
fn response(request: &Request<Bytes>) -> Vec<u8> {
    let path = request.uri().path();
    let found = OPERATIONS.iter().find(|spec| spec.method() == *request.method() && spec.id_in(path).is_some());
    let status = found.map_or(404, |spec| spec.success().as_u16());
    let body = if status == 200 { "{}" } else { "" };
    format!(
        "HTTP/1.1 {status} .\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[test]
fn the_recorder_returns_requests_unchanged() {
    let (response, requests) = record(|url| {
        let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        let request = "POST /Partitions/x/$/Backup?a=%41 HTTP/1.1\r\nX-A: 1\r\nContent-Length: 2\r\n\r\n{}";
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    });
    assert!(response.starts_with("HTTP/1.1 202 "), "{response}");
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(request.uri(), "/Partitions/x/$/Backup?a=%41");
    assert_eq!(request.headers()["x-a"], "1");
    assert_eq!(request.body(), "{}");
}
