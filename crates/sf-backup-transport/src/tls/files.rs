//! TLS settings from command line options.

use std::path::PathBuf;

use sf_backup_proto::Secret;
use sf_backup_proto::text::decode;

use crate::tls::{
    Authorities, AuthoritiesError, ClientIdentity, CommonName, IdentityError, Roots, ServerIdentity, Source,
    SourceError, Thumbprint, TlsConfig,
};

/// The TLS options of a command line. [`config`](Self::config) reads the files.
///
/// ```
/// use sf_backup_transport::tls::TlsFiles;
///
/// let mut files = TlsFiles::default();
/// files.thumbprints.push("349A95382E3A4D8FD6D42B36B4C04ABFF35BD421".parse()?);
/// assert!(files.config()?.warning().is_none());
///
/// files.cert = Some("no-such-file.pem".into());
/// assert_eq!(files.config().unwrap_err().to_string(), "--cert: cannot read no-such-file.pem");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TlsFiles {
    /// `--cert`: the client certificate in PEM. Contains the key as well, unless `key` is set.
    pub cert: Option<PathBuf>,
    /// `--key`: the key of the client certificate in PEM.
    pub key: Option<PathBuf>,
    /// `--pkcs12`: an archive with the client certificate and its key. Takes precedence over `cert`.
    pub pkcs12: Option<PathBuf>,
    /// `--pkcs12-password-file`: the file with the password of the archive. Trailing line breaks are ignored.
    pub pkcs12_password_file: Option<PathBuf>,
    /// `--ca`: files or folders with CA certificates to trust instead of the platform's.
    pub ca: Vec<PathBuf>,
    /// `--server-thumbprint`: accept only servers with these certificates. Takes precedence over `common_names`.
    pub thumbprints: Vec<Thumbprint>,
    /// `--server-common-name`: accept only servers with one of these names, instead of the host name.
    pub common_names: Vec<CommonName>,
    /// `--insecure`: accept any server. Takes precedence over all other options.
    pub insecure: bool,
}

/// The option whose file is invalid, and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{option}: {source}")]
pub struct TlsFilesError {
    option: &'static str,
    source: Problem,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Authorities(#[from] AuthoritiesError),
    #[error("{0} is not UTF-8 text, nor UTF-16 with a byte order mark")]
    Text(String),
}

/// Of these only one can count.
const EXCLUDED: &[(&str, &str)] = &[
    ("--pkcs12", "--cert"),
    ("--server-thumbprint", "--server-common-name"),
    ("--insecure", "--ca"),
    ("--insecure", "--server-thumbprint"),
    ("--insecure", "--server-common-name"),
];
/// The first is nothing without the second.
const NEEDED: &[(&str, &str)] = &[("--key", "--cert"), ("--pkcs12-password-file", "--pkcs12")];

/// Options that do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// Only one of two can count.
    #[error("{option} cannot be used with {other}")]
    Both {
        /// The one.
        option: &'static str,
        /// The other.
        other: &'static str,
    },
    /// An option without the one that it belongs to.
    #[error("{option} needs {other}")]
    Alone {
        /// The option.
        option: &'static str,
        /// What it needs.
        other: &'static str,
    },
}

fn about<E: Into<Problem>>(option: &'static str) -> impl FnOnce(E) -> TlsFilesError {
    move |error| TlsFilesError { option, source: error.into() }
}

impl TlsFiles {
    /// Reads the files and creates the TLS settings.
    ///
    /// # Errors
    /// If a file cannot be read or has invalid contents. The error never contains keys or passwords.
    pub fn config(&self) -> Result<TlsConfig, TlsFilesError> {
        let config = TlsConfig::new().server(self.server()?);
        Ok(match self.client()? {
            Some(client) => config.client(client),
            None => config,
        })
    }

    /// Checks what goes together. [`config`](Self::config) lets one option go before the other instead, for what is put
    /// together from several places; on one command line, the other would be ignored in silence.
    ///
    /// # Errors
    /// Two options of which only one could count, or one without the other that it belongs to.
    pub fn check(&self) -> Result<(), Contradiction> {
        let given = [
            ("--cert", self.cert.is_some()),
            ("--key", self.key.is_some()),
            ("--pkcs12", self.pkcs12.is_some()),
            ("--pkcs12-password-file", self.pkcs12_password_file.is_some()),
            ("--ca", !self.ca.is_empty()),
            ("--server-thumbprint", !self.thumbprints.is_empty()),
            ("--server-common-name", !self.common_names.is_empty()),
            ("--insecure", self.insecure),
        ];
        let is_given = |option: &str| given.iter().any(|(name, is)| *name == option && *is);
        for (option, other) in EXCLUDED {
            if is_given(option) && is_given(other) {
                return Err(Contradiction::Both { option, other });
            }
        }
        for (option, other) in NEEDED {
            if is_given(option) && !is_given(other) {
                return Err(Contradiction::Alone { option, other });
            }
        }
        Ok(())
    }

    fn server(&self) -> Result<ServerIdentity, TlsFilesError> {
        let roots = match &*self.ca {
            [] => Roots::System,
            paths => Roots::Given(Authorities::read(paths).map_err(about("--ca"))?),
        };
        Ok(if self.insecure {
            ServerIdentity::Insecure
        } else if !self.thumbprints.is_empty() {
            ServerIdentity::Thumbprints(self.thumbprints.clone())
        } else if !self.common_names.is_empty() {
            ServerIdentity::CommonNames { names: self.common_names.clone(), roots }
        } else {
            ServerIdentity::Trusted(roots)
        })
    }

    fn client(&self) -> Result<Option<ClientIdentity>, TlsFilesError> {
        if let Some(archive) = &self.pkcs12 {
            let archive = Source::read(archive).map_err(about("--pkcs12"))?;
            let password = self.password()?;
            let identity = ClientIdentity::from_pkcs12(&archive, password.expose().trim_end_matches(['\r', '\n']));
            return identity.map(Some).map_err(about("--pkcs12"));
        }
        let Some(certificate) = &self.cert else { return Ok(None) };
        let certificate = Source::read(certificate).map_err(about("--cert"))?;
        let key = self.key.as_ref().map(Source::read).transpose().map_err(about("--key"))?;
        ClientIdentity::from_pem(&certificate, key.as_ref()).map(Some).map_err(about("--cert"))
    }

    fn password(&self) -> Result<Secret, TlsFilesError> {
        const OPTION: &str = "--pkcs12-password-file";
        let Some(file) = &self.pkcs12_password_file else { return Ok(Secret::from("")) };
        let file = Source::read(file).map_err(about(OPTION))?;
        match decode(file.bytes()) {
            Some(text) => Ok(Secret::from(text)),
            None => Err(about(OPTION)(Problem::Text(file.name().to_owned()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_do_not_go_together_are_refused() {
        let files = TlsFiles { pkcs12: Some("a".into()), cert: Some("b".into()), ..TlsFiles::default() };
        assert_eq!(files.check().unwrap_err().to_string(), "--pkcs12 cannot be used with --cert");
        let files = TlsFiles { insecure: true, ca: vec!["a".into()], ..TlsFiles::default() };
        assert_eq!(files.check().unwrap_err().to_string(), "--insecure cannot be used with --ca");
        let files = TlsFiles { key: Some("a".into()), ..TlsFiles::default() };
        assert_eq!(files.check().unwrap_err().to_string(), "--key needs --cert");
        let files =
            TlsFiles { cert: Some("a".into()), key: Some("b".into()), ca: vec!["c".into()], ..TlsFiles::default() };
        assert_eq!(files.check(), Ok(()));
    }
}
