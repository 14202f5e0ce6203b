use std::io;

use crate::tls::connect_error::ConnectError;

/// Maximum length of the head of a proxy's response.
const HEAD_LIMIT: usize = 16 * 1024;

/// An incremental parser of the proxy's response to a [`CONNECT` request](super::ProxyServer::request).
///
/// ```
/// use sf_backup_transport::tls::Tunnel;
///
/// let mut tunnel = Tunnel::default();
/// assert_eq!(tunnel.take(b"HTTP/1.1 200 Connection est"), Ok(false));
/// assert_eq!(tunnel.take(b"ablished\r\n\r\n"), Ok(true));
/// ```
#[derive(Debug, Default)]
pub struct Tunnel {
    head: Vec<u8>,
}

/// The reason why a proxy opened no tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TunnelError {
    /// The proxy requires credentials, or rejected those in its URL.
    #[error("it requires a valid user name and password (407)")]
    Unauthorized,
    /// The proxy refused, or cannot reach the endpoint.
    #[error("it responded with status {0} to CONNECT")]
    Status(u16),
    /// The response is not HTTP.
    #[error("its response is not HTTP")]
    NotHttp,
    /// The proxy closed the connection.
    #[error("it closed the connection without opening a tunnel")]
    Closed,
}

impl From<TunnelError> for ConnectError {
    fn from(error: TunnelError) -> Self {
        Self::Tunnel { kind: io::ErrorKind::Other, said: error.to_string() }
    }
}

impl Tunnel {
    /// Parses the next bytes of the response; no bytes mean that the proxy closed the connection. Returns `true` once
    /// the tunnel is open.
    ///
    /// # Errors
    /// [`TunnelError`]. Drop the connection.
    pub fn take(&mut self, bytes: &[u8]) -> Result<bool, TunnelError> {
        if bytes.is_empty() {
            return Err(TunnelError::Closed);
        }
        self.head.extend_from_slice(bytes);
        match self.head.windows(4).position(|end| end == b"\r\n\r\n") {
            // In TLS the client sends first, so bytes after the head cannot come from the cluster.
            Some(end) if end + 4 < self.head.len() => status(&self.head).and(Err(TunnelError::NotHttp)),
            Some(_) => status(&self.head).map(|()| true),
            None if self.head.len() > HEAD_LIMIT => Err(TunnelError::NotHttp),
            None => Ok(false),
        }
    }
}

/// Checks that the status is 2xx.
fn status(head: &[u8]) -> Result<(), TunnelError> {
    let line = head.strip_prefix(b"HTTP/1.").and_then(|line| line.get(1..5)).ok_or(TunnelError::NotHttp)?;
    let digits = line.strip_prefix(b" ").filter(|digits| digits.iter().all(u8::is_ascii_digit));
    let status = digits.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok()).ok_or(TunnelError::NotHttp)?;
    match status {
        200..300 => Ok(()),
        407 => Err(TunnelError::Unauthorized),
        other => Err(TunnelError::Status(other)),
    }
}
