//! The part of `native-tls` that this crate uses.

use std::io::{Read, Write};

use native_tls::{Error, Identity, Protocol, TlsConnector, TlsStream};
use pkcs8::der::pem::{LineEnding, encode_string};
use zeroize::Zeroizing;

use crate::tls::native::{Options, Pair, Trust};
use crate::tls::version::TlsVersion;

pub(crate) fn connector(options: &Options<'_>) -> Result<TlsConnector, Error> {
    let mut builder = TlsConnector::builder();
    builder.min_protocol_version(Some(protocol(options.min))).max_protocol_version(options.max.map(protocol));
    if let Some(client) = options.client {
        builder.identity(client.clone());
    }
    match options.trust {
        Trust::Any => {
            builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
        }
        Trust::Chain { authorities, host_name } => {
            builder.danger_accept_invalid_hostnames(!host_name).disable_built_in_roots(authorities.is_some());
            for certificate in authorities.unwrap_or_default() {
                builder.add_root_certificate(certificate.clone());
            }
        }
    }
    builder.build()
}

/// Creates an identity, which is usable only if the key belongs to the certificate.
pub(crate) fn identity(pair: &Pair<'_>) -> Result<Identity, Error> {
    let pem = |label, der: &[u8]| encode_string(label, LineEnding::LF, der).unwrap_or_default();
    let chain: String = pair.chain.iter().map(|der| pem("CERTIFICATE", der)).collect();
    let key = Zeroizing::new(pem("PRIVATE KEY", pair.key));
    Identity::from_pkcs8(chain.as_bytes(), key.as_bytes())
}

pub(crate) fn identity_from_pkcs12(archive: &[u8], password: &str) -> Result<Identity, Error> {
    Identity::from_pkcs12(archive, password)
}

/// The server's certificate, in DER.
pub(crate) fn leaf<S: Read + Write>(stream: &TlsStream<S>) -> Option<Vec<u8>> {
    stream.peer_certificate().ok()??.to_der().ok()
}

fn protocol(version: TlsVersion) -> Protocol {
    match version {
        TlsVersion::V1_2 => Protocol::Tlsv12,
        TlsVersion::V1_3 => Protocol::Tlsv13,
    }
}
