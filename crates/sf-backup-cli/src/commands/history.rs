//! `sf-backup history`

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde::Serialize;
use sf_backup_proto::Timestamp;

use crate::cluster::change_log::{ChangeOutcome, ChangeRecord};
use crate::cluster::context::CommandContext;
use crate::connection::read_file::{Line, next_line, open_lines};
use crate::options::moment::Moment;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::table::Table;
use crate::output::render::{Format, document};

/// Arguments of `sf-backup history`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup history --log changes.jsonl
  sf-backup history --log changes.jsonl --since 7d --entity Shop/Cart
  sf-backup -o json history --log changes.jsonl --since yesterday")]
pub(crate) struct History {
    /// Only changes since this time: a time such as 2024-03-09T04:00:00Z, an age such as 7d, or 'yesterday'
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<Moment>,

    /// Only changes of entities whose name contains this text, ignoring case
    #[arg(long, value_name = "TEXT")]
    pub(crate) entity: Option<String>,

    /// Only the newest N of these changes; 0 shows all
    #[arg(long, value_name = "N", default_value = "100")]
    pub(crate) last: usize,
}

/// Maximum length of a line; a written line has a few names and an error.
const LONGEST_LINE: u64 = 64 * 1024;
/// Maximum size of a pipe.
const LARGEST_PIPE: u64 = 64 * 1024 * 1024;
/// Maximum number of damaged lines that are listed.
const NAMED: usize = 10;

/// A change, combined from its two lines.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LoggedChange {
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
    let mut changes = NewestChanges::default();
    let read = open_lines(path, LARGEST_PIPE).and_then(|mut file| changes.read(&mut *file, args, since));
    read.map_err(|error| Failure::usage(format!("--log {}: cannot be read: {error}", path.display())))?;
    changes.report(path, terminal);
    let changes: Vec<LoggedChange> = changes.kept.into();
    match terminal.options.format {
        Format::Table => {
            if changes.is_empty() {
                terminal.note("no changes");
            }
            let table = table(&changes, terminal.options.wide);
            terminal.table(&table)?;
        }
        format => terminal.result(&document(format, &changes)?)?,
    }
    Ok(())
}

impl History {
    fn wants(&self, change: &LoggedChange, since: Option<Timestamp>) -> bool {
        let is_late = since.is_none_or(|since| change.time.parse::<Timestamp>().is_ok_and(|time| time >= since));
        let has =
            |text: &str| change.entity.as_deref().unwrap_or_default().to_lowercase().contains(&text.to_lowercase());
        is_late && self.entity.as_deref().is_none_or(has)
    }
}

/// The newest changes of a log, in the order in which they were started.
#[derive(Default)]
struct NewestChanges {
    kept: VecDeque<LoggedChange>,
    /// Number of older changes that are omitted.
    omitted: usize,
    /// The positions of changes without an outcome, including omitted ones; `None` for filtered ones.
    open: HashMap<String, Option<usize>>,
    /// The numbers of the first damaged lines.
    damaged: Vec<u64>,
    damaged_count: u64,
    /// The problem of the first one.
    problem: Option<String>,
}

impl NewestChanges {
    fn read(&mut self, file: &mut dyn BufRead, args: &History, since: Option<Timestamp>) -> io::Result<()> {
        let mut line = Vec::new();
        for number in 1_u64.. {
            match next_line(file, &mut line, LONGEST_LINE)? {
                Line::End => break,
                Line::TooLong => self.skip(number, || format!("it is longer than {} KiB", LONGEST_LINE / 1024)),
                Line::Whole if line.trim_ascii().is_empty() => {}
                Line::Whole => match serde_json::from_slice(&line) {
                    Ok(record) => self.take(record, args, since),
                    Err(error) => self.skip(number, || error.to_string()),
                },
            }
        }
        Ok(())
    }

    fn take(&mut self, record: ChangeRecord, args: &History, since: Option<Timestamp>) {
        let id = record.request_id.clone();
        let has_ended = record.outcome != ChangeOutcome::Started;
        if let Some(place) = self.open.remove(&id).filter(|_| has_ended) {
            let place = place.and_then(|place| place.checked_sub(self.omitted));
            if let Some(change) = place.and_then(|place| self.kept.get_mut(place)) {
                change.outcome = record.outcome.name();
                change.ended = Some(record.time);
                change.error = record.error;
            }
            return;
        }
        let change = LoggedChange::from(record);
        let place = args.wants(&change, since).then(|| self.omitted + self.kept.len());
        if place.is_some() {
            self.kept.push_back(change);
        }
        if !has_ended {
            self.open.insert(id, place);
        }
        if args.last > 0 && self.kept.len() > args.last {
            self.kept.pop_front();
            self.omitted += 1;
        }
    }

    fn skip(&mut self, number: u64, problem: impl FnOnce() -> String) {
        self.damaged_count += 1;
        if self.damaged.len() < NAMED {
            self.damaged.push(number);
        }
        self.problem.get_or_insert_with(|| format!("line {number}: {}", problem()));
    }

    /// Prints what is omitted.
    fn report(&self, path: &Path, terminal: &mut Terminal<'_>) {
        if let Some(problem) = &self.problem {
            let lines = if self.damaged_count == 1 { "line is" } else { "lines are" };
            let named: Vec<String> = self.damaged.iter().map(u64::to_string).collect();
            let more = if self.damaged_count > NAMED as u64 { ", ..." } else { "" };
            let (path, count) = (path.display(), self.damaged_count);
            terminal.warn(&format!("{path}: {count} {lines} skipped: {}{more} ({problem})", named.join(", ")));
        }
        if self.omitted > 0 {
            let changes = if self.omitted == 1 { "change is" } else { "changes are" };
            terminal.note(&format!("{} older {changes} not shown; --last 0 shows all", self.omitted));
        }
    }
}

impl From<ChangeRecord> for LoggedChange {
    fn from(record: ChangeRecord) -> Self {
        let ChangeRecord { time, outcome, user, operation, entity, endpoint, request_id, error } = record;
        Self { time, ended: None, outcome: outcome.name(), user, operation, entity, endpoint, request_id, error }
    }
}

fn table(changes: &[LoggedChange], wide: bool) -> Table {
    let header = ["TIME", "USER", "OUTCOME", "OPERATION", "ENTITY", "ENDPOINT", "REQUEST ID", "ERROR"];
    let mut table = Table::new(&header)
        .wrapping(&["ENTITY", "ERROR"])
        .named(&["ENTITY"])
        .painted("OUTCOME", style)
        .wide_only(&["ENDPOINT", "REQUEST ID", "ERROR"], wide);
    for change in changes {
        table.row([
            change.time.clone(),
            change.user.clone(),
            change.outcome.to_owned(),
            change.operation.clone(),
            change.entity.clone().unwrap_or_default(),
            change.endpoint.clone(),
            change.request_id.clone(),
            change.error.clone().unwrap_or_default(),
        ]);
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
