//! A server double that follows a test's script, byte for byte.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use sf_backup_proto::Endpoint;

/// Time limit of every wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// A `202` response of the server.
pub(crate) const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

/// A response with its length.
pub(crate) fn response(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// A `200` response with JSON.
pub(crate) fn json(body: &str) -> String {
    response("200 OK", "application/json; charset=utf-8", body)
}

/// A loopback server on its own thread.
pub(crate) struct Double<R> {
    address: SocketAddr,
    result: Receiver<R>,
}

impl<R: Send + 'static> Double<R> {
    /// Runs `script` on a listener.
    pub(crate) fn new(script: impl FnOnce(&Listener) -> R + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, result) = mpsc::channel();
        thread::spawn(move || {
            // The receiver was dropped if the test failed.
            let _ = sender.send(script(&Listener(listener)));
        });
        Self { address, result }
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        format!("http://{}", self.address).parse().unwrap()
    }

    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Waits for the script and returns its result.
    pub(crate) fn finish(self) -> R {
        self.result.recv_timeout(PATIENCE).expect("the server's script did not end")
    }
}

impl Double<Seen> {
    /// Responds to one request with `response` and closes.
    pub(crate) fn responding(response: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::new(move |listener| {
            let mut connection = listener.accept();
            let seen = connection.request();
            connection.say(response);
            seen
        })
    }
}

pub(crate) struct Listener(TcpListener);

impl Listener {
    pub(crate) fn accept(&self) -> Connection {
        let (stream, _) = self.0.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection(stream)
    }

    /// Accepts a connection and reads only the first byte of its request. The system resets such a connection when it
    /// is dropped.
    pub(crate) fn accept_to_reset(&self) -> Connection {
        let mut connection = self.accept();
        connection.0.read_exact(&mut [0]).unwrap();
        connection
    }
}

pub(crate) struct Connection(TcpStream);

impl Connection {
    /// Reads one whole request.
    pub(crate) fn request(&mut self) -> Seen {
        self.try_request().expect("a request")
    }

    /// Reads one whole request, unless the client closes instead.
    pub(crate) fn try_request(&mut self) -> Option<Seen> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if self.0.read(&mut byte).unwrap() == 0 {
                assert!(head.is_empty(), "half a request");
                return None;
            }
            head.push(byte[0]);
        }
        let mut seen = Seen::parse(std::str::from_utf8(&head).unwrap());
        let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        seen.body = String::from_utf8(body).unwrap();
        Some(seen)
    }

    /// Writes and ignores a closed connection.
    pub(crate) fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).is_ok()
    }

    /// Shuts down the writing side.
    pub(crate) fn half_close(&mut self) {
        self.0.shutdown(Shutdown::Write).unwrap();
    }

    /// Waits until the client has closed its side.
    pub(crate) fn wait_for_the_end(&mut self) {
        loop {
            match self.0.read(&mut [0; 1024]) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return,
                Err(error) => panic!("the client did not close the connection: {error}"),
            }
        }
    }

    /// Sends `bytes` repeatedly, with pauses, until the client has closed its side.
    pub(crate) fn drip(&mut self, bytes: &[u8], pause: Duration) {
        self.0.set_read_timeout(Some(pause)).unwrap();
        while self.say(bytes) {
            match self.0.read(&mut [0]) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Ok(0) | Err(_) => return,
                Ok(_) => panic!("unexpected request"),
            }
        }
    }

    /// Sends `bytes` repeatedly as fast as the client reads, until it closes. Returns the number of bytes sent.
    pub(crate) fn flood(&mut self, bytes: &[u8]) -> usize {
        let mut sent = 0;
        while self.say(bytes) {
            sent += bytes.len();
        }
        sent
    }
}

/// A request as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) line: String,
    /// Header lines (`name: value`) in the original spelling, sorted.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Seen {
    fn parse(head: &str) -> Self {
        let mut lines = head.trim_end().split("\r\n").map(str::to_owned);
        let line = lines.next().unwrap();
        let mut headers: Vec<_> = lines.collect();
        headers.sort();
        Self { line, headers, body: String::new() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|header| header.strip_prefix(name)?.strip_prefix(": "))
    }
}
