//! The client certificate and its key.

mod key;

use std::fmt;

use pkcs8::der::{Decode, Document};
use pkcs8::spki::SubjectPublicKeyInfoOwned;
use x509_cert::Certificate;

use crate::tls::native::{self, Options, Trust};
use crate::tls::pem::{self, Block};
use crate::tls::source::{Source, SourceError};
use crate::tls::version::TlsVersion;
use key::PrivateKey;

/// A client certificate with its private key and intermediate certificates.
///
/// Cheap to clone. `Debug` shows the name of the source, never the key.
#[derive(Clone)]
pub struct ClientIdentity {
    pub(crate) native: native::Identity,
    origin: String,
}

/// The reason why a client identity cannot be loaded. Contains the name of the file, never key material.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The PEM file has no certificate.
    #[error("{name} contains no certificate: no block starts with -----BEGIN CERTIFICATE-----")]
    NoCertificate {
        /// The name of the file.
        name: String,
    },
    /// A certificate cannot be parsed.
    #[error("{name} contains a damaged certificate")]
    BadCertificate {
        /// The name of the file.
        name: String,
    },
    /// The PEM file has no private key.
    #[error(
        "{name} contains no private key: add a block that starts with -----BEGIN PRIVATE KEY-----, or pass a separate key file"
    )]
    NoKey {
        /// The name of the file.
        name: String,
    },
    /// The key in the PEM file is encrypted, which is not supported.
    #[error(
        "the private key in {name} is encrypted: decrypt it with `openssl pkey`, or use a PKCS#12 file with a password"
    )]
    EncryptedKey {
        /// The name of the file.
        name: String,
    },
    /// The key does not have the form that its PEM label names.
    #[error("the private key in {name} cannot be read as {form}")]
    BadKey {
        /// The name of the file.
        name: String,
        /// The form that the label names.
        form: &'static str,
    },
    /// The key does not belong to the certificate.
    #[error("the private key in {key} does not belong to the certificate in {certificate}")]
    Mismatch {
        /// The name of the certificate file.
        certificate: String,
        /// The name of the key file.
        key: String,
    },
    /// The file is not a PKCS#12 archive.
    #[error("{name} is not a PKCS#12 file{}", if *pem { ": it is PEM; pass it as certificate and key" } else { "" })]
    NotPkcs12 {
        /// The name of the file.
        name: String,
        /// Whether the file is PEM.
        pem: bool,
    },
    /// The password of the archive is wrong.
    #[error("wrong password for {name}")]
    WrongPassword {
        /// The name of the file.
        name: String,
    },
    /// The archive has no private key that belongs to one of its certificates.
    #[error("{name} contains no private key for its certificate: export it again with the private key")]
    NoPair {
        /// The name of the file.
        name: String,
    },
    /// The archive is encrypted with an outdated algorithm.
    #[error(
        "{name} is encrypted with an algorithm that OpenSSL on this machine does not support: export it again with AES-256"
    )]
    Outdated {
        /// The name of the file.
        name: String,
    },
    /// The platform's TLS library rejects the identity for another reason.
    #[error("the TLS library rejects the identity in {name}")]
    Refused {
        /// The name of the file.
        name: String,
        /// The error of the TLS library.
        source: native::Error,
    },
}

impl ClientIdentity {
    /// Reads an identity from PEM.
    ///
    /// `certificate` contains the certificate and its intermediates, in any order. `key` contains the unencrypted
    /// private key in PKCS#8, PKCS#1 or SEC1 form; without `key`, `certificate` contains the key as well. Windows
    /// keeps a copy of the key among the user's keys.
    ///
    /// # Errors
    /// If a part is missing or damaged, the key is encrypted, or the key belongs to another certificate.
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
        let chain: Vec<&[u8]> = chain.iter().map(|link| link.der.as_bytes()).collect();
        let origin = certificate.name().to_owned();
        match native::identity(&native::Pair { chain: &chain, key: key.document.as_bytes() }) {
            Ok(native) => Some(Self::new(native, origin))
                .filter(|identity| leaf == Leaf::Found || identity.is_usable())
                .ok_or_else(mismatch),
            Err(source) => Err(IdentityError::Refused { name: origin, source }),
        }
    }

    /// Reads an identity from PKCS#12 (`.pfx`, `.p12`), which contains certificate, key and chain.
    ///
    /// # Errors
    /// If the password is wrong, the file is not PKCS#12 or has no key, or the platform does not support its
    /// encryption.
    pub fn from_pkcs12(archive: &Source, password: &str) -> Result<Self, IdentityError> {
        let name = archive.name().to_owned();
        // PKCS#12 in DER starts with a SEQUENCE.
        if archive.bytes().first() != Some(&0x30) {
            let pem = !pem::blocks(archive.bytes()).is_empty();
            return Err(IdentityError::NotPkcs12 { name, pem });
        }
        match native::identity_from_pkcs12(archive.bytes(), password) {
            Ok(native) => Ok(Self::new(native, name)),
            Err(error) => Err(pkcs12_error(name, error)),
        }
    }

    pub(crate) fn new(native: native::Identity, origin: String) -> Self {
        Self { native, origin }
    }

    /// Whether the TLS library accepts the certificate with its key.
    fn is_usable(&self) -> bool {
        let options = Options { min: TlsVersion::V1_2, max: None, client: Some(&self.native), trust: Trust::Any };
        native::connector(&options).is_ok()
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// A certificate of the client's chain.
struct Link {
    /// The original encoding, which the signature covers.
    der: Document,
    public_key: SubjectPublicKeyInfoOwned,
}

impl Link {
    fn read(block: &Block<'_>) -> Option<Self> {
        let der = block.der()?;
        let certificate = Certificate::from_der(&der).ok()?;
        let certificate = certificate.tbs_certificate();
        Some(Self {
            der: Document::try_from(der.as_slice()).ok()?,
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

/// Whether the chain contains the certificate that belongs to the key.
#[derive(PartialEq)]
enum Leaf {
    Found,
    NotThere,
    /// The key file has no public key to compare with.
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

/// Classifies an error by its message and codes, because platforms have no typed errors for PKCS#12.
fn pkcs12_error(name: String, error: native::Error) -> IdentityError {
    let words = format!("{error} {error:?}");
    let contains = |needles: &[&str]| needles.iter().any(|needle| words.contains(needle));
    if contains(&["mac verify failure", "code: 86,", "code: -25264", "code: -25293"]) {
        IdentityError::WrongPassword { name }
    } else if contains(&["at least one certificate", "No identity found"]) {
        IdentityError::NoPair { name }
    } else if contains(&["unsupported", "unknown cipher"]) {
        IdentityError::Outdated { name }
    } else if contains(&["asn1 encoding routines"]) {
        IdentityError::NotPkcs12 { name, pem: false }
    } else {
        IdentityError::Refused { name, source: error }
    }
}
