//! Reads the history of restore drills for metrics and reports.

use std::path::{Path, PathBuf};

use clap::Args;
use sf_backup_ops::drill::{DrillRecord, read_history};

use crate::connection::read_file::read_text;
use crate::output::console::Terminal;

/// Maximum size of a history: more than a thousand drills of a thousand partitions.
pub(crate) const LIMIT: u64 = 256 * 1024 * 1024;

/// The histories that a report includes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DrillHistories {
    /// Include the restore drills that 'drill run' recorded in this file; may be repeated
    #[arg(long, value_name = "FILE")]
    drill_history: Vec<PathBuf>,
}

impl DrillHistories {
    pub(crate) fn is_empty(&self) -> bool {
        self.drill_history.is_empty()
    }

    /// Reads the records of all files. Prints a warning for what cannot be read, because the rest of a report does not
    /// depend on it.
    pub(crate) fn read(&self, terminal: &mut Terminal<'_>) -> Vec<DrillRecord> {
        let mut records = Vec::new();
        for path in &self.drill_history {
            match read_text(path, LIMIT) {
                Ok(text) => records.extend(records_of(&text, path, terminal)),
                Err(error) => terminal.warn(&format!("--drill-history {}: cannot be read: {error}", path.display())),
            }
        }
        records.sort_by_key(|record| record.started_utc);
        records
    }
}

/// Reads the records of a history. Warns about invalid lines.
pub(crate) fn records_of(text: &str, path: &Path, terminal: &mut Terminal<'_>) -> Vec<DrillRecord> {
    let (records, damaged) = read_history(text);
    if let Some(first) = damaged.first() {
        let count = damaged.len();
        let lines = if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
        terminal.warn(&format!("{}: {lines} skipped as unreadable (the first is line {first})", path.display()));
    }
    records
}
