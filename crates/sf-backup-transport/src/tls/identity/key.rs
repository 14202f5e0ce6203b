//! Private keys in PEM: PKCS#1, SEC1 and PKCS#8, converted to PKCS#8 for TLS libraries.

use pkcs1::RsaPrivateKeyRef;
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use pkcs8::der::{Decode, Encode, SecretDocument};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};
use sec1::EcPrivateKey;

/// A private key in PKCS#8, with its public key if the file contains it.
pub(super) struct PrivateKey {
    /// The key in PKCS#8.
    pub(super) document: SecretDocument,
    algorithm: ObjectIdentifier,
    /// The bits of the public key, in the form of a certificate.
    public: Option<Vec<u8>>,
}

impl PrivateKey {
    /// Parses the contents of a PEM block. The error names the expected form.
    pub(super) fn read(label: &str, contents: &[u8]) -> Result<Self, &'static str> {
        match label {
            "PRIVATE KEY" => Self::from_pkcs8(contents).ok_or("PKCS#8"),
            "RSA PRIVATE KEY" => Self::from_pkcs1(contents).ok_or("PKCS#1"),
            "EC PRIVATE KEY" => Self::from_sec1(contents).ok_or("SEC1 with a named curve"),
            _ => Err("PKCS#8, PKCS#1 or SEC1"),
        }
    }

    fn from_pkcs8(contents: &[u8]) -> Option<Self> {
        let info = PrivateKeyInfoRef::from_der(contents).ok()?;
        Self::new(info.algorithm, info.private_key.as_bytes())
    }

    fn from_pkcs1(contents: &[u8]) -> Option<Self> {
        RsaPrivateKeyRef::from_der(contents).ok()?;
        Self::new(pkcs1::ALGORITHM_ID, contents)
    }

    fn from_sec1(contents: &[u8]) -> Option<Self> {
        let curve = EcPrivateKey::from_der(contents).ok()?.parameters?.named_curve()?;
        let algorithm = AlgorithmIdentifierRef { oid: sec1::ALGORITHM_OID, parameters: Some(AnyRef::from(&curve)) };
        Self::new(algorithm, contents)
    }

    /// Converts a key to PKCS#8 version 1. OpenSSL does not read version 2, which adds the public key.
    fn new(algorithm: AlgorithmIdentifierRef<'_>, key: &[u8]) -> Option<Self> {
        let info = PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(key).ok()?);
        Some(Self {
            document: SecretDocument::encode_msg(&info).ok()?,
            algorithm: info.algorithm.oid,
            public: public_key(&info),
        })
    }

    /// Whether the key belongs to a certificate with this public key; `None` if the file has no public key.
    pub(super) fn belongs_to(&self, certified: &SubjectPublicKeyInfoOwned) -> Option<bool> {
        if self.algorithm != certified.algorithm.oid {
            return Some(false);
        }
        let (ours, theirs) = (self.public.as_deref()?, certified.subject_public_key.raw_bytes());
        // A point on a curve has a compressed and an uncompressed form.
        let comparable = self.algorithm != sec1::ALGORITHM_OID || ours.len() == theirs.len();
        comparable.then_some(ours == theirs)
    }
}

fn public_key(info: &PrivateKeyInfoRef<'_>) -> Option<Vec<u8>> {
    let key = info.private_key.as_bytes();
    match info.algorithm.oid {
        pkcs1::ALGORITHM_OID => RsaPrivateKeyRef::from_der(key).ok()?.public_key().to_der().ok(),
        sec1::ALGORITHM_OID => Some(EcPrivateKey::from_der(key).ok()?.public_key?.to_vec()),
        _ => None,
    }
}
