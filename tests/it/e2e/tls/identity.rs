//! Every way of verifying a server, against servers that pass and servers that fail.

use std::error::Error as _;

use sf_backup_proto::ErrorKind;
use sf_backup_proto::error::TransportErrorKind;
use sf_backup_transport::HttpError;
use sf_backup_transport::tls::{
    Authorities, ClientIdentity, CommonName, PeerRefused, Roots, ServerIdentity, Thumbprint, TlsConfig, TlsVersion,
};

use super::forge::{Pair, authority, names};
use super::gateway::Gateway;
use super::{Secured, Settings, endpoint, given, resume, secured, transport, trusting};

secured! {
    a_trusted_chain_for_the_host,
    a_pin_is_enough_and_nothing_else_is,
    a_common_name_on_a_trusted_chain,
    insecure_accepts_any_server_on_both_transports,
    the_platforms_roots_are_the_default,
    calls_share_an_admitted_connection,
    an_endpoint_with_a_wrong_identity_is_skipped,
    a_client_certificate_that_is_requested_at_the_start,
    a_client_certificate_that_is_required_and_missing,
    a_client_certificate_that_the_server_rejects,
    a_handshake_without_a_common_cipher_is_not_about_certificates,
}

fn pinning(thumbprint: Thumbprint) -> TlsConfig {
    TlsConfig::new().server(ServerIdentity::Thumbprints(vec![thumbprint]))
}

fn naming(name: &str, roots: Roots) -> TlsConfig {
    let names = vec![name.parse::<CommonName>().unwrap()];
    TlsConfig::new().server(ServerIdentity::CommonNames { names, roots })
}

fn client<T: Secured>(tls: &TlsConfig, gateway: &Gateway) -> T {
    let mut settings = Settings::at(endpoint(gateway.address));
    settings.tls = tls.clone();
    T::try_with(settings).unwrap()
}

#[track_caller]
fn accepted<T: Secured>(tls: &TlsConfig, server: &Pair) {
    let gateway = Gateway::new(server);
    client::<T>(tls, &gateway).send(resume()).unwrap();
    assert!(gateway.received().starts_with("POST /Services/CalcApp/CalcService/$/ResumeBackup?"));
}

/// Asserts that no byte of the request was sent, and that the error has the server's certificate.
#[track_caller]
fn refused<T: Secured>(tls: &TlsConfig, server: &Pair, why: &str) {
    let gateway = Gateway::new(server);
    let result = client::<T>(tls, &gateway).send(resume());
    assert_eq!(gateway.received(), "");
    let (fault, source) = transport(&result);
    assert_eq!(fault, TransportErrorKind::IdentityRefused);
    let HttpError::IdentityRefused(refused) = source else { panic!("{source:?}") };
    let refused: &PeerRefused = refused.downcast_ref().unwrap();
    let message = source.to_string();
    assert!(message.to_lowercase().replace('-', " ").contains(why), "{message}");
    let presented = refused.presented().expect("what was presented");
    assert_eq!(presented.sha1(), Thumbprint::sha1(&server.der()));
    assert!(message.contains(&presented.sha1().to_string()), "{message}");
    if !why.contains("expired") || why.contains("not trusted") {
        assert!(message.contains(&format!("SHA-256 {}", presented.sha256())), "{message}");
        assert!(message.ends_with("pin one of its thumbprints"), "{message}");
    }
    assert!(source.source().is_none());
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IdentityRefused);
    assert!(!error.may_have_changed() && !error.is_transient());
}

fn a_trusted_chain_for_the_host<T: Secured>() {
    let ours = authority("Our CA").self_signed();
    let tls = trusting(&ours);
    accepted::<T>(&tls, &names("localhost").signed_by(&ours));
    refused::<T>(&tls, &names("elsewhere.example").signed_by(&ours), "not trusted (hostname mismatch)");
    let expired = names("localhost").days(-9, -1).signed_by(&ours);
    refused::<T>(&tls, &expired, "not trusted (certificate has expired)");
    let theirs = authority("Their CA").self_signed();
    let foreign = names("localhost").signed_by(&theirs);
    refused::<T>(&tls, &foreign, "not trusted (unable to get local issuer certificate)");
    refused::<T>(&tls, &names("localhost").self_signed(), "not trusted (self signed certificate)");
}

fn a_pin_is_enough_and_nothing_else_is<T: Secured>() {
    let ours = authority("Our CA").self_signed();
    for server in [names("localhost").signed_by(&ours), names("elsewhere.example").self_signed()] {
        accepted::<T>(&pinning(Thumbprint::sha1(&server.der())), &server);
        accepted::<T>(&pinning(Thumbprint::sha256(&server.der())), &server);
    }
    // A trusted chain does not replace a wrong thumbprint.
    let server = names("localhost").signed_by(&ours);
    accepted::<T>(&trusting(&ours), &server);
    refused::<T>(&pinning(Thumbprint::sha1(&ours.der())), &server, "thumbprint is not one of");
    let expired = names("localhost").days(-9, -1).signed_by(&ours);
    refused::<T>(&pinning(Thumbprint::sha1(&expired.der())), &expired, "has expired");
}

fn a_common_name_on_a_trusted_chain<T: Secured>() {
    let ours = authority("Our CA").self_signed();
    let tls = naming("mycluster.EXAMPLE", given(&ours));
    accepted::<T>(&tls, &names("MyCluster.example").signed_by(&ours));
    refused::<T>(&tls, &names("localhost").signed_by(&ours), "neither its common name");
    let theirs = authority("Their CA").self_signed();
    let foreign = names("mycluster.example").signed_by(&theirs);
    refused::<T>(&tls, &foreign, "not trusted (unable to get local issuer certificate)");
}

fn insecure_accepts_any_server_on_both_transports<T: Secured>() {
    let tls = TlsConfig::new().server(ServerIdentity::Insecure);
    accepted::<T>(&tls, &names("elsewhere.example").days(-9, -1).self_signed());
}

fn the_platforms_roots_are_the_default<T: Secured>() {
    let ours = authority("Our CA").self_signed();
    let server = names("localhost").signed_by(&ours);
    refused::<T>(&TlsConfig::new(), &server, "not trusted (unable to get local issuer certificate)");
    refused::<T>(&naming("localhost", Roots::System), &server, "not trusted (unable to get local issuer certificate)");
}

fn calls_share_an_admitted_connection<T: Secured>() {
    let server = names("localhost").self_signed();
    let gateway = Gateway::new(&server);
    let client = client::<T>(&pinning(Thumbprint::sha256(&server.der())), &gateway);
    for _ in 0..3 {
        client.send(resume()).unwrap();
    }
    assert_eq!(gateway.handshakes(), 1);
    assert_eq!(gateway.received().matches("POST ").count(), 3);
}

fn an_endpoint_with_a_wrong_identity_is_skipped<T: Secured>() {
    let (good, liar) = (names("localhost").self_signed(), names("localhost").self_signed());
    let (gateway, lying) = (Gateway::new(&good), Gateway::new(&liar));
    // With any endpoint first.
    for _ in 0..6 {
        let both = format!("{},{}", endpoint(lying.address), endpoint(gateway.address));
        let mut settings = Settings::at(both.parse::<sf_backup_proto::Endpoints>().unwrap());
        settings.tls = pinning(Thumbprint::sha1(&good.der()));
        T::try_with(settings).unwrap().send(resume()).unwrap();
    }
    assert_eq!(gateway.received().matches("POST ").count(), 6);
    assert_eq!(lying.received(), "");
}

fn a_client_certificate_that_is_requested_at_the_start<T: Secured>() {
    let server = names("localhost").self_signed();
    let ours = names("backup operator").self_signed();
    let identity = ClientIdentity::from_pem(&ours.in_one("client.pem"), None).unwrap();
    let pinned = pinning(Thumbprint::sha256(&server.der())).client(identity);
    for tls in [pinned.clone(), pinned.max_version(TlsVersion::V1_3)] {
        let gateway = Gateway::asking(&server);
        client::<T>(&tls, &gateway).send(resume()).unwrap();
        assert_eq!(gateway.clients(), ["backup operator"]);
    }
}

/// With TLS 1.3, the client is refused after the handshake, when the request may already have been sent. With TLS 1.2,
/// the alert for a missing certificate is ambiguous.
#[track_caller]
fn not_taken<T: Secured>(tls: &TlsConfig, gateway: &Gateway, why: &str, faults: [TransportErrorKind; 2]) {
    for (version, expected) in [TlsVersion::V1_2, TlsVersion::V1_3].into_iter().zip(faults) {
        not_taken_by::<T>(tls.clone().max_version(version), gateway, why, expected);
    }
}

#[track_caller]
fn not_taken_by<T: Secured>(tls: TlsConfig, gateway: &Gateway, why: &str, expected: TransportErrorKind) {
    let result = client::<T>(&tls, gateway).send(resume());
    assert_eq!(gateway.received(), "");
    let (fault, source) = transport(&result);
    assert_eq!((fault, source.to_string().as_str()), (expected, why), "{source:?}");
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 1));
    assert!(error.may_have_changed() == expected.may_have_been_sent() && !error.is_transient());
}

fn a_client_certificate_that_is_required_and_missing<T: Secured>() {
    let server = names("localhost").self_signed();
    let pinned = pinning(Thumbprint::sha256(&server.der()));
    let faults = [TransportErrorKind::ClientRefused; 2];
    not_taken::<T>(&pinned, &Gateway::asking(&server), "the server requires a client certificate", faults);
}

fn a_handshake_without_a_common_cipher_is_not_about_certificates<T: Secured>() {
    let server = names("localhost").self_signed();
    let pinned = pinning(Thumbprint::sha256(&server.der())).max_version(TlsVersion::V1_2);
    let result = client::<T>(&pinned, &Gateway::without_a_common_cipher(&server)).send(resume());
    let (fault, source) = transport(&result);
    assert_eq!(fault, TransportErrorKind::Unreachable);
    assert!(!source.to_string().contains("certificate"), "{source}");
}

fn a_client_certificate_that_the_server_rejects<T: Secured>() {
    let server = names("localhost").self_signed();
    let ours = names("backup operator").self_signed();
    let identity = ClientIdentity::from_pem(&ours.in_one("client.pem"), None).unwrap();
    let pinned = pinning(Thumbprint::sha256(&server.der())).client(identity);
    // With TLS 1.3, the alert arrives after the handshake. Before 1.3, such an alert could follow a request that was
    // read.
    let faults = [TransportErrorKind::ClientRefused, TransportErrorKind::ClientRefusedLate];
    let why = "the server refuses the client certificate: its issuer is unknown";
    not_taken::<T>(&pinned, &Gateway::refusing(&server), why, faults);
}

/// Rejected before anything is sent, with the name of the file.
#[test]
fn a_leaf_given_as_an_authority_is_reported() {
    let ours = authority("Our CA").self_signed();
    let leaf = names("localhost").signed_by(&ours);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leaf.pem");
    std::fs::write(&path, leaf.certificate.to_pem().unwrap()).unwrap();
    let path = path.to_str().unwrap();
    let gateway = Gateway::new(&leaf);
    let url = endpoint(gateway.address).to_string();
    let ran = crate::cli::harness::run(&["-e", &url, "--ca", path, "app", "list"]).expect(2);
    let why = "is not a certificate authority: give the certificate that issued it";
    assert!(ran.err.contains(&format!("{path} {why}")), "{ran:?}");
    assert_eq!((gateway.handshakes(), gateway.received().as_str()), (0, ""));
    // A self-signed certificate is its own authority.
    let own = names("localhost").self_signed();
    let file = folder.path().join("own.pem");
    std::fs::write(&file, own.certificate.to_pem().unwrap()).unwrap();
    assert!(Authorities::read([&file]).is_ok());
}
