use proptest::prelude::*;

use super::*;

fn environment<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
    |name| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into())
}

fn proxied(proxy: &Proxy, host: &str, port: u16) -> Option<String> {
    proxy.to(host, port).map(ToString::to_string)
}

fn some() -> Proxy {
    "http://proxy.example:3128".parse().unwrap()
}

#[test]
fn environment_variables_are_read_in_either_case() {
    let read = |variables: &[(&str, &str)]| Proxy::from_variables(environment(variables));
    let of = |variables: &[(&str, &str)]| proxied(&read(variables).unwrap(), "c1.example", 19080);
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[("HTTPS_PROXY", "")]), None);
    assert_eq!(of(&[("HTTP_PROXY", "http://a"), ("ALL_PROXY", "http://b")]), None);
    assert_eq!(of(&[("HTTPS_PROXY", "http://a:1")]).as_deref(), Some("http://a:1"));
    assert_eq!(of(&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "b:2")]).as_deref(), Some("http://b:2"));
    assert_eq!(of(&[("HTTPS_PROXY", "http://a:1"), ("https_proxy", "")]).as_deref(), Some("http://a:1"));
    assert_eq!(of(&[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", "example")]), None);
    assert_eq!(
        of(&[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", "*"), ("no_proxy", "x")]).as_deref(),
        Some("http://a:1")
    );
    assert_eq!(
        read(&[("HTTPS_PROXY", "socks5://user:hunter2@a:1")]).unwrap_err().to_string(),
        "HTTPS_PROXY must start with http://: other kinds of proxies are not supported"
    );
    // HTTP_PROXY is ignored, even if invalid.
    assert!(read(&[("HTTP_PROXY", "socks5://a")]).is_ok());
}

#[test]
fn invalid_proxies_are_rejected_and_not_quoted() {
    let kind = "must start with http://: other kinds of proxies are not supported";
    let not_url = "is not a URL such as http://proxy.example:3128";
    for (url, rule) in [
        ("https://u:hunter2@p", kind),
        ("socks5h://p:1080", kind),
        ("http://u:hunter2@", not_url),
        ("http://u:hunter2@p:0", not_url),
        ("http://u:hunter2@p:99999", not_url),
        ("http://u:hunter2@p q", not_url),
        ("http://[::1", not_url),
        ("http://p/hunter2", "must not have a path"),
    ] {
        let error = url.parse::<Proxy>().unwrap_err();
        assert_eq!(error.to_string(), format!("the proxy {rule}"));
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[test]
fn user_and_password_are_decoded_and_hidden_in_debug() {
    let proxy: Proxy = "HTTP://op%40x:p%3a%20%25@[::1]:3128/".parse().unwrap();
    let server = proxy.to("c1.example", 19080).unwrap();
    assert_eq!(server.to_string(), "http://[::1]:3128");
    assert_eq!((server.host(), server.uri().port_u16()), ("::1", Some(3128)));
    assert!(!format!("{proxy:?} {server}").contains("p%3a"), "{proxy:?}");
    // base64 of `op@x:p: %`
    let expected = "CONNECT [fd00::7]:19080 HTTP/1.1\r\nHost: [fd00::7]:19080\r\n\
                    Proxy-Authorization: Basic b3BAeDpwOiAl\r\n\r\n";
    assert_eq!(std::str::from_utf8(&server.request("fd00::7", 19080)).unwrap(), expected);
    let plain = some();
    let plain = plain.to("c1.example", 443).unwrap().request("c1.example", 443);
    assert_eq!(std::str::from_utf8(&plain).unwrap(), "CONNECT c1.example:443 HTTP/1.1\r\nHost: c1.example:443\r\n\r\n");
}

#[test]
fn exceptions_match_as_documented() {
    for (list, host, direct) in [
        ("", "c1.example", false),
        ("*", "c1.example", true),
        ("example", "c1.example", true),
        (".example", "example", true),
        ("*.example", "C1.Example", true),
        ("example.", "c1.example.", true),
        ("xample", "c1.example", false),
        ("c1.example", "example", false),
        (" other ,\tc1.example ", "c1.example", true),
        ("c1.example:19080", "c1.example", true),
        ("c1.example:443", "c1.example", false),
        ("c1.example:x", "c1.example", false),
        ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3:443", "10.1.2.3", false),
        ("0.1.2.3", "10.1.2.3", false),
        (".3", "10.1.2.3", false),
        ("10.0.0.0/8", "10.1.2.3", true),
        ("10.1.2.0/31", "10.1.2.3", false),
        ("0.0.0.0/0", "10.1.2.3", true),
        ("10.1.2.3/33", "10.1.2.3", false),
        ("0.0.0.0/0", "fd00::1", false),
        ("fd00::/8", "fd00::1", true),
        ("[fd00::1]:19080", "fd00::1", true),
        ("fd00::1", "fd00:0::1", true),
        ("::/0", "fd00::1", true),
        ("10.1.2.3", "::ffff:10.1.2.3", true),
        (",", "c1.example", false),
        (".", "c1.example", false),
        // Always reached directly.
        ("", "localhost", true),
        ("", "x.LOCALHOST.", true),
        ("", "127.8.8.8", true),
        ("", "::1", true),
        ("", "notlocalhost", false),
    ] {
        assert_eq!(proxied(&some().except(list), host, 19080).is_none(), direct, "{list:?} {host}");
    }
}

#[test]
fn a_tunnel_opens_only_on_a_success_status() {
    let after = |said: &str| Tunnel::default().take(said.as_bytes());
    assert_eq!(after("HTTP/1.0 200 OK\r\nVia: x\r\n\r\n"), Ok(true));
    assert_eq!(after("HTTP/1.1 204\r\n\r\n"), Ok(true));
    assert_eq!(after("HTTP/1.1 407 Who?\r\nContent-Length: 3\r\n\r\nno!"), Err(TunnelError::Unauthorized));
    assert_eq!(after("HTTP/1.1 502 Bad Gateway\r\n\r\n"), Err(TunnelError::Status(502)));
    assert_eq!(after("HTTP/1.1 200 OK\r\n\r\nearly"), Err(TunnelError::NotHttp));
    assert_eq!(after("SSH-2.0-OpenSSH\r\n\r\n"), Err(TunnelError::NotHttp));
    assert_eq!(after(""), Err(TunnelError::Closed));
    assert_eq!(after(&"x".repeat(17_000)), Err(TunnelError::NotHttp));
}

proptest! {
    #[test]
    fn the_pieces_of_a_response_do_not_matter(said in "HTTP/1\\.[01] [0-9]{3}( [a-z]{0,9})?\r\n([a-z]{1,5}: [a-z]{0,9}\r\n){0,3}\r\n", at: prop::sample::Index) {
        let whole = Tunnel::default().take(said.as_bytes());
        let (one, other) = said.split_at(at.index(said.len() - 1) + 1);
        let mut tunnel = Tunnel::default();
        let mut pieces = tunnel.take(one.as_bytes());
        if !other.is_empty() {
            prop_assert_eq!(pieces, Ok(false));
            pieces = tunnel.take(other.as_bytes());
        }
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn no_text_makes_trouble(url in ".{0,40}", list in ".{0,40}", host in ".{0,20}", port: u16, said: Vec<u8>) {
        if let Ok(proxy) = url.parse::<Proxy>() {
            let request = proxy.except(&list).to("c1.example", port).map(|server| server.request("c1.example", port));
            prop_assert!(request.is_none_or(|request| request.ends_with(b"\r\n\r\n")));
        }
        let _ = some().except(&list).to(&host, port);
        let _ = Tunnel::default().take(&said);
    }

    #[test]
    fn no_user_or_password_adds_a_line(user in "[^:@]{0,9}", password in "[^@]{0,9}") {
        let Ok(proxy) = format!("http://{user}:{password}@p:1").parse::<Proxy>() else { return Ok(()) };
        let request = proxy.to("c1.example", 1).unwrap().request("c1.example", 1);
        prop_assert_eq!(request.split(|byte| *byte == b'\n').count(), 5);
    }
}
