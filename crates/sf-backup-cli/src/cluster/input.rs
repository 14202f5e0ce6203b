//! Policies, storages and topologies from files and standard input, as JSON or YAML.

mod document;
pub(crate) mod parse;
mod typed;

use std::fmt;
use std::io::Read;

use serde::de::{Deserialize, DeserializeOwned};
use serde_json::Value;
use sf_backup_ops::lint::{Facts, Severity, lint_storage, without_other_kinds};
use sf_backup_ops::secret_ref::{resolve_policy, resolve_storage};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::secret::MASK;
use sf_backup_proto::{PartitionId, Timestamp};

use crate::cluster::runtime::fetch;
use crate::connection::read_file::{read_stream, read_text};
use crate::options::ids::PartitionRef;
use crate::options::policy_gate::Gate;
use crate::options::scope::Scope;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;
use crate::output::redact;

use crate::options::files::Source;
pub(crate) use document::Document;

/// Maximum size of a file: much more than any policy. Stops reading of devices and wrong files.
pub(crate) const LIMIT: u64 = 4 * 1024 * 1024;

/// Looks partitions up in the cluster.
pub(crate) trait PartitionFinder: fmt::Debug {
    /// Finds the partition of an argument.
    fn find(&self, typed: &PartitionRef, terminal: &mut Terminal<'_>) -> Result<PartitionId, Failure>;

    /// The partitions of services and applications that keep state on disk.
    fn below(&self, scopes: &[Scope], terminal: &mut Terminal<'_>) -> Result<Vec<PartitionId>, Failure>;
}

/// Reads the files and standard input that arguments name.
#[derive(Debug)]
pub(crate) struct Input<'t, 'c> {
    finder: &'t dyn PartitionFinder,
    terminal: &'t mut Terminal<'c>,
    document: Option<Document>,
    /// Whether standard input was read, which is possible only once.
    standard_read: bool,
}

impl<'t, 'c> Input<'t, 'c> {
    pub(crate) fn new(finder: &'t dyn PartitionFinder, terminal: &'t mut Terminal<'c>) -> Self {
        Self { finder, terminal, document: None, standard_read: false }
    }

    pub(crate) fn into_document(self) -> Option<Document> {
        self.document
    }

    /// Keeps a warning about the last document.
    pub(crate) fn warn(&mut self, problem: &str) {
        if let Some(document) = &mut self.document {
            let warning = format!("{}: {problem}", document.source);
            document.warnings.push(warning);
        }
    }

    /// Reads a policy; without a source, from standard input unless that is a terminal.
    pub(crate) fn policy(&mut self, source: Option<Source>, gate: Gate) -> Result<BackupPolicyDescription, Failure> {
        let source = match source {
            None if self.terminal.console.interactive => {
                return Err(Failure::usage("--file <FILE>: a policy is required: a file, or - for standard input"));
            }
            source => source.unwrap_or(Source::Standard),
        };
        let mut policy: BackupPolicyDescription = self.read(&source, "")?;
        let resolved = resolve_policy(&mut policy, fetch);
        self.classify(&policy, gate);
        match resolved {
            Ok(()) => Ok(policy),
            // Report other errors together with the missing secret.
            Err(unresolved) => {
                let others = self.document.as_ref().map(Document::errors).unwrap_or_default();
                let others: String = others.iter().map(|other| format!("; and {other}")).collect();
                Err(Failure::Usage(format!("{source}: {unresolved}{others} (nothing was sent)")))
            }
        }
    }

    /// A policy that was created from options.
    pub(crate) fn described(&mut self, policy: BackupPolicyDescription, gate: Gate) -> BackupPolicyDescription {
        let written = serde_json::to_value(&policy).and_then(OrderedJson::deserialize);
        let mut hidden = written.unwrap_or_else(|_| OrderedJson::text(MASK));
        redact::hide(&mut hidden);
        self.document = Some(Document::new("policy create".to_owned(), "", hidden));
        self.classify(&policy, gate);
        policy
    }

    fn classify(&mut self, policy: &BackupPolicyDescription, gate: Gate) {
        let now = self.terminal.now();
        if let Some(document) = &mut self.document {
            document.classify(policy, gate, now);
        }
    }

    pub(crate) fn storage(
        &mut self,
        source: Option<&Source>,
        fills: &'static str,
    ) -> Result<Option<BackupStorageDescription>, Failure> {
        source.map(|source| self.read_storage(source, fills)).transpose()
    }

    /// A storage with its secrets resolved.
    pub(crate) fn read_storage(
        &mut self,
        source: &Source,
        fills: &'static str,
    ) -> Result<BackupStorageDescription, Failure> {
        let storage = self.read_unresolved_storage(source, fills)?;
        let (storage, warnings) = resolved(storage, source, Some(self.terminal.now()))?;
        warnings.iter().for_each(|warning| self.warn(warning));
        Ok(storage)
    }

    /// A storage as written, with references instead of secrets.
    pub(crate) fn read_unresolved_storage(
        &mut self,
        source: &Source,
        fills: &'static str,
    ) -> Result<BackupStorageDescription, Failure> {
        self.read(source, fills)
    }

    /// Finds the partition of an argument.
    pub(crate) fn partition(&mut self, typed: &PartitionRef) -> Result<PartitionId, Failure> {
        self.finder.find(typed, self.terminal)
    }

    /// The partitions of services and applications that keep state on disk.
    pub(crate) fn partitions_of(&mut self, scopes: &[Scope]) -> Result<Vec<PartitionId>, Failure> {
        self.finder.below(scopes, self.terminal)
    }

    /// The text on standard input.
    pub(crate) fn list(&mut self) -> Result<String, Failure> {
        self.claim(&Source::Standard)?;
        contents(&Source::Standard, self.terminal.console.input)
    }

    fn claim(&mut self, source: &Source) -> Result<(), Failure> {
        let again = matches!(source, Source::Standard) && std::mem::replace(&mut self.standard_read, true);
        if again { Err(Failure::usage("standard input can be read only once")) } else { Ok(()) }
    }

    fn read<T: DeserializeOwned>(&mut self, source: &Source, fills: &'static str) -> Result<T, Failure> {
        self.claim(source)?;
        let mut hidden = parsed(source, self.terminal.console.input)?;
        let mut value = plain(source, &hidden)?;
        let left_out = without_other_kinds(&mut value);
        let read = typed::read(&value);
        redact::hide(&mut hidden);
        let mut document = Document::new(source.to_string(), fills, hidden);
        let read = read.map_err(|(path, rule)| Failure::Usage(document.at(&path, ":", &rule)));
        document.notes.extend(left_out.note().map(|note| format!("{source}: {note}")));
        self.document = Some(document);
        read
    }
}

/// Resolves the secrets of a storage, and returns it with the warnings about it. Refuses one with a placeholder instead
/// of a secret.
pub(crate) fn resolved(
    mut storage: BackupStorageDescription,
    source: &impl fmt::Display,
    now: Option<Timestamp>,
) -> Result<(BackupStorageDescription, Vec<String>), Failure> {
    let fail = |problem: String| Failure::Usage(format!("{source}: {problem}; nothing was sent"));
    resolve_storage(&mut storage, fetch).map_err(|error| fail(error.to_string()))?;
    let findings = lint_storage(&storage, &Facts { now, ..Facts::default() });
    match findings.iter().find(|finding| matches!(finding.rule, "masked-secret" | "placeholder-secret")) {
        Some(finding) => Err(fail(finding.to_string())),
        None => {
            let grave = findings.iter().filter(|finding| finding.severity < Severity::Info);
            Ok((storage, grave.map(ToString::to_string).collect()))
        }
    }
}

/// Parses a file or standard input.
pub(crate) fn value(source: &Source, standard: &mut dyn Read) -> Result<Value, Failure> {
    plain(source, &parsed(source, standard)?)
}

/// Parses a text that was read from `source`.
pub(crate) fn value_of(source: &Source, text: &str) -> Result<Value, Failure> {
    plain(source, &parse::parse(source, text, LIMIT)?)
}

/// Parses a file or standard input of at most `limit` bytes.
pub(crate) fn value_within(source: &Source, standard: &mut dyn Read, limit: u64) -> Result<Value, Failure> {
    plain(source, &parse::parse(source, &text_within(source, standard, limit)?, limit)?)
}

/// Parses a file or standard input with its members in order and without duplicates.
pub(crate) fn parsed(source: &Source, standard: &mut dyn Read) -> Result<OrderedJson, Failure> {
    parse::parse(source, &contents(source, standard)?, LIMIT)
}

/// The text of a file or standard input.
pub(crate) fn contents(source: &Source, standard: &mut dyn Read) -> Result<String, Failure> {
    text_within(source, standard, LIMIT)
}

/// The text of a file or standard input of at most `limit` bytes.
pub(crate) fn text_within(source: &Source, standard: &mut dyn Read, limit: u64) -> Result<String, Failure> {
    let text = match source {
        Source::Standard => read_stream(standard, limit),
        Source::File(path) => read_text(path, limit),
    };
    text.map_err(|error| Failure::Usage(format!("{source}: cannot be read: {error}")))
}

fn plain(source: &Source, written: &OrderedJson) -> Result<Value, Failure> {
    serde_json::to_value(written).map_err(|error| Failure::Usage(format!("{source}: {error}")))
}

#[cfg(test)]
mod tests;
