//! Orders for a simulator that runs.

use serde_json::{Value, json};

use super::control::Simulator;
use crate::cluster::reach::Reach;
use crate::commands::sim::args::orders::{Verb, iso};
use crate::connection::Connection;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

/// Sends one order, and shows what comes of it.
pub(crate) fn run(verb: &Verb, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let connection = Connection::of(&reach.options.connection, reach.around)?;
    let (method, what, body) = match verb {
        Verb::Advance { time } => ("POST", "clock", json!({ "Advance": iso(*time) })),
        Verb::Status => ("GET", "status", Value::Null),
        Verb::Fail(fail) => fail.order(),
    };
    let simulator = Simulator::at(&connection.endpoints.value)?;
    if reach.options.dry_run.is_some() {
        let body = if body.is_null() { String::new() } else { format!("\n{body}\n") };
        return terminal.result(&format!("{method} {}\n{body}", simulator.url(what)));
    }
    let answer = simulator.ask(method, what, &body)?;
    if terminal.manner.format != Format::Table {
        return terminal.result(&document(terminal.manner.format, &answer)?);
    }
    match verb {
        Verb::Advance { .. } => {
            // Fractions of a second are for programs.
            let now = answer.get("Now").and_then(Value::as_str).unwrap_or_default();
            let now = now.split_once('.').map_or(now.to_owned(), |(seconds, _)| format!("{seconds}Z"));
            terminal.result(&format!("the cluster's time is {now}\n"))
        }
        Verb::Status => terminal.result(&lines(&answer)),
        Verb::Fail(_) => {
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
