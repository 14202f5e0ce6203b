//! Servers with canned responses, and servers that must not receive a request.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// Accepts no connection: a client that makes one fails the test.
pub(crate) struct Untouched(TcpListener);

impl Untouched {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// The system completes connections before they are accepted: none may be waiting.
    pub(crate) fn assert_untouched(&self) {
        match self.0.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            other => panic!("somebody connected: {other:?}"),
        }
    }
}

/// An address without a listener.
pub(crate) fn dead() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// The response of a double to a request.
#[derive(Clone)]
pub(crate) enum CannedResponse {
    /// Status and body.
    Reply(u16, String),
    /// Status and body with a `Date`.
    Dated(String, u16, String),
    /// Closes the connection without a response.
    Hangup,
}

/// Responds to every request in the same way, and records the requests.
pub(crate) struct Canned {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Canned {
    pub(crate) fn response(status: u16, body: impl Into<String>) -> Self {
        Self::new(CannedResponse::Reply(status, body.into()))
    }

    /// An error response of the backup service.
    pub(crate) fn fabric(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({ "Error": { "Code": code, "Message": message } });
        Self::response(status, body.to_string())
    }

    pub(crate) fn new(response: CannedResponse) -> Self {
        Self::script([response])
    }

    /// These responses in order; the last one repeats.
    pub(crate) fn script<const N: usize>(responses: [CannedResponse; N]) -> Self {
        let mut place = 0;
        Self::route(move |_| {
            place += 1;
            responses.get(place - 1).or(responses.last()).cloned().unwrap()
        })
    }

    /// Chooses a response for each request.
    pub(crate) fn route(mut response: impl FnMut(&str) -> CannedResponse + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        let thread = std::thread::spawn(move || {
            // An empty request ends it: no client connects without sending one.
            while let Ok((stream, _)) = listener.accept() {
                let Some(request) = read(&stream) else { return };
                let response = response(&request);
                kept.lock().unwrap().push(request);
                respond(stream, &response);
            }
        });
        Self { address, requests, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The request lines so far, without the HTTP version.
    pub(crate) fn request_lines(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let lines = requests.iter().map(|request| request.lines().next().unwrap_or_default());
        lines.map(|line| line.trim_end_matches(" HTTP/1.1").to_owned()).collect()
    }

    /// The requests as received.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        drop(TcpStream::connect(self.address));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        request.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.push_str(&String::from_utf8(body).unwrap());
    Some(request)
}

fn respond(mut stream: TcpStream, response: &CannedResponse) {
    let (date, status, body) = match response {
        CannedResponse::Reply(status, body) => (String::new(), status, body),
        CannedResponse::Dated(date, status, body) => (format!("date: {date}\r\n"), status, body),
        CannedResponse::Hangup => return,
    };
    {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\n{date}content-length: {length}\r\nconnection: close\r\n\r\n");
        // A client that has closed the connection concerns the test.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
    }
}
