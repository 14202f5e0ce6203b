//! Certificate stores of Windows.

use std::io;

use schannel::cert_store::CertStoreBuilder;

use super::Identity;

/// A certificate in a store.
pub(crate) struct Stored {
    pub(crate) der: Vec<u8>,
    /// Whether this user has its private key.
    pub(crate) has_key: bool,
    pub(crate) identity: Identity,
}

/// Lists the certificates of a store of the machine or the user.
pub(crate) fn stored(of_machine: bool, name: &str) -> io::Result<Vec<Stored>> {
    let mut builder = CertStoreBuilder::new();
    builder.read_only();
    let opened = if of_machine { builder.open_local_machine(name)? } else { builder.open_current_user(name)? };
    let certificates = opened.certs().map(|certificate| Stored {
        der: certificate.to_der().to_vec(),
        has_key: certificate.private_key().silent(true).acquire().is_ok(),
        identity: Identity(certificate),
    });
    Ok(certificates.collect())
}
