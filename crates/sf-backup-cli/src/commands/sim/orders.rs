//! Commands for a running simulator.

mod fail;

use clap::Subcommand;
use serde_json::{Value, json};
use sf_backup_sim::control::LARGEST_STATE;

use fail::Fail;

use super::control::Simulator;
use crate::cluster::context::CommandContext;
use crate::cluster::input;
use crate::cluster::partitions::resolve;
use crate::connection::Connection;
use crate::options::duration::DurationArg;
use crate::options::files::Source;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

/// The verbs of a running simulator.
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
    /// Replace the state of the simulated cluster with an exported one
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

/// The form that the control interface accepts: days, hours, minutes and seconds.
pub(crate) fn iso(duration: DurationArg) -> String {
    let length = duration.length();
    format!("PT{}.{:03}S", length.as_secs(), length.subsec_millis())
}

/// Sends one order, and prints its result.
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
            terminal.note("the state of the simulated cluster is replaced; 'sf-backup sim status' shows it");
            return Ok(());
        }
        SimCommand::Advance { .. } | SimCommand::Status | SimCommand::Fail(_) => {}
    }
    let response = simulator.ask(method, what, &body)?;
    if terminal.options.format != Format::Table {
        return terminal.result(&document(terminal.options.format, &response)?);
    }
    match verb {
        SimCommand::Advance { .. } => {
            // People do not need fractions of a second.
            let now = response.get("Now").and_then(Value::as_str).unwrap_or_default();
            let now = now.split_once('.').map_or(now.to_owned(), |(seconds, _)| format!("{seconds}Z"));
            terminal.remark(&format!("the cluster's time is {now}\n"))
        }
        SimCommand::Status => terminal.remark(&lines(&response)),
        SimCommand::Fail(fail) => {
            terminal.note(&fail.effect(&body, context.typed));
            Ok(())
        }
        SimCommand::Export | SimCommand::Import { .. } => Ok(()),
    }
}

/// One line for each member.
fn lines(status: &Value) -> String {
    let members = status.as_object().into_iter().flatten();
    let lines = members.map(|(name, value)| {
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
    lines.collect()
}
