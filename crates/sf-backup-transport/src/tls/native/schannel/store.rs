//! Certificate stores of Windows.

use std::io;

use schannel::cert_store::CertStoreBuilder;

use crate::tls::certificate_store::{CertificateStore, StoreLocation};
use crate::tls::native::Identity;

/// A certificate in a store.
pub(crate) struct Stored {
    pub(crate) der: Vec<u8>,
    /// Whether this user has its private key.
    pub(crate) has_key: bool,
    pub(crate) identity: Identity,
}

/// Lists the certificates of a store.
pub(crate) fn stored(store: &CertificateStore) -> io::Result<Vec<Stored>> {
    let mut builder = CertStoreBuilder::new();
    let opened = match store.location() {
        StoreLocation::CurrentUser => builder.read_only().open_current_user(store.name())?,
        StoreLocation::LocalMachine => builder.read_only().open_local_machine(store.name())?,
    };
    let certificates = opened.certs().map(|certificate| Stored {
        der: certificate.to_der().to_vec(),
        has_key: certificate.private_key().silent(true).acquire().is_ok(),
        identity: Identity(certificate),
    });
    Ok(certificates.collect())
}
