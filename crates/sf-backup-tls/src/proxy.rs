//! Which connections go through a proxy, and how they get through it.

mod exceptions;
mod server;
mod tunnel;

use std::env;
use std::ffi::OsString;
use std::str::FromStr;

use exceptions::Exceptions;
pub use server::ProxyServer;
pub use tunnel::{Tunnel, TunnelError};

/// Which `https` endpoints are reached through a proxy. TLS is spoken with the cluster, inside the proxy's tunnel, so that
/// the check of the server holds end to end. Plain `http` endpoints are always reached directly.
///
/// Exceptions are hosts with commas or spaces between:
///
/// | Exception | Reached directly |
/// |---|---|
/// | `example.com`, `.example.com`, `*.example.com` | that host, and every one whose name ends in `.example.com` |
/// | `10.1.2.3`, `::1`, `[::1]` | that address, where the endpoint is given as an address |
/// | `10.0.0.0/8`, `fd00::/8` | the addresses of that network |
/// | any of the first two with `:19080` | on that port only |
/// | `*` | all |
///
/// Names are compared without regard to case. `localhost` and loopback addresses are always reached directly: a proxy would
/// take them for itself.
///
/// ```
/// use sf_backup_tls::Proxy;
///
/// let proxy: Proxy = "http://operator:secret@proxy.example:3128".parse()?;
/// let proxy = proxy.except("intranet.example, 10.0.0.0/8");
/// assert_eq!(proxy.to("cluster.example", 19080).unwrap().to_string(), "http://proxy.example:3128");
/// assert!(proxy.to("c1.intranet.example", 19080).is_none());
/// assert!(!format!("{proxy:?}").contains("secret"));
/// # Ok::<(), sf_backup_tls::ProxyError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Proxy {
    server: Option<ProxyServer>,
    except: Exceptions,
}

/// A text that names no proxy that could be used. Never repeats the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin} {rule}")]
pub struct ProxyError {
    origin: &'static str,
    rule: &'static str,
}

/// In the order in which they count.
const VARIABLES: [&str; 2] = ["https_proxy", "HTTPS_PROXY"];
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

impl Proxy {
    /// No proxy for any endpoint.
    pub fn none() -> Self {
        Self::default()
    }

    /// As the environment says: `HTTPS_PROXY` names the proxy, `NO_PROXY` the exceptions. The same names in lower case come
    /// first; an empty one counts as not set.
    ///
    /// # Errors
    /// When the variable names no usable proxy: going without one is not what was meant.
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

    /// Adds exceptions: hosts that are reached directly.
    #[must_use]
    pub fn except(mut self, list: &str) -> Self {
        self.except.extend(list);
        self
    }

    /// The proxy for an `https` endpoint; `None` if it is reached directly. `host` is without brackets.
    pub fn to(&self, host: &str, port: u16) -> Option<&ProxyServer> {
        self.server.as_ref().filter(|_| !self.except.contains(host, port))
    }
}

/// `http://[user[:password]@]host[:port]`, the port 80 unless given; percent signs in user and password are decoded. The
/// `http://` may be left out.
impl FromStr for Proxy {
    type Err = ProxyError;
    fn from_str(url: &str) -> Result<Self, ProxyError> {
        let server = ProxyServer::parse(url).map_err(|rule| ProxyError { origin: "the proxy", rule })?;
        Ok(Self { server: Some(server), except: Exceptions::default() })
    }
}

#[cfg(test)]
mod tests;
