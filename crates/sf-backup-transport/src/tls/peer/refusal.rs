use std::fmt;

use crate::tls::peer::PeerCertificate;
use crate::tls::peer::certificate::Contents;

/// The server failed verification. No byte of a request was sent.
///
/// `Display` is one line: the reason, the presented certificate, and how to accept it if it is the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerRefused(Box<Refusal>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    reason: RefusalReason,
    presented: Option<PeerCertificate>,
}

/// The reason why a server was rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefusalReason {
    /// The server presented no certificate.
    #[error("it presented no certificate")]
    NoCertificate,
    /// The certificate cannot be parsed, so its validity and names are unknown.
    #[error("its certificate cannot be read")]
    Unreadable,
    /// The thumbprint is not one of the configured ones.
    #[error("its thumbprint is not one of the expected thumbprints")]
    NotPinned,
    /// None of the names is one of the configured ones.
    #[error("neither its common name nor its first DNS name is one of the expected names")]
    NotNamed,
    /// The thumbprint matches, but the certificate is not valid yet.
    #[error("its certificate is not valid yet")]
    NotYetValid,
    /// The thumbprint matches, but the certificate has expired.
    #[error("its certificate has expired")]
    Expired,
    /// The platform does not trust the chain, or the certificate is for another host.
    #[error("its certificate is not trusted ({platform})")]
    NotTrusted {
        /// The message of the platform.
        platform: String,
    },
}

impl RefusalReason {
    /// Whether the server would be accepted if its thumbprint were configured.
    pub fn can_be_pinned(&self) -> bool {
        matches!(self, Self::NotPinned | Self::NotNamed | Self::NotTrusted { .. })
    }
}

impl PeerRefused {
    pub(crate) fn new(reason: RefusalReason, presented: Option<PeerCertificate>) -> Self {
        Self(Box::new(Refusal { reason, presented }))
    }

    /// Adds the certificate, in DER, that the server presented on a second connection.
    #[must_use]
    pub fn with_presented(mut self, der: &[u8]) -> Self {
        self.0.presented = Some(PeerCertificate::from_der(der));
        self
    }

    /// The reason of the refusal.
    pub fn reason(&self) -> &RefusalReason {
        &self.0.reason
    }

    /// The certificate that the server presented, if known.
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
            reason if reason.can_be_pinned() => f.write_str("; if this is your cluster, pin one of its thumbprints"),
            RefusalReason::Expired | RefusalReason::NotYetValid => {
                f.write_str("; renew it, or set this machine's clock")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for PeerRefused {}

fn write_contents(f: &mut fmt::Formatter<'_>, contents: &Contents) -> fmt::Result {
    let (from, to) = contents.validity();
    let (subject, issuer) = (Foreign(contents.subject()), Foreign(contents.issuer()));
    write!(f, ", subject {subject}, issuer {issuer}, valid from {from} to {to}")
}

/// Text chosen by a server: truncated, and without control characters or text direction marks.
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
