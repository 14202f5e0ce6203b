use std::time::SystemTime;

use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::{DirectoryString, GeneralName};
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::tls::peer::Thumbprint;

/// The certificate of a server: its thumbprints, and its contents if it can be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    sha1: Thumbprint,
    sha256: Thumbprint,
    contents: Option<Contents>,
}

/// The parsed contents of a certificate.
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
    /// Parses a certificate in DER. A certificate that cannot be parsed still has thumbprints.
    pub fn from_der(der: &[u8]) -> Self {
        Self {
            sha1: Thumbprint::sha1(der),
            sha256: Thumbprint::sha256(der),
            contents: Certificate::from_der(der).ok().map(|it| Contents::of(&it)),
        }
    }

    /// The SHA-1 thumbprint, which Windows and the Azure portal display.
    pub fn sha1(&self) -> Thumbprint {
        self.sha1
    }

    /// The SHA-256 thumbprint.
    pub fn sha256(&self) -> Thumbprint {
        self.sha256
    }

    /// The parsed contents; `None` if the certificate cannot be parsed.
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

    /// The distinguished name of the subject, as in RFC 4514.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The distinguished name of the issuer, as in RFC 4514.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The first moment at which the certificate is valid.
    pub fn not_before(&self) -> SystemTime {
        self.not_before.to_system_time()
    }

    /// The last second in which the certificate is valid.
    pub fn not_after(&self) -> SystemTime {
        self.not_after.to_system_time()
    }

    /// The common name of the subject.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The names that can identify the server: the common name of the subject and the first DNS name of the
    /// alternatives.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.common_name.iter().chain(&self.dns_name).map(String::as_str)
    }

    /// The start and end of validity, such as `2024-03-09T04:10:22Z`.
    pub(crate) fn validity(&self) -> (String, String) {
        (self.not_before.to_string(), self.not_after.to_string())
    }
}

/// The last common name, which is the most specific one.
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
