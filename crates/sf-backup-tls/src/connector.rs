//! What a transport does with every connection.

use std::fmt;
use std::io::{Read, Write};
use std::time::SystemTime;

use native_tls::{TlsConnectorBuilder, TlsStream};

use crate::config::ConfigError;
use crate::handshake;
use crate::peer::{PeerRefused, RefusalReason, ServerIdentity};
use crate::security::NotSecure;

/// What a transport needs for its connections: the platform's connector, and the check that follows each handshake.
///
/// The order is fixed: connect, [`admit`](Self::admit), and only then the first byte of a request.
#[derive(Clone)]
pub struct Connector {
    native: native_tls::TlsConnector,
    server: ServerIdentity,
}

impl Connector {
    pub(crate) fn new(native: native_tls::TlsConnector, server: ServerIdentity) -> Self {
        Self { native, server }
    }

    /// The platform's connector. Its handshake alone does not make a connection fit for use.
    pub fn native(&self) -> &native_tls::TlsConnector {
        &self.native
    }

    /// Decides about a connection whose handshake is done, before anything is sent on it. Of an asynchronous stream, the
    /// `native_tls` stream inside is meant.
    ///
    /// A server may present another certificate when it renegotiates. Asked again before a connection goes back to a pool,
    /// this notices.
    ///
    /// # Errors
    /// [`PeerRefused`]: the connection must be dropped, and the endpoint not be tried again.
    pub fn admit<S: Read + Write>(&self, stream: &TlsStream<S>, now: SystemTime) -> Result<(), PeerRefused> {
        self.check_peer(leaf(stream).as_deref(), now)
    }

    /// As [`admit`](Self::admit), for the leaf certificate in DER. See [`ServerIdentity::check`].
    ///
    /// # Errors
    /// [`PeerRefused`].
    pub fn check_peer(&self, leaf: Option<&[u8]>, now: SystemTime) -> Result<(), PeerRefused> {
        self.server.check(leaf, now)
    }

    /// Reads a failed handshake: `Some` if the platform refused the server, `None` if something else went wrong.
    ///
    /// The platform does not tell what was presented. To find out, connect once more with [`Connector::looking`], send
    /// nothing, and give [`leaf`] of that connection to [`PeerRefused::with_presented`].
    pub fn refusal(&self, error: &native_tls::Error) -> Option<PeerRefused> {
        handshake::refusal(error).map(|platform| PeerRefused::new(RefusalReason::NotTrusted { platform }, None))
    }

    /// What a failed handshake means: [`refusal`](Self::refusal), or what the system or the TLS library said.
    pub fn failure(&self, error: &native_tls::Error) -> NotSecure {
        match self.refusal(error) {
            Some(refused) => NotSecure::Refused(refused),
            None => handshake::failure(error),
        }
    }

    /// A connector that accepts anybody and shows nobody our certificate: for looking at what a server presents, never
    /// for sending.
    ///
    /// # Errors
    /// When the platform's TLS library fails.
    pub fn looking() -> Result<native_tls::TlsConnector, ConfigError> {
        let mut builder = native_tls::TlsConnector::builder();
        accept_any(&mut builder);
        Ok(builder.build()?)
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("server", &self.server).finish_non_exhaustive()
    }
}

/// The certificate in DER that the server presented on a connection.
pub fn leaf<S: Read + Write>(stream: &TlsStream<S>) -> Option<Vec<u8>> {
    stream.peer_certificate().ok()??.to_der().ok()
}

pub(crate) fn accept_any(builder: &mut TlsConnectorBuilder) {
    builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
}
