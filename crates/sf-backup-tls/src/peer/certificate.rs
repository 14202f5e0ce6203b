use std::time::SystemTime;

use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::{DirectoryString, GeneralName};
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::peer::Thumbprint;

/// The certificate that a server presented: its thumbprints, and what it says of itself if it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    sha1: Thumbprint,
    sha256: Thumbprint,
    contents: Option<Contents>,
}

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    subject: String,
    issuer: String,
    not_before: Time,
    not_after: Time,
    common_name: Option<String>,
    dns_name: Option<String>,
}

impl PeerCertificate {
    /// Reads a certificate in DER. What cannot be read still has its thumbprints.
    pub fn from_der(der: &[u8]) -> Self {
        Self {
            sha1: Thumbprint::sha1(der),
            sha256: Thumbprint::sha256(der),
            contents: Certificate::from_der(der).ok().map(|it| Contents::of(&it)),
        }
    }

    /// The SHA-1 thumbprint, which Windows and the Azure portal show.
    pub fn sha1(&self) -> Thumbprint {
        self.sha1
    }

    /// The SHA-256 thumbprint.
    pub fn sha256(&self) -> Thumbprint {
        self.sha256
    }

    /// What it says; `None` if it cannot be read.
    pub fn contents(&self) -> Option<&Contents> {
        self.contents.as_ref()
    }
}

impl Contents {
    fn of(certificate: &Certificate) -> Self {
        let certificate = certificate.tbs_certificate();
        let alternatives = certificate.get_extension::<SubjectAltName>();
        let alternatives = alternatives.ok().flatten().map(|(_, names)| names);
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            not_before: certificate.validity().not_before,
            not_after: certificate.validity().not_after,
            common_name: common_name(certificate.subject()),
            dns_name: alternatives.as_ref().and_then(first_dns_name),
        }
    }

    /// The subject's distinguished name, as in RFC 4514.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The issuer's distinguished name, as in RFC 4514.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When it begins to be valid.
    pub fn not_before(&self) -> SystemTime {
        self.not_before.to_system_time()
    }

    /// The last second in which it is valid.
    pub fn not_after(&self) -> SystemTime {
        self.not_after.to_system_time()
    }

    /// The subject's common name.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The names by which it may be known: the subject's common name, and the first DNS name of its alternatives.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.common_name.iter().chain(&self.dns_name).map(String::as_str)
    }

    /// `2024-03-09T04:10:22Z`, twice.
    pub(crate) fn validity(&self) -> (String, String) {
        (self.not_before.to_string(), self.not_after.to_string())
    }
}

/// The most specific of the common names, which stands last.
fn common_name(subject: &Name) -> Option<String> {
    let attributes: Vec<_> = subject.iter().collect();
    let name = attributes.iter().rev().find(|attribute| attribute.oid == COMMON_NAME)?;
    let text: DirectoryString = name.value.decode_as().ok()?;
    Some(text.value().into_owned())
}

fn first_dns_name(names: &SubjectAltName) -> Option<String> {
    names.0.iter().find_map(|name| match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        _ => None,
    })
}
