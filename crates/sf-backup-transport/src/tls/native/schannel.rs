//! SChannel, with the names and methods of `native-tls`.

pub(crate) mod store;
mod verify;

use std::fmt;
use std::io::{self, Read, Write};

use schannel::cert_context::CertContext;
use schannel::cert_store::{CertAdd, CertStore, Memory, PfxImportOptions};
use schannel::schannel_cred::{Direction, Protocol, SchannelCred};
use schannel::tls_stream;

use crate::tls::native::{Options, Pair, Trust, pfx};
use crate::tls::version::TlsVersion;
use crate::tls::windows_code::WindowsCode;
use verify::{Expected, verify};

/// An error of Windows. `Display` has its meaning, name and number if it is one of TLS or certificates.
#[derive(Debug)]
pub struct Error(io::Error);

impl Error {
    fn new(error: io::Error) -> Self {
        Self(error)
    }

    /// The error as one of the system, whose text names it.
    fn into_io(self) -> io::Error {
        match self.0.raw_os_error() {
            Some(number) if WindowsCode::find(number.into()).is_some() => io::Error::new(self.0.kind(), self),
            _ => self.0,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.raw_os_error().map(|number| (number, WindowsCode::find(number.into()))) {
            Some((_, Some(code))) => write!(f, "{} ({}, 0x{:08X})", code.meaning, code.name, code.number),
            Some((number, None)) if number < 0 => write!(f, "error 0x{number:08X} of Windows"),
            _ => write!(f, "{}", self.0),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// A client certificate with a key.
#[derive(Clone)]
pub struct Identity(CertContext);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// A certificate.
#[derive(Clone)]
pub struct Certificate(CertContext);

impl Certificate {
    /// Parses a certificate in DER.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        CertContext::new(der).map(Self).map_err(Error::new)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate")
    }
}

/// Makes TLS connections.
#[derive(Clone)]
pub struct TlsConnector {
    client: Option<CertContext>,
    protocols: &'static [Protocol],
    /// Without it, every server is accepted.
    expected: Option<Expected>,
}

pub(crate) fn connector(options: &Options<'_>) -> Result<TlsConnector, Error> {
    let expected = match options.trust {
        Trust::Any => None,
        Trust::Chain { authorities, host_name } => {
            let authorities = authorities.map(collect).transpose().map_err(Error::new)?;
            Some(Expected { authorities, host_name })
        }
    };
    let protocols: &[Protocol] = match (options.min, options.max) {
        (TlsVersion::V1_2, Some(TlsVersion::V1_2)) => &[Protocol::Tls12],
        (TlsVersion::V1_2, _) => &[Protocol::Tls12, Protocol::Tls13],
        (TlsVersion::V1_3, _) => &[Protocol::Tls13],
    };
    Ok(TlsConnector { client: options.client.map(|client| client.0.clone()), protocols, expected })
}

fn collect(certificates: &[Certificate]) -> io::Result<CertStore> {
    let mut store = Memory::new()?.into_store();
    for certificate in certificates {
        store.add_cert(&certificate.0, CertAdd::ReplaceExisting)?;
    }
    Ok(store)
}

pub(crate) fn identity(pair: &Pair<'_>) -> Result<Identity, Error> {
    identity_from_pkcs12(&pfx::archive(pair), pfx::PASSWORD)
}

/// Imports an archive. Windows keeps the key in a file of the user, because SChannel works in another process.
pub(crate) fn identity_from_pkcs12(archive: &[u8], password: &str) -> Result<Identity, Error> {
    let imported = PfxImportOptions::new().password(password).import(archive).map_err(Error::new)?;
    let found = imported.certs().find(|certificate| {
        let key = certificate.private_key().silent(true).compare_key(true).acquire();
        key.is_ok()
    });
    // The words by which `native-tls` reports this.
    found.map(Identity).ok_or_else(|| Error(io::Error::other("No identity found in PKCS #12 archive")))
}

/// The server's certificate, in DER.
pub(crate) fn leaf<S: Read + Write>(stream: &TlsStream<S>) -> Option<Vec<u8>> {
    Some(stream.0.peer_certificate().ok()?.to_der().to_vec())
}

impl TlsConnector {
    /// Performs the handshake with a server.
    ///
    /// # Errors
    /// If the handshake fails, or a stream that does not block has no more input.
    pub fn connect<S: Read + Write>(&self, host: &str, stream: S) -> Result<TlsStream<S>, HandshakeError<S>> {
        let mut credentials = SchannelCred::builder();
        credentials.enabled_protocols(self.protocols);
        if let Some(client) = &self.client {
            credentials.cert(client.clone());
        }
        let credentials = credentials.acquire(Direction::Outbound).map_err(Error::new)?;
        let mut builder = tls_stream::Builder::new();
        builder.domain(host);
        match &self.expected {
            None => builder.verify_callback(|_| Ok(())),
            Some(expected) => {
                if let Some(authorities) = &expected.authorities {
                    builder.cert_store(authorities.clone());
                }
                let (expected, host) = (expected.clone(), host.to_owned());
                builder
                    .accept_invalid_hostnames(!expected.host_name)
                    .verify_callback(move |verdict| verify(&verdict, &expected, &host))
            }
        };
        Ok(TlsStream(Box::new(builder.connect(credentials, stream)?)))
    }
}

impl fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConnector").finish_non_exhaustive()
    }
}

/// A handshake that has not succeeded.
#[derive(Debug)]
pub enum HandshakeError<S> {
    /// It failed.
    Failure(Error),
    /// It waits for the stream.
    WouldBlock(MidHandshakeTlsStream<S>),
}

impl<S> From<Error> for HandshakeError<S> {
    fn from(error: Error) -> Self {
        Self::Failure(error)
    }
}

impl<S> From<tls_stream::HandshakeError<S>> for HandshakeError<S> {
    fn from(error: tls_stream::HandshakeError<S>) -> Self {
        match error {
            tls_stream::HandshakeError::Failure(error) => Self::Failure(Error(error)),
            tls_stream::HandshakeError::Interrupted(stream) => {
                Self::WouldBlock(MidHandshakeTlsStream(Box::new(stream)))
            }
        }
    }
}

/// A connection in its handshake.
#[derive(Debug)]
pub struct MidHandshakeTlsStream<S>(Box<tls_stream::MidHandshakeTlsStream<S>>);

impl<S> MidHandshakeTlsStream<S> {
    /// The stream below TLS.
    pub fn get_ref(&self) -> &S {
        self.0.get_ref()
    }

    /// The stream below TLS.
    pub fn get_mut(&mut self) -> &mut S {
        self.0.get_mut()
    }
}

impl<S: Read + Write> MidHandshakeTlsStream<S> {
    /// Continues the handshake.
    ///
    /// # Errors
    /// As [`TlsConnector::connect`].
    pub fn handshake(self) -> Result<TlsStream<S>, HandshakeError<S>> {
        Ok(TlsStream(Box::new(self.0.handshake()?)))
    }
}

/// A connection.
#[derive(Debug)]
pub struct TlsStream<S>(Box<tls_stream::TlsStream<S>>);

impl<S> TlsStream<S> {
    /// The stream below TLS.
    pub fn get_ref(&self) -> &S {
        self.0.get_ref()
    }

    /// The stream below TLS.
    pub fn get_mut(&mut self) -> &mut S {
        self.0.get_mut()
    }
}

impl<S: Read + Write> TlsStream<S> {
    /// How many bytes are decrypted and not yet read.
    ///
    /// # Errors
    /// None on this platform.
    pub fn buffered_read_size(&self) -> Result<usize, Error> {
        Ok(self.0.get_buf().len())
    }

    /// Ends the connection, so that the server knows that no more data follows.
    ///
    /// # Errors
    /// If that cannot be sent.
    pub fn shutdown(&mut self) -> io::Result<()> {
        self.0.shutdown().map_err(named)
    }
}

impl<S: Read + Write> Read for TlsStream<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(named)
    }
}

impl<S: Read + Write> Write for TlsStream<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(named)
    }
}

fn named(error: io::Error) -> io::Error {
    Error(error).into_io()
}
