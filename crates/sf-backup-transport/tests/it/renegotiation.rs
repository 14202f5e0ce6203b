//! Renegotiation as by gateways on Windows: after the request they start a new handshake to request the client
//! certificate. No Rust binding can start one, so the `openssl` tool is the gateway.

use std::thread;
use std::time::SystemTime;

use sf_backup_transport::tls::{Authorities, ClientIdentity, Roots, ServerIdentity, TlsConfig};

use crate::client::{GET, connect, exchange};
use crate::forge::{Pair, authority, ec_key, names, rsa_key};
use crate::tool::Tool;

const RESPONSE: &str = "HTTP/1.1 202 Accepted\r\nConnection: close\r\n\r\naccepted";

struct Cluster {
    ours: Pair,
    server: Pair,
}

impl Cluster {
    fn new() -> Self {
        let ours = authority("Our CA").self_signed();
        let server = names("localhost").key(rsa_key()).signed_by(&ours);
        Self { ours, server }
    }

    fn start(&self) -> Option<Tool> {
        Tool::start(&self.server, &self.ours)
    }

    /// Ends connections with a client certificate of another issuer.
    fn start_strict(&self) -> Option<Tool> {
        Tool::start_with(&self.server, &self.ours, &["-verify_return_error"])
    }

    fn trusting(&self) -> TlsConfig {
        let source = sf_backup_transport::tls::Source::new("ca.pem", self.ours.pem());
        let authorities = Authorities::from_sources([&source]).unwrap();
        TlsConfig::new().server(ServerIdentity::Trusted(Roots::Given(authorities)))
    }

    fn known(&self) -> TlsConfig {
        let client = names("backup operator").key(ec_key()).signed_by(&self.ours);
        let source = client.in_one("client.pem");
        self.trusting().client(ClientIdentity::from_pem(&source, None).unwrap())
    }
}

const SEEN: &str = "depth=0 CN = backup operator";

fn post() -> String {
    let body = format!("{{\"Name\":\"{}END\"}}", "x".repeat(40_000));
    let length = body.len();
    format!("POST / HTTP/1.1\r\nHost: cluster\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[test]
fn the_certificate_is_sent_if_requested_after_the_request() {
    let cluster = Cluster::new();
    for (request, end) in [(GET.to_owned(), "Host: cluster\r\n\r\n"), (post(), "END\"}")] {
        let Some(tool) = cluster.start() else { return };
        let address = tool.address;
        let config = cluster.known();
        let gateway = thread::spawn(move || tool.serve(end, SEEN, RESPONSE));
        let mut stream = connect(&config, "localhost", address).unwrap();
        assert_eq!(exchange(&mut stream, &request).unwrap(), "accepted");
        gateway.join().unwrap();
        // The server still passes verification after the renegotiation.
        let connector = config.connector().unwrap();
        assert_eq!(connector.admit(&stream, SystemTime::now()), Ok(()));
    }
}

#[test]
fn without_a_certificate_none_is_sent() {
    let cluster = Cluster::new();
    let Some(tool) = cluster.start() else { return };
    let address = tool.address;
    let gateway = thread::spawn(move || tool.serve("\r\n\r\n", "SSL_do_handshake -> 1", RESPONSE));
    let config = cluster.trusting().max_version(sf_backup_transport::tls::TlsVersion::V1_2);
    let mut stream = connect(&config, "localhost", address).unwrap();
    assert_eq!(exchange(&mut stream, GET).unwrap(), "accepted");
    let said = gateway.join().unwrap();
    assert!(!said.contains("depth=0"), "{said}");
}

#[test]
fn a_certificate_that_is_refused_after_the_request_has_its_reason() {
    let cluster = Cluster::new();
    let Some(tool) = cluster.start_strict() else { return };
    let address = tool.address;
    let gateway = thread::spawn(move || tool.refuse("\r\n\r\n"));
    let unknown = names("backup operator").key(ec_key()).self_signed().in_one("client.pem");
    let config = cluster.trusting().client(ClientIdentity::from_pem(&unknown, None).unwrap());
    let mut stream = connect(&config, "localhost", address).unwrap();
    let said = exchange(&mut stream, GET).unwrap_err().to_string();
    let why = sf_backup_transport::tls::client_refusal(&said);
    assert!(why.is_some_and(|why| why.contains("its issuer is unknown")), "{said}");
    gateway.join().unwrap();
}
