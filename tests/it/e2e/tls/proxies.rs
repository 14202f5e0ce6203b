//! TLS inside the tunnel of a proxy.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use sf_backup_proto::Endpoint;
use sf_backup_proto::error::TransportErrorKind;
use sf_backup_transport::HttpError;
use sf_backup_transport::tls::{PeerRefused, Proxy, Thumbprint};

use super::forge::{authority, names};
use super::gateway::{Gateway, Tunnels};
use super::{Secured, Settings, endpoint, resume, secured, transport, trusting};

secured! {
    tls_is_spoken_with_the_cluster_inside_the_tunnel,
    the_server_in_the_tunnel_is_checked_like_any_other,
    a_proxy_that_refuses,
    a_proxy_that_is_not_there,
    exceptions_and_this_machine_are_reached_directly,
}

/// A name that only the proxy can resolve.
const CLUSTER: &str = "cluster.invalid";

fn cluster() -> Endpoint {
    format!("https://{CLUSTER}:19080").parse().unwrap()
}

fn proxy(address: SocketAddr) -> Option<Proxy> {
    Some(format!("http://operator:s%3acret@{address}").parse().unwrap())
}

fn tls_is_spoken_with_the_cluster_inside_the_tunnel<T: Secured>() {
    let ours = authority("Our CA").self_signed();
    let gateway = Gateway::new(&names(CLUSTER).signed_by(&ours));
    let tunnels = Tunnels::to(gateway.address);
    let mut settings = Settings::at(cluster());
    (settings.tls, settings.proxy) = (trusting(&ours), proxy(tunnels.address));
    let client = T::try_with(settings).unwrap();
    for _ in 0..2 {
        client.send(resume()).unwrap();
    }
    // base64 of `operator:s:cret`
    let expected = "CONNECT cluster.invalid:19080 HTTP/1.1\r\nHost: cluster.invalid:19080\r\n\
                    Proxy-Authorization: Basic b3BlcmF0b3I6czpjcmV0\r\n\r\n";
    assert_eq!(tunnels.heads(), [expected]);
    let received = gateway.received();
    assert_eq!(received.matches("POST /Services/").count(), 2);
    assert!(received.contains("host: cluster.invalid:19080\r\n"), "{received}");
    assert!(!received.to_lowercase().contains("proxy-"), "{received}");
}

fn the_server_in_the_tunnel_is_checked_like_any_other<T: Secured>() {
    let ours = authority("Our CA").self_signed();
    let somebody = names("elsewhere.example").signed_by(&ours);
    let gateway = Gateway::new(&somebody);
    let tunnels = Tunnels::to(gateway.address);
    let mut settings = Settings::at(cluster());
    (settings.tls, settings.proxy) = (trusting(&ours), proxy(tunnels.address));
    let result = T::try_with(settings).unwrap().send(resume());
    let (TransportErrorKind::IdentityRefused, HttpError::IdentityRefused(refused)) = transport(&result) else {
        panic!("{result:?}");
    };
    let refused: &PeerRefused = refused.downcast_ref().unwrap();
    assert_eq!(refused.presented().unwrap().sha1(), Thumbprint::sha1(&somebody.der()));
    assert_eq!(gateway.received(), "");
    // The request, and a second connection to read the certificate.
    assert_eq!(tunnels.heads().len(), 2);
}

fn a_proxy_that_refuses<T: Secured>() {
    for (response, why) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
            "it requires a valid user name and password (407)",
        ),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\nno such host", "it responded with status 502 to CONNECT"),
        ("", "it closed the connection without opening a tunnel"),
    ] {
        let tunnels = Tunnels::refusing(response);
        let mut settings = Settings::at(cluster());
        settings.proxy = proxy(tunnels.address);
        let result = T::try_with(settings).unwrap().send(resume());
        let (TransportErrorKind::Unreachable, HttpError::Tunnel { proxy, source }) = transport(&result) else {
            panic!("{result:?}");
        };
        assert_eq!((proxy.clone(), source.to_string()), (format!("http://{}", tunnels.address), why.to_owned()));
        assert!(!format!("{result:?}").contains("cret"), "{result:?}");
    }
}

fn a_proxy_that_is_not_there<T: Secured>() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut settings = Settings::at(cluster());
    settings.proxy = proxy(address);
    let result = T::try_with(settings.clone()).unwrap().send(resume());
    let (TransportErrorKind::Unreachable, HttpError::Tunnel { proxy, source }) = transport(&result) else {
        panic!("{result:?}");
    };
    assert_eq!((proxy.clone(), source.kind()), (format!("http://{address}"), ErrorKind::ConnectionRefused));

    settings.proxy = Some("http://proxy.invalid:3128".parse().unwrap());
    let result = T::try_with(settings).unwrap().send(resume());
    let (TransportErrorKind::Unreachable, HttpError::Resolve { host, .. }) = transport(&result) else {
        panic!("{result:?}");
    };
    assert_eq!(host, "proxy.invalid");
}

fn exceptions_and_this_machine_are_reached_directly<T: Secured>() {
    let ours = authority("Our CA").self_signed();
    let gateway = Gateway::new(&names("localhost").signed_by(&ours));
    let tunnels = Tunnels::refusing("HTTP/1.1 403 Forbidden\r\n\r\n");
    let mut settings = Settings::at(endpoint(gateway.address));
    (settings.tls, settings.proxy) = (trusting(&ours), proxy(tunnels.address));
    T::try_with(settings.clone()).unwrap().send(resume()).unwrap();

    settings.endpoints = cluster().into();
    settings.proxy = proxy(tunnels.address).map(|proxy| proxy.except(".invalid"));
    let result = T::try_with(settings).unwrap().send(resume());
    let (TransportErrorKind::Unreachable, HttpError::Resolve { host, .. }) = transport(&result) else {
        panic!("{result:?}");
    };
    assert_eq!(host, CLUSTER);
    assert!(tunnels.heads().is_empty());
}

/// Environment variables affect the whole process, so the test runs itself again in its own process.
#[test]
fn the_proxy_of_the_environment_is_used_unless_the_client_sets_one() {
    const CHILD: &str = "SF_BACKUP_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        through_the_environments_proxy::<super::Hyper>();
        through_the_environments_proxy::<super::Blocking>();
        return;
    }
    let tunnels = Tunnels::refusing("HTTP/1.1 403 Forbidden\r\n\r\n");
    let this = "e2e::tls::proxies::the_proxy_of_the_environment_is_used_unless_the_client_sets_one";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", this])
        .env(CHILD, "1")
        .env("HTTPS_PROXY", format!("http://{}", tunnels.address))
        .env_remove("https_proxy")
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
    assert_eq!(tunnels.heads().len(), 2);
}

fn through_the_environments_proxy<T: Secured>() {
    let mut settings = Settings::at(cluster());
    settings.proxy = None;
    let result = T::try_with(settings.clone()).unwrap().send(resume());
    assert!(matches!(transport(&result).1, HttpError::Tunnel { .. }), "{result:?}");
    settings.proxy = Some(Proxy::none());
    let result = T::try_with(settings).unwrap().send(resume());
    assert!(matches!(transport(&result).1, HttpError::Resolve { .. }), "{result:?}");
}
