//! TLS, bearer tokens and proxies for connections to Service Fabric clusters, shared by both transports.
//!
//! * **Server identity** ([`ServerIdentity`]): a trusted chain for the host name, given thumbprints, a trusted chain
//!   for given common names, or any server. Verified after the handshake and before the first byte of a request.
//! * **Client identity** ([`ClientIdentity`]): a certificate and its key from PEM, PKCS#12 or a certificate store of
//!   Windows.
//! * **Bearer tokens** ([`TokenSource`]): fixed, from a file, a command or a callback.
//! * **Proxies** ([`Proxy`]): which endpoints are reached through a proxy, with TLS inside its tunnel.
//!
//! The crate uses the [platform's TLS library](native) because the HTTP gateway on Windows requests the client certificate after it has read the
//! request, by renegotiation. OpenSSL, SChannel and Security.framework support that; rustls does not.
//!
//! ```
//! use std::io::{self, Read, Write};
//! use std::net::TcpStream;
//! use std::time::SystemTime;
//!
//! use sf_backup_transport::tls::{ServerIdentity, TlsConfig};
//!
//! fn get(config: &TlsConfig, host: &str, port: u16) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
//!     let connector = config.connector()?;
//!     let mut stream = connector.native().connect(host, TcpStream::connect((host, port))?)?;
//!     connector.admit(&stream, SystemTime::now())?;
//!     write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
//!     let mut response = Vec::new();
//!     stream.read_to_end(&mut response)?;
//!     Ok(response)
//! }
//!
//! let pinned = TlsConfig::new().server(ServerIdentity::Thumbprints(vec![
//!     "34 9A 95 38 2E 3A 4D 8F D6 D4 2B 36 B4 C0 4A BF F3 5B D4 21".parse()?,
//! ]));
//! # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let port = listener.local_addr()?.port();
//! # drop(listener);
//! let response = get(&pinned, "localhost", port);
//! # assert!(response.is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Certificates are parsed with `x509-cert`, keys with `pkcs1`, `pkcs8` and `sec1`. They share one DER parser and need
//! half the packages of `x509-parser`. Only the platform verifies chains.

pub mod certificate_store;
pub mod config;
mod connect_error;
pub mod connector;
mod files;
mod handshake;
pub mod identity;
pub mod inspect;
pub mod native;
pub mod peer;
mod pem;
pub mod proxy;
pub mod source;
mod text;
pub mod token;
pub mod tokens;
mod version;
mod windows_code;

pub use certificate_store::{
    CertificateStore, CertificateStoreError, StoreCandidate, StoreError, StoreLocation, StoreMatch, StoreProblem,
    StoreQuery,
};
pub use config::{ConfigError, PlainHttpRefused, TlsConfig};
pub use connect_error::ConnectError;
pub use connector::{Connector, leaf};
pub use files::{Contradiction, TlsField, TlsFiles, TlsFilesError};
pub use handshake::{HandshakeWatch, Watched, client_refusal};
pub use identity::{ClientIdentity, IdentityError};
pub use inspect::Inspection;
pub use peer::{
    Authorities, AuthoritiesError, CommonName, CommonNameError, PeerCertificate, PeerRefused, RefusalReason, Roots,
    ServerIdentity, Thumbprint, ThumbprintError,
};
pub use proxy::{Proxy, ProxyError, ProxyServer, Tunnel, TunnelError};
pub use source::{Source, SourceError};
pub use text::decode;
pub use token::{TokenError, TokenSource};
pub use tokens::Tokens;
pub use version::{TlsVersion, TlsVersionError};
