//! `sf-backup options`: the options that every command takes.

use clap::Args;

use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup options")]
pub(crate) struct GlobalOptions {}

/// `page` is the help of these options.
pub(crate) fn run(page: &str, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    terminal.result(page)
}
