//! Verification of the server's identity.

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

/// The trusted root certificates.
#[derive(Debug, Clone, Default)]
pub enum Roots {
    /// The platform's trust store.
    #[default]
    System,
    /// Only these authorities.
    Given(Authorities),
}

/// How the server is verified. There is no fallback from one variant to another.
///
/// | | chain | host name | validity | also checked |
/// |---|---|---|---|---|
/// | `Trusted` | checked | checked | checked | |
/// | `Thumbprints` | ignored | ignored | checked | the certificate has one of the thumbprints |
/// | `CommonNames` | checked | ignored | checked | the common name or the first DNS name is one of the names |
/// | `Insecure` | ignored | ignored | ignored | |
#[derive(Debug, Clone)]
pub enum ServerIdentity {
    /// Requires a trusted chain for the host name, as browsers do.
    Trusted(Roots),
    /// Requires one of these certificates, whoever signed them. Rejects all others, even if the platform trusts them.
    Thumbprints(Vec<Thumbprint>),
    /// Requires a trusted chain for one of these names instead of the host name. Cluster certificates often name the
    /// cluster, not the host.
    CommonNames {
        /// The accepted names. Case is ignored.
        names: Vec<CommonName>,
        /// The trusted roots.
        roots: Roots,
    },
    /// Accepts any server. See [`TlsConfig::warning`](crate::tls::TlsConfig::warning).
    Insecure,
}

impl Default for ServerIdentity {
    fn default() -> Self {
        Self::Trusted(Roots::System)
    }
}

impl ServerIdentity {
    /// Verifies the leaf certificate, in DER, after the handshake, at the time `now`.
    ///
    /// Does not repeat the checks of the handshake: `Trusted` accepts any certificate here.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use sf_backup_transport::tls::{RefusalReason, ServerIdentity, Thumbprint};
    ///
    /// let pinned = ServerIdentity::Thumbprints(vec![Thumbprint::sha1(b"another certificate")]);
    /// let refused = pinned.check(Some(b"a certificate"), SystemTime::UNIX_EPOCH).unwrap_err();
    /// assert_eq!(refused.reason(), &RefusalReason::NotPinned);
    /// ```
    ///
    /// # Errors
    /// [`PeerRefused`] with the presented certificate and how to accept it.
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

    /// Whether the identity differs from the default, so that a connection without TLS would ignore the user's setting.
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

/// A name that the server's certificate must have. Not empty; wildcards are not supported.
///
/// ```
/// use sf_backup_transport::tls::CommonName;
///
/// let name: CommonName = "mycluster.westeurope.cloudapp.azure.com".parse()?;
/// assert_eq!(name.as_str(), "mycluster.westeurope.cloudapp.azure.com");
/// assert!(" ".parse::<CommonName>().is_err());
/// # Ok::<(), sf_backup_transport::tls::CommonNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonName(String);

/// The error for an empty common name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a server's common name must not be empty")]
pub struct CommonNameError;

impl CommonName {
    /// The name as text.
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
