//! Orders for a simulator that runs.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use sf_backup_proto::PartitionId;
use sf_backup_sim::control::LARGEST_STATE;

use super::control::Simulator;
use crate::cluster::context::CommandContext;
use crate::cluster::input;
use crate::cluster::partitions::resolve;
use crate::connection::Connection;
use crate::options::duration::DurationArg;
use crate::options::files::Source;
use crate::options::ids::PartitionRef;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

/// What a running simulator is told.
#[derive(Debug, Subcommand)]
pub(crate) enum SimCommand {
    /// Advance the cluster's time, and run what becomes due: scheduled backups, retention, running operations
    ///
    /// Prints the new time of the cluster.
    #[command(after_help = "Examples:
  sf-backup sim advance 2d
  sf-backup sim advance 1h30m
  sf-backup -e http://localhost:8080 sim advance PT26H")]
    Advance {
        /// Time to advance, such as 90s, 15m, 1d12h or PT26H
        #[arg(value_name = "DURATION")]
        time: DurationArg,
    },
    /// Show the time, contents and pending faults of the simulated cluster
    #[command(after_help = "Examples:
  sf-backup sim status
  sf-backup -o json sim status")]
    Status,
    /// Export the state of the simulated cluster to standard output, for tests that start from it
    ///
    /// The state contains the secrets of policies.
    #[command(after_help = "Examples:
  sf-backup sim export > fixture.state
  sf-backup sim --state fixture.state")]
    Export,
    /// Replace the state of the simulated cluster by an exported one
    #[command(after_help = "Examples:
  sf-backup sim import fixture.state")]
    Import {
        /// The exported state; - for standard input
        #[arg(value_name = "FILE")]
        file: Source,
    },
    /// Inject a fault into the simulated cluster
    #[command(subcommand)]
    Fail(Fail),
}

/// What goes wrong.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  sf-backup sim fail policy Nightly
  sf-backup sim fail data-loss CalcApp/CalcService#1
  sf-backup sim fail quorum CalcApp/CalcService#1 --for 2h
  sf-backup sim fail storage --share '\\\\nas\\backups'
  sf-backup sim fail calls --operation GetPartitionBackupList --status 504 --times 3
  sf-backup sim fail none")]
pub(crate) enum Fail {
    /// Fail the next requests
    #[command(after_help = "Examples:
  sf-backup sim fail calls --status 504 --times 3
  sf-backup sim fail calls --operation BackupPartition --stuck")]
    Calls(Calls),
    /// Stop the periodic backups under a policy silently, until the policy is updated
    #[command(after_help = "Examples:
  sf-backup sim fail policy Nightly")]
    Policy {
        /// The policy
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Delete the data of a partition; it then waits for a restore, unless its policy restores automatically
    #[command(after_help = "Examples:
  sf-backup sim fail data-loss CalcApp/CalcService#1
  sf-backup sim fail data-loss 6b1c2f7e-0000-4000-8000-000000000001")]
    DataLoss {
        /// The partition
        #[arg(value_name = "PARTITION")]
        partition: PartitionRef,
    },
    /// Make a partition lose its quorum
    #[command(after_help = "Examples:
  sf-backup sim fail quorum 6b1c2f7e-0000-4000-8000-000000000001
  sf-backup sim fail quorum 6b1c2f7e-0000-4000-8000-000000000001 --for 2h")]
    Quorum {
        /// The partition
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
        /// The partition
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
        /// The share
        #[arg(long, value_name = "PATH")]
        share: String,
        /// The HRESULT of the failure
        #[arg(long, value_name = "HRESULT", default_value = "0x80070035", value_parser = hresult)]
        code: u32,
        /// The message of the failure
        #[arg(long, value_name = "TEXT", default_value = "The network path was not found.")]
        message: String,
        /// End the failure
        #[arg(long)]
        end: bool,
    },
    /// Report a health state of a service, such as fabric:/System/BackupRestoreService
    #[command(after_help = "Examples:
  sf-backup sim fail health fabric:/System/BackupRestoreService error")]
    Health {
        /// The full name of the service
        #[arg(value_name = "SERVICE")]
        service: String,
        /// The health state
        #[arg(value_name = "STATE")]
        state: State,
    },
    /// Remove all pending faults
    None,
}

/// Requests that fail.
#[derive(Debug, Args)]
pub(crate) struct Calls {
    /// The API's name of the operation, such as GetPartitionBackupList; any operation if not given
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// How many requests fail
    #[arg(long, value_name = "N", default_value_t = 1)]
    times: u32,
    #[command(flatten)]
    how: How,
}

/// The kind of failure; 503 if none is given.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct How {
    /// Respond with this HTTP status
    #[arg(long, value_name = "STATUS")]
    status: Option<u16>,
    /// Cut the connection
    #[arg(long)]
    cut: bool,
    /// Delay the response
    #[arg(long, value_name = "DURATION")]
    late: Option<DurationArg>,
    /// Accept backups and restores that never start
    #[arg(long)]
    stuck: bool,
    /// Return lists whose pages never end
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
    /// A token that the server does not understand
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
    /// The request: method, what is below `/$sim/`, and the body. `find` looks a partition up.
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

/// The form that the interface takes: days, hours, minutes and seconds.
pub(crate) fn iso(duration: DurationArg) -> String {
    let length = duration.length();
    format!("PT{}.{:03}S", length.as_secs(), length.subsec_millis())
}

fn set(body: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(members), Some(value)) = (body, value) {
        members.insert(name.to_owned(), value.into());
    }
}

/// Sends one order, and shows what comes of it.
pub(crate) fn run(verb: &SimCommand, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let connection = Connection::of(&context.options.connection, context.environment)?;
    let (method, what, body) = match verb {
        SimCommand::Advance { time } => ("POST", "clock", json!({ "Advance": iso(*time) })),
        SimCommand::Status => ("GET", "status", Value::Null),
        SimCommand::Fail(fail) => fail.order(|partition| resolve(partition, context, terminal))?,
        SimCommand::Export => ("GET", "state", Value::Null),
        SimCommand::Import { .. } => ("POST", "state", Value::Null),
    };
    let simulator = Simulator::at(&connection.endpoints.value)?;
    if context.options.dry_run.is_some() {
        let body = if body.is_null() { String::new() } else { format!("\n{body}\n") };
        return terminal.result(&format!("{method} {}\n{body}", simulator.url(what)));
    }
    match verb {
        SimCommand::Export => return terminal.result(&simulator.ask_text(method, what, "")?),
        SimCommand::Import { file } => {
            let state = input::text_within(file, terminal.console.input, LARGEST_STATE as u64)?;
            simulator.ask_text(method, what, &state)?;
            terminal.note("done");
            return Ok(());
        }
        SimCommand::Advance { .. } | SimCommand::Status | SimCommand::Fail(_) => {}
    }
    let answer = simulator.ask(method, what, &body)?;
    if terminal.options.format != Format::Table {
        return terminal.result(&document(terminal.options.format, &answer)?);
    }
    match verb {
        SimCommand::Advance { .. } => {
            // Fractions of a second are for programs.
            let now = answer.get("Now").and_then(Value::as_str).unwrap_or_default();
            let now = now.split_once('.').map_or(now.to_owned(), |(seconds, _)| format!("{seconds}Z"));
            terminal.remark(&format!("the cluster's time is {now}\n"))
        }
        SimCommand::Status => terminal.remark(&lines(&answer)),
        SimCommand::Fail(_) | SimCommand::Export | SimCommand::Import { .. } => {
            terminal.note("done");
            Ok(())
        }
    }
}

/// One line for each member.
fn lines(status: &Value) -> String {
    let members = status.as_object().into_iter().flatten();
    let shown = members.map(|(name, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Array(items) if items.is_empty() => "-".to_owned(),
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join(", ")
            }
            value => value.to_string(),
        };
        format!("{:<17}{text}\n", format!("{name}:"))
    });
    shown.collect()
}
