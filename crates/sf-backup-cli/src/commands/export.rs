//! `sf-backup export`

use clap::Args;
use sf_backup_ops::manifest::Manifest;
use sf_backup_proto::GetBackupPolicyList;

use crate::cluster::context::CommandContext;
use crate::cluster::manifest::{NAMED, actual};
use crate::cluster::runtime::block_on;
use crate::cluster::session::Session;
use crate::options::files::OutputFile;
use crate::options::scope::Pace;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::render::{Format, document};

/// Arguments of `sf-backup export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup export > backup.yaml
  sf-backup export -f backup.yaml
  sf-backup -o json export")]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) file: OutputFile,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

pub(crate) fn run(export: &Export, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(None, terminal)?;
    block_on(interruptible, None, write(export, &mut session))
}

async fn write(export: &Export, session: &mut Session<'_, '_>) -> Result<(), Failure> {
    if !session.begin(&GetBackupPolicyList::new(), "export", None)? {
        return Ok(());
    }
    let reading = actual::read(session.client().clone(), export.pace.parallel);
    let actual::Read { actual, notes, .. } = session.patiently(reading).await?;
    let manifest = Manifest::of(&actual);
    let terminal = session.terminal();
    let format = terminal.document_format(Format::Yaml);
    terminal.result(&document(format, &manifest)?)?;
    if terminal.is_redirected() {
        terminal.note(&format!("export: {}", counted(&manifest)));
    }
    let gone = actual.gone.iter().map(|entity| format!("skipped, because it is no longer in the cluster: {entity}"));
    for note in notes.into_iter().chain(gone).take(NAMED) {
        terminal.warn(&note);
    }
    let masked: Vec<&str> = manifest
        .policies
        .iter()
        .flatten()
        .filter(|(_, policy)| policy.complete().is_err())
        .map(|(name, _)| name.as_str())
        .collect();
    if !masked.is_empty() {
        terminal.note(&format!(
            "the cluster masks secrets; before applying this file, write env:NAME, file:PATH or cmd:PROGRAM in place \
                of the secrets of {}",
            masked.join(", ")
        ));
    }
    Ok(())
}

fn counted(manifest: &Manifest) -> String {
    let count = |count: Option<usize>, one: &str, many: &str| match count.unwrap_or_default() {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    [
        count(manifest.policies.as_ref().map(|all| all.len()), "policy", "policies"),
        count(manifest.enablement.as_ref().map(|all| all.len()), "enabled entity", "enabled entities"),
        count(manifest.suspensions.as_ref().map(|all| all.len()), "suspension", "suspensions"),
    ]
    .join(", ")
}
