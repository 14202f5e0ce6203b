//! The options for credentials and trust.

use std::path::PathBuf;

use clap::Args;
use sf_backup_hyper::tls::{CertificateStore, CommonName, Thumbprint};

use sf_backup_ops::secret_ref::SecretRef;

/// Credentials, and how the server is verified. Secrets come from files, a command or the environment, never from the
/// command line itself.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Identity")]
pub(crate) struct Security {
    /// Client certificate (PEM), with its key in the same file unless --key is given [env: SF_BACKUP_CERT]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) cert: Option<PathBuf>,

    /// Key of the client certificate (PEM) [env: SF_BACKUP_KEY]
    #[arg(long, value_name = "FILE", global = true, requires = "cert")]
    pub(crate) key: Option<PathBuf>,

    /// Client certificate and key as PKCS#12 (.pfx) [env: SF_BACKUP_PKCS12]
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "cert")]
    pub(crate) pkcs12: Option<PathBuf>,

    /// File that contains the password of the PKCS#12 file [env: SF_BACKUP_PKCS12_PASSWORD_FILE]
    #[arg(long, value_name = "FILE", global = true, requires = "pkcs12")]
    pub(crate) pkcs12_password_file: Option<PathBuf>,

    /// Windows certificate store with the client certificate: CurrentUser\My (the default) or LocalMachine\My [env:
    /// SF_BACKUP_CERT_STORE]
    #[arg(long, value_name = "STORE", global = true)]
    pub(crate) cert_store: Option<CertificateStore>,

    /// Thumbprint of the client certificate in the certificate store [env: SF_BACKUP_CERT_THUMBPRINT]
    #[arg(long, value_name = "HEX", global = true, conflicts_with_all = ["cert", "pkcs12", "cert_subject"])]
    pub(crate) cert_thumbprint: Option<Thumbprint>,

    /// Text in the subject of the client certificate in the certificate store, such as CN=operator [env:
    /// SF_BACKUP_CERT_SUBJECT]
    #[arg(long, value_name = "TEXT", global = true, conflicts_with_all = ["cert", "pkcs12"])]
    pub(crate) cert_subject: Option<String>,

    /// Trust only these certificate authorities: a file or a folder of certificates [env: SF_BACKUP_CA]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca: Vec<PathBuf>,

    /// Accept only the server certificate with this thumbprint (SHA-1 or SHA-256), whoever issued it [env:
    /// SF_BACKUP_SERVER_THUMBPRINT]
    #[arg(long, value_name = "HEX", global = true, value_delimiter = ',', conflicts_with = "server_common_name")]
    pub(crate) server_thumbprint: Vec<Thumbprint>,

    /// Accept a trusted server certificate with this common name, instead of the host name [env:
    /// SF_BACKUP_SERVER_COMMON_NAME]
    #[arg(long, value_name = "CN", global = true, value_delimiter = ',')]
    pub(crate) server_common_name: Vec<CommonName>,

    /// Accept any server certificate. Anyone who intercepts the connection can read all data, including secrets [env:
    /// SF_BACKUP_INSECURE]
    #[arg(
        long,
        global = true,
        conflicts_with_all = ["ca", "server_thumbprint", "server_common_name"]
    )]
    pub(crate) insecure: bool,

    /// File that contains a bearer token; read again when the token is refused
    #[arg(long, value_name = "FILE", global = true, conflicts_with_all = ["token_command", "token"])]
    pub(crate) token_file: Option<PathBuf>,

    /// Program that prints a bearer token, with arguments separated by spaces; run again when the token is refused
    #[arg(long, value_name = "CMD", global = true, conflicts_with = "token")]
    pub(crate) token_command: Option<String>,

    /// Reference to a bearer token: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS. The variable SF_BACKUP_TOKEN contains
    /// the token itself
    #[arg(long, value_name = "REF", global = true)]
    pub(crate) token: Option<SecretRef>,
}
