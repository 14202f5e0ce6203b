//! `sf-backup sim fail …`: the faults that are injected into a running simulator.

mod effect;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use sf_backup_proto::PartitionId;

use super::iso;
use crate::options::duration::DurationArg;
use crate::options::ids::PartitionRef;
use crate::output::failure::Failure;

/// A fault.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  sf-backup sim fail policy Nightly
  sf-backup sim fail data-loss CalcApp/CalcService#1
  sf-backup sim fail quorum CalcApp/CalcService#1 --for 2h
  sf-backup sim fail storage --share '\\\\nas\\backups'
  sf-backup sim fail calls --operation GetPartitionBackupList --status 504 --times 3
  sf-backup sim fail none")]
pub(crate) enum Fail {
    /// Fail the next requests, with HTTP 503 unless another failure is chosen
    #[command(after_help = "Examples:
  sf-backup sim fail calls --status 504 --times 3
  sf-backup sim fail calls --operation BackupPartition --stuck")]
    Calls(Calls),
    /// Stop the periodic backups under a policy silently, until the policy is updated
    #[command(after_help = "Examples:
  sf-backup sim fail policy Nightly")]
    Policy {
        /// Name of the policy
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Delete the data of a partition; it then waits for a restore, unless its policy restores automatically
    #[command(after_help = "Examples:
  sf-backup sim fail data-loss CalcApp/CalcService#1
  sf-backup sim fail data-loss 6b1c2f7e-0000-4000-8000-000000000001")]
    DataLoss {
        /// The partition: its id, the first 8 digits or more, or a name such as Shop/Cart#3
        #[arg(value_name = "PARTITION")]
        partition: PartitionRef,
    },
    /// Make a partition lose its quorum
    #[command(after_help = "Examples:
  sf-backup sim fail quorum 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup sim fail quorum 6b1c2f7e-0000-4000-8000-000000000001 --for 2h")]
    Quorum {
        /// The partition: its id, the first 8 digits or more, or a name such as Shop/Cart#3
        #[arg(value_name = "PARTITION")]
        partition: PartitionRef,
        /// How long the quorum is lost; if not given, until --end
        #[arg(long = "for", value_name = "DURATION")]
        takes: Option<DurationArg>,
        /// Restore the quorum
        #[arg(long, conflicts_with = "takes")]
        end: bool,
    },
    /// Move the primary of a partition to another node; without a partition, the primary of the backup service
    #[command(after_help = "Examples:
  sf-backup sim fail failover
  sf-backup sim fail failover 6b1c2f7e-0000-4000-8000-000000000001 --for 5m")]
    Failover {
        /// The partition (its id, the first 8 digits or more, or a name such as Shop/Cart#3); if not given, that of the
        /// backup service
        #[arg(value_name = "PARTITION")]
        partition: Option<PartitionRef>,
        /// Duration of the failover
        #[arg(long = "for", value_name = "DURATION", default_value = "30s")]
        takes: DurationArg,
    },
    /// Make a file share fail
    #[command(after_help = "Examples:
  sf-backup sim fail storage --share '\\\\nas\\backups'
  sf-backup sim fail storage --share '\\\\nas\\backups' --end")]
    Storage {
        /// Path of the share, as the policy has it
        #[arg(long, value_name = "PATH")]
        share: String,
        /// HRESULT with which backups to the share fail
        #[arg(long, value_name = "HRESULT", default_value = "0x80070035", value_parser = hresult)]
        code: u32,
        /// Error message with which they fail
        #[arg(long, value_name = "TEXT", default_value = "The network path was not found.")]
        message: String,
        /// End the failure: the share works again
        #[arg(long)]
        end: bool,
    },
    /// Make a service report a health state, such as fabric:/System/BackupRestoreService
    #[command(after_help = "Examples:
  sf-backup sim fail health fabric:/System/BackupRestoreService error")]
    Health {
        /// Name of the service: fabric:/App/Service
        #[arg(value_name = "SERVICE")]
        service: String,
        /// Health state to report
        #[arg(value_name = "STATE")]
        state: State,
    },
    /// End the faults of 'sim fail calls'
    ///
    /// Other faults have commands of their own that end them, such as 'sim fail quorum --end'.
    None,
}

/// Requests that fail.
#[derive(Debug, Args)]
pub(crate) struct Calls {
    /// The API's name of the operation, such as GetPartitionBackupList; any operation if not given
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// Number of requests that fail
    #[arg(long, value_name = "N", default_value_t = 1)]
    times: u32,
    #[command(flatten)]
    how: How,
}

/// The kind of failure; 503 by default.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct How {
    /// Respond with this HTTP status
    #[arg(long, value_name = "STATUS")]
    status: Option<u16>,
    /// Close the connection without a response
    #[arg(long)]
    cut: bool,
    /// Delay the response by this time
    #[arg(long, value_name = "DURATION")]
    late: Option<DurationArg>,
    /// Accept backups and restores that never start
    #[arg(long)]
    stuck: bool,
    /// Return lists with wrong continuation tokens
    #[arg(long, value_name = "HOW")]
    pages: Option<Pages>,
}

/// Kinds of endless paging.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Pages {
    /// Always the first page, with the same token
    Repeat,
    /// Always the first page, with a new token
    Endless,
    /// Empty pages, with a new token
    Empty,
    /// The first page, with a token that the server refuses
    Garbage,
}

/// A health state.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum State {
    /// Healthy
    Ok,
    /// Unhealthy, but not critical
    Warning,
    /// Critical
    Error,
}

fn hresult(text: &str) -> Result<u32, String> {
    let read = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    read.ok_or_else(|| "expected an HRESULT such as 0x80070035".to_owned())
}

impl Fail {
    /// The request: method, the path below `/$sim/`, and the body. `find` looks up a partition.
    pub(crate) fn order(
        &self,
        mut find: impl FnMut(&PartitionRef) -> Result<PartitionId, Failure>,
    ) -> Result<(&'static str, &'static str, Value), Failure> {
        let post = |what, body| ("POST", what, body);
        Ok(match self {
            Self::Calls(calls) => post("faults", calls.body()),
            Self::Policy { name } => post("policy-unreadable", json!({ "PolicyName": name })),
            Self::DataLoss { partition } => post("data-loss", json!({ "PartitionId": find(partition)?.to_string() })),
            Self::Quorum { partition, takes, end } => {
                let mut body = json!({ "PartitionId": find(partition)?.to_string(), "Ends": end });
                set(&mut body, "Takes", takes.map(iso));
                post("quorum-loss", body)
            }
            Self::Failover { partition, takes } => {
                let mut body = json!({ "Takes": iso(*takes) });
                set(&mut body, "PartitionId", partition.as_ref().map(find).transpose()?.map(|id| id.to_string()));
                post("fail-over", body)
            }
            Self::Storage { share, code, message, end } => {
                let mut body = json!({ "Storage": { "StorageKind": "FileShare", "Path": share } });
                set(&mut body, "Failure", (!end).then(|| json!({ "Code": code, "Message": message })));
                post("storage", body)
            }
            Self::Health { service, state } => {
                post("health", json!({ "ServiceName": service, "HealthState": format!("{state:?}") }))
            }
            Self::None => ("DELETE", "faults", Value::Null),
        })
    }
}

impl Calls {
    fn body(&self) -> Value {
        let How { status, cut, late, stuck, pages } = &self.how;
        let mut body = json!({ "Times": self.times });
        set(&mut body, "Operation", self.operation.clone());
        set(&mut body, "Status", *status);
        set(&mut body, "Cut", cut.then_some(true));
        set(&mut body, "Latency", late.map(iso));
        set(&mut body, "Stuck", stuck.then_some(true));
        set(&mut body, "Tokens", pages.map(|pages| format!("{pages:?}")));
        body
    }
}

fn set(body: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(members), Some(value)) = (body, value) {
        members.insert(name.to_owned(), value.into());
    }
}
