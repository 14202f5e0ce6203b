use std::fmt;
use std::io::{self, Read, Write};

use base64ct::{Base64, Encoding};
use http::Uri;
use percent_encoding::percent_decode_str;
use sf_backup_proto::{Endpoint, Secret};
use zeroize::Zeroizing;

use super::tunnel::Tunnel;
use crate::security::NotSecure;

/// A proxy that opens tunnels. `Display` is its URL without user and password.
#[derive(Debug, Clone)]
pub struct ProxyServer {
    endpoint: Endpoint,
    uri: Uri,
    /// What stands in `Proxy-Authorization`.
    authorization: Option<Secret>,
}

const NOT_URL: &str = "is not a URL such as http://proxy.example:3128";

impl ProxyServer {
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let rest = match url.trim().split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            // Skipping it silently would go a way that the user did not want.
            Some(_) => return Err("names a kind of proxy that is not spoken: it must begin with http://"),
            None => url.trim(),
        };
        let (user_info, authority) = match rest.rsplit_once('@') {
            Some((user_info, authority)) => (Some(user_info), authority),
            None => (None, rest),
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        if authority.contains('/') {
            return Err("has a path, which proxies have not");
        }
        let url = format!("http://{authority}");
        Ok(Self {
            endpoint: url.parse().map_err(|_| NOT_URL)?,
            uri: url.parse().map_err(|_| NOT_URL)?,
            authorization: user_info.map(basic),
        })
    }

    /// The host, without brackets if it is an IPv6 address.
    pub fn host(&self) -> &str {
        self.endpoint.host()
    }

    /// Its URL, without user and password.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.endpoint.port()
    }

    /// Asks for a tunnel on a connection to the proxy. Blocks as the connection does.
    ///
    /// # Errors
    /// [`NotSecure::Tunnel`], after which the connection must be dropped.
    pub fn open<S: Read + Write>(&self, stream: &mut S, host: &str, port: u16) -> Result<(), NotSecure> {
        let broken = |error: io::Error| NotSecure::tunnel(&error);
        stream.write_all(&self.request(host, port)).map_err(broken)?;
        let mut tunnel = Tunnel::default();
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer).map_err(broken)?;
            if tunnel.take(buffer.get(..count).unwrap_or_default())? {
                return Ok(());
            }
        }
    }

    /// The request for a tunnel to `host`, which is without brackets.
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

/// `Basic …` for the part of a URL before the `@`.
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
