//! `sf-backup diff`

use std::collections::BTreeMap;

use clap::Args;
use sf_backup_ops::manifest::{Change, Entity, Scope, compare};
use sf_backup_proto::GetBackupPolicyList;
use sf_backup_proto::model::policy::BackupPolicyDescription;

use crate::cluster::context::CommandContext;
use crate::cluster::manifest::{ManifestFile, actual, classify_policies, print_notes, written_policies};
use crate::cluster::runtime::block_on;
use crate::cluster::session::Session;
use crate::options::files::Source;
use crate::options::policy_gate::Gate;
use crate::options::scope::Pace;
use crate::output::console::Terminal;
use crate::output::difference::hunks;
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::table::plain;
use crate::output::render::{Format, document};

/// Arguments of `sf-backup diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup diff -f backup.yaml
  sf-backup diff -f backup.yaml --prune
  sf-backup -o json diff -f - < backup.yaml")]
pub(crate) struct Diff {
    /// The configuration, as YAML or JSON; - is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(crate) file: Source,

    /// Also show what 'apply --prune' would remove
    #[arg(long)]
    pub(crate) prune: bool,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

pub(crate) fn run(diff: &Diff, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let file = ManifestFile::read(&diff.file, terminal)?;
    let interruptible = terminal.console.interruptible;
    let mut session = context.session(None, terminal).map_err(Failure::above_one)?;
    let result = block_on(interruptible, None, show(diff, &file, &mut session));
    result.map_err(Failure::above_one)
}

/// Prints the differences, and fails with exit code 1 if there are any.
async fn show(diff: &Diff, file: &ManifestFile, session: &mut Session<'_, '_>) -> Result<(), Failure> {
    if !session.begin(&GetBackupPolicyList::new(), "diff", None)? {
        return Ok(());
    }
    let reading = actual::read(session.client().clone(), diff.pace.parallel);
    let actual::Read { actual, runtime, .. } = session.patiently(reading).await?;
    let scope = Scope { prune: diff.prune, ..Scope::default() };
    let comparison = compare(&file.manifest, &actual, scope).map_err(|error| file.blame(&error))?;
    let terminal = session.terminal();
    match terminal.options.format {
        Format::Table => {
            let text = text(&comparison.changes, &file.source.to_string(), terminal.options.paints)?;
            terminal.painted(&text)?;
        }
        format => terminal.result(&document(format, &comparison.changes)?)?,
    }
    print_notes(&comparison, diff.prune, terminal);
    // Nothing is sent, so errors are only printed.
    let written = written_policies(&comparison.changes).map(|(name, policy)| (name, policy.description()));
    classify_policies(written, &file.source, runtime, Gate { force: true, strict: false }, terminal);
    if comparison.changes.is_empty() { Ok(()) } else { Err(Failure::Verdict(Exit::Failed)) }
}

/// The changes as hunks: one for each policy and each entity.
fn text(changes: &[Change], file: &str, colored: bool) -> Result<String, Failure> {
    let mut entities: BTreeMap<&Entity, (String, String)> = BTreeMap::new();
    let mut text = String::new();
    let mut part = |name: &str, before: &str, after: &str| {
        let head = |side: &str, text: &str| {
            if text.is_empty() { "/dev/null".to_owned() } else { format!("{side}: {name}") }
        };
        let hunks = hunks(before, after);
        let heads = [format!("--- {}", head("cluster", before)), format!("+++ {}", head(file, after))];
        for line in heads.iter().chain(&hunks) {
            text.push_str(&paint(&plain(line), colored));
            text.push('\n');
        }
    };
    for change in changes {
        match change {
            Change::CreatePolicy(name, policy) => part(&format!("policy {name}"), "", &yaml(&policy.redacted())?),
            Change::UpdatePolicy(name, replaced) => {
                part(&format!("policy {name}"), &yaml(&replaced.before)?, &yaml(&replaced.after)?);
            }
            Change::DeletePolicy(name, policy) => part(&format!("policy {name}"), &yaml(policy)?, ""),
            Change::Enable(entity, policy) => entities.entry(entity).or_default().1 += &under(policy.as_str()),
            Change::Disable(entity, policy) => entities.entry(entity).or_default().0 += &under(policy.as_str()),
            Change::Move(entity, from, to) => {
                let (before, after) = entities.entry(entity).or_default();
                *before += &under(from.as_str());
                *after += &under(to.as_str());
            }
            Change::Suspend(entity) => entities.entry(entity).or_default().1 += SUSPENDED,
            Change::Resume(entity) => entities.entry(entity).or_default().0 += SUSPENDED,
        }
    }
    for (entity, (before, after)) in entities {
        part(&entity.to_string(), &before, &after);
    }
    Ok(text)
}

const SUSPENDED: &str = "Suspended: true\n";

fn under(policy: &str) -> String {
    format!("BackupPolicyName: {policy}\n")
}

fn yaml(policy: &BackupPolicyDescription) -> Result<String, Failure> {
    document(Format::Yaml, policy)
}

/// A line of a difference with its colour.
fn paint(line: &str, colored: bool) -> String {
    let color = match line.as_bytes() {
        _ if !colored => return line.to_owned(),
        [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => "1",
        [b'@', b'@', ..] => "36",
        [b'-', ..] => "31",
        [b'+', ..] => "32",
        _ => return line.to_owned(),
    };
    format!("\u{1b}[{color}m{line}\u{1b}[0m")
}
