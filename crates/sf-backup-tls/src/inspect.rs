//! Looks at a server without asking it anything: for those who set a connection up.

use std::io::{self, Read, Write};
use std::time::SystemTime;

use native_tls::{HandshakeError, TlsConnector, TlsStream};

use crate::connector::{Connector, leaf};
use crate::peer::{PeerCertificate, PeerRefused};
use crate::security::NotSecure;

/// What a server shows of itself, and whether it is taken for the right one.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Its certificate; `None` if it showed none to somebody without a certificate, and is refused.
    pub presented: Option<PeerCertificate>,
    /// Why it is refused, if it is.
    pub refused: Option<PeerRefused>,
}

impl Connector {
    /// Shakes hands with a server and sends nothing. `dial` opens a connection to it, and is asked for a second one if the
    /// server is refused: platforms do not tell what they refuse. Blocks as the connections do.
    ///
    /// # Errors
    /// When there is no connection, or the handshake fails for another reason than who the server is.
    pub fn inspect<S: Read + Write>(
        &self,
        host: &str,
        mut dial: impl FnMut() -> Result<S, NotSecure>,
    ) -> Result<Inspection, NotSecure> {
        let shaken = self.shake(self.native(), host, dial()?);
        let refused = match shaken {
            Ok(stream) => {
                let presented = leaf(&stream);
                let refused = self.check_peer(presented.as_deref(), SystemTime::now()).err();
                return Ok(Inspection { presented: presented.as_deref().map(PeerCertificate::from_der), refused });
            }
            Err(NotSecure::Refused(refused)) => refused,
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

    fn shake<S: Read + Write>(&self, native: &TlsConnector, host: &str, stream: S) -> Result<TlsStream<S>, NotSecure> {
        native.connect(host, stream).map_err(|error| match error {
            HandshakeError::Failure(error) => self.failure(&error),
            // Blocking sockets say so when their time is up.
            HandshakeError::WouldBlock(_) => NotSecure::handshake(&io::ErrorKind::TimedOut.into()),
        })
    }
}
