//! The verification table, tested with certificates whose thumbprints OpenSSL calculated.

use std::time::{Duration, SystemTime};

use super::*;
use crate::tls::pem;

/// CN=Outer, CN=MyCluster.example.org; an e-mail address, then two DNS names; valid in 2024 and 2025.
const CLUSTER: &[u8] = include_bytes!("../../../tests/certificates/cluster.pem");
const CLUSTER_SHA1: &str = "FF:C4:C3:B6:58:75:08:F2:13:D2:23:40:FB:E3:18:09:01:6B:F6:A3";
const CLUSTER_SHA256: &str = "7310dd2323f9c6aadc8ac0e484f12f11d3350a7cee2645584781639b3432b263";
/// No common name and no alternative names.
const NAMELESS: &[u8] = include_bytes!("../../../tests/certificates/nameless.pem");
/// A common name with an escape sequence and a text direction mark.
const HOSTILE: &[u8] = include_bytes!("../../../tests/certificates/hostile.pem");

const YEAR_2024: u64 = 1_704_067_200;
const YEAR_2026: u64 = 1_767_225_600;

fn der(file: &[u8]) -> Vec<u8> {
    let blocks = pem::blocks(file);
    blocks[0].der().unwrap().to_vec()
}

fn at(unix: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(unix)
}

fn reason(identity: &ServerIdentity, file: &[u8], now: u64) -> Option<RefusalReason> {
    let refused = identity.check(Some(&der(file)), at(now)).err()?;
    Some(refused.reason().clone())
}

fn pinned(thumbprints: &[&str]) -> ServerIdentity {
    ServerIdentity::Thumbprints(thumbprints.iter().map(|text| text.parse().unwrap()).collect())
}

fn named(names: &[&str]) -> ServerIdentity {
    ServerIdentity::CommonNames {
        names: names.iter().map(|text| text.parse().unwrap()).collect(),
        roots: Roots::System,
    }
}

#[test]
fn a_thumbprint_accepts_only_its_certificate() {
    let other = "00".repeat(20);
    for listed in [&[CLUSTER_SHA1][..], &[CLUSTER_SHA256], &[&other, CLUSTER_SHA256], &[CLUSTER_SHA1, &other]] {
        assert_eq!(reason(&pinned(listed), CLUSTER, YEAR_2024), None);
        let refused = Some(RefusalReason::NotPinned);
        assert_eq!(reason(&pinned(listed), NAMELESS, YEAR_2024), refused);
    }
    for listed in [&[][..], &[other.as_str()]] {
        let refused = Some(RefusalReason::NotPinned);
        assert_eq!(reason(&pinned(listed), CLUSTER, YEAR_2024), refused);
    }
}

#[test]
fn a_thumbprint_accepts_only_while_the_certificate_is_valid() {
    let pin = pinned(&[CLUSTER_SHA1]);
    for (now, expected) in [
        (0, Some(RefusalReason::NotYetValid)),
        (YEAR_2024 - 1, Some(RefusalReason::NotYetValid)),
        (YEAR_2024, None),
        (YEAR_2026 - 1, None),
        (YEAR_2026, Some(RefusalReason::Expired)),
    ] {
        assert_eq!(reason(&pin, CLUSTER, now), expected, "{now}");
    }
}

#[test]
fn a_certificate_that_cannot_be_parsed_is_rejected() {
    let damaged = der(CLUSTER)[..100].to_vec();
    let pin = ServerIdentity::Thumbprints(vec![Thumbprint::sha256(&damaged)]);
    let refused = pin.check(Some(&damaged), at(YEAR_2024)).unwrap_err();
    assert_eq!(refused.reason(), &RefusalReason::Unreadable);
    assert!(refused.presented().unwrap().contents().is_none());
}

#[test]
fn a_name_is_the_last_common_name_or_the_first_dns_name() {
    for accepted in ["mycluster.EXAMPLE.org", "gateway.example.org"] {
        let named = named(&["other", accepted]);
        assert_eq!(reason(&named, CLUSTER, YEAR_2024), None, "{accepted}");
    }
    for other in ["Outer", "second.example.org", "ops@example.org", "example.org", "*.example.org", "Contoso, Ltd."] {
        let refused = Some(RefusalReason::NotNamed);
        assert_eq!(reason(&named(&[other]), CLUSTER, YEAR_2024), refused);
    }
    let refused = Some(RefusalReason::NotNamed);
    assert_eq!(reason(&named(&["Contoso"]), NAMELESS, YEAR_2024), refused);
    assert_eq!(reason(&named(&[]), CLUSTER, YEAR_2024), refused);
}

#[test]
fn trusted_servers_are_not_checked_again() {
    let trusted = ServerIdentity::default();
    assert_eq!(reason(&trusted, CLUSTER, YEAR_2026), None);
    assert_eq!(reason(&ServerIdentity::Insecure, HOSTILE, YEAR_2026), None);
}

#[test]
fn without_a_certificate_only_insecure_accepts() {
    let now = at(YEAR_2024);
    assert_eq!(ServerIdentity::Insecure.check(None, now), Ok(()));
    for identity in [ServerIdentity::default(), pinned(&[CLUSTER_SHA1]), named(&["gateway.example.org"])] {
        let refused = identity.check(None, now).unwrap_err();
        assert_eq!(refused.reason(), &RefusalReason::NoCertificate);
        assert_eq!(refused.to_string(), "the server is refused: it presented no certificate");
    }
}

#[test]
fn a_refusal_says_what_was_presented_and_how_to_pin_it() {
    let refused = pinned(&[&"00".repeat(32)]).check(Some(&der(CLUSTER)), at(YEAR_2024));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the server is refused: its thumbprint is not one of the expected thumbprints; \
         it presented SHA-1 FFC4C3B6587508F213D22340FBE31809016BF6A3, \
         SHA-256 7310DD2323F9C6AADC8AC0E484F12F11D3350A7CEE2645584781639B3432B263, \
         subject \"O=Contoso\\, Ltd.,CN=MyCluster.example.org,CN=Outer\", \
         issuer \"O=Contoso\\, Ltd.,CN=MyCluster.example.org,CN=Outer\", \
         valid from 2024-01-01T00:00:00Z to 2025-12-31T23:59:59Z; if this is your cluster, \
         pin one of its thumbprints"
    );
    let expired = pinned(&[CLUSTER_SHA1]).check(Some(&der(CLUSTER)), at(YEAR_2026));
    let expired = expired.unwrap_err().to_string();
    assert!(expired.ends_with("; renew it, or set this machine's clock"), "{expired}");
}

#[test]
fn server_text_cannot_control_the_terminal() {
    let refused = pinned(&[]).check(Some(&der(HOSTILE)), at(YEAR_2024)).unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("good.example.org"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

#[test]
fn arbitrary_certificates_do_not_panic() {
    let whole = der(CLUSTER);
    for length in 0..whole.len() {
        let mut bent = whole.clone();
        bent[length] ^= 0xff;
        for presented in [&whole[..length], &bent] {
            let identity = ServerIdentity::Thumbprints(vec![Thumbprint::sha1(presented)]);
            let verdict = identity.check(Some(presented), at(YEAR_2024));
            assert!(verdict.is_ok() || !verdict.unwrap_err().to_string().is_empty());
        }
    }
}
