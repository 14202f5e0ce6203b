//! The backup configuration in a file: `export`, `diff` and `apply`.

pub(crate) mod actual;

use sf_backup_ops::lint::{Facts, RuntimeVersion, lint_policy};
use sf_backup_ops::manifest::{Change, Comparison, Manifest, ManifestError, Policy};
use sf_backup_proto::PolicyName;
use sf_backup_proto::model::policy::BackupPolicyDescription;

use crate::cluster::input;
use crate::cluster::policy_gate::GateFindings;
use crate::options::files::Source;
use crate::options::policy_gate::Gate;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// A configuration, and the file that it was read from.
#[derive(Debug)]
pub(crate) struct ManifestFile {
    pub(crate) source: Source,
    pub(crate) manifest: Manifest,
}

impl ManifestFile {
    pub(crate) fn read(source: &Source, terminal: &mut Terminal<'_>) -> Result<Self, Failure> {
        let value = input::value(source, terminal.console.input)?;
        let manifest = Manifest::read(&value).map_err(|error| blame(source, &error))?;
        Ok(Self { source: source.clone(), manifest })
    }

    pub(crate) fn blame(&self, error: &ManifestError) -> Failure {
        blame(&self.source, error)
    }
}

pub(crate) fn blame(source: &Source, error: &ManifestError) -> Failure {
    Failure::Usage(format!("{source}: {error}"))
}

/// Checks the policies to be sent by the rules of `policy lint`, and prints the warnings.
pub(crate) fn classify_policies<'p>(
    policies: impl IntoIterator<Item = (&'p PolicyName, &'p BackupPolicyDescription)>,
    source: &Source,
    runtime: Option<RuntimeVersion>,
    gate: Gate,
    terminal: &mut Terminal<'_>,
) -> GateFindings {
    let facts = Facts { now: Some(terminal.now()), runtime, resolve: None };
    let mut all = GateFindings::default();
    for (name, policy) in policies {
        all.join(gate.classify(&lint_policy(policy, &facts), &format!("{source}: policy {name}")));
    }
    all.warnings.iter().for_each(|warning| terminal.warn(warning));
    all
}

/// Maximum number of items of a kind that are listed.
pub(crate) const NAMED: usize = 20;

/// Prints the notes of a comparison.
pub(crate) fn print_notes(comparison: &Comparison, prune: bool, terminal: &mut Terminal<'_>) {
    for note in comparison.notes.iter().take(NAMED) {
        terminal.note(note);
    }
    for change in comparison.left_alone.iter().take(NAMED) {
        let what = if prune { ", left unchanged:" } else { "; --prune would" };
        terminal.note(&format!("not in the file{what} {change}"));
    }
    let more = comparison.left_alone.len().saturating_sub(NAMED) + comparison.notes.len().saturating_sub(NAMED);
    if more > 0 {
        terminal.note(&format!("and {more} more of these"));
    }
    for entity in comparison.unseen_suspensions.iter().take(NAMED) {
        terminal.note(&format!(
            "the cluster does not report whether {entity} is suspended; 'apply' suspends it in any case"
        ));
    }
    if !comparison.unseen_secrets.is_empty() {
        let names: Vec<&str> = comparison.unseen_secrets.iter().map(|name| name.as_str()).collect();
        terminal.note(&format!(
            "secrets of {} cannot be compared (masked by the cluster); 'apply --rewrite-secrets' resends them",
            names.join(", ")
        ));
    }
}

pub(crate) fn changes(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
}

/// The changes in short, for a prompt.
pub(crate) fn listed<'a>(changes: impl Iterator<Item = &'a Change> + Clone) -> String {
    let named: Vec<String> = changes.clone().take(NAMED).map(ToString::to_string).collect();
    let more = changes.count().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    named.join("; ") + &more
}

/// The policies that are created or replaced.
pub(crate) fn written_policies(changes: &[Change]) -> impl Iterator<Item = (&PolicyName, &Policy)> {
    changes.iter().filter_map(|change| match change {
        Change::CreatePolicy(name, policy) => Some((name, &**policy)),
        Change::UpdatePolicy(name, replaced) => Some((name, &replaced.policy)),
        _ => None,
    })
}
