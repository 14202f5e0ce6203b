//! `sf-backup doctor`

use clap::Args;

use crate::cluster::checks::{self, Detail};
use crate::cluster::context::CommandContext;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// Arguments of `sf-backup doctor`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup doctor
  sf-backup -e https://cluster.example:19080 doctor
  sf-backup -e https://cluster.example:19080 --cert me.pem -o json doctor")]
pub(crate) struct Doctor {}

pub(crate) fn run(context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    checks::run(&context.options.connection, Detail::Full, context, terminal)
}
