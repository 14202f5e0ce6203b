//! The TLS connector that transports use for every connection.

use std::fmt;
use std::io::{Read, Write};
use std::time::SystemTime;

use crate::error::ClientRefusal;
use crate::tls::connect_error::ConnectError;
use crate::tls::handshake::{self, HandshakeWatch};
use crate::tls::native::{self, Options, TlsStream, Trust};
use crate::tls::peer::{PeerRefused, RefusalReason, ServerIdentity};
use crate::tls::version::TlsVersion;

/// The platform's TLS connector, and the check of the server that follows each handshake.
///
/// A transport must connect, then call [`admit`](Self::admit), and only then send the first byte of a request.
#[derive(Clone)]
pub struct Connector {
    native: native::TlsConnector,
    server: ServerIdentity,
    has_certificate: bool,
}

impl Connector {
    pub(crate) fn new(native: native::TlsConnector, server: ServerIdentity, has_certificate: bool) -> Self {
        Self { native, server, has_certificate }
    }

    /// The platform's connector. Its handshake alone does not verify the server; call [`admit`](Self::admit) as well.
    pub fn native(&self) -> &native::TlsConnector {
        &self.native
    }

    /// Verifies the server after the handshake, before anything is sent.
    ///
    /// For an asynchronous stream, pass the [`native`] stream inside it. Call it again before a connection returns to a
    /// pool, because a server can present another certificate when it renegotiates.
    ///
    /// # Errors
    /// [`PeerRefused`]. Drop the connection, and do not retry the endpoint.
    pub fn admit<S: Read + Write>(&self, stream: &TlsStream<S>, now: SystemTime) -> Result<(), PeerRefused> {
        self.check_peer(leaf(stream).as_deref(), now)
    }

    /// Verifies the leaf certificate, in DER, of a server. See [`ServerIdentity::check`].
    ///
    /// # Errors
    /// [`PeerRefused`] as for [`admit`](Self::admit).
    pub fn check_peer(&self, leaf: Option<&[u8]>, now: SystemTime) -> Result<(), PeerRefused> {
        self.server.check(leaf, now)
    }

    /// Returns the refusal if the platform rejected the server in a handshake; `None` if the handshake failed
    /// otherwise.
    ///
    /// Platforms do not expose the rejected certificate. To get it, connect again with [`Connector::looking`], send
    /// nothing, and pass [`leaf`] of that connection to [`PeerRefused::with_presented`].
    pub fn refusal(&self, error: &native::Error) -> Option<PeerRefused> {
        handshake::refusal(error).map(|platform| PeerRefused::new(RefusalReason::NotTrusted { platform }, None))
    }

    /// Converts the error of a failed handshake: a [`refusal`](Self::refusal), a refusal of this client, or an error of the
    /// system or TLS library. `watch` has seen what the server sent.
    pub fn failure(&self, error: &native::Error, watch: &HandshakeWatch) -> ConnectError {
        let client =
            handshake::Client { has_certificate: self.has_certificate, was_asked: watch.certificate_requested() };
        match self.refusal(error) {
            Some(refused) => ConnectError::Refused(refused),
            None => handshake::failure(error, client),
        }
    }

    /// The server's refusal of this client, if the message of the TLS library or the system reports one.
    pub(crate) fn client_refusal(&self, said: &str) -> Option<ClientRefusal> {
        let client = handshake::Client { has_certificate: self.has_certificate, was_asked: false };
        client.refusal(said).map(|reason| ClientRefusal { reason, late: !handshake::precedes_request(said) })
    }

    /// Creates a connector that accepts any server and has no client certificate. Use it only to read the server's
    /// certificate; never send data.
    ///
    /// # Errors
    /// If the platform's TLS library fails.
    pub fn looking() -> Result<native::TlsConnector, native::Error> {
        let options = Options { min: TlsVersion::V1_2, max: None, client: None, trust: Trust::Any };
        native::connector(&options)
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("server", &self.server).finish_non_exhaustive()
    }
}

/// The server's leaf certificate, in DER, of a connection.
pub fn leaf<S: Read + Write>(stream: &TlsStream<S>) -> Option<Vec<u8>> {
    native::leaf(stream)
}
