//! `sf-backup drill history`

use super::{List, table};
use crate::cluster::context::CommandContext;
use crate::cluster::drill_history::{LIMIT, records_of};
use crate::connection::read_file::read_text;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

pub(super) fn run(args: &List, _: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let path = args.files.history();
    let text = read_text(&path, LIMIT)
        .map_err(|error| Failure::Usage(format!("drill history {}: cannot be read: {error}", path.display())))?;
    let records = records_of(&text, &path, terminal);
    match terminal.options.format {
        Format::Table if records.is_empty() => terminal.note("no drills"),
        Format::Table => terminal.table(&table::drills(&records))?,
        format => terminal.result(&document(format, &records)?)?,
    }
    Ok(())
}
