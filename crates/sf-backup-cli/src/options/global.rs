//! The options that every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use sf_backup_proto::{ApiVersion, Endpoint, IdDelimiter, Timeout};

use crate::options::context_name::ContextChoice;
use crate::options::duration;
use crate::options::security::Security;
use crate::output::console::Color;
use crate::output::render::Output;

/// The connection, how calls are made, and how results are printed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Options {
    /// Maximum attempts for requests that are safe to repeat. If the response to another change is lost,
    /// sf-backup checks whether the change took effect. 1 disables both
    #[arg(long, value_name = "N", global = true, default_value = "4", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_attempts: u32,

    /// Output format of results and errors
    #[arg(short, long, value_name = "FORMAT", global = true, default_value = "table")]
    pub(crate) output: Output,

    /// Print lists without the names of the columns
    #[arg(long, global = true)]
    pub(crate) no_headers: bool,

    /// Sort lists by a column, named as in the header: numbers, times and durations by value. For the formats table, wide,
    /// csv and name
    #[arg(long, value_name = "COLUMN", global = true)]
    pub(crate) sort_by: Option<String>,

    /// Print times in the local time zone (TZ, or the system's), with their offset. JSON, YAML and schedules stay in UTC
    #[arg(long, global = true)]
    pub(crate) local_time: bool,

    /// Print the request, with secrets hidden, and send nothing; 'curl' prints a curl command, with secrets as
    /// variables
    #[arg(
        long,
        value_name = "FORM",
        global = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "request"
    )]
    pub(crate) dry_run: Option<DryRun>,

    /// Skip confirmation (required for destructive commands in scripts)
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,

    /// Skip the checks around a change: whether the entity exists, what the change removes, what is in effect after it
    #[arg(long, global = true)]
    pub(crate) no_verify: bool,

    /// Print each request line and status to standard error
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// Print only results and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// When to colour messages; NO_COLOR is respected
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub(crate) color: Color,

    /// Append a JSON line to this file before and after every change: who, what, when, outcome. A change that cannot be
    /// logged is not sent. Read it with 'history' [env: SF_BACKUP_LOG]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) log: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// How a request is printed instead of sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DryRun {
    /// Method, URL, headers and body.
    Request,
    /// A curl command, with secrets as variables.
    Curl,
}

/// The cluster, its credentials and its trust. What is not given comes from the environment, a context, or sfctl's
/// settings: see [`Connection`](crate::connection::Connection).
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// HTTP gateway of the cluster; several gateways of one cluster (repeated, or separated by commas) are tried in
    /// turn [env: SF_BACKUP_ENDPOINT] [default: http://localhost:19080]
    #[arg(short, long = "endpoint", value_name = "URL", global = true, value_delimiter = ',')]
    pub(crate) endpoints: Vec<Endpoint>,

    /// Context to use for missing options; 'none' ignores contexts and sfctl settings [env: SF_BACKUP_CONTEXT]
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) context: Option<ContextChoice>,

    /// The api-version to send: 6.2-preview for clusters of 6.2 and 6.3, otherwise 6.4 or later. Detected if not given
    /// [env: SF_BACKUP_API_VERSION]
    #[arg(long, value_name = "V", global = true)]
    pub(crate) api_version: Option<ApiVersion>,

    /// Separator between the levels of names in URLs; real clusters accept the slash [env: SF_BACKUP_ID_DELIMITER]
    /// [default: slash]
    #[arg(long, value_name = "WHICH", global = true)]
    pub(crate) id_delimiter: Option<Delimiter>,

    /// Server-side time limit of one request: seconds from 1 to 4294967295, or a duration such as 2m. If not given, the
    /// server uses 60 [env: SF_BACKUP_TIMEOUT]
    #[arg(long, value_name = "SECONDS", value_parser = duration::timeout, global = true, allow_negative_numbers = true)]
    pub(crate) timeout: Option<Timeout>,

    #[command(flatten)]
    pub(crate) security: Security,
}

/// The delimiter between the levels of names: `App/Service` or `App~Service`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Delimiter {
    Slash,
    Tilde,
}

impl From<Delimiter> for IdDelimiter {
    fn from(delimiter: Delimiter) -> Self {
        match delimiter {
            Delimiter::Slash => Self::Slash,
            Delimiter::Tilde => Self::Tilde,
        }
    }
}
