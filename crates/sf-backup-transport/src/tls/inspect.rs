//! Inspection of a server's certificate, for connection diagnostics.

use std::io::{self, Read, Write};
use std::time::SystemTime;

use native_tls::{HandshakeError, TlsConnector, TlsStream};

use crate::tls::connector::{Connector, leaf};
use crate::tls::handshake::{HandshakeWatch, Watched};
use crate::tls::peer::{PeerCertificate, PeerRefused};
use crate::tls::security::ConnectError;

/// The result of an inspection: the server's certificate and whether it is accepted.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The server's certificate; `None` if it is not available for a rejected server.
    pub presented: Option<PeerCertificate>,
    /// The reason why the server is rejected, if it is.
    pub refused: Option<PeerRefused>,
}

impl Connector {
    /// Performs a TLS handshake with a server without sending data.
    ///
    /// `dial` opens a connection to the server. It is called again if the server is rejected, because platforms do not
    /// expose a rejected certificate. Blocks as the connections do.
    ///
    /// # Errors
    /// If a connection fails, or the handshake fails for another reason than the server's identity.
    pub fn inspect<S: Read + Write>(
        &self,
        host: &str,
        mut dial: impl FnMut() -> Result<S, ConnectError>,
    ) -> Result<Inspection, ConnectError> {
        let shaken = self.shake(self.native(), host, dial()?);
        let refused = match shaken {
            Ok(stream) => {
                let presented = leaf(&stream);
                let refused = self.check_peer(presented.as_deref(), SystemTime::now()).err();
                return Ok(Inspection { presented: presented.as_deref().map(PeerCertificate::from_der), refused });
            }
            Err(ConnectError::Refused(refused)) => refused,
            Err(other) => return Err(other),
        };
        let looking = Self::looking().ok();
        let looked = looking.and_then(|looking| leaf(&self.shake(&looking, host, dial().ok()?).ok()?));
        Ok(match looked {
            Some(der) => Inspection {
                presented: Some(PeerCertificate::from_der(&der)),
                refused: Some(refused.with_presented(&der)),
            },
            None => Inspection { presented: None, refused: Some(refused) },
        })
    }

    fn shake<S: Read + Write>(
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
