/// The longest head of an answer to take from a proxy.
const HEAD_LIMIT: usize = 16 * 1024;

/// Reads a proxy's answer to a [request](super::ProxyServer::request) for a tunnel, as it comes in.
///
/// ```
/// use sf_backup_tls::Tunnel;
///
/// let mut tunnel = Tunnel::default();
/// assert_eq!(tunnel.take(b"HTTP/1.1 200 Connection est"), Ok(false));
/// assert_eq!(tunnel.take(b"ablished\r\n\r\n"), Ok(true));
/// ```
#[derive(Debug, Default)]
pub struct Tunnel {
    head: Vec<u8>,
}

/// Why a proxy opens no tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TunnelError {
    /// It wants to know who asks.
    #[error("it wants a user name and password, or others than it was given (407)")]
    Unauthorized,
    /// It does not want to, or does not get through itself.
    #[error("it answered {0} to the request for a tunnel")]
    Status(u16),
    /// What it says is not HTTP.
    #[error("it does not answer as an HTTP proxy")]
    NotHttp,
    /// It closed the connection.
    #[error("it closed the connection without opening a tunnel")]
    Closed,
}

impl Tunnel {
    /// Takes what the proxy said next; no bytes mean that it has closed. `true` once the tunnel is open, after which no byte
    /// is the proxy's own.
    ///
    /// # Errors
    /// [`TunnelError`], after which the connection must be dropped.
    pub fn take(&mut self, bytes: &[u8]) -> Result<bool, TunnelError> {
        if bytes.is_empty() {
            return Err(TunnelError::Closed);
        }
        self.head.extend_from_slice(bytes);
        match self.head.windows(4).position(|end| end == b"\r\n\r\n") {
            // In TLS the client speaks first: whatever follows the head was not said by the cluster.
            Some(end) if end + 4 < self.head.len() => status(&self.head).and(Err(TunnelError::NotHttp)),
            Some(_) => status(&self.head).map(|()| true),
            None if self.head.len() > HEAD_LIMIT => Err(TunnelError::NotHttp),
            None => Ok(false),
        }
    }
}

/// Whether the status is one of success.
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
