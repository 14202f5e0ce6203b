//! The platform's TLS library: OpenSSL or Security.framework through `native-tls`, SChannel on Windows.
//!
//! On Windows this module has its own types with the names and methods of `native-tls`, because only SChannel itself
//! takes a client certificate from a certificate store and lets the caller verify the server's chain.

#[cfg(not(windows))]
mod library;
#[cfg(any(windows, test))]
mod pfx;
#[cfg(windows)]
mod schannel;
#[cfg(any(windows, test))]
mod server_name;

#[cfg(not(windows))]
pub(crate) use library::{connector, identity, identity_from_pkcs12, leaf};
#[cfg(not(windows))]
pub use native_tls::{Certificate, Error, HandshakeError, Identity, MidHandshakeTlsStream, TlsConnector, TlsStream};
#[cfg(windows)]
pub use schannel::{Certificate, Error, HandshakeError, Identity, MidHandshakeTlsStream, TlsConnector, TlsStream};
#[cfg(windows)]
pub(crate) use schannel::{connector, identity, identity_from_pkcs12, leaf, store::stored};

use crate::tls::version::TlsVersion;

/// The settings of a connector.
pub(crate) struct Options<'a> {
    pub(crate) min: TlsVersion,
    pub(crate) max: Option<TlsVersion>,
    pub(crate) client: Option<&'a Identity>,
    pub(crate) trust: Trust<'a>,
}

/// What the platform verifies in the handshake.
pub(crate) enum Trust<'a> {
    /// Nothing.
    Any,
    /// The chain. It ends in one of `authorities`, or in a root of the platform if there are none.
    Chain { authorities: Option<&'a [Certificate]>, host_name: bool },
}

/// A certificate and its key, in the forms that platforms read.
pub(crate) struct Pair<'a> {
    /// The certificates in DER, the client's own first.
    pub(crate) chain: &'a [&'a [u8]],
    /// The key in PKCS#8, in DER.
    pub(crate) key: &'a [u8],
}
