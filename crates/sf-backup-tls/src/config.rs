//! What the user chose.

use std::fmt;
use std::str::FromStr;

use native_tls::{Protocol, TlsConnectorBuilder};

use crate::connector::{Connector, accept_any};
use crate::identity::ClientIdentity;
use crate::peer::{Roots, ServerIdentity};

/// A version of TLS. Older ones are not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TlsVersion {
    /// 1.2: what Windows gateways need to ask for a client certificate after the request was sent.
    #[default]
    V1_2,
    /// 1.3. Not on macOS.
    V1_3,
}

/// A text that is no version of TLS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1.2 or 1.3")]
pub struct TlsVersionError;

impl TlsVersion {
    fn native(self) -> Protocol {
        match self {
            Self::V1_2 => Protocol::Tlsv12,
            Self::V1_3 => Protocol::Tlsv13,
        }
    }
}

impl FromStr for TlsVersion {
    type Err = TlsVersionError;
    fn from_str(text: &str) -> Result<Self, TlsVersionError> {
        match text {
            "1.2" => Ok(Self::V1_2),
            "1.3" => Ok(Self::V1_3),
            _ => Err(TlsVersionError),
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        })
    }
}

/// How to speak TLS with a cluster: who the server must be, who we are, which versions.
///
/// The default trusts the platform's roots, checks the host's name, and presents nothing.
///
/// ```
/// use sf_backup_tls::{ServerIdentity, TlsConfig};
///
/// let thumbprint = "349A95382E3A4D8FD6D42B36B4C04ABFF35BD421".parse()?;
/// let config = TlsConfig::new().server(ServerIdentity::Thumbprints(vec![thumbprint]));
/// let connector = config.connector()?;
/// # let _ = connector.native();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TlsConfig {
    server: ServerIdentity,
    client: Option<ClientIdentity>,
    lowest: TlsVersion,
    highest: Option<TlsVersion>,
}

/// Why no connector can be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The lowest version is above the highest.
    #[error("no version of TLS is left between the lowest, {lowest}, and the highest, {highest}")]
    Versions {
        /// The lowest that was asked for.
        lowest: TlsVersion,
        /// The highest that was asked for.
        highest: TlsVersion,
    },
    /// The platform's TLS library does not take it.
    #[error("the TLS library does not take this configuration")]
    Native(#[from] native_tls::Error),
}

impl TlsConfig {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who the server must be.
    #[must_use]
    pub fn server(mut self, identity: ServerIdentity) -> Self {
        self.server = identity;
        self
    }

    /// Sets the certificate that we present when the server asks for it.
    #[must_use]
    pub fn client(mut self, identity: ClientIdentity) -> Self {
        self.client = Some(identity);
        self
    }

    /// Sets the lowest version; 1.2 by default.
    #[must_use]
    pub fn min_version(mut self, version: TlsVersion) -> Self {
        self.lowest = version;
        self
    }

    /// Sets the highest version. By default the highest that the platform knows; with a client certificate 1.2, because
    /// Windows gateways ask for it in the middle of a connection, which clients of 1.3 are not prepared for. Raise it for
    /// gateways that ask at the start.
    #[must_use]
    pub fn max_version(mut self, version: TlsVersion) -> Self {
        self.highest = Some(version);
        self
    }

    /// What the user must be told on every run, on standard error.
    pub fn warning(&self) -> Option<&'static str> {
        matches!(self.server, ServerIdentity::Insecure).then_some(
            "the server's identity is not checked: whoever answers can read and change everything that is sent",
        )
    }

    /// Refuses plain HTTP where something was configured that would be lost or betrayed by it. To be asked for every
    /// endpoint when a client is built. `bearer` tells whether requests will carry a token.
    ///
    /// ```
    /// # use sf_backup_tls::TlsConfig;
    /// assert!(TlsConfig::new().check_scheme(false, false).is_ok());
    /// assert_eq!(
    ///     TlsConfig::new().check_scheme(false, true).unwrap_err().to_string(),
    ///     "plain http would betray the bearer token: use https"
    /// );
    /// ```
    ///
    /// # Errors
    /// [`PlainHttpRefused`], which names the reason.
    pub fn check_scheme(&self, is_https: bool, bearer: bool) -> Result<(), PlainHttpRefused> {
        if is_https {
            Ok(())
        } else if bearer {
            Err(PlainHttpRefused::BearerToken)
        } else if self.client.is_some() {
            Err(PlainHttpRefused::ClientCertificate)
        } else if self.server.asks_for_a_certain_server() {
            Err(PlainHttpRefused::ServerIdentity)
        } else {
            Ok(())
        }
    }

    /// Makes the connector, which reads the platform's trust store: once per client, and not at all without `https`.
    ///
    /// # Errors
    /// No version left, or something that the platform's TLS library does not take.
    pub fn connector(&self) -> Result<Connector, ConfigError> {
        let (lowest, highest) = (self.lowest, self.highest());
        if let Some(highest) = highest.filter(|highest| *highest < lowest) {
            return Err(ConfigError::Versions { lowest, highest });
        }
        let mut builder = native_tls::TlsConnector::builder();
        builder.min_protocol_version(Some(lowest.native())).max_protocol_version(highest.map(TlsVersion::native));
        if let Some(client) = &self.client {
            builder.identity(client.native.clone());
        }
        configure_server(&mut builder, &self.server);
        Ok(Connector::new(builder.build()?, self.server.clone()))
    }

    fn highest(&self) -> Option<TlsVersion> {
        let renegotiates = self.client.is_some();
        self.highest.or(renegotiates.then_some(self.lowest.max(TlsVersion::V1_2)))
    }
}

/// Tells the platform what to check in the handshake; [`ServerIdentity::check`] does the rest after it.
fn configure_server(builder: &mut TlsConnectorBuilder, server: &ServerIdentity) {
    match server {
        ServerIdentity::Trusted(roots) => trust(builder, roots),
        ServerIdentity::CommonNames { roots, .. } => {
            trust(builder, roots);
            builder.danger_accept_invalid_hostnames(true);
        }
        ServerIdentity::Thumbprints(_) | ServerIdentity::Insecure => accept_any(builder),
    }
}

fn trust(builder: &mut TlsConnectorBuilder, roots: &Roots) {
    if let Roots::Given(authorities) = roots {
        builder.disable_built_in_roots(true);
        for certificate in &authorities.certificates {
            builder.add_root_certificate(certificate.clone());
        }
    }
}

/// Why plain HTTP was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlainHttpRefused {
    /// A token would travel in the clear.
    #[error("plain http would betray the bearer token: use https")]
    BearerToken,
    /// There is nobody to show the certificate to.
    #[error("a client certificate needs https")]
    ClientCertificate,
    /// Nobody could be recognised.
    #[error("a server can be recognised over https only, and one was described")]
    ServerIdentity,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned() -> TlsConfig {
        TlsConfig::new().server(ServerIdentity::Thumbprints(Vec::new()))
    }

    #[test]
    fn plain_http_is_refused_where_it_would_lose_something() {
        assert_eq!(pinned().check_scheme(true, true), Ok(()));
        assert_eq!(TlsConfig::new().check_scheme(false, false), Ok(()));
        let insecure = TlsConfig::new().server(ServerIdentity::Insecure);
        assert_eq!(insecure.check_scheme(false, false), Ok(()));
        assert_eq!(pinned().check_scheme(false, false), Err(PlainHttpRefused::ServerIdentity));
        for config in [TlsConfig::new(), pinned(), insecure] {
            assert_eq!(config.check_scheme(false, true), Err(PlainHttpRefused::BearerToken));
        }
    }

    #[test]
    fn only_insecure_warns() {
        assert!(pinned().warning().is_none());
        assert!(TlsConfig::new().warning().is_none());
        let insecure = TlsConfig::new().server(ServerIdentity::Insecure);
        assert!(insecure.warning().is_some());
    }

    #[test]
    fn an_empty_range_of_versions_is_refused() {
        let config = TlsConfig::new().min_version(TlsVersion::V1_3).max_version(TlsVersion::V1_2);
        let error = config.connector().unwrap_err().to_string();
        assert_eq!(error, "no version of TLS is left between the lowest, 1.3, and the highest, 1.2");
        assert!("1.1".parse::<TlsVersion>().is_err());
        assert_eq!("1.3".parse(), Ok(TlsVersion::V1_3));
    }
}
