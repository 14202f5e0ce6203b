//! Client certificates in every form, sent to a server that requests one.

use openssl::pkey::{PKey, Private};
use sf_backup_transport::tls::{ClientIdentity, IdentityError, ServerIdentity, Source, TlsConfig};

use crate::client::ask;
use crate::forge::{Pair, authority, ec_key, names, rsa_key};
use crate::gateway::Gateway;

/// The common name that a server receives with this identity.
fn seen(identity: ClientIdentity) -> String {
    let gateway = Gateway::asking(&names("localhost").self_signed());
    let config = TlsConfig::new().server(ServerIdentity::Insecure).client(identity);
    ask(&config, "localhost", gateway.address()).unwrap()
}

fn client(key: PKey<Private>) -> Pair {
    names("backup operator").key(key).self_signed()
}

#[track_caller]
fn refused(certificate: &Source, key: Option<&Source>) -> String {
    ClientIdentity::from_pem(certificate, key).unwrap_err().to_string()
}

#[test]
fn every_form_of_key_is_supported() {
    let rsa = client(rsa_key());
    let pkcs1 = rsa.key.rsa().unwrap().private_key_to_pem().unwrap();
    let ec = client(ec_key());
    let sec1 = ec.key.ec_key().unwrap().private_key_to_pem().unwrap();
    let parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    assert!(pkcs1.starts_with(b"-----BEGIN RSA PRIVATE KEY-----"));
    assert!(sec1.starts_with(b"-----BEGIN EC PRIVATE KEY-----"));
    for (pair, key) in [
        (&rsa, rsa.pkcs8()),
        (&rsa, pkcs1),
        (&ec, ec.pkcs8()),
        (&ec, [parameters.as_slice(), &sec1].concat()),
        (&ec, String::from_utf8(sec1).unwrap().replace('\n', "\r\n").into_bytes()),
    ] {
        let certificate = Source::new("cert.pem", pair.pem());
        let two = ClientIdentity::from_pem(&certificate, Some(&Source::new("key.pem", key.clone())));
        assert_eq!(seen(two.unwrap()), "backup operator");
        let one = Source::new("one.pem", [key, pair.pem()].concat());
        let one = ClientIdentity::from_pem(&one, None);
        assert_eq!(seen(one.unwrap()), "backup operator");
    }
}

#[test]
fn a_key_without_a_public_key_is_supported() {
    let ours = authority("Our CA").self_signed();
    let key = PKey::generate_ed25519().unwrap();
    let client = names("backup operator").key(key).signed_by(&ours);
    let identity = ClientIdentity::from_pem(&client.in_one("client.pem"), None);
    assert_eq!(seen(identity.unwrap()), "backup operator");
}

#[test]
fn the_certificate_of_the_key_is_sent_first() {
    let ours = authority("Our CA").self_signed();
    let client = names("backup operator").signed_by(&ours);
    let upside_down = [ours.pem(), client.pem(), client.pkcs8()].concat();
    let identity = ClientIdentity::from_pem(&Source::new("all.pem", upside_down), None);
    assert_eq!(seen(identity.unwrap()), "backup operator");
}

#[test]
fn an_archive_opens_with_its_password_only() {
    for pair in [client(ec_key()), client(rsa_key())] {
        let archive = pair.pkcs12("client.pfx", "correct horse");
        let identity = ClientIdentity::from_pkcs12(&archive, "correct horse").unwrap();
        assert_eq!(seen(identity), "backup operator");
        for wrong in ["battery staple", ""] {
            let error = ClientIdentity::from_pkcs12(&archive, wrong).unwrap_err();
            assert_eq!(error.to_string(), "wrong password for client.pfx");
        }
    }
}

#[test]
fn an_archive_without_a_key_and_a_file_of_another_type_are_errors() {
    let open = |name: &str, bytes: Vec<u8>| {
        let source = Source::new(name, bytes);
        ClientIdentity::from_pkcs12(&source, "x").unwrap_err().to_string()
    };
    let pair = client(ec_key());
    let mut bare = openssl::pkcs12::Pkcs12::builder();
    let bare = bare.cert(&pair.certificate).build2("x").unwrap();
    assert_eq!(
        open("bare.pfx", bare.to_der().unwrap()),
        "bare.pfx contains no private key for its certificate: export it again with the private key"
    );
    assert_eq!(
        open("client.pem", pair.pem()),
        "client.pem is not a PKCS#12 file: it is PEM; pass it as certificate and key"
    );
    for damaged in [b"notes".to_vec(), pair.der(), vec![0x30, 0x82]] {
        assert_eq!(open("x.pfx", damaged), "x.pfx is not a PKCS#12 file");
    }
}

/// Certificates encrypted with 40-bit RC2, as exported by older versions of Windows.
#[test]
fn an_archive_with_outdated_encryption_is_an_error() {
    let source = Source::new("old.pfx", include_bytes!("../certificates/outdated.pfx"));
    let knows_no_rc2 = openssl::version::number() >= 0x3000_0000;
    match ClientIdentity::from_pkcs12(&source, "outdated") {
        Ok(_) => assert!(!knows_no_rc2),
        Err(error) => assert_eq!(
            error.to_string(),
            "old.pfx is encrypted with an algorithm that OpenSSL on this machine does not support: \
            export it again with AES-256"
        ),
    }
    let wrong = ClientIdentity::from_pkcs12(&source, "wrong").unwrap_err();
    assert_eq!(wrong.to_string(), "wrong password for old.pfx");
}

#[test]
fn a_missing_part_is_named_with_its_file() {
    let pair = client(ec_key());
    let (certificate, key) = (Source::new("cert.pem", pair.pem()), Source::new("key.pem", pair.pkcs8()));
    assert_eq!(
        refused(&certificate, None),
        "cert.pem contains no private key: add a block that starts with -----BEGIN PRIVATE KEY-----, \
        or pass a separate key file"
    );
    assert_eq!(
        refused(&key, Some(&key)),
        "key.pem contains no certificate: no block starts with -----BEGIN CERTIFICATE-----"
    );
    let missing = Source::read("/nowhere/client.pem").unwrap_err().to_string();
    assert_eq!(missing, "cannot read /nowhere/client.pem");
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    for (key, other) in [
        (ec_key(), ec_key()),
        (rsa_key(), rsa_key()),
        (ec_key(), rsa_key()),
        (PKey::generate_ed25519().unwrap(), ec_key()),
        (ec_key(), PKey::generate_ed25519().unwrap()),
    ] {
        let certificate = Source::new("cert.pem", client_pem(key));
        let key = Source::new("key.pem", other.private_key_to_pem_pkcs8().unwrap());
        assert_eq!(
            refused(&certificate, Some(&key)),
            "the private key in key.pem does not belong to the certificate in cert.pem"
        );
    }
}

/// A certificate for `key`, signed with another key, because not every key can sign with SHA-256.
fn client_pem(key: PKey<Private>) -> Vec<u8> {
    let ours = authority("Our CA").self_signed();
    names("backup operator").key(key).signed_by(&ours).pem()
}

#[test]
fn an_encrypted_or_damaged_key_is_an_error() {
    let pair = client(rsa_key());
    let certificate = Source::new("cert.pem", pair.pem());
    let cipher = openssl::symm::Cipher::aes_128_cbc();
    let modern = pair.key.private_key_to_pem_pkcs8_passphrase(cipher, b"x").unwrap();
    let rsa = pair.key.rsa().unwrap();
    let legacy = rsa.private_key_to_pem_passphrase(cipher, b"x").unwrap();
    for encrypted in [modern, legacy] {
        let error = refused(&certificate, Some(&Source::new("key.pem", encrypted)));
        assert_eq!(
            error,
            "the private key in key.pem is encrypted: decrypt it with `openssl pkey`, or use a PKCS#12 file \
            with a password"
        );
    }
    for (label, form) in [
        ("PRIVATE KEY", "PKCS#8"),
        ("RSA PRIVATE KEY", "PKCS#1"),
        ("EC PRIVATE KEY", "SEC1 with a named curve"),
        ("DSA PRIVATE KEY", "PKCS#8, PKCS#1 or SEC1"),
    ] {
        let damaged = format!("-----BEGIN {label}-----\nMAMCAQA=\n-----END {label}-----\n");
        let error = refused(&certificate, Some(&Source::new("key.pem", damaged)));
        assert_eq!(error, format!("the private key in key.pem cannot be read as {form}"));
    }
}

#[test]
fn debug_and_errors_contain_no_secrets() {
    let pair = client(ec_key());
    let key = String::from_utf8(pair.pkcs8()).unwrap();
    let secret = key.lines().nth(1).unwrap();
    let source = pair.in_one("client.pem");
    let identity = ClientIdentity::from_pem(&source, None).unwrap();
    let config = TlsConfig::new().client(identity.clone());
    let archive = pair.pkcs12("client.pfx", "correct horse");
    let error: IdentityError = ClientIdentity::from_pkcs12(&archive, "wrong horse").unwrap_err();
    let shown = format!("{source:?} {identity:?} {config:?} {archive:?} {error:?} {error}");
    assert!(shown.contains("client.pem") && shown.contains("client.pfx"));
    for planted in [secret, "correct horse", "wrong horse"] {
        assert!(!shown.contains(planted), "{shown}");
    }
}
