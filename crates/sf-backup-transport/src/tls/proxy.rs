//! HTTP proxies for connections to clusters.

mod exceptions;
mod server;
mod tunnel;

use std::env;
use std::ffi::OsString;
use std::str::FromStr;

use exceptions::Exceptions;
pub use server::ProxyServer;
pub use tunnel::{Tunnel, TunnelError};

/// The proxy for `https` endpoints, and its exceptions.
///
/// TLS runs inside the proxy's tunnel, so the server is verified end to end. Plain `http` endpoints are always reached
/// directly.
///
/// Exceptions are separated by commas or spaces:
///
/// | Exception | Reached directly |
/// |---|---|
/// | `example.com`, `.example.com`, `*.example.com` | that host, and every host whose name ends in `.example.com` |
/// | `10.1.2.3`, `::1`, `[::1]` | that address, if the endpoint is an address |
/// | `10.0.0.0/8`, `fd00::/8` | the addresses of that network |
/// | any of the first two with `:19080` | the same, on that port only |
/// | `*` | all hosts |
///
/// Case is ignored. `localhost` and loopback addresses are always reached directly, because a proxy would connect to
/// itself.
///
/// ```
/// use sf_backup_transport::tls::Proxy;
///
/// let proxy: Proxy = "http://operator:secret@proxy.example:3128".parse()?;
/// let proxy = proxy.except("intranet.example, 10.0.0.0/8");
/// assert_eq!(proxy.to("cluster.example", 19080).unwrap().to_string(), "http://proxy.example:3128");
/// assert!(proxy.to("c1.intranet.example", 19080).is_none());
/// assert!(!format!("{proxy:?}").contains("secret"));
/// # Ok::<(), sf_backup_transport::tls::ProxyError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Proxy {
    server: Option<ProxyServer>,
    except: Exceptions,
}

/// The reason why a proxy URL is invalid. Does not quote the URL, which can contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin} {rule}")]
pub struct ProxyError {
    origin: &'static str,
    rule: &'static str,
}

/// The environment variables, in order of precedence.
const VARIABLES: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

impl Proxy {
    /// Uses no proxy.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads the proxy from `HTTPS_PROXY` and its exceptions from `NO_PROXY`.
    ///
    /// The same names in lower case take precedence. An empty variable is ignored.
    ///
    /// # Errors
    /// If the variable is not a valid proxy URL.
    pub fn from_env() -> Result<Self, ProxyError> {
        Self::from_variables(|name| env::var_os(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, ProxyError> {
        let first = |names: [&'static str; 2]| {
            let set = |name| variable(name).filter(|value| !value.is_empty()).map(|value| (name, value));
            names.into_iter().find_map(set)
        };
        let Some((origin, url)) = first(VARIABLES) else {
            return Ok(Self::none());
        };
        let error = |rule| ProxyError { origin, rule };
        let url = url.to_str().ok_or(error("is not text"))?;
        let proxy = Self { server: Some(ProxyServer::parse(url).map_err(error)?), except: Exceptions::default() };
        Ok(match first(EXCEPTIONS) {
            Some((_, list)) => proxy.except(&list.to_string_lossy()),
            None => proxy,
        })
    }

    /// Adds exceptions, which are reached directly.
    #[must_use]
    pub fn except(mut self, list: &str) -> Self {
        self.except.extend(list);
        self
    }

    /// The proxy for an `https` endpoint; `None` if it is reached directly. `host` has no brackets.
    pub fn to(&self, host: &str, port: u16) -> Option<&ProxyServer> {
        self.server.as_ref().filter(|_| !self.except.contains(host, port))
    }
}

/// Parses `[http://][user[:password]@]host[:port]`. The port defaults to 80. User and password are percent-decoded.
impl FromStr for Proxy {
    type Err = ProxyError;
    fn from_str(url: &str) -> Result<Self, ProxyError> {
        let server = ProxyServer::parse(url).map_err(|rule| ProxyError { origin: "the proxy", rule })?;
        Ok(Self { server: Some(server), except: Exceptions::default() })
    }
}

#[cfg(test)]
mod tests;
