use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;
use std::sync::Arc;

use http::Uri;
use http::uri::{Authority, Parts, Scheme};

/// The address of a cluster's HTTP gateway: `http` or `https`, host, port, and optionally a path prefix.
///
/// Without a port, the default of the scheme applies (80 or 443); the gateways of most clusters listen on 19080.
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
pub struct Endpoint(Arc<Address>);

/// Shared, because every request holds it.
#[derive(PartialEq, Eq, Hash)]
struct Address {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

/// Text that is not a valid endpoint. `Display` quotes it, without user info and query, and names the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("endpoint {text:?}: {rule}")]
pub struct EndpointError {
    text: String,
    rule: &'static str,
}

impl Endpoint {
    /// `http://localhost:19080`, the gateway of a cluster on this machine.
    pub fn local() -> Self {
        Self::of(Scheme::HTTP, Authority::from_static("localhost:19080"), "")
    }

    fn of(scheme: Scheme, authority: Authority, prefix: &str) -> Self {
        Self(Arc::new(Address { scheme, authority, prefix: prefix.to_owned() }))
    }

    /// Whether requests go over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme == Scheme::HTTPS
    }

    /// The host, without brackets if it is an IPv6 address.
    pub fn host(&self) -> &str {
        self.0.authority.host().trim_start_matches('[').trim_end_matches(']')
    }

    /// The port; the default of the scheme (80 or 443) if none was given.
    pub fn port(&self) -> u16 {
        self.0.authority.port_u16().unwrap_or(if self.is_https() { 443 } else { 80 })
    }

    /// The prefix of the path of every request; empty if there is none.
    pub(crate) fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// The absolute URI of a path and query at this endpoint, with the prefix.
    pub(crate) fn uri(&self, path_and_query: String) -> Result<Uri, http::Error> {
        let mut parts = Parts::default();
        parts.scheme = Some(self.0.scheme.clone());
        parts.authority = Some(self.0.authority.clone());
        parts.path_and_query = Some(path_and_query.try_into()?);
        Ok(Uri::from_parts(parts)?)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let error = |rule| EndpointError { text: without_secrets(text), rule };
        let scheme = match text.split_once("://") {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => Scheme::HTTP,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => Scheme::HTTPS,
            _ if text.ends_with(":19000") => return Err(error(CLIENT_PORT)),
            _ => return Err(error("must begin with http:// or https://")),
        };
        if text.contains('@') {
            return Err(error("must not contain a user name or password"));
        }
        if text.contains(['?', '#']) {
            return Err(error("must not have a query or a fragment"));
        }
        let uri: Uri = text.parse().map_err(|_| error("is not a URL such as https://cluster.example:19080"))?;
        let authority = uri.authority().cloned().ok_or_else(|| error("names no host"))?;
        let host = authority.host();
        if host.is_empty() {
            return Err(error("names no host"));
        }
        if host.starts_with('[') && host.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_err() {
            return Err(error("has something in brackets that is not an IPv6 address"));
        }
        let after_host = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        if !after_host.is_empty() && !after_host.strip_prefix(':').is_some_and(is_port) {
            return Err(error("has a port that is not a number from 1 to 65535"));
        }
        if !uri.path().split('/').all(is_plain_segment) {
            return Err(error("must have a path of plain URL characters"));
        }
        Ok(Self::of(scheme, authority, uri.path().trim_end_matches('/')))
    }
}

/// Users also enter the port that `Connect-ServiceFabricCluster` of PowerShell uses.
const CLIENT_PORT: &str = "must begin with http:// or https://; port 19000 is for Service Fabric's own protocol, the HTTP \
    gateway's is 19080 by default";

fn is_port(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether HTTP libraries and servers pass the segment on unchanged.
fn is_plain_segment(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:%".contains(&byte);
    segment != "." && segment != ".." && segment.bytes().all(plain)
}

/// Removes a pasted `user:password@` and the query, which can hold a signature, before the text is quoted in a message.
fn without_secrets(text: &str) -> String {
    let text = match text.rsplit_once('@') {
        Some((before, after)) => format!("{}..@{after}", before.split_once("://").map_or("", |_| "://")),
        None => text.to_owned(),
    };
    match text.split_once(['?', '#']) {
        Some((before, _)) => format!("{before}?.."),
        None => text.chars().take(300).collect(),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.0.scheme, self.0.authority, self.0.prefix)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Endpoint {
        text.parse().unwrap()
    }

    /// The URI of a path and query below the endpoint.
    fn uri(endpoint: &Endpoint, below: &str) -> Uri {
        endpoint.uri(format!("{}{below}", endpoint.prefix())).unwrap()
    }

    #[test]
    fn the_local_cluster_is_an_endpoint_as_any_other() {
        assert_eq!(Endpoint::local(), parse("http://localhost:19080"));
    }

    #[test]
    fn host_and_port_come_out_as_they_went_in() {
        for (text, host, port) in [
            ("http://localhost", "localhost", 80),
            ("https://c1.example", "c1.example", 443),
            ("http://10.0.0.4:19080/", "10.0.0.4", 19080),
            ("HTTPS://Cluster.Example:19080", "Cluster.Example", 19080),
            ("http://[::1]:19080", "::1", 19080),
            ("https://[2001:db8::7]", "2001:db8::7", 443),
            ("http://my_host:1", "my_host", 1),
            ("http://h:65535", "h", 65535),
        ] {
            assert_eq!((parse(text).host(), parse(text).port()), (host, port), "{text}");
        }
    }

    #[test]
    fn a_prefix_stands_before_every_path_and_a_slash_at_its_end_does_not_count() {
        for text in ["https://proxy.example/sf/c1", "https://proxy.example/sf/c1/", "https://proxy.example/sf/c1//"] {
            let uri = uri(&parse(text), "/Services/A/$/GetBackups?api-version=6.4");
            assert_eq!(uri, "https://proxy.example/sf/c1/Services/A/$/GetBackups?api-version=6.4");
        }
        assert_eq!(parse("http://h:19080/").to_string(), "http://h:19080");
    }

    #[test]
    fn an_ipv6_address_keeps_its_brackets_in_the_uri() {
        let uri = uri(&parse("http://[::1]:19080"), "/x");
        assert_eq!(uri.to_string(), "http://[::1]:19080/x");
        assert_eq!(fluent_uri::Uri::parse(uri.to_string()).unwrap().authority().unwrap().host(), "[::1]");
    }

    #[test]
    fn what_stands_in_a_query_is_not_repeated() {
        for text in ["http://h:19080/?sig=hunter2", "http://h:19080#hunter2", "http://u:hunter2@h/?sig=hunter2"] {
            let error = text.parse::<Endpoint>().unwrap_err().to_string();
            assert!(error.contains("h:19080") || error.contains("..@h"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn invalid_endpoints_are_refused_with_the_rule() {
        for (text, rule) in [
            ("", "must begin with http:// or https://"),
            ("localhost:19080", "must begin with http:// or https://"),
            ("c.example:19000", CLIENT_PORT),
            ("ftp://h", "must begin with http:// or https://"),
            ("http://", "is not a URL such as https://cluster.example:19080"),
            ("http://a b", "is not a URL such as https://cluster.example:19080"),
            ("http://[::1", "is not a URL such as https://cluster.example:19080"),
            ("http://h/caf\u{e9}", "must have a path of plain URL characters"),
            ("http://h/{tenant}", "must have a path of plain URL characters"),
            ("http://h/../x", "must have a path of plain URL characters"),
            ("http://h:", "has a port that is not a number from 1 to 65535"),
            ("http://h:0", "has a port that is not a number from 1 to 65535"),
            ("http://h:65536", "has a port that is not a number from 1 to 65535"),
            ("http://h:+80", "has a port that is not a number from 1 to 65535"),
            ("http://[::1]819:80", "has a port that is not a number from 1 to 65535"),
            ("http://[::g]:80", "has something in brackets that is not an IPv6 address"),
            ("http://h:abc", "has a port that is not a number from 1 to 65535"),
        ] {
            let error = text.parse::<Endpoint>().unwrap_err();
            assert_eq!(error.to_string(), format!("endpoint {text:?}: {rule}"));
        }
    }

    proptest! {
        #[test]
        fn user_info_is_refused_and_never_echoed(
            scheme in "http|https|ftp|HTTP", user in "[a-z:@/?#%]{0,6}", tail in "[a-z0-9.:/]{0,10}",
        ) {
            let error = format!("{scheme}://{user}hunter2@{tail}").parse::<Endpoint>().unwrap_err();
            prop_assert!(!error.to_string().contains("hunter2"), "{}", error);
            prop_assert!(!format!("{error:?}").contains("hunter2"), "{:?}", error);
        }

        #[test]
        fn displayed_values_parse_back(
            tls: bool, host in "[a-z][a-z0-9.-]{0,12}[a-z]|10\\.1\\.2\\.[1-9]|\\[::[1-9a-f]{1,4}\\]",
            port in proptest::option::of(1_u16..), prefix in "(/[a-zA-Z0-9._~-]{1,5}[a-z]){0,3}/?",
        ) {
            let scheme = if tls { "https" } else { "http" };
            let port_text = port.map(|port| format!(":{port}")).unwrap_or_default();
            let endpoint = parse(&format!("{scheme}://{host}{port_text}{prefix}"));
            prop_assert_eq!(&parse(&endpoint.to_string()), &endpoint);
            prop_assert_eq!(endpoint.is_https(), tls);
            prop_assert_eq!(endpoint.host(), host.trim_matches(['[', ']']));
            prop_assert_eq!(endpoint.port(), port.unwrap_or(if tls { 443 } else { 80 }));
            let uri = fluent_uri::Uri::parse(uri(&endpoint, "/a?b=c").to_string()).unwrap();
            prop_assert_eq!(uri.path().as_str(), format!("{}/a", prefix.trim_end_matches('/')));
        }

        #[test]
        fn any_text_is_taken_or_refused_in_one_line(text in "https?://.{0,30}|.{0,30}") {
            if let Err(error) = text.parse::<Endpoint>() {
                prop_assert!(!error.to_string().chars().any(char::is_control));
            }
        }
    }
}
