//! The negotiated TLS version, with and without a client certificate.

use openssl::ssl::SslVersion;
use sf_backup_transport::tls::{ClientIdentity, ServerIdentity, TlsConfig, TlsVersion};

use crate::client::{Failure, ask};
use crate::forge::names;
use crate::gateway::Gateway;

fn speaks(config: &TlsConfig, version: SslVersion) -> bool {
    let gateway = Gateway::speaking_only(&names("localhost").self_signed(), version);
    match ask(config, "localhost", gateway.address()) {
        Ok(_) => true,
        Err(Failure::Handshake(_)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_client_certificate_keeps_to_1_2_unless_raised() {
    let anonymous = TlsConfig::new().server(ServerIdentity::Insecure);
    let client = names("client").self_signed().in_one("client.pem");
    let known = anonymous.clone().client(ClientIdentity::from_pem(&client, None).unwrap());
    let (v1_2, v1_3) = (TlsVersion::V1_2, TlsVersion::V1_3);
    for (config, speaks_1_2, speaks_1_3) in [
        (anonymous.clone(), true, true),
        (anonymous.clone().max_version(v1_2), true, false),
        (anonymous.min_version(v1_3), false, true),
        (known.clone(), true, false),
        (known.clone().max_version(v1_3), true, true),
        (known.clone().min_version(v1_3), false, true),
    ] {
        assert_eq!(speaks(&config, SslVersion::TLS1_2), speaks_1_2, "{config:?}");
        assert_eq!(speaks(&config, SslVersion::TLS1_3), speaks_1_3, "{config:?}");
    }
}
