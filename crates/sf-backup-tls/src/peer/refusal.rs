use std::fmt;

use crate::peer::PeerCertificate;
use crate::peer::certificate::Contents;

/// The server is not who it should be. No byte of a request was sent.
///
/// `Display` is one line: why, what was presented, and how to accept it if it is right all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerRefused(Box<Refusal>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    reason: RefusalReason,
    presented: Option<PeerCertificate>,
}

/// Why a server was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusalReason {
    /// It presented no certificate.
    #[error("it presented no certificate")]
    NoCertificate,
    /// Its certificate cannot be read, so that its dates and names are unknown.
    #[error("its certificate cannot be read")]
    Unreadable,
    /// Its thumbprint is none of those that were given.
    #[error("its thumbprint is not among those that were given")]
    NotPinned,
    /// None of its names was given.
    #[error("neither its common name nor its first DNS name is among those that were given")]
    NotNamed,
    /// Its thumbprint is right, but its time has not come.
    #[error("its certificate is not valid yet")]
    NotYetValid,
    /// Its thumbprint is right, but its time is over.
    #[error("its certificate has expired")]
    Expired,
    /// The platform does not trust the chain, or the certificate is for another host.
    #[error("its certificate is not trusted ({platform})")]
    NotTrusted {
        /// The platform's own words.
        platform: String,
    },
}

impl PeerRefused {
    pub(crate) fn new(reason: RefusalReason, presented: Option<PeerCertificate>) -> Self {
        Self(Box::new(Refusal { reason, presented }))
    }

    /// The same refusal, with the certificate in DER that the server presented when it was looked at.
    #[must_use]
    pub fn with_presented(mut self, der: &[u8]) -> Self {
        self.0.presented = Some(PeerCertificate::from_der(der));
        self
    }

    /// Why.
    pub fn reason(&self) -> &RefusalReason {
        &self.0.reason
    }

    /// What the server presented, if that is known.
    pub fn presented(&self) -> Option<&PeerCertificate> {
        self.0.presented.as_ref()
    }
}

impl fmt::Display for PeerRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server is refused: {}", self.reason())?;
        let Some(presented) = self.presented() else {
            return Ok(());
        };
        let (sha1, sha256) = (presented.sha1(), presented.sha256());
        write!(f, "; it presented SHA-1 {sha1}, SHA-256 {sha256}")?;
        if let Some(contents) = presented.contents() {
            write_contents(f, contents)?;
        }
        match self.reason() {
            RefusalReason::NotPinned | RefusalReason::NotNamed | RefusalReason::NotTrusted { .. } => {
                write!(f, "; if this is your cluster, pin it: --server-thumbprint {sha256}")
            }
            RefusalReason::Expired | RefusalReason::NotYetValid => {
                f.write_str("; renew it, or set this machine's clock")
            }
            RefusalReason::NoCertificate | RefusalReason::Unreadable => Ok(()),
        }
    }
}

impl std::error::Error for PeerRefused {}

fn write_contents(f: &mut fmt::Formatter<'_>, contents: &Contents) -> fmt::Result {
    let (from, to) = contents.validity();
    let (subject, issuer) = (Foreign(contents.subject()), Foreign(contents.issuer()));
    write!(f, ", subject {subject}, issuer {issuer}, valid from {from} to {to}")
}

/// Text that a server chose: shortened, and without anything that could move a terminal's cursor or turn its letters.
struct Foreign<'a>(&'a str);

impl fmt::Display for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        f.write_str("\"")?;
        for c in self.0.chars().take(LONGEST) {
            match c {
                '\'' | '\\' => write!(f, "{c}")?,
                _ => write!(f, "{}", c.escape_debug())?,
            }
        }
        f.write_str(if self.0.chars().nth(LONGEST).is_some() { "..\"" } else { "\"" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_shortened_and_harmless() {
        let long = "x".repeat(300);
        assert_eq!(Foreign(&long).to_string(), format!("\"{}..\"", "x".repeat(200)));
        assert_eq!(Foreign("it's\\ \"a\"\n").to_string(), "\"it's\\ \\\"a\\\"\\n\"");
    }
}
