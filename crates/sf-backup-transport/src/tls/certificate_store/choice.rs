//! Selects one certificate of a store.

use std::fmt;
use std::time::SystemTime;

use crate::tls::certificate_store::CertificateStore;
use crate::tls::peer::{PeerCertificate, Thumbprint};

/// The certificate to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreQuery {
    /// The certificate with this thumbprint.
    Thumbprint(Thumbprint),
    /// A certificate whose subject contains this text, ignoring case. `CN=name` matches the whole common name.
    Subject(String),
}

/// A certificate of a store that may match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreCandidate {
    certificate: PeerCertificate,
    has_key: bool,
}

impl StoreCandidate {
    #[cfg(any(windows, test))]
    pub(super) fn new(der: &[u8], has_key: bool) -> Self {
        Self { certificate: PeerCertificate::from_der(der), has_key }
    }

    /// The certificate.
    pub fn certificate(&self) -> &PeerCertificate {
        &self.certificate
    }

    /// Whether its private key is available.
    pub fn has_key(&self) -> bool {
        self.has_key
    }

    fn validity(&self, now: SystemTime) -> Validity {
        match self.certificate.contents() {
            None => Validity::Unreadable,
            Some(contents) if contents.not_after() < now => Validity::Expired,
            Some(contents) if contents.not_before() > now => Validity::NotYetValid,
            Some(_) => Validity::Valid,
        }
    }

    /// Whether its private key is available and it is valid.
    pub fn is_usable(&self, now: SystemTime) -> bool {
        self.has_key && self.validity(now) == Validity::Valid
    }
}

#[derive(Debug, PartialEq)]
enum Validity {
    Valid,
    Expired,
    NotYetValid,
    Unreadable,
}

/// The certificate that was found in a store. `Display` describes it, and how many others matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreMatch {
    candidate: StoreCandidate,
    matching: usize,
    total: usize,
    now: SystemTime,
}

impl StoreMatch {
    /// The certificate.
    pub fn candidate(&self) -> &StoreCandidate {
        &self.candidate
    }

    /// How many certificates of the store match. Those that are not valid or have no private key are not used.
    pub fn matching(&self) -> usize {
        self.matching
    }

    /// How many certificates the store contains.
    pub fn total(&self) -> usize {
        self.total
    }
}

impl fmt::Display for StoreMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { candidate, matching, total, now } = self;
        match matching {
            1 => write!(f, "1 of {total} certificates matches")?,
            _ => write!(f, "{matching} of {total} certificates match, and one of them can be used")?,
        }
        write!(f, ": {}", line(candidate, *now))
    }
}

/// The kinds of reasons why no certificate was loaded from a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreProblem {
    /// This platform has no certificate stores.
    Unsupported,
    /// The store cannot be opened.
    NotOpened,
    /// No certificate matches.
    NoMatch,
    /// Only expired certificates match, or certificates that are not valid yet.
    NotValid,
    /// The matching certificates have no private key that this user can use.
    NoPrivateKey,
    /// Several usable certificates match.
    Several,
}

/// Why no single candidate could be chosen.
pub(super) fn problem(query: &StoreQuery, candidates: &[StoreCandidate], now: SystemTime) -> StoreProblem {
    let matching = || candidates.iter().filter(|candidate| query.matches(&candidate.certificate));
    if matching().next().is_none() {
        StoreProblem::NoMatch
    } else if matching().any(|candidate| candidate.is_usable(now)) {
        StoreProblem::Several
    } else if matching().any(|candidate| candidate.validity(now) == Validity::Valid) {
        StoreProblem::NoPrivateKey
    } else {
        StoreProblem::NotValid
    }
}

impl StoreQuery {
    fn matches(&self, certificate: &PeerCertificate) -> bool {
        match self {
            Self::Thumbprint(thumbprint) => *thumbprint == certificate.sha1() || *thumbprint == certificate.sha256(),
            Self::Subject(text) => {
                let text = text.trim().to_lowercase();
                certificate.contents().is_some_and(|contents| match text.strip_prefix("cn=") {
                    Some(name) if !name.contains(',') => {
                        contents.common_name().is_some_and(|common| common.to_lowercase() == name)
                    }
                    _ => without_spaces(contents.subject()).contains(&without_spaces(&text)),
                })
            }
        }
    }
}

/// A subject in lower case. Windows writes a space after the commas of a name, RFC 4514 does not.
fn without_spaces(subject: &str) -> String {
    subject.to_lowercase().replace(", ", ",")
}

impl fmt::Display for StoreQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thumbprint(thumbprint) => write!(f, "thumbprint {thumbprint}"),
            Self::Subject(text) => write!(f, "subject {text:?}"),
        }
    }
}

/// The only usable certificate that matches, and its place.
///
/// The error has the certificates that match; all, if none matches.
#[cfg(any(windows, test))]
pub(super) fn choose(
    all: Vec<StoreCandidate>,
    query: &StoreQuery,
    now: SystemTime,
) -> Result<(usize, StoreMatch), Vec<StoreCandidate>> {
    let matches = |candidate: &StoreCandidate| query.matches(&candidate.certificate);
    let matching = all.iter().filter(|candidate| matches(candidate)).count();
    let mut usable = all.iter().enumerate().filter(|(_, candidate)| matches(candidate) && candidate.is_usable(now));
    match (usable.next(), usable.next()) {
        (Some((place, candidate)), None) => {
            Ok((place, StoreMatch { candidate: candidate.clone(), matching, total: all.len(), now }))
        }
        _ if matching > 0 => Err(all.into_iter().filter(matches).collect()),
        _ => Err(all),
    }
}

/// Maximum number of certificates that are listed.
const LISTED: usize = 10;

pub(super) fn explain(
    store: &CertificateStore,
    query: &StoreQuery,
    candidates: &[StoreCandidate],
    now: SystemTime,
) -> String {
    let matches = candidates.iter().any(|candidate| query.matches(&candidate.certificate));
    let mut text = match (matches, candidates) {
        (_, []) => format!("{store} contains no certificate"),
        (false, _) => format!("{store} contains no certificate with {query}, only:"),
        (true, [_]) => format!("the certificate with {query} in {store} cannot be used:"),
        (true, _) => format!("{store} does not contain exactly one usable certificate with {query}:"),
    };
    let listed: Vec<String> = candidates.iter().take(LISTED).map(|candidate| line(candidate, now)).collect();
    if !listed.is_empty() {
        text.push(' ');
    }
    text.push_str(&listed.join("; "));
    if let Some(left @ 1..) = candidates.len().checked_sub(LISTED) {
        text.push_str(&format!("; and {left} more"));
    }
    text
}

fn line(candidate: &StoreCandidate, now: SystemTime) -> String {
    let certificate = &candidate.certificate;
    let thumbprint = certificate.sha1();
    let Some(contents) = certificate.contents() else { return format!("{thumbprint}, cannot be read") };
    let (from, until) = contents.validity();
    let validity = match candidate.validity(now) {
        Validity::Expired => format!("expired {until}"),
        Validity::NotYetValid => format!("not valid before {from}"),
        Validity::Valid | Validity::Unreadable => format!("valid until {until}"),
    };
    let key = if candidate.has_key { "private key" } else { "no private key" };
    format!("{thumbprint}, {}, {validity}, {key}", contents.subject().escape_debug())
}

#[cfg(test)]
mod tests;
