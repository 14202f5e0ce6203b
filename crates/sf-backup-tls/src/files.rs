//! Identities as command lines name them: by files, thumbprints and names.

use std::path::PathBuf;

use sf_backup_proto::Secret;

use crate::{
    Authorities, AuthoritiesError, ClientIdentity, CommonName, IdentityError, Roots, ServerIdentity, Source,
    SourceError, Thumbprint, TlsConfig,
};

/// What a command line says about identities; [`config`](Self::config) reads the files.
///
/// ```
/// use sf_backup_tls::TlsFiles;
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
    /// `--cert`: the client certificate, PEM; with its key in the same file unless `key` is set.
    pub cert: Option<PathBuf>,
    /// `--key`: the client certificate's key, PEM.
    pub key: Option<PathBuf>,
    /// `--pkcs12`: the client certificate and its key in one archive. Goes before `cert`.
    pub pkcs12: Option<PathBuf>,
    /// `--pkcs12-password-file`: what opens the archive; line ends do not count.
    pub pkcs12_password_file: Option<PathBuf>,
    /// `--ca`: files or folders of the authorities to trust, in place of the platform's.
    pub ca: Vec<PathBuf>,
    /// `--server-thumbprint`: exactly these servers. Goes before `common_names`.
    pub thumbprints: Vec<Thumbprint>,
    /// `--server-common-name`: servers with one of these names, in place of the host's.
    pub common_names: Vec<CommonName>,
    /// `--insecure`: any server. Goes before all others.
    pub insecure: bool,
}

/// Why no configuration came of it: the option, and what is wrong with its file.
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
    #[error("{0} is not UTF-8 text")]
    Text(String),
}

fn about<E: Into<Problem>>(option: &'static str) -> impl FnOnce(E) -> TlsFilesError {
    move |error| TlsFilesError { option, source: error.into() }
}

impl TlsFiles {
    /// Reads the files.
    ///
    /// # Errors
    /// A file that cannot be read, or is not what its option says. Never with anything of a key or a password.
    pub fn config(&self) -> Result<TlsConfig, TlsFilesError> {
        let config = TlsConfig::new().server(self.server()?);
        Ok(match self.client()? {
            Some(client) => config.client(client),
            None => config,
        })
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
        match std::str::from_utf8(file.bytes()) {
            Ok(text) => Ok(Secret::from(text)),
            Err(_) => Err(about(OPTION)(Problem::Text(file.name().to_owned()))),
        }
    }
}
