//! Who the server must be, and whether it is.

mod authorities;
mod certificate;
mod refusal;
mod thumbprint;

use std::str::FromStr;
use std::time::SystemTime;

pub use authorities::{Authorities, AuthoritiesError};
pub use certificate::{Contents, PeerCertificate};
pub use refusal::{PeerRefused, RefusalReason};
pub use thumbprint::{Thumbprint, ThumbprintError};

/// Which roots a chain may end in.
#[derive(Debug, Clone, Default)]
pub enum Roots {
    /// The platform's trust store.
    #[default]
    System,
    /// These, and no others.
    Given(Authorities),
}

/// How a server is known. One way, chosen explicitly; nothing falls back to another.
///
/// | | chain | host name | dates | and |
/// |---|---|---|---|---|
/// | `Trusted` | checked | checked | checked | |
/// | `Thumbprints` | ignored | ignored | checked | the certificate itself is one of these |
/// | `CommonNames` | checked | ignored | checked | its common name, or its first DNS name, is one of these |
/// | `Insecure` | ignored | ignored | ignored | |
#[derive(Debug, Clone)]
pub enum ServerIdentity {
    /// As browsers do: a trusted chain, for this host.
    Trusted(Roots),
    /// Exactly these certificates, whoever signed them. Anything else is refused, even if the platform trusts it.
    Thumbprints(Vec<Thumbprint>),
    /// A trusted chain, for one of these names in place of the host's: a cluster's certificate often names the cluster.
    CommonNames {
        /// The names, compared without regard to case.
        names: Vec<CommonName>,
        /// Where the chain must end.
        roots: Roots,
    },
    /// Anybody. See [`TlsConfig::warning`](crate::TlsConfig::warning).
    Insecure,
}

impl Default for ServerIdentity {
    fn default() -> Self {
        Self::Trusted(Roots::System)
    }
}

impl ServerIdentity {
    /// Decides about a server after the handshake, from its leaf certificate in DER, at the time `now`.
    ///
    /// What the handshake itself checks (see the table) is not checked again: `Trusted` accepts any certificate here.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use sf_backup_tls::{RefusalReason, ServerIdentity, Thumbprint};
    ///
    /// let pinned = ServerIdentity::Thumbprints(vec![Thumbprint::sha1(b"another certificate")]);
    /// let refused = pinned.check(Some(b"a certificate"), SystemTime::UNIX_EPOCH).unwrap_err();
    /// assert_eq!(refused.reason(), &RefusalReason::NotPinned);
    /// ```
    ///
    /// # Errors
    /// [`PeerRefused`], which says what was presented and how to accept it.
    pub fn check(&self, leaf: Option<&[u8]>, now: SystemTime) -> Result<(), PeerRefused> {
        if matches!(self, Self::Insecure) {
            return Ok(());
        }
        let Some(leaf) = leaf else {
            return Err(PeerRefused::new(RefusalReason::NoCertificate, None));
        };
        let presented = PeerCertificate::from_der(leaf);
        let verdict = match self {
            Self::Trusted(_) | Self::Insecure => Ok(()),
            Self::Thumbprints(listed) => check_thumbprint(&presented, listed, now),
            Self::CommonNames { names, .. } => check_names(&presented, names),
        };
        verdict.map_err(|reason| PeerRefused::new(reason, Some(presented)))
    }

    /// Whether the user asked for more than the default, so that going without TLS would betray them.
    pub(crate) fn asks_for_a_certain_server(&self) -> bool {
        !matches!(self, Self::Trusted(Roots::System) | Self::Insecure)
    }
}

fn check_thumbprint(presented: &PeerCertificate, listed: &[Thumbprint], now: SystemTime) -> Result<(), RefusalReason> {
    if !listed.contains(&presented.sha1()) && !listed.contains(&presented.sha256()) {
        return Err(RefusalReason::NotPinned);
    }
    let contents = presented.contents().ok_or(RefusalReason::Unreadable)?;
    if now < contents.not_before() {
        Err(RefusalReason::NotYetValid)
    } else if now > contents.not_after() {
        Err(RefusalReason::Expired)
    } else {
        Ok(())
    }
}

fn check_names(presented: &PeerCertificate, listed: &[CommonName]) -> Result<(), RefusalReason> {
    let contents = presented.contents().ok_or(RefusalReason::Unreadable)?;
    let is_listed = |name: &str| listed.iter().any(|listed| listed.matches(name));
    if contents.names().any(is_listed) { Ok(()) } else { Err(RefusalReason::NotNamed) }
}

/// A name that a server's certificate must carry. Not empty; taken as it is, without wildcards.
///
/// ```
/// use sf_backup_tls::CommonName;
///
/// let name: CommonName = "mycluster.westeurope.cloudapp.azure.com".parse()?;
/// assert_eq!(name.as_str(), "mycluster.westeurope.cloudapp.azure.com");
/// assert!(" ".parse::<CommonName>().is_err());
/// # Ok::<(), sf_backup_tls::CommonNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonName(String);

/// A common name that is empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a server's common name must not be empty")]
pub struct CommonNameError;

impl CommonName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn matches(&self, name: &str) -> bool {
        self.0.to_lowercase() == name.to_lowercase()
    }
}

impl FromStr for CommonName {
    type Err = CommonNameError;
    fn from_str(text: &str) -> Result<Self, CommonNameError> {
        match text.trim() {
            "" => Err(CommonNameError),
            name => Ok(Self(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests;
