//! Inspection of a server's certificate, for connection diagnostics.

use std::io::{self, Read, Write};
use std::time::SystemTime;

use crate::tls::connect_error::ConnectError;
use crate::tls::connector::{Connector, leaf};
use crate::tls::handshake::{HandshakeWatch, Watched};
use crate::tls::native::{HandshakeError, TlsConnector, TlsStream};
use crate::tls::peer::{PeerCertificate, PeerRefused};

/// The result of an inspection: the server's certificate and whether it is accepted.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The server's certificate; `None` if it is not available for a rejected server.
    pub presented: Option<PeerCertificate>,
    /// The reason why the server is rejected, if it is.
    pub refused: Option<PeerRefused>,
}

impl Connector {
    /// Makes a TLS connection to a verified server: handshake and [`admit`](Self::admit).
    ///
    /// `connect` opens a connection to the server. It is called again if the platform rejects the server, because platforms
    /// do not expose a rejected certificate. Blocks as the connections do.
    ///
    /// # Errors
    /// If a connection or the handshake fails, or the server is refused.
    pub fn establish<S: Read + Write, E: From<ConnectError>>(
        &self,
        host: &str,
        mut connect: impl FnMut() -> Result<S, E>,
    ) -> Result<TlsStream<Watched<S>>, E> {
        let stream = self.handshake(self.native(), host, connect()?);
        let admitted = stream.and_then(|stream| {
            self.admit(&stream, SystemTime::now())?;
            Ok(stream)
        });
        match admitted {
            Err(ConnectError::Refused(refused)) if refused.presented().is_none() => {
                let looking = Self::looking().ok();
                let certificate =
                    looking.and_then(|looking| leaf(&self.handshake(&looking, host, connect().ok()?).ok()?));
                Err(ConnectError::Refused(match certificate {
                    Some(presented) => refused.with_presented(&presented),
                    None => refused,
                })
                .into())
            }
            admitted => Ok(admitted?),
        }
    }

    /// Performs a TLS handshake with a server without sending data. `connect` is as for [`establish`](Self::establish).
    ///
    /// # Errors
    /// If a connection fails, or the handshake fails for another reason than the server's identity.
    pub fn inspect<S: Read + Write>(
        &self,
        host: &str,
        connect: impl FnMut() -> Result<S, ConnectError>,
    ) -> Result<Inspection, ConnectError> {
        match self.establish(host, connect) {
            Ok(stream) => {
                let presented = leaf(&stream).as_deref().map(PeerCertificate::from_der);
                Ok(Inspection { presented, refused: None })
            }
            Err(ConnectError::Refused(refused)) => {
                Ok(Inspection { presented: refused.presented().cloned(), refused: Some(refused) })
            }
            Err(other) => Err(other),
        }
    }

    fn handshake<S: Read + Write>(
        &self,
        native: &TlsConnector,
        host: &str,
        stream: S,
    ) -> Result<TlsStream<Watched<S>>, ConnectError> {
        let watch = HandshakeWatch::default();
        native.connect(host, Watched::new(stream, watch.clone())).map_err(|error| match error {
            HandshakeError::Failure(error) => self.failure(&error, &watch),
            // Blocking sockets return `WouldBlock` after a timeout.
            HandshakeError::WouldBlock(_) => ConnectError::handshake(&io::ErrorKind::TimedOut.into()),
        })
    }
}
