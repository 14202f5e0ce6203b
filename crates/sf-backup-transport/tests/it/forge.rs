//! Creates keys, certificates and archives for tests.

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Name};
use sf_backup_transport::tls::Source;

/// A certificate and its key.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) certificate: X509,
    pub(crate) key: PKey<Private>,
}

/// The contents of a certificate to create. Start from [`names`] or [`authority`].
#[derive(Clone)]
pub(crate) struct Draft {
    name: String,
    is_authority: bool,
    days: (i64, i64),
    key: PKey<Private>,
}

/// A certificate with this common name and DNS name, valid since yesterday for ten days, with a key on P-256.
pub(crate) fn names(name: &str) -> Draft {
    Draft { name: name.to_owned(), is_authority: false, days: (-1, 10), key: ec_key() }
}

pub(crate) fn authority(name: &str) -> Draft {
    Draft { is_authority: true, ..names(name) }
}

impl Draft {
    /// Sets the validity, in days from now.
    pub(crate) fn days(self, from: i64, to: i64) -> Self {
        Self { days: (from, to), ..self }
    }

    pub(crate) fn key(self, key: PKey<Private>) -> Self {
        Self { key, ..self }
    }

    pub(crate) fn self_signed(self) -> Pair {
        self.sign(None)
    }

    pub(crate) fn signed_by(self, issuer: &Pair) -> Pair {
        self.sign(Some(issuer))
    }

    fn sign(self, issuer: Option<&Pair>) -> Pair {
        let subject = common_name(&self.name);
        let mut it = X509::builder().unwrap();
        it.set_version(2).unwrap();
        it.set_serial_number(&serial_number()).unwrap();
        it.set_subject_name(&subject).unwrap();
        let issuer_name = issuer.map_or(&*subject, |issuer| issuer.certificate.subject_name());
        it.set_issuer_name(issuer_name).unwrap();
        it.set_not_before(&in_days(self.days.0)).unwrap();
        it.set_not_after(&in_days(self.days.1)).unwrap();
        it.set_pubkey(&self.key).unwrap();
        let mut constraints = BasicConstraints::new();
        if self.is_authority {
            constraints.critical().ca();
        } else {
            let names = SubjectAlternativeName::new().dns(&self.name).build(&it.x509v3_context(None, None)).unwrap();
            it.append_extension(names).unwrap();
        }
        it.append_extension(constraints.build().unwrap()).unwrap();
        let signer = issuer.map_or(&self.key, |issuer| &issuer.key);
        it.sign(signer, MessageDigest::sha256()).unwrap();
        Pair { certificate: it.build(), key: self.key }
    }
}

impl Pair {
    pub(crate) fn der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap()
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }

    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        self.key.private_key_to_pem_pkcs8().unwrap()
    }

    /// The certificate and its key in one PEM file.
    pub(crate) fn in_one(&self, name: &str) -> Source {
        Source::new(name, [self.pem(), self.pkcs8()].concat())
    }

    pub(crate) fn pkcs12(&self, name: &str, password: &str) -> Source {
        let mut archive = Pkcs12::builder();
        archive.cert(&self.certificate).pkey(&self.key);
        let archive = archive.build2(password).unwrap();
        Source::new(name, archive.to_der().unwrap())
    }
}

pub(crate) fn ec_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub(crate) fn rsa_key() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

fn common_name(name: &str) -> X509Name {
    let mut builder = X509Name::builder().unwrap();
    builder.append_entry_by_nid(Nid::COMMONNAME, name).unwrap();
    builder.build()
}

fn serial_number() -> Asn1Integer {
    let mut number = BigNum::new().unwrap();
    number.rand(120, MsbOption::MAYBE_ZERO, false).unwrap();
    number.to_asn1_integer().unwrap()
}

fn in_days(days: i64) -> Asn1Time {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_secs()).unwrap();
    Asn1Time::from_unix(now + days * 86_400).unwrap()
}
