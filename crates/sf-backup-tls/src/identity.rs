//! Who we are: the client certificate and its key.

mod key;

use std::fmt;

use pkcs8::der::pem::LineEnding;
use pkcs8::der::{Decode, Document};
use pkcs8::spki::SubjectPublicKeyInfoOwned;
use x509_cert::Certificate;

use crate::pem::{self, Block};
use crate::source::{Source, SourceError};
use key::PrivateKey;

/// A client certificate with its private key and the certificates between it and its root.
///
/// Cheap to clone. `Debug` names where it came from, and nothing of the key.
#[derive(Clone)]
pub struct ClientIdentity {
    pub(crate) native: native_tls::Identity,
    origin: String,
}

/// Why a client identity could not be loaded. Names the file, never anything of a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The file could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// No certificate among the PEM blocks.
    #[error("{name} holds no certificate: a block that begins with -----BEGIN CERTIFICATE----- is needed")]
    NoCertificate {
        /// The file.
        name: String,
    },
    /// A certificate that cannot be read.
    #[error("{name} holds a certificate that cannot be read: it is damaged")]
    BadCertificate {
        /// The file.
        name: String,
    },
    /// No private key among the PEM blocks.
    #[error(
        "{name} holds no private key: a block that begins with -----BEGIN PRIVATE KEY----- is needed, or a key file of its own"
    )]
    NoKey {
        /// The file.
        name: String,
    },
    /// A key with a password, which PEM files are not read with.
    #[error(
        "the private key in {name} is encrypted: decrypt it with `openssl pkey`, or use a PKCS#12 file, which may have a password"
    )]
    EncryptedKey {
        /// The file.
        name: String,
    },
    /// A key that is not what its label says.
    #[error("the private key in {name} cannot be read as {form}")]
    BadKey {
        /// The file.
        name: String,
        /// What it should have been.
        form: &'static str,
    },
    /// The key is another certificate's.
    #[error("the private key in {key} does not belong to the certificate in {certificate}")]
    Mismatch {
        /// The certificate's file.
        certificate: String,
        /// The key's file.
        key: String,
    },
    /// Not a PKCS#12 archive at all.
    #[error("{name} is not a PKCS#12 file{}", if *pem { ": it is PEM, give it as certificate and key" } else { "" })]
    NotPkcs12 {
        /// The file.
        name: String,
        /// Whether it is a PEM file.
        pem: bool,
    },
    /// The archive does not open.
    #[error("{name} does not open with the given password")]
    WrongPassword {
        /// The file.
        name: String,
    },
    /// The archive has no private key, or none that belongs to a certificate in it.
    #[error("{name} holds no private key with its certificate: export it again, with the private key")]
    NoPair {
        /// The file.
        name: String,
    },
    /// The archive is encrypted in an outdated way.
    #[error(
        "{name} is encrypted with an algorithm that this machine's OpenSSL no longer offers: export it again with AES-256"
    )]
    Outdated {
        /// The file.
        name: String,
    },
    /// The platform's TLS library refuses it for another reason.
    #[error("the TLS library does not take the identity in {name}")]
    Refused {
        /// The file.
        name: String,
        /// Its words.
        source: native_tls::Error,
    },
}

impl ClientIdentity {
    /// From PEM: `certificate` holds the certificate, and those between it and its root; `key` the private key as
    /// PKCS#8, PKCS#1 or SEC1, unencrypted. Without `key`, both are in the first.
    ///
    /// Where the order of the certificates is wrong, the one that belongs to the key goes first. On Windows the platform
    /// takes RSA keys only; other keys need PKCS#12 there.
    ///
    /// # Errors
    /// A missing or damaged part, an encrypted key, or a key that belongs to another certificate.
    pub fn from_pem(certificate: &Source, key: Option<&Source>) -> Result<Self, IdentityError> {
        let key_source = key.unwrap_or(certificate);
        let mut chain = chain(certificate)?;
        let key = private_key(key_source)?;
        let mismatch = || IdentityError::Mismatch {
            certificate: certificate.name().to_owned(),
            key: key_source.name().to_owned(),
        };
        let leaf = put_leaf_first(&mut chain, &key);
        if leaf == Leaf::NotThere {
            return Err(mismatch());
        }
        let chain: String = chain.into_iter().map(|link| link.pem).collect();
        let origin = certificate.name().to_owned();
        match native_tls::Identity::from_pkcs8(chain.as_bytes(), key.pem.as_bytes()) {
            Ok(native) => Some(Self { native, origin })
                .filter(|identity| leaf == Leaf::Found || identity.is_usable())
                .ok_or_else(mismatch),
            Err(source) => Err(IdentityError::Refused { name: origin, source }),
        }
    }

    /// From PKCS#12 (`.pfx`, `.p12`), which holds certificate, key and chain.
    ///
    /// # Errors
    /// A wrong password, something that is not PKCS#12, no key in it, or an encryption that the platform no longer knows.
    pub fn from_pkcs12(archive: &Source, password: &str) -> Result<Self, IdentityError> {
        let name = archive.name().to_owned();
        // Every DER structure of this kind begins with a SEQUENCE.
        if archive.bytes().first() != Some(&0x30) {
            let pem = !pem::blocks(archive.bytes()).is_empty();
            return Err(IdentityError::NotPkcs12 { name, pem });
        }
        match native_tls::Identity::from_pkcs12(archive.bytes(), password) {
            Ok(native) => Ok(Self { native, origin: name }),
            Err(error) => Err(pkcs12_error(name, error)),
        }
    }

    /// Whether the TLS library is content with key and certificate together.
    fn is_usable(&self) -> bool {
        native_tls::TlsConnector::builder().identity(self.native.clone()).build().is_ok()
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// A certificate of the chain that we show.
struct Link {
    /// As it was, byte for byte: the signature covers the encoding.
    pem: String,
    public_key: SubjectPublicKeyInfoOwned,
}

impl Link {
    fn read(block: &Block<'_>) -> Option<Self> {
        let der = block.der()?;
        let certificate = Certificate::from_der(&der).ok()?;
        let certificate = certificate.tbs_certificate();
        let document = Document::try_from(der.as_slice()).ok()?;
        Some(Self {
            pem: document.to_pem("CERTIFICATE", LineEnding::LF).ok()?,
            public_key: certificate.subject_public_key_info().clone(),
        })
    }
}

fn chain(source: &Source) -> Result<Vec<Link>, IdentityError> {
    let name = || source.name().to_owned();
    let chain: Option<Vec<Link>> =
        pem::blocks(source.bytes()).iter().filter(|block| block.is_certificate()).map(Link::read).collect();
    match chain {
        None => Err(IdentityError::BadCertificate { name: name() }),
        Some(chain) if chain.is_empty() => Err(IdentityError::NoCertificate { name: name() }),
        Some(chain) => Ok(chain),
    }
}

fn private_key(source: &Source) -> Result<PrivateKey, IdentityError> {
    let name = || source.name().to_owned();
    let blocks = pem::blocks(source.bytes());
    let block =
        blocks.iter().find(|block| block.is_private_key()).ok_or_else(|| IdentityError::NoKey { name: name() })?;
    if block.is_encrypted() {
        return Err(IdentityError::EncryptedKey { name: name() });
    }
    block
        .der()
        .ok_or("base64")
        .and_then(|contents| PrivateKey::read(block.label(), &contents))
        .map_err(|form| IdentityError::BadKey { name: name(), form })
}

/// Whether the certificate that belongs to the key is in the chain.
#[derive(PartialEq)]
enum Leaf {
    Found,
    NotThere,
    /// The key's file does not hold enough to know.
    Unclear,
}

fn put_leaf_first(chain: &mut [Link], key: &PrivateKey) -> Leaf {
    let belongs = |link: &Link| key.belongs_to(&link.public_key);
    if let Some(leaf) = chain.iter().position(|link| belongs(link) == Some(true)) {
        if let Some(start) = chain.get_mut(..=leaf) {
            start.rotate_right(1);
        }
        Leaf::Found
    } else if chain.iter().all(|link| belongs(link) == Some(false)) {
        Leaf::NotThere
    } else {
        Leaf::Unclear
    }
}

/// The platforms tell these apart in words and numbers only.
fn pkcs12_error(name: String, error: native_tls::Error) -> IdentityError {
    let words = format!("{error} {error:?}");
    let says = |needles: &[&str]| needles.iter().any(|needle| words.contains(needle));
    if says(&["mac verify failure", "code: 86,", "code: -25264", "code: -25293"]) {
        IdentityError::WrongPassword { name }
    } else if says(&["at least one certificate", "No identity found"]) {
        IdentityError::NoPair { name }
    } else if says(&["unsupported", "unknown cipher"]) {
        IdentityError::Outdated { name }
    } else if says(&["asn1 encoding routines"]) {
        IdentityError::NotPkcs12 { name, pem: false }
    } else {
        IdentityError::Refused { name, source: error }
    }
}
