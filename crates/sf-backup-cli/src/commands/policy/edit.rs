//! `sf-backup policy edit`: edits a policy of the cluster in the user's editor.

use clap::Args;
use sf_backup_proto::PolicyName;

use super::editor::Editor;
use super::replace::{PolicyEdit, Replacement, Replacing};
use crate::cluster::context::CommandContext;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// Name of the policy
    #[arg(value_name = "NAME")]
    pub(crate) name: PolicyName,

    #[command(flatten)]
    pub(crate) replacing: Replacing,
}

pub(crate) fn run(args: &Edit, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interactive = terminal.console.interactive;
    let job = Replacement { verb: "policy edit", name: &args.name, how: &args.replacing };
    job.carry_out(|| Editor::find(context.environment, interactive).map(PolicyEdit::Editor), context, terminal)
}
