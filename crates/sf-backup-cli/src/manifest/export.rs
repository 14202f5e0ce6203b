//! `sf-backup export`

use std::path::Path;

use sf_backup_ops::manifest::Manifest;
use sf_backup_proto::GetBackupPolicyList;

use super::{NAMED, actual};
use crate::args::manifest::Export;
use crate::console::Terminal;
use crate::failure::Failure;
use crate::input::Source;
use crate::reach::{Reach, block_on};
use crate::render::{Format, document};
use crate::replace::{Readers, replace};
use crate::session::Session;

pub(crate) fn run(export: &Export, reach: Reach<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interruptible = terminal.console.interruptible;
    let mut session = reach.session(None, terminal)?;
    block_on(interruptible, None, write(export, &mut session))
}

async fn write(export: &Export, session: &mut Session<'_, '_>) -> Result<(), Failure> {
    if !session.begin(&GetBackupPolicyList::new(), "export", None)? {
        return Ok(());
    }
    let reading = actual::read(session.client().clone(), export.pace.parallel);
    let actual::Read { actual, notes } = session.patiently(reading).await?;
    let manifest = Manifest::of(&actual);
    let terminal = session.terminal();
    match &export.file {
        Some(Source::File(path)) => {
            let format = match terminal.manner.format {
                Format::Table if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json")) => Format::Json,
                Format::Table => Format::Yaml,
                format => format,
            };
            let text = document(format, &manifest)?;
            let written = replace(path, &text, Readers::AsBefore).map_err(|error| unwritable(path, &error))?;
            if let Some(warning) = written.warning(path) {
                terminal.warn(&warning);
            }
            terminal.note(&format!("{} is written: {}", path.display(), counted(&manifest)));
            if terminal.manner.format != Format::Table {
                terminal.result("{}\n")?;
            }
        }
        Some(Source::Standard) | None => {
            let format = if terminal.manner.format == Format::Json { Format::Json } else { Format::Yaml };
            terminal.result(&document(format, &manifest)?)?;
        }
    }
    let gone = actual.gone.iter().map(|entity| format!("left out, for it is no longer in the cluster: {entity}"));
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
            "the cluster masks secrets; where policies are to be written from this file, put env:NAME, file:PATH or \
             cmd:PROGRAM in place of those of {}",
            masked.join(", ")
        ));
    }
    Ok(())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Other(format!("{} cannot be written: {error}", path.display()))
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
