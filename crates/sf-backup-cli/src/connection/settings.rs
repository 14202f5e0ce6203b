//! The connection settings of one source, in groups that belong together.

use std::path::PathBuf;

use sf_backup_hyper::tls::{CertificateStore, CommonName, Thumbprint, TokenSource};
use sf_backup_proto::{ApiVersion, Endpoint, Secret, Timeout};

use crate::connection::secret_ref::{SecretRef, fetch};
use crate::options::global::{ConnectionArgs, Delimiter};
use crate::options::security::Security;

/// The connection settings of one source. A group that the source does not set is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Settings {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) client: Option<ClientFiles>,
    pub(crate) server: Option<ServerTrust>,
    pub(crate) token: Option<Token>,
    pub(crate) api_version: Option<ApiVersion>,
    pub(crate) id_delimiter: Option<Delimiter>,
    pub(crate) timeout: Option<Timeout>,
}

/// The client certificate and its key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClientFiles {
    pub(crate) cert: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) pkcs12: Option<PathBuf>,
    pub(crate) pkcs12_password_file: Option<PathBuf>,
    pub(crate) cert_store: Option<CertificateStore>,
    pub(crate) cert_thumbprint: Option<Thumbprint>,
    pub(crate) cert_subject: Option<String>,
}

/// How the server is verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerTrust {
    pub(crate) ca: Vec<PathBuf>,
    pub(crate) thumbprints: Vec<Thumbprint>,
    pub(crate) common_names: Vec<CommonName>,
    pub(crate) insecure: bool,
}

/// The source of the bearer token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A reference, resolved when the token is needed.
    Reference(SecretRef),
    /// The token itself, from the environment or from sfctl's cache.
    Value(Secret),
    /// A token is required but not available, for this reason.
    Missing(String),
}

impl Token {
    pub(crate) fn source(&self) -> TokenSource {
        match self {
            Self::Reference(SecretRef::File(path)) => TokenSource::file(path),
            Self::Reference(SecretRef::Command { program, arguments }) => TokenSource::command(program, arguments),
            Self::Reference(reference) => {
                let reference = reference.clone();
                TokenSource::callback(move || fetch(&reference).map_err(Into::into))
            }
            Self::Value(token) => TokenSource::fixed(token.clone()),
            Self::Missing(reason) => {
                let reason = reason.clone();
                TokenSource::callback(move || Err(reason.clone().into()))
            }
        }
    }
}

impl From<&ConnectionArgs> for Settings {
    fn from(args: &ConnectionArgs) -> Self {
        let security = &args.security;
        Self {
            endpoints: args.endpoints.clone(),
            client: security.client(),
            server: security.server(),
            token: security.token().map(Token::Reference),
            api_version: args.api_version,
            id_delimiter: args.id_delimiter,
            timeout: args.timeout,
        }
    }
}

/// The value; `None` if it is the default.
pub(crate) fn unless_default<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
}

impl Security {
    fn client(&self) -> Option<ClientFiles> {
        unless_default(ClientFiles {
            cert: self.cert.clone(),
            key: self.key.clone(),
            pkcs12: self.pkcs12.clone(),
            pkcs12_password_file: self.pkcs12_password_file.clone(),
            cert_store: self.cert_store.clone(),
            cert_thumbprint: self.cert_thumbprint,
            cert_subject: self.cert_subject.clone(),
        })
    }

    fn server(&self) -> Option<ServerTrust> {
        unless_default(ServerTrust {
            ca: self.ca.clone(),
            thumbprints: self.server_thumbprint.clone(),
            common_names: self.server_common_name.clone(),
            insecure: self.insecure,
        })
    }

    fn token(&self) -> Option<SecretRef> {
        if let Some(file) = &self.token_file {
            return Some(SecretRef::File(file.clone()));
        }
        if let Some(command) = &self.token_command {
            let mut words = command.split_whitespace().map(str::to_owned);
            return words.next().map(|program| SecretRef::Command { program, arguments: words.collect() });
        }
        self.token.clone()
    }
}
