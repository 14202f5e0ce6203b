//! The options that say who we are, and who the cluster must be.

use std::error::Error as _;
use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;
use sf_backup_hyper::tls::{CommonName, Thumbprint, TlsConfig, TlsFiles, TokenSource};
use sf_backup_proto::Secret;

use crate::failure::{Failure, append_sources};

/// Who we are, and who the cluster must be. Secrets come from files, a command or the environment, never from the command
/// line itself.
#[derive(Debug, Args)]
#[command(next_help_heading = "Identity")]
pub(crate) struct Security {
    /// The client certificate, PEM; with its key in the same file unless --key is given
    #[arg(long, value_name = "FILE", env = "SF_BACKUP_CERT", hide_env_values = true, global = true)]
    cert: Option<PathBuf>,

    /// The client certificate's key, PEM
    #[arg(long, value_name = "FILE", env = "SF_BACKUP_KEY", hide_env_values = true, global = true, requires = "cert")]
    key: Option<PathBuf>,

    /// The client certificate and its key as PKCS#12 (.pfx)
    #[arg(
        long,
        value_name = "FILE",
        env = "SF_BACKUP_PKCS12",
        hide_env_values = true,
        global = true,
        conflicts_with = "cert"
    )]
    pkcs12: Option<PathBuf>,

    /// A file that holds the PKCS#12 file's password
    #[arg(
        long,
        value_name = "FILE",
        env = "SF_BACKUP_PKCS12_PASSWORD_FILE",
        hide_env_values = true,
        global = true,
        requires = "pkcs12"
    )]
    pkcs12_password_file: Option<PathBuf>,

    /// Trust this authority, or these, and no others: a file or a folder of certificates
    #[arg(long, value_name = "FILE", env = "SF_BACKUP_CA", hide_env_values = true, global = true)]
    ca: Vec<PathBuf>,

    /// Accept exactly the certificate with this thumbprint (SHA-1 or SHA-256), whoever signed it
    #[arg(
        long,
        value_name = "HEX",
        env = "SF_BACKUP_SERVER_THUMBPRINT",
        hide_env_values = true,
        global = true,
        value_delimiter = ',',
        conflicts_with = "server_common_name"
    )]
    server_thumbprint: Vec<Thumbprint>,

    /// Accept a trusted certificate with this common name, in place of the host's name
    #[arg(
        long,
        value_name = "CN",
        env = "SF_BACKUP_SERVER_COMMON_NAME",
        hide_env_values = true,
        global = true,
        value_delimiter = ','
    )]
    server_common_name: Vec<CommonName>,

    /// Accept any certificate. Whoever answers then gets what is sent, secrets and all
    #[arg(
        long,
        env = "SF_BACKUP_INSECURE",
        hide_env_values = true,
        value_parser = FalseyValueParser::new(),
        global = true,
        conflicts_with_all = ["ca", "server_thumbprint", "server_common_name"]
    )]
    insecure: bool,

    /// A file that holds a bearer token; read again when it is refused
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "token_command")]
    token_file: Option<PathBuf>,

    /// A program that prints a bearer token, with arguments separated by spaces; run again when the token is refused
    #[arg(long, value_name = "CMD", global = true)]
    token_command: Option<String>,

    /// A bearer token
    #[arg(long, hide = true, hide_env_values = true, env = "SF_BACKUP_TOKEN", global = true)]
    token: Option<Token>,
}

/// A token from the environment. Not to be seen, not even in a message about it.
#[derive(Clone, Debug)]
struct Token(Secret);

impl std::str::FromStr for Token {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Secret::from(text)))
    }
}

impl Security {
    /// Reads the files that are named.
    pub(crate) fn tls(&self) -> Result<TlsConfig, Failure> {
        let files = TlsFiles {
            cert: self.cert.clone(),
            key: self.key.clone(),
            pkcs12: self.pkcs12.clone(),
            pkcs12_password_file: self.pkcs12_password_file.clone(),
            ca: self.ca.clone(),
            thumbprints: self.server_thumbprint.clone(),
            common_names: self.server_common_name.clone(),
            insecure: self.insecure,
        };
        files.config().map_err(|error| Failure::usage(append_sources(error.to_string(), error.source())))
    }

    /// Where tokens come from; a file or a command goes before the environment.
    pub(crate) fn token_source(&self) -> Option<TokenSource> {
        if let Some(file) = &self.token_file {
            return Some(TokenSource::file(file));
        }
        if let Some(command) = &self.token_command {
            let mut words = command.split_whitespace();
            return words.next().map(|program| TokenSource::command(program, words));
        }
        self.token.as_ref().map(|Token(token)| TokenSource::fixed(token.clone()))
    }
}
