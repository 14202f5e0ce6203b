//! The client of the simulator's control interface: one request per connection.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use serde_json::Value;
use sf_backup_proto::{Endpoint, Endpoints};
use sf_backup_sim::control::LARGEST_STATE;

use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};

const CONNECT: Duration = Duration::from_secs(5);
/// Time limit of a response: in a large cluster, advancing the time takes a while.
const RESPONSE: Duration = Duration::from_secs(600);
/// Maximum size of a response: the largest state and a head.
const LARGEST: u64 = LARGEST_STATE as u64 + 64 * 1024;

/// A simulator that is running.
#[derive(Debug)]
pub(crate) struct Simulator {
    endpoint: Endpoint,
}

impl Simulator {
    /// # Errors
    /// If the endpoint cannot be a simulator's.
    pub(crate) fn at(endpoints: &Endpoints) -> Result<Self, Failure> {
        let endpoint = endpoints.first().clone();
        if endpoint.is_https() {
            return Err(Failure::usage(format!("{endpoint} is not a simulator: simulators use plain HTTP")));
        }
        Ok(Self { endpoint })
    }

    pub(crate) fn url(&self, what: &str) -> String {
        format!("{}/$sim/{what}", self.endpoint)
    }

    /// Sends a request, and returns its JSON response.
    ///
    /// # Errors
    /// If there is no simulator that accepts control requests, or it refuses the request.
    pub(crate) fn ask(&self, method: &str, what: &str, body: &Value) -> Result<Value, Failure> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        serde_json::from_str(&self.ask_text(method, what, &body)?).map_err(|_| self.no_simulator())
    }

    /// Sends a request, and returns the text of its response.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(crate) fn ask_text(&self, method: &str, what: &str, body: &str) -> Result<String, Failure> {
        let response = self.exchange(method, what, body).map_err(|error| self.unreachable(&error))?;
        let (head, body) = response.split_once("\r\n\r\n").unwrap_or_default();
        let refused = || serde_json::from_str::<Value>(body).ok()?.get("Message")?.as_str().map(ToOwned::to_owned);
        match (head.split(' ').nth(1).unwrap_or_default(), refused()) {
            ("200", _) => Ok(body.to_owned()),
            ("400", Some(refused)) => Err(Failure::Other(refused)),
            _ => Err(self.no_simulator()),
        }
    }

    fn exchange(&self, method: &str, what: &str, body: &str) -> io::Result<String> {
        let (host, port) = (self.endpoint.host(), self.endpoint.port());
        let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
        let mut found = None;
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(stream) => {
                    found = Some(stream);
                    break;
                }
                Err(error) => failure = error,
            }
        }
        let mut stream = found.ok_or(failure)?;
        stream.set_read_timeout(Some(RESPONSE))?;
        let head = format!(
            "{method} /$sim/{what} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + body).as_bytes())?;
        let body = response(&mut stream.take(LARGEST))?;
        String::from_utf8(body).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    }

    fn unreachable(&self, error: &io::Error) -> Failure {
        let problem = format!("no simulator can be reached at {}: {error}", self.endpoint);
        let hint = "start one with 'sf-backup sim', or name its endpoint with -e".to_owned();
        let report = Report::plain("unreachable", &problem).hinted(hint);
        Failure::Reported { exit: Exit::Unreachable, report: Box::new(report) }
    }

    fn no_simulator(&self) -> Failure {
        let problem = format!("{} is not a simulator that accepts control commands", self.endpoint);
        let hint = "start it with 'sf-backup sim'; on an address other than loopback, with --control".to_owned();
        Failure::Reported { exit: Exit::Failed, report: Box::new(Report::plain("failed", &problem).hinted(hint)) }
    }
}

/// Reads one response: another server may keep the connection open.
fn response(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let (mut response, mut buffer) = (Vec::new(), [0; 4096]);
    let mut end = None;
    while end.is_none_or(|end| response.len() < end) {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        response.extend_from_slice(buffer.get(..count).unwrap_or_default());
        end = end.or_else(|| announced_end(&response));
    }
    Ok(response)
}

/// The end of a response by its `Content-Length`, if its head is complete.
fn announced_end(response: &[u8]) -> Option<usize> {
    let head_end = response.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(response.get(..head_end)?).ok()?;
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let (_, length) = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    head_end.checked_add(length.trim().parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_ends_at_its_length_or_with_the_connection() {
        let open = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".chain(io::repeat(b'x').take(9_000));
        let read = response(&mut { open }).unwrap();
        assert!(read.starts_with(b"HTTP/1.1 200 OK") && read.len() < 5_000, "{}", read.len());
        for closed in ["HTTP/1.1 200 OK\r\n\r\n{}", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}", "nonsense", ""] {
            assert_eq!(response(&mut closed.as_bytes()).unwrap(), closed.as_bytes());
        }
        let huge = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", usize::MAX);
        assert_eq!(announced_end(huge.as_bytes()), None);
    }
}
