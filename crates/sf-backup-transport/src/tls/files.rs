//! TLS settings from files and names.

use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

use sf_backup_proto::Secret;

use crate::tls::{
    Authorities, AuthoritiesError, CertificateStore, ClientIdentity, CommonName, IdentityError, Roots, ServerIdentity,
    Source, SourceError, StoreError, StoreQuery, Thumbprint, TlsConfig, decode,
};

/// TLS settings as a program's configuration holds them: names of files, not yet read. [`config`](Self::config) reads them.
///
/// ```
/// use sf_backup_transport::tls::{TlsField, TlsFiles};
///
/// let mut files = TlsFiles::default();
/// files.thumbprints.push("349A95382E3A4D8FD6D42B36B4C04ABFF35BD421".parse()?);
/// assert!(files.config()?.warning().is_none());
///
/// files.cert = Some("no-such-file.pem".into());
/// let error = files.config().unwrap_err();
/// assert_eq!(error.field(), TlsField::Cert);
/// assert_eq!(error.to_string(), "cert: cannot read no-such-file.pem");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TlsFiles {
    /// The client certificate in PEM. Contains the key as well, unless `key` is set.
    pub cert: Option<PathBuf>,
    /// The key of the client certificate in PEM.
    pub key: Option<PathBuf>,
    /// An archive with the client certificate and its key. Takes precedence over `cert`.
    pub pkcs12: Option<PathBuf>,
    /// The file with the password of the archive. Trailing line breaks are ignored.
    pub pkcs12_password_file: Option<PathBuf>,
    /// The certificate store of Windows with the client certificate. `CurrentUser\My` unless set. Takes precedence over
    /// `pkcs12` and `cert`, if `cert_thumbprint` or `cert_subject` is set.
    pub cert_store: Option<CertificateStore>,
    /// The client certificate in the certificate store. Takes precedence over `cert_subject`.
    pub cert_thumbprint: Option<Thumbprint>,
    /// Text in the subject of the client certificate in the certificate store.
    pub cert_subject: Option<String>,
    /// Files or folders with CA certificates to trust instead of the platform's.
    pub ca: Vec<PathBuf>,
    /// Accept only servers with these certificates. Takes precedence over `common_names`.
    pub thumbprints: Vec<Thumbprint>,
    /// Accept only servers with one of these names, instead of the host name.
    pub common_names: Vec<CommonName>,
    /// Accept any server. Takes precedence over all other settings.
    pub insecure: bool,
}

/// A field of [`TlsFiles`]. `Display` is its name; a program with names of its own maps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields are documented")]
pub enum TlsField {
    Cert,
    Key,
    Pkcs12,
    Pkcs12PasswordFile,
    CertStore,
    CertThumbprint,
    CertSubject,
    Ca,
    Thumbprints,
    CommonNames,
    Insecure,
}

impl fmt::Display for TlsField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cert => "cert",
            Self::Key => "key",
            Self::Pkcs12 => "pkcs12",
            Self::Pkcs12PasswordFile => "pkcs12_password_file",
            Self::CertStore => "cert_store",
            Self::CertThumbprint => "cert_thumbprint",
            Self::CertSubject => "cert_subject",
            Self::Ca => "ca",
            Self::Thumbprints => "thumbprints",
            Self::CommonNames => "common_names",
            Self::Insecure => "insecure",
        })
    }
}

/// The field with an invalid file, and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{field}: {source}")]
pub struct TlsFilesError {
    field: TlsField,
    source: Problem,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Authorities(#[from] AuthoritiesError),
    #[error("{0} is not UTF-8 text, nor UTF-16 with a byte order mark")]
    Text(String),
}

/// Pairs of fields of which only one can be used.
const EXCLUDED: &[(TlsField, TlsField)] = &[
    (TlsField::Pkcs12, TlsField::Cert),
    (TlsField::CertThumbprint, TlsField::CertSubject),
    (TlsField::CertThumbprint, TlsField::Cert),
    (TlsField::CertThumbprint, TlsField::Pkcs12),
    (TlsField::CertSubject, TlsField::Cert),
    (TlsField::CertSubject, TlsField::Pkcs12),
    (TlsField::Thumbprints, TlsField::CommonNames),
    (TlsField::Insecure, TlsField::Ca),
    (TlsField::Insecure, TlsField::Thumbprints),
    (TlsField::Insecure, TlsField::CommonNames),
];
/// The first field needs the second.
const NEEDED: &[(TlsField, TlsField)] =
    &[(TlsField::Key, TlsField::Cert), (TlsField::Pkcs12PasswordFile, TlsField::Pkcs12)];

/// Two fields that contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// Only one of two can be used.
    #[error("{0} cannot be used with {1}")]
    Both(TlsField, TlsField),
    /// A field is set without another that it needs.
    #[error("{0} needs {1}")]
    Alone(TlsField, TlsField),
}

fn about<E: Into<Problem>>(field: TlsField) -> impl FnOnce(E) -> TlsFilesError {
    move |error| TlsFilesError { field, source: error.into() }
}

impl TlsFilesError {
    /// The field.
    pub fn field(&self) -> TlsField {
        self.field
    }
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

    /// Rejects fields that contradict each other.
    ///
    /// [`config`](Self::config) accepts them, by the precedence of the fields, because settings can come from several
    /// sources. Use this for settings that one person has made, where one of them would be ignored silently.
    ///
    /// # Errors
    /// [`Contradiction`] with both fields.
    pub fn check(&self) -> Result<(), Contradiction> {
        for &(field, other) in EXCLUDED {
            if self.is_set(field) && self.is_set(other) {
                return Err(Contradiction::Both(field, other));
            }
        }
        let names_a_certificate = self.is_set(TlsField::CertThumbprint) || self.is_set(TlsField::CertSubject);
        if self.is_set(TlsField::CertStore) && !names_a_certificate {
            return Err(Contradiction::Alone(TlsField::CertStore, TlsField::CertThumbprint));
        }
        for &(field, other) in NEEDED {
            if self.is_set(field) && !self.is_set(other) {
                return Err(Contradiction::Alone(field, other));
            }
        }
        Ok(())
    }

    fn is_set(&self, field: TlsField) -> bool {
        match field {
            TlsField::Cert => self.cert.is_some(),
            TlsField::Key => self.key.is_some(),
            TlsField::Pkcs12 => self.pkcs12.is_some(),
            TlsField::Pkcs12PasswordFile => self.pkcs12_password_file.is_some(),
            TlsField::CertStore => self.cert_store.is_some(),
            TlsField::CertThumbprint => self.cert_thumbprint.is_some(),
            TlsField::CertSubject => self.cert_subject.is_some(),
            TlsField::Ca => !self.ca.is_empty(),
            TlsField::Thumbprints => !self.thumbprints.is_empty(),
            TlsField::CommonNames => !self.common_names.is_empty(),
            TlsField::Insecure => self.insecure,
        }
    }

    fn server(&self) -> Result<ServerIdentity, TlsFilesError> {
        let roots = match &*self.ca {
            [] => Roots::System,
            paths => Roots::Given(Authorities::read(paths).map_err(about(TlsField::Ca))?),
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

    /// The certificate store of the client certificate, and the certificate to look for; `None` if no field names one.
    pub fn stored_client(&self) -> Option<(CertificateStore, StoreQuery)> {
        let query = match (self.cert_thumbprint, &self.cert_subject) {
            (Some(thumbprint), _) => StoreQuery::Thumbprint(thumbprint),
            (None, Some(subject)) => StoreQuery::Subject(subject.clone()),
            (None, None) => return None,
        };
        Some((self.cert_store.clone().unwrap_or_default(), query))
    }

    fn client(&self) -> Result<Option<ClientIdentity>, TlsFilesError> {
        if let Some((store, query)) = self.stored_client() {
            let field = match query {
                StoreQuery::Thumbprint(_) => TlsField::CertThumbprint,
                StoreQuery::Subject(_) => TlsField::CertSubject,
            };
            return ClientIdentity::from_store(&store, &query, SystemTime::now()).map(Some).map_err(about(field));
        }
        if let Some(archive) = &self.pkcs12 {
            let archive = Source::read(archive).map_err(about(TlsField::Pkcs12))?;
            let password = self.password()?;
            let identity = ClientIdentity::from_pkcs12(&archive, password.expose().trim_end_matches(['\r', '\n']));
            return identity.map(Some).map_err(about(TlsField::Pkcs12));
        }
        let Some(certificate) = &self.cert else { return Ok(None) };
        let certificate = Source::read(certificate).map_err(about(TlsField::Cert))?;
        let key = self.key.as_ref().map(Source::read).transpose().map_err(about(TlsField::Key))?;
        ClientIdentity::from_pem(&certificate, key.as_ref()).map(Some).map_err(about(TlsField::Cert))
    }

    fn password(&self) -> Result<Secret, TlsFilesError> {
        let Some(file) = &self.pkcs12_password_file else { return Ok(Secret::from("")) };
        let file = Source::read(file).map_err(about(TlsField::Pkcs12PasswordFile))?;
        match decode(file.bytes()) {
            Some(text) => Ok(Secret::from(text)),
            None => Err(about(TlsField::Pkcs12PasswordFile)(Problem::Text(file.name().to_owned()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_contradict_each_other_are_rejected() {
        use TlsField::{Ca, Cert, Insecure, Key, Pkcs12};
        let files = TlsFiles { pkcs12: Some("a".into()), cert: Some("b".into()), ..TlsFiles::default() };
        assert_eq!(files.check(), Err(Contradiction::Both(Pkcs12, Cert)));
        let files = TlsFiles { insecure: true, ca: vec!["a".into()], ..TlsFiles::default() };
        assert_eq!(files.check(), Err(Contradiction::Both(Insecure, Ca)));
        let files = TlsFiles { key: Some("a".into()), ..TlsFiles::default() };
        assert_eq!(files.check(), Err(Contradiction::Alone(Key, Cert)));
        let files =
            TlsFiles { cert: Some("a".into()), key: Some("b".into()), ca: vec!["c".into()], ..TlsFiles::default() };
        assert_eq!(files.check(), Ok(()));
        let mut files = TlsFiles { cert_store: Some(CertificateStore::default()), ..TlsFiles::default() };
        assert_eq!(files.check(), Err(Contradiction::Alone(TlsField::CertStore, TlsField::CertThumbprint)));
        assert_eq!(files.stored_client(), None);
        files.cert_subject = Some("operator".into());
        assert_eq!(files.check(), Ok(()));
        let query = StoreQuery::Subject("operator".into());
        assert_eq!(files.stored_client(), Some((CertificateStore::default(), query)));
        files.cert_thumbprint = Some(Thumbprint::sha1(b""));
        assert_eq!(files.check(), Err(Contradiction::Both(TlsField::CertThumbprint, TlsField::CertSubject)));
    }
}
