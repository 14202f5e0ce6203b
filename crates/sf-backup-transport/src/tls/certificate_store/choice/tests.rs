//! OpenSSL makes the certificates, so the tests run only where TLS uses it.
#![cfg(not(any(windows, target_vendor = "apple")))]

use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Name};

use super::*;

const DAY: u32 = 24 * 60 * 60;

/// A certificate that is valid from day `from` to 9 days later.
fn certificate(name: &str, from: u32, has_key: bool) -> StoreCandidate {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_text("O", "Contoso").unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let mut certificate = X509::builder().unwrap();
    certificate.set_subject_name(&subject.build()).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix((from * DAY).into()).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::from_unix(((from + 9) * DAY).into()).unwrap()).unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    StoreCandidate::new(&certificate.build().to_der().unwrap(), has_key)
}

fn day(day: u32) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs((day * DAY).into())
}

fn subject(text: &str) -> StoreQuery {
    StoreQuery::Subject(text.to_owned())
}

/// The position of the chosen certificate.
fn place(all: &[StoreCandidate], query: &StoreQuery, now: SystemTime) -> Option<usize> {
    choose(all.to_vec(), query, now).ok().map(|(place, _)| place)
}

/// The error of a choice that fails.
fn refusal(all: &[StoreCandidate], query: &StoreQuery, now: SystemTime) -> String {
    let candidates = choose(all.to_vec(), query, now).unwrap_err();
    explain(&CertificateStore::default(), query, &candidates, now)
}

#[test]
fn the_only_usable_match_is_chosen() {
    let all = [
        certificate("operator", 1, true),
        certificate("operator", 11, true),
        certificate("operator", 11, false),
        certificate("somebody", 11, true),
    ];
    for query in ["operator", " CN=Operator ", "cn=operator,o=contoso", "CN=operator, O=Contoso", "perat"] {
        assert_eq!(place(&all, &subject(query), day(15)), Some(1), "{query}");
    }
    for (number, candidate) in all.iter().enumerate().filter(|(number, _)| *number != 2) {
        let now = day(if number == 0 { 5 } else { 15 });
        for thumbprint in [candidate.certificate().sha1(), candidate.certificate().sha256()] {
            assert_eq!(place(&all, &StoreQuery::Thumbprint(thumbprint), now), Some(number));
        }
    }
}

#[test]
fn a_common_name_is_compared_as_a_whole() {
    let all = [certificate("operator", 1, true), certificate("operators", 1, true)];
    assert_eq!(place(&all, &subject("CN=operator"), day(5)), Some(0));
    assert!(choose(all.to_vec(), &subject("operator"), day(5)).is_err());
}

#[test]
fn a_match_is_described_with_the_number_of_others() {
    let all = [certificate("operator", 1, true), certificate("operator", 11, true), certificate("somebody", 1, true)];
    let found = |text: &str, now: u32| choose(all.to_vec(), &subject(text), day(now)).unwrap().1;
    let operator = format!(
        "2 of 3 certificates match, and one of them can be used: {}, CN=operator,O=Contoso, valid until \
         1970-01-21T00:00:00Z, private key",
        all[1].certificate().sha1()
    );
    assert_eq!(found("CN=operator", 15).to_string(), operator);
    let somebody = found("somebody", 5);
    assert!(somebody.to_string().starts_with("1 of 3 certificates matches: "), "{somebody}");
    assert_eq!((somebody.candidate(), somebody.matching(), somebody.total()), (&all[2], 1, 3));
}

#[test]
fn a_search_that_fails_has_one_problem() {
    let (valid, old) = (certificate("a", 11, true), certificate("a", 1, true));
    let bare = certificate("a", 11, false);
    for (all, text, expected) in [
        (vec![valid.clone()], "b", StoreProblem::NoMatch),
        (vec![], "a", StoreProblem::NoMatch),
        (vec![old.clone()], "a", StoreProblem::NotValid),
        (vec![old.clone(), bare], "a", StoreProblem::NoPrivateKey),
        (vec![valid.clone(), old, valid], "a", StoreProblem::Several),
    ] {
        let query = subject(text);
        let candidates = choose(all, &query, day(15)).unwrap_err();
        assert_eq!(problem(&query, &candidates, day(15)), expected, "{text}");
    }
}

#[test]
fn a_choice_that_fails_lists_the_candidates() {
    let (old, new, bare) = (certificate("old", 1, true), certificate("new", 21, true), certificate("bare", 11, false));
    let all = [old.clone(), new.clone(), bare.clone()];
    let thumbprint = |candidate: &StoreCandidate| candidate.certificate().sha1().to_string();

    let expired = format!(
        "the certificate with subject \"CN=old\" in CurrentUser\\My cannot be used: \
         {}, CN=old,O=Contoso, expired 1970-01-11T00:00:00Z, private key",
        thumbprint(&old)
    );
    assert_eq!(refusal(&all, &subject("CN=old"), day(15)), expired);
    let early = format!("{}, CN=new,O=Contoso, not valid before 1970-01-22T00:00:00Z, private key", thumbprint(&new));
    assert!(refusal(&all, &subject("new"), day(15)).ends_with(&early));
    let bare = format!("{}, CN=bare,O=Contoso, valid until 1970-01-21T00:00:00Z, no private key", thumbprint(&bare));
    assert!(refusal(&all, &subject("bare"), day(15)).ends_with(&bare));

    let none = refusal(&all, &subject("unknown"), day(15));
    assert!(none.starts_with("CurrentUser\\My contains no certificate with subject \"unknown\", only: "), "{none}");
    assert_eq!(none.matches("; ").count(), 2);
    let several = refusal(&[old.clone(), old.clone()], &subject("old"), day(5));
    assert!(several.contains("does not contain exactly one usable certificate"), "{several}");
    assert_eq!(refusal(&[], &subject("old"), day(5)), "CurrentUser\\My contains no certificate");

    let many = vec![old; LISTED + 2];
    let many = refusal(&many, &subject("old"), day(5));
    assert_eq!(many.matches("; ").count(), LISTED);
    assert!(many.ends_with("; and 2 more") && !many.contains('\n'), "{many}");
}
