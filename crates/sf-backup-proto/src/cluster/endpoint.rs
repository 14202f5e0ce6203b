use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::{Authority, Scheme};

/// The address of a cluster's HTTP gateway: `http` or `https`, host, port, and seldom a path prefix.
///
/// Without a port, the scheme's own is meant; Service Fabric's is 19080.
///
/// ```
/// # use sf_backup_proto::Endpoint;
/// let endpoint: Endpoint = "https://cluster.example:19080/".parse()?;
/// assert_eq!(endpoint.to_string(), "https://cluster.example:19080");
/// assert_eq!("ftp://x".parse::<Endpoint>().unwrap_err().to_string(),
///     "endpoint \"ftp://x\": must begin with http:// or https://");
/// # Ok::<(), sf_backup_proto::EndpointError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

/// A text that is no endpoint. `Display` names it and the rule; anything before an `@` is left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("endpoint {text:?}: {rule}")]
pub struct EndpointError {
    text: String,
    rule: &'static str,
}

impl Endpoint {
    /// Whether requests go over TLS.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The host, without brackets if it is an IPv6 address.
    pub fn host(&self) -> &str {
        self.authority.host().trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, the scheme's own if none was given.
    pub fn port(&self) -> u16 {
        self.authority.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// The absolute URI of a path and query below this endpoint.
    pub(crate) fn uri(&self, path_and_query: &str) -> Result<Uri, http::Error> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path_and_query}", self.prefix))
            .build()
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let error = |rule| EndpointError { text: without_user_info(text), rule };
        let scheme = match text.split_once("://") {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => Scheme::HTTP,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => Scheme::HTTPS,
            _ => return Err(error("must begin with http:// or https://")),
        };
        if text.contains('@') {
            return Err(error("must not hold a user name or password"));
        }
        if text.contains(['?', '#']) {
            return Err(error("must not have a query or a fragment"));
        }
        let uri: Uri = text.parse().map_err(|_| error("is not a URL such as https://cluster.example:19080"))?;
        let authority = uri.authority().cloned().ok_or_else(|| error("names no host"))?;
        if authority.host().is_empty() {
            return Err(error("names no host"));
        }
        let after_host = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        if !after_host.is_empty() && authority.port_u16().is_none_or(|port| port == 0) {
            return Err(error("has a port that is not a number from 1 to 65535"));
        }
        Ok(Self { scheme, authority, prefix: uri.path().trim_end_matches('/').to_owned() })
    }
}

/// A pasted `user:password@` must not come back in a message.
fn without_user_info(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((before, after)) => format!("{}..@{after}", before.split_once("://").map_or("", |_| "://")),
        None => text.chars().take(300).collect(),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}
