//! `sf-backup history`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde::Serialize;
use sf_backup_proto::Timestamp;

use crate::cluster::change_log::{ChangeOutcome, ChangeRecord};
use crate::cluster::context::CommandContext;
use crate::options::moment::Moment;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::table::Table;
use crate::output::render::{Format, document};

/// List the changes that a log holds: who, what, when, and the outcome
///
/// Reads the file that --log or SF_BACKUP_LOG names, oldest change first, without contacting a cluster. The outcome is
/// succeeded, failed, unknown (the cluster may have made the change), interrupted (the command stopped waiting), or
/// started (the process ended without a result). Lines that cannot be read are reported and skipped.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup history --log changes.jsonl
  sf-backup history --log changes.jsonl --since 7d --entity Shop/Cart
  sf-backup -o json history --log changes.jsonl --since yesterday")]
pub(crate) struct History {
    /// Only changes since this time: a time such as 2024-03-09T04:00:00Z, how long ago such as 7d, or 'yesterday'
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<Moment>,

    /// Only changes of entities whose name contains this text, in any case
    #[arg(long, value_name = "TEXT")]
    pub(crate) entity: Option<String>,
}

/// A change: its two lines in one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    /// When it was sent.
    time: String,
    /// When the outcome was known.
    ended: Option<String>,
    outcome: &'static str,
    user: String,
    operation: String,
    entity: Option<String>,
    endpoint: String,
    request_id: String,
    error: Option<String>,
}

pub(crate) fn run(args: &History, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let Some(path) = &context.options.log else {
        return Err(Failure::usage("no log: pass --log FILE or set SF_BACKUP_LOG".to_owned()));
    };
    let since = match args.since {
        Some(moment) => Some(
            moment.resolve(terminal.now()).ok_or_else(|| Failure::usage("--since: is before the year 1".to_owned()))?,
        ),
        None => None,
    };
    let unreadable = |error| Failure::usage(format!("--log {}: cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let changes = read(BufReader::new(file), path, terminal).map_err(unreadable)?;
    let changes: Vec<Change> = changes.into_iter().filter(|change| args.wants(change, since)).collect();
    match terminal.options.format {
        Format::Table if changes.is_empty() => terminal.note("no changes"),
        Format::Table => {
            let table = table(&changes, terminal.options.wide);
            terminal.table(&table)?;
        }
        format => terminal.result(&document(format, &changes)?)?,
    }
    Ok(())
}

impl History {
    fn wants(&self, change: &Change, since: Option<Timestamp>) -> bool {
        let is_late = since.is_none_or(|since| change.time.parse::<Timestamp>().is_ok_and(|time| time >= since));
        let has =
            |text: &str| change.entity.as_deref().unwrap_or_default().to_lowercase().contains(&text.to_lowercase());
        is_late && self.entity.as_deref().is_none_or(has)
    }
}

/// The changes in the order in which they were begun.
fn read(mut file: impl BufRead, path: &Path, terminal: &mut Terminal<'_>) -> std::io::Result<Vec<Change>> {
    let mut changes: Vec<Change> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if file.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let record: ChangeRecord = match serde_json::from_slice(&line) {
            Ok(record) => record,
            Err(_) if line.trim_ascii().is_empty() => continue,
            Err(error) => {
                terminal.warn(&format!("{}: line {number} is skipped: {error}", path.display()));
                continue;
            }
        };
        let begun = places.get(&record.request_id).and_then(|place| changes.get_mut(*place));
        match begun {
            Some(change) if record.outcome != ChangeOutcome::Started => {
                change.outcome = record.outcome.name();
                change.ended = Some(record.time);
                change.error = record.error;
            }
            _ => {
                places.insert(record.request_id.clone(), changes.len());
                changes.push(Change::from(record));
            }
        }
    }
    Ok(changes)
}

impl From<ChangeRecord> for Change {
    fn from(record: ChangeRecord) -> Self {
        let ChangeRecord { time, outcome, user, operation, entity, endpoint, request_id, error } = record;
        Self { time, ended: None, outcome: outcome.name(), user, operation, entity, endpoint, request_id, error }
    }
}

fn table(changes: &[Change], wide: bool) -> Table {
    let header: &[&str] = if wide {
        &["TIME", "USER", "OUTCOME", "OPERATION", "ENTITY", "ENDPOINT", "REQUEST ID", "ERROR"]
    } else {
        &["TIME", "USER", "OUTCOME", "OPERATION", "ENTITY"]
    };
    let mut table = Table::new(header).wrapping(&["ENTITY", "ERROR"]).painted("OUTCOME", style);
    for change in changes {
        let mut row = vec![
            change.time.clone(),
            change.user.clone(),
            change.outcome.to_owned(),
            change.operation.clone(),
            change.entity.clone().unwrap_or_default(),
        ];
        if wide {
            row.extend([change.endpoint.clone(), change.request_id.clone(), change.error.clone().unwrap_or_default()]);
        }
        table.row(row);
    }
    table
}

fn style(outcome: &str) -> Style {
    match outcome {
        "succeeded" => AnsiColor::Green.on_default(),
        "failed" => AnsiColor::Red.on_default().bold(),
        _ => AnsiColor::Yellow.on_default(),
    }
}
