//! TLS configuration.

use crate::tls::connector::Connector;
use crate::tls::identity::ClientIdentity;
use crate::tls::native::{self, Options, Trust};
use crate::tls::peer::{Roots, ServerIdentity};
use crate::tls::version::TlsVersion;

/// TLS settings of a client: the server's identity, the client certificate and the TLS versions.
///
/// By default, trusts the platform's root certificates, verifies the host name, and has no client certificate.
///
/// ```
/// use sf_backup_transport::tls::{ServerIdentity, TlsConfig};
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

/// The reason why a connector cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The minimum version is above the maximum.
    #[error("the minimum TLS version, {lowest}, is above the maximum, {highest}")]
    Versions {
        /// The configured minimum.
        lowest: TlsVersion,
        /// The configured maximum.
        highest: TlsVersion,
    },
    /// The platform's TLS library rejects the configuration.
    #[error("the TLS library rejects this configuration")]
    Native(#[from] native::Error),
}

impl TlsConfig {
    /// Creates the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how the server is verified.
    #[must_use]
    pub fn server(mut self, identity: ServerIdentity) -> Self {
        self.server = identity;
        self
    }

    /// Sets the client certificate, which is sent if the server requests one.
    #[must_use]
    pub fn client(mut self, identity: ClientIdentity) -> Self {
        self.client = Some(identity);
        self
    }

    /// Sets the minimum version. Defaults to 1.2.
    #[must_use]
    pub fn min_version(mut self, version: TlsVersion) -> Self {
        self.lowest = version;
        self
    }

    /// Sets the maximum version.
    ///
    /// Defaults to the highest version that the platform supports. With a client certificate it defaults to 1.2,
    /// because Windows gateways request the certificate by renegotiation, which TLS 1.3 does not have. Set 1.3 for
    /// gateways that request it in the handshake.
    #[must_use]
    pub fn max_version(mut self, version: TlsVersion) -> Self {
        self.highest = Some(version);
        self
    }

    /// The warning to print to standard error on every run, if the settings are insecure.
    pub fn warning(&self) -> Option<&'static str> {
        matches!(self.server, ServerIdentity::Insecure).then_some(
            "the server's identity is not verified: anyone who intercepts the connection can read and change the traffic",
        )
    }

    /// Rejects a plain HTTP endpoint if a setting requires `https`.
    ///
    /// Call it for every endpoint when a client is built. `bearer` says whether requests carry a token.
    ///
    /// ```
    /// # use sf_backup_transport::tls::TlsConfig;
    /// assert!(TlsConfig::new().check_scheme(false, false).is_ok());
    /// assert_eq!(
    ///     TlsConfig::new().check_scheme(false, true).unwrap_err().to_string(),
    ///     "a bearer token requires https"
    /// );
    /// ```
    ///
    /// # Errors
    /// [`PlainHttpRefused`] with the setting that requires `https`.
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

    /// Creates the connector. Reads the platform's trust store, so call it once per client, and only for `https`.
    ///
    /// # Errors
    /// If the minimum version is above the maximum, or the platform's TLS library rejects a setting.
    pub fn connector(&self) -> Result<Connector, ConfigError> {
        let (lowest, highest) = (self.lowest, self.highest());
        if let Some(highest) = highest.filter(|highest| *highest < lowest) {
            return Err(ConfigError::Versions { lowest, highest });
        }
        let client = self.client.as_ref().map(|client| &client.native);
        let native = native::connector(&Options { min: lowest, max: highest, client, trust: trust(&self.server) })?;
        Ok(Connector::new(native, self.server.clone(), self.client.is_some()))
    }

    fn highest(&self) -> Option<TlsVersion> {
        let renegotiates = self.client.is_some();
        self.highest.or(renegotiates.then_some(self.lowest.max(TlsVersion::V1_2)))
    }
}

/// What the platform verifies in the handshake. [`ServerIdentity::check`] verifies the rest afterwards.
fn trust(server: &ServerIdentity) -> Trust<'_> {
    match server {
        ServerIdentity::Trusted(roots) => Trust::Chain { authorities: authorities(roots), host_name: true },
        ServerIdentity::CommonNames { roots, .. } => Trust::Chain { authorities: authorities(roots), host_name: false },
        ServerIdentity::Thumbprints(_) | ServerIdentity::Insecure => Trust::Any,
    }
}

fn authorities(roots: &Roots) -> Option<&[native::Certificate]> {
    match roots {
        Roots::System => None,
        Roots::Given(authorities) => Some(&authorities.certificates),
    }
}

/// The setting that requires `https`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlainHttpRefused {
    /// A bearer token, which plain HTTP would send unencrypted.
    #[error("a bearer token requires https")]
    BearerToken,
    /// A client certificate, which plain HTTP cannot send.
    #[error("a client certificate requires https")]
    ClientCertificate,
    /// A server identity, which plain HTTP cannot verify.
    #[error("verifying the server's identity requires https")]
    ServerIdentity,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned() -> TlsConfig {
        TlsConfig::new().server(ServerIdentity::Thumbprints(Vec::new()))
    }

    #[test]
    fn plain_http_is_rejected_if_a_setting_requires_https() {
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
    fn only_insecure_settings_have_a_warning() {
        assert!(pinned().warning().is_none());
        assert!(TlsConfig::new().warning().is_none());
        let insecure = TlsConfig::new().server(ServerIdentity::Insecure);
        assert!(insecure.warning().is_some());
    }

    #[test]
    fn a_minimum_version_above_the_maximum_is_rejected() {
        let config = TlsConfig::new().min_version(TlsVersion::V1_3).max_version(TlsVersion::V1_2);
        let error = config.connector().unwrap_err().to_string();
        assert_eq!(error, "the minimum TLS version, 1.3, is above the maximum, 1.2");
    }
}
