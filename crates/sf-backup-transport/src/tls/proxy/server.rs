use std::fmt;
use std::io::{self, Read, Write};

use base64ct::{Base64, Encoding};
use http::Uri;
use percent_encoding::percent_decode_str;
use sf_backup_proto::{Endpoint, Secret};
use zeroize::Zeroizing;

use super::tunnel::Tunnel;
use crate::tls::connect_error::ConnectError;

/// An HTTP proxy that opens tunnels. `Display` is its URL without user and password.
#[derive(Debug, Clone)]
pub struct ProxyServer {
    endpoint: Endpoint,
    uri: Uri,
    /// The value of `Proxy-Authorization`.
    authorization: Option<Secret>,
}

const NOT_URL: &str = "is not a URL such as http://proxy.example:3128";

impl ProxyServer {
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let rest = match url.trim().split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            // Connecting without the proxy would bypass it against the user's intent.
            Some(_) => return Err("must start with http://: other kinds of proxies are not supported"),
            None => url.trim(),
        };
        let (user_info, authority) = match rest.rsplit_once('@') {
            Some((user_info, authority)) => (Some(user_info), authority),
            None => (None, rest),
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        if authority.contains('/') {
            return Err("must not have a path");
        }
        let url = format!("http://{authority}");
        Ok(Self {
            endpoint: url.parse().map_err(|_| NOT_URL)?,
            uri: url.parse().map_err(|_| NOT_URL)?,
            authorization: user_info.map(basic),
        })
    }

    /// The host. IPv6 addresses have no brackets.
    pub fn host(&self) -> &str {
        self.endpoint.host()
    }

    /// The URL, without user and password.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.endpoint.port()
    }

    /// Opens a tunnel on a connection to the proxy. Blocks as the connection does.
    ///
    /// # Errors
    /// [`ConnectError::Tunnel`]. Drop the connection.
    pub fn open<S: Read + Write>(&self, stream: &mut S, host: &str, port: u16) -> Result<(), ConnectError> {
        let failed = |error: io::Error| ConnectError::tunnel(&error);
        stream.write_all(&self.request(host, port)).map_err(failed)?;
        let mut tunnel = Tunnel::default();
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer).map_err(failed)?;
            if tunnel.take(buffer.get(..count).unwrap_or_default())? {
                return Ok(());
            }
        }
    }

    /// The `CONNECT` request for a tunnel to `host`, which has no brackets.
    pub fn request(&self, host: &str, port: u16) -> Zeroizing<Vec<u8>> {
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let authorization = self.authorization.as_ref().map_or("", Secret::expose);
        let header = if authorization.is_empty() { "" } else { "Proxy-Authorization: " };
        let end = if authorization.is_empty() { "" } else { "\r\n" };
        let request =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{header}{authorization}{end}\r\n");
        Zeroizing::new(request.into_bytes())
    }
}

/// The value of `Proxy-Authorization` for the user info of a URL.
fn basic(user_info: &str) -> Secret {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let mut plain: Zeroizing<Vec<u8>> = Zeroizing::new(percent_decode_str(user).collect());
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    let encoded = Zeroizing::new(Base64::encode_string(&plain));
    Secret::from(format!("Basic {}", *encoded))
}

impl fmt::Display for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.endpoint, f)
    }
}
