use http::Uri;
use http::uri::Scheme;

/// The host (without brackets) and port of an absolute URI.
pub fn host_and_port(uri: &Uri) -> (&str, u16) {
    let is_https = uri.scheme() == Some(&Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    (uri.host().unwrap_or_default().trim_matches(['[', ']']), port)
}

/// The host and port of an absolute URI, for messages.
pub(crate) fn address(uri: &Uri) -> String {
    format!("{}:{}", uri.host().unwrap_or_default(), host_and_port(uri).1)
}
