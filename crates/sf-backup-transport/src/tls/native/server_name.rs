//! Whether a certificate names a host, where the platform does not check it.

use std::net::IpAddr;

use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// Whether the certificate, in DER, is for `host`: a DNS name or an IP address.
///
/// Follows [RFC 9525](https://www.rfc-editor.org/rfc/rfc9525): a wildcard stands for the first label, and
/// the common name does not count.
pub(crate) fn names(certificate: &[u8], host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let alternatives = Certificate::from_der(certificate).ok().and_then(|certificate| {
        certificate.tbs_certificate().get_extension::<SubjectAltName>().ok().flatten().map(|(_, names)| names.0)
    });
    let alternatives = alternatives.unwrap_or_default();
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        let bytes = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        return alternatives.iter().any(|name| matches!(name, GeneralName::IpAddress(it) if it.as_bytes() == bytes));
    }
    alternatives.iter().any(|name| matches!(name, GeneralName::DnsName(name) if matches(name.as_str(), host)))
}

fn matches(pattern: &str, host: &str) -> bool {
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        // At least two labels have to follow a wildcard.
        (Some(domain), Some((label, rest))) => {
            !label.is_empty() && domain.contains('.') && domain.eq_ignore_ascii_case(rest)
        }
        (None, _) => pattern.eq_ignore_ascii_case(host),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_label() {
        assert!(matches("cluster.contoso.com", "Cluster.Contoso.COM"));
        assert!(matches("*.contoso.com", "cluster.contoso.com"));
        for (pattern, host) in [
            ("*.contoso.com", "contoso.com"),
            ("*.contoso.com", "a.b.contoso.com"),
            ("*.contoso.com", ".contoso.com"),
            ("*.com", "contoso.com"),
            ("*", "cluster"),
            ("*.contoso.com", "cluster.fabrikam.com"),
            ("cluster", "cluster.contoso.com"),
            ("cl*.contoso.com", "cluster.contoso.com"),
        ] {
            assert!(!matches(pattern, host), "{pattern} {host}");
        }
    }

    #[test]
    fn unreadable_certificates_have_no_names() {
        assert!(!names(b"", "localhost"));
        assert!(!names(b"", ""));
    }

    #[cfg(not(any(windows, target_vendor = "apple")))]
    #[test]
    fn only_alternative_names_count() {
        use openssl::asn1::Asn1Time;
        use openssl::ec::{EcGroup, EcKey};
        use openssl::hash::MessageDigest;
        use openssl::nid::Nid;
        use openssl::pkey::PKey;
        use openssl::x509::extension::SubjectAlternativeName;
        use openssl::x509::{X509, X509Name};

        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
        let certificate = |alternatives: Option<&mut SubjectAlternativeName>| {
            let mut name = X509Name::builder().unwrap();
            name.append_entry_by_text("CN", "common.contoso.com").unwrap();
            let mut certificate = X509::builder().unwrap();
            certificate.set_version(2).unwrap();
            certificate.set_subject_name(&name.build()).unwrap();
            certificate.set_pubkey(&key).unwrap();
            certificate.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
            certificate.set_not_after(&Asn1Time::from_unix(1).unwrap()).unwrap();
            if let Some(names) = alternatives {
                let names = names.build(&certificate.x509v3_context(None, None)).unwrap();
                certificate.append_extension(names).unwrap();
            }
            certificate.sign(&key, MessageDigest::sha256()).unwrap();
            certificate.build().to_der().unwrap()
        };

        assert!(!names(&certificate(None), "common.contoso.com"));
        let mut alternatives = SubjectAlternativeName::new();
        alternatives.dns("first.contoso.com").dns("*.fabrikam.com").ip("127.0.0.1").ip("::1");
        let named = certificate(Some(&mut alternatives));
        for host in ["first.contoso.com", "first.contoso.com.", "any.fabrikam.com", "127.0.0.1", "::1", "[::1]"] {
            assert!(names(&named, host), "{host}");
        }
        for host in ["common.contoso.com", "127.0.0.2", "fabrikam.com"] {
            assert!(!names(&named, host), "{host}");
        }
        let mut address = SubjectAlternativeName::new();
        assert!(!names(&certificate(Some(address.ip("127.0.0.1"))), "127.0.0.2"));
    }
}
