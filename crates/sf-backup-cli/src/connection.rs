//! The connection of a run: endpoints, credentials and trust, each with its source. Sources are layers: flags, the
//! environment, a context, sfctl's settings, defaults. They are used in groups of settings that belong together
//! ([`Settings`] has one member for each), so that a certificate of one source is never combined with the key of
//! another: the highest source that sets anything in a group decides the whole group.

pub(crate) mod context_fields;
pub(crate) mod context_file;
pub(crate) mod context_store;
pub(crate) mod environment;
mod layers;
pub(crate) mod read_file;
mod resolve;
pub(crate) mod secret_ref;
pub(crate) mod settings;
pub(crate) mod sfctl;
pub(crate) mod variables;
pub(crate) mod view;

use std::error::Error as _;
use std::fmt;

use sf_backup_hyper::tls::{CertificateStore, StoreQuery, TlsConfig, TlsField, TlsFiles};
use sf_backup_hyper::{Client, ClientBuilder, SettingsError};
use sf_backup_proto::secret::MASK;
use sf_backup_proto::{ApiVersion, Endpoint, Endpoints, Secret, Target, Timeout};

use crate::connection::environment::Environment;
use crate::options::context_name::ContextName;
use crate::options::global::{ConnectionArgs, Delimiter};
use crate::output::console::Terminal;
use crate::output::failure::{Failure, append_sources};

pub(crate) use layers::{Layer, given};
pub(crate) use settings::{ClientFiles, ServerTrust, Settings, Token};

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Flags,
    Environment,
    Context(ContextName),
    Sfctl,
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flags => f.write_str("command line"),
            Self::Environment => f.write_str("environment"),
            Self::Context(name) => write!(f, "context {name}"),
            Self::Sfctl => f.write_str("sfctl"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and its source.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

/// The connection of a run.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) endpoints: Setting<Endpoints>,
    pub(crate) client: Option<Setting<ClientFiles>>,
    pub(crate) server: Option<Setting<ServerTrust>>,
    pub(crate) token: Option<Setting<Token>>,
    pub(crate) api_version: Option<Setting<ApiVersion>>,
    pub(crate) id_delimiter: Setting<Delimiter>,
    pub(crate) timeout: Option<Setting<Timeout>>,
    /// Notes about how it was decided.
    pub(crate) notes: Vec<String>,
    /// Warnings about how it was decided.
    pub(crate) warnings: Vec<String>,
}

impl Connection {
    /// Creates the connection from the arguments, with everything else from `environment`.
    pub(crate) fn of(args: &ConnectionArgs, environment: &Environment) -> Result<Self, Failure> {
        let found = layers::find(args, environment)?;
        let mut connection = resolve::resolve(&found.layers);
        connection.warnings.extend(found.warnings);
        Ok(connection)
    }

    /// Creates the connection from only these layers.
    pub(crate) fn from_layers(layers: &[Layer]) -> Self {
        resolve::resolve(layers)
    }

    /// The settings as a single source would have them, without defaults.
    pub(crate) fn settings(&self) -> Settings {
        let value = |delimiter: &Setting<Delimiter>| (delimiter.source != Source::Default).then_some(delimiter.value);
        Settings {
            endpoints: self.endpoints.value.iter().cloned().collect(),
            client: self.client.as_ref().map(|setting| setting.value.clone()),
            server: self.server.as_ref().map(|setting| setting.value.clone()),
            token: self.token.as_ref().map(|setting| setting.value.clone()),
            api_version: self.api_version.as_ref().map(|setting| setting.value),
            id_delimiter: value(&self.id_delimiter),
            timeout: self.timeout.as_ref().map(|setting| setting.value),
        }
    }

    /// Reads the files: the client certificate, and the trusted certificates.
    pub(crate) fn tls(&self) -> Result<TlsConfig, Failure> {
        let files = self.tls_files();
        if files.cert_store.is_some() && files.stored_client().is_none() {
            let problem = "--cert-store requires --cert-thumbprint or --cert-subject";
            return Err(Failure::usage(format!("{problem}{}", self.who_said_so())));
        }
        files.config().map_err(|error| {
            let problem = append_sources(option(error.field()).to_owned(), error.source());
            Failure::usage(format!("{problem}{}", self.who_said_so()))
        })
    }

    /// The certificate store and the query for the client certificate, if it is in one.
    pub(crate) fn stored_client(&self) -> Option<(CertificateStore, StoreQuery)> {
        self.tls_files().stored_client()
    }

    fn tls_files(&self) -> TlsFiles {
        let client = self.client.as_ref().map(|client| client.value.clone()).unwrap_or_default();
        let server = self.server.as_ref().map(|server| server.value.clone()).unwrap_or_default();
        TlsFiles {
            cert: client.cert,
            key: client.key,
            pkcs12: client.pkcs12,
            pkcs12_password_file: client.pkcs12_password_file,
            cert_store: client.cert_store,
            cert_thumbprint: client.cert_thumbprint,
            cert_subject: client.cert_subject,
            ca: server.ca,
            thumbprints: server.thumbprints,
            common_names: server.common_names,
            insecure: server.insecure,
        }
    }

    /// The name of the cluster: the context with its endpoints, or the first endpoint.
    pub(crate) fn cluster_name(&self) -> String {
        match &self.endpoints.source {
            Source::Context(name) => name.to_string(),
            _ => {
                let endpoint = self.endpoints.value.first().to_string();
                endpoint.split_once("://").map_or(endpoint.as_str(), |(_, rest)| rest).to_owned()
            }
        }
    }

    /// The settings of a client for all endpoints.
    pub(crate) fn builder(&self, tls: TlsConfig) -> ClientBuilder {
        self.builder_at(&self.endpoints.value, tls)
    }

    /// The settings of a client for some of the endpoints.
    pub(crate) fn builder_at(&self, endpoints: &Endpoints, tls: TlsConfig) -> ClientBuilder {
        let mut builder = Client::builder(endpoints.first().clone())
            .other_endpoints(endpoints.iter().skip(1).cloned())
            .id_delimiter(self.id_delimiter.value.into())
            .tls(tls);
        if let Some(version) = &self.api_version {
            builder = builder.api_version(version.value);
        }
        if let Some(timeout) = &self.timeout {
            builder = builder.timeout(timeout.value);
        }
        if let Some(token) = &self.token {
            builder = builder.token_source(token.value.source());
        }
        builder
    }

    /// Prints the notes and warnings.
    pub(crate) fn print_warnings(&self, terminal: &mut Terminal<'_>) {
        for warning in &self.warnings {
            terminal.warn(warning);
        }
        if terminal.options.verbose {
            for note in &self.notes {
                terminal.note(note);
            }
        }
    }

    /// Creates the client.
    pub(crate) fn client(&self, builder: ClientBuilder) -> Result<Client, Failure> {
        let refused = |error: SettingsError| {
            let problem = append_sources(error.to_string(), error.source());
            Failure::usage(format!("{problem}{}", self.who_said_so()))
        };
        builder.try_build().map_err(refused)
    }

    /// The target of a dry run: the first endpoint. Indicates a token without getting it.
    pub(crate) fn target(&self) -> Target {
        let mut target = Target::new(self.endpoints.value.first().clone()).id_delimiter(self.id_delimiter.value.into());
        if let Some(version) = &self.api_version {
            target = target.api_version(version.value);
        }
        if let Some(timeout) = &self.timeout {
            target = target.timeout(timeout.value);
        }
        if self.token.is_some() {
            target = target.bearer(Secret::from(MASK));
        }
        target
    }

    /// Whether every endpoint is plain http.
    fn is_plain(&self) -> bool {
        !self.endpoints.value.iter().any(Endpoint::is_https)
    }

    /// The source of credentials that were not given as flags, for errors.
    fn who_said_so(&self) -> String {
        let client = self.client.as_ref().map(|client| ("the client certificate", &client.source));
        let server = self.server.as_ref().map(|server| ("the server's identity", &server.source));
        let token = self.token.as_ref().map(|token| ("the token", &token.source));
        let parts = [client, server, token].into_iter().flatten().filter(|(_, source)| **source != Source::Flags);
        let parts: Vec<String> = parts.map(|(what, source)| format!("{what}: {source}")).collect();
        if parts.is_empty() { String::new() } else { format!(" (set by: {})", parts.join(", ")) }
    }
}

/// The option that sets a field.
fn option(field: TlsField) -> &'static str {
    match field {
        TlsField::Cert => "--cert",
        TlsField::Key => "--key",
        TlsField::Pkcs12 => "--pkcs12",
        TlsField::Pkcs12PasswordFile => "--pkcs12-password-file",
        TlsField::CertStore => "--cert-store",
        TlsField::CertThumbprint => "--cert-thumbprint",
        TlsField::CertSubject => "--cert-subject",
        TlsField::Ca => "--ca",
        TlsField::Thumbprints => "--server-thumbprint",
        TlsField::CommonNames => "--server-common-name",
        TlsField::Insecure => "--insecure",
    }
}
