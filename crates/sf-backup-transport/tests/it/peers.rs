//! Every way of verifying a server, against servers that pass and servers that fail.

use sf_backup_transport::tls::{
    Authorities, CommonName, RefusalReason, Roots, ServerIdentity, Source, Thumbprint, TlsConfig,
};

use crate::client::{Failure, ask, verdict};
use crate::forge::{Pair, authority, names};
use crate::gateway::Gateway;

fn given(authority: &Pair) -> Roots {
    let source = Source::new("ca.pem", authority.pem());
    Roots::Given(Authorities::from_sources([&source]).unwrap())
}

fn trusting(authority: &Pair) -> TlsConfig {
    TlsConfig::new().server(ServerIdentity::Trusted(given(authority)))
}

fn pinning(pair: &Pair) -> TlsConfig {
    TlsConfig::new().server(ServerIdentity::Thumbprints(vec![Thumbprint::sha1(&pair.der())]))
}

fn naming(name: &str, roots: Roots) -> TlsConfig {
    let names = vec![name.parse::<CommonName>().unwrap()];
    TlsConfig::new().server(ServerIdentity::CommonNames { names, roots })
}

/// Sends a request: `Ok` if the server responded after one handshake; the reason if it was rejected with nothing sent.
fn outcome(config: &TlsConfig, server: &Pair) -> Result<(), RefusalReason> {
    let gateway = Gateway::new(server);
    let verdict = verdict(config, "localhost", gateway.address());
    let (_, received) = gateway.stop();
    assert_eq!(String::from_utf8(received).unwrap(), if verdict.is_ok() { crate::client::GET } else { "" });
    verdict.map(|body| assert_eq!(body, "nobody"))
}

#[track_caller]
fn assert_not_trusted(config: &TlsConfig, server: &Pair, expected: &str) {
    match outcome(config, server) {
        // Versions of OpenSSL differ in hyphens and capitals.
        Err(RefusalReason::NotTrusted { platform }) => {
            // Versions of OpenSSL add different details.
            let said = platform.to_lowercase().replace('-', " ");
            assert!(said.starts_with(expected), "{said:?} instead of {expected:?}");
        }
        other => panic!("{other:?} instead of: {expected}"),
    }
}

#[test]
fn a_given_authority_and_the_hosts_name_are_both_needed() {
    let ours = authority("Our CA").self_signed();
    let trusting = trusting(&ours);
    let good = names("localhost").signed_by(&ours);
    assert_eq!(outcome(&trusting, &good), Ok(()));

    let elsewhere = names("elsewhere.example").signed_by(&ours);
    assert_not_trusted(&trusting, &elsewhere, "hostname mismatch");
    let expired = names("localhost").days(-9, -1).signed_by(&ours);
    assert_not_trusted(&trusting, &expired, "certificate has expired");
    let early = names("localhost").days(1, 9).signed_by(&ours);
    assert_not_trusted(&trusting, &early, "certificate is not yet valid");
    let theirs = authority("Their CA").self_signed();
    let foreign = names("localhost").signed_by(&theirs);
    assert_not_trusted(&trusting, &foreign, "unable to get local issuer certificate");
    let lonely = names("localhost").self_signed();
    assert_not_trusted(&trusting, &lonely, "self signed certificate");
}

#[test]
fn a_self_signed_server_is_its_own_authority() {
    let server = names("localhost").self_signed();
    assert_eq!(outcome(&trusting(&server), &server), Ok(()));
    let as_authority = authority("localhost").self_signed();
    let by_name = naming("localhost", given(&as_authority));
    assert_eq!(outcome(&by_name, &as_authority), Ok(()));
}

#[test]
fn the_platform_does_not_trust_test_certificates() {
    let ours = authority("Our CA").self_signed();
    let server = names("localhost").signed_by(&ours);
    let expected = "unable to get local issuer certificate";
    assert_not_trusted(&TlsConfig::new(), &server, expected);
    let named = naming("localhost", Roots::System);
    assert_not_trusted(&named, &server, expected);
}

#[test]
fn a_pinned_server_needs_its_thumbprint_and_nothing_else() {
    let ours = authority("Our CA").self_signed();
    for server in [names("localhost").signed_by(&ours), names("elsewhere.example").self_signed()] {
        assert_eq!(outcome(&pinning(&server), &server), Ok(()));
        let sha256 = Thumbprint::sha256(&server.der());
        let by_sha256 = TlsConfig::new().server(ServerIdentity::Thumbprints(vec![sha256]));
        assert_eq!(outcome(&by_sha256, &server), Ok(()));
        // Pinning the authority does not accept the server.
        assert_eq!(outcome(&pinning(&ours), &server), Err(RefusalReason::NotPinned));
    }
    let expired = names("localhost").days(-9, -1).signed_by(&ours);
    assert_eq!(outcome(&pinning(&expired), &expired), Err(RefusalReason::Expired));
    let early = names("localhost").days(1, 9).self_signed();
    assert_eq!(outcome(&pinning(&early), &early), Err(RefusalReason::NotYetValid));
}

#[test]
fn a_common_name_replaces_the_host_name_and_requires_a_trusted_chain() {
    let ours = authority("Our CA").self_signed();
    let cluster = names("MyCluster.example").signed_by(&ours);
    let by_name = naming("mycluster.EXAMPLE", given(&ours));
    assert_eq!(outcome(&by_name, &cluster), Ok(()));

    let other = names("localhost").signed_by(&ours);
    assert_eq!(outcome(&by_name, &other), Err(RefusalReason::NotNamed));
    let expired = names("mycluster.example").days(-9, -1).signed_by(&ours);
    assert_not_trusted(&by_name, &expired, "certificate has expired");
    let theirs = authority("Their CA").self_signed();
    let foreign = names("mycluster.example").signed_by(&theirs);
    assert_not_trusted(&by_name, &foreign, "unable to get local issuer certificate");
}

#[test]
fn insecure_accepts_any_server() {
    let insecure = TlsConfig::new().server(ServerIdentity::Insecure);
    let server = names("elsewhere.example").days(-9, -1).self_signed();
    assert_eq!(outcome(&insecure, &server), Ok(()));
}

#[test]
fn a_rejection_by_the_platform_has_the_presented_certificate() {
    let server = names("localhost").self_signed();
    let gateway = Gateway::new(&server);
    let failure = ask(&TlsConfig::new(), "localhost", gateway.address());
    let Err(Failure::Refused(refused)) = failure else {
        panic!("not refused: {failure:?}");
    };
    let presented = refused.presented().unwrap();
    assert_eq!(presented.sha1(), Thumbprint::sha1(&server.der()));
    assert_eq!(presented.contents().unwrap().subject(), "CN=localhost");
    let said = refused.to_string();
    assert!(said.contains(&format!("SHA-256 {}", Thumbprint::sha256(&server.der()))), "{said}");
    assert!(refused.reason().can_be_pinned() && said.ends_with("pin one of its thumbprints"), "{said}");
    let (looks, received) = gateway.stop();
    assert_eq!((looks, received.len()), (1, 0));
}

#[test]
fn a_server_without_tls_fails_the_handshake_and_is_not_rejected() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        // Unread bytes would turn the end of the connection into a reset.
        let _hello = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    });
    let failure = ask(&TlsConfig::new(), "localhost", address);
    let Err(Failure::Handshake(error)) = failure else {
        panic!("not broken: {failure:?}");
    };
    assert!(error.to_string().contains("wrong version number"), "{error}");
    server.join().unwrap();
}
