//! CA certificates from files and directories.

use std::fs;
use std::path::Path;

use sf_backup_transport::tls::{Authorities, Roots, ServerIdentity, TlsConfig};

use crate::client::verdict;
use crate::forge::{Pair, authority, names};
use crate::gateway::Gateway;

fn trusts(authorities: Authorities, server: &Pair) -> bool {
    let gateway = Gateway::new(server);
    let config = TlsConfig::new().server(ServerIdentity::Trusted(Roots::Given(authorities)));
    verdict(&config, "localhost", gateway.address()).is_ok()
}

#[track_caller]
fn refused(path: &Path) -> String {
    let error = Authorities::read([path]).unwrap_err().to_string();
    error.replace(&path.display().to_string(), "PATH")
}

#[test]
fn files_and_directories_of_every_kind_are_read() {
    let ours = authority("Our CA").self_signed();
    let other = authority("Another CA").self_signed();
    let server = names("localhost").signed_by(&ours);
    let folder = tempfile::tempdir().unwrap();
    for (name, contents) in [
        ("plain.pem", ours.pem()),
        ("bundle.crt", [other.pem(), ours.pem()].concat()),
        ("binary.CER", ours.der()),
        ("0a1b2c3d.0", ours.pem()),
    ] {
        let directory = folder.path().join(format!("directory of {name}"));
        fs::create_dir(&directory).unwrap();
        let file = directory.join(name);
        fs::write(&file, contents).unwrap();
        fs::write(directory.join("README"), "not a certificate").unwrap();
        fs::write(directory.join("server.key.pem"), server.pkcs8()).unwrap();
        assert!(trusts(Authorities::read([&file]).unwrap(), &server), "{name}");
        assert!(trusts(Authorities::read([&directory]).unwrap(), &server), "{name}");
    }
    let file = folder.path().join("other.pem");
    fs::write(&file, other.pem()).unwrap();
    assert!(!trusts(Authorities::read([&file]).unwrap(), &server));
    let both = Authorities::read([&file, &folder.path().join("directory of plain.pem")]);
    assert!(trusts(both.unwrap(), &server));
}

#[test]
fn a_chain_through_an_intermediate_needs_the_root() {
    let root = authority("Root").self_signed();
    let intermediate = authority("Intermediate").signed_by(&root);
    let server = names("localhost").signed_by(&intermediate);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, intermediate.pem()).unwrap();
    assert_eq!(refused(&file), "PATH contains only intermediate certificates: add the self-signed root certificate");
    fs::write(&file, [intermediate.pem(), root.pem()].concat()).unwrap();
    assert!(trusts(Authorities::read([&file]).unwrap(), &server));
}

#[test]
fn a_path_without_certificates_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(refused(folder.path()), "PATH contains no CA certificate in PEM or DER format");
    let file = folder.path().join("ca.pem");
    assert_eq!(refused(&file), "cannot read PATH");
    fs::write(&file, "not a certificate").unwrap();
    assert_eq!(refused(&file), "PATH contains no CA certificate in PEM or DER format");
    let damaged = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";
    for damaged in [damaged.as_bytes(), &[0x30, 0x82, 0x01]] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(refused(&file), "PATH contains a damaged certificate");
    }
}
