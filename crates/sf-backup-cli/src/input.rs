//! Policies, storages and topologies from files and standard input, as JSON or YAML.

mod typed;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;

use serde::de::{Deserialize, DeserializeOwned};
use serde_json::Value;
use sf_backup_proto::error::BuildError;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::secret::MASK;

use crate::console::Terminal;
use crate::failure::Failure;
use crate::read_file::read_text;
use crate::redact;
use crate::written::Written;

/// Far more than any policy; a device or a wrong file is not read to its end.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    Standard,
    File(PathBuf),
}

impl From<OsString> for Source {
    fn from(text: OsString) -> Self {
        if text == "-" { Self::Standard } else { Self::File(text.into()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// A text that has been read: where it came from, and its value with secrets hidden. Errors are worded with it.
#[derive(Debug)]
pub(crate) struct Document {
    source: String,
    /// The member of the request that it fills; empty if it is the whole body.
    fills: &'static str,
    hidden: Written,
    /// What should be said of it before it is sent.
    warnings: Vec<String>,
}

/// Reads what the arguments name.
#[derive(Debug)]
pub(crate) struct Input<'t, 'c> {
    terminal: &'t mut Terminal<'c>,
    document: Option<Document>,
    /// Whether something was read from standard input: it is there once.
    standard_read: bool,
}

impl<'t, 'c> Input<'t, 'c> {
    pub(crate) fn new(terminal: &'t mut Terminal<'c>) -> Self {
        Self { terminal, document: None, standard_read: false }
    }

    pub(crate) fn into_document(self) -> Option<Document> {
        self.document
    }

    /// Keeps a warning about what was read last.
    pub(crate) fn warn(&mut self, problem: &str) {
        if let Some(document) = &mut self.document {
            let warning = format!("{}: {problem}", document.source);
            document.warnings.push(warning);
        }
    }

    /// A policy; without a source from standard input, unless that is a person.
    pub(crate) fn policy(&mut self, source: Option<Source>) -> Result<BackupPolicyDescription, Failure> {
        let source = match source {
            None if self.terminal.console.interactive => {
                return Err(Failure::usage(
                    "--file <FILE>: a policy is needed, from a file or, with -, from standard input",
                ));
            }
            source => source.unwrap_or(Source::Standard),
        };
        let policy: BackupPolicyDescription = self.read(&source, "")?;
        for remark in remarks(&policy) {
            self.warn(&remark);
        }
        Ok(policy)
    }

    /// A policy that was made of options.
    pub(crate) fn described(&mut self, policy: BackupPolicyDescription) -> BackupPolicyDescription {
        let written = serde_json::to_value(&policy).and_then(Written::deserialize);
        let mut hidden = written.unwrap_or_else(|_| Written::text(MASK));
        redact::hide(&mut hidden);
        self.document = Some(Document { source: "policy create".to_owned(), fills: "", hidden, warnings: Vec::new() });
        for remark in remarks(&policy) {
            self.warn(&remark);
        }
        policy
    }

    pub(crate) fn storage(
        &mut self,
        source: Option<&Source>,
        fills: &'static str,
    ) -> Result<Option<BackupStorageDescription>, Failure> {
        source.map(|source| self.read_storage(source, fills)).transpose()
    }

    pub(crate) fn read_storage(
        &mut self,
        source: &Source,
        fills: &'static str,
    ) -> Result<BackupStorageDescription, Failure> {
        self.read(source, fills)
    }

    /// The text on standard input.
    pub(crate) fn list(&mut self) -> Result<String, Failure> {
        self.claim(&Source::Standard)?;
        contents(&Source::Standard, self.terminal.console.input)
    }

    fn claim(&mut self, source: &Source) -> Result<(), Failure> {
        let again = matches!(source, Source::Standard) && std::mem::replace(&mut self.standard_read, true);
        if again { Err(Failure::usage("standard input: named twice, and there once")) } else { Ok(()) }
    }

    fn read<T: DeserializeOwned>(&mut self, source: &Source, fills: &'static str) -> Result<T, Failure> {
        self.claim(source)?;
        let value = value(source, self.terminal.console.input)?;
        let read = typed::read(&value);
        let mut hidden = Written::deserialize(value).unwrap_or_else(|_| Written::text(MASK));
        redact::hide(&mut hidden);
        let document = Document { source: source.to_string(), fills, hidden, warnings: Vec::new() };
        let read = read.map_err(|(path, rule)| Failure::Usage(document.at(&path, ":", &rule)));
        self.document = Some(document);
        read
    }
}

impl Document {
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What is wrong with a request, if it is this document's fault: file, member, value and rule.
    pub(crate) fn blame(&self, error: &BuildError) -> Option<String> {
        let member = match error {
            BuildError::Invalid { member, .. } | BuildError::MaskedSecret { member } => self.inside(member)?,
            // Only what is written in it: an option, or the operation itself, can be too new as well.
            BuildError::NotInVersion { what, .. } => self.inside(what).filter(|what| self.hidden.at(what).is_some())?,
            _ => return None,
        };
        Some(match error {
            BuildError::Invalid { rule, .. } => self.at(member, "", rule),
            error => format!("{}: {error}", self.source),
        })
    }

    /// A member of the request as a member of this document.
    fn inside<'a>(&self, member: &'a str) -> Option<&'a str> {
        member.strip_prefix(self.fills).map(|inside| inside.trim_start_matches('.'))
    }

    /// `daily.json: Schedule.Interval "PT30S" must be…`
    fn at(&self, path: &str, colon: &str, problem: &str) -> String {
        let Self { source, hidden, .. } = self;
        if matches!(path, "" | "." | "?") {
            return format!("{source}: {problem}");
        }
        match scalar(hidden, path) {
            Some(value) => format!("{source}: {path} {value}{colon} {problem}"),
            None => format!("{source}: {path}{colon} {problem}"),
        }
    }
}

/// The value at a path, if it is short enough to be quoted.
fn scalar(value: &Written, path: &str) -> Option<String> {
    match value.at(path)? {
        Written::Scalar(value) => Some(value.to_string()).filter(|text| text.chars().count() <= 100),
        _ => None,
    }
}

/// What should be said of a policy before it is sent.
pub(crate) fn remarks(policy: &BackupPolicyDescription) -> Vec<String> {
    let unknown = policy.unknown_places().into_iter();
    let unknown = unknown.map(|place| format!("{place} is not known here; it is sent as it is"));
    unknown.chain(policy.warnings().iter().map(ToString::to_string)).collect()
}

/// What a file or standard input holds, as one value.
pub(crate) fn value(source: &Source, standard: &mut dyn Read) -> Result<Value, Failure> {
    parsed(source, standard)
}

/// The same in another type that takes any value.
pub(crate) fn parsed<T: DeserializeOwned>(source: &Source, standard: &mut dyn Read) -> Result<T, Failure> {
    parsed_within(source, standard, LIMIT)
}

/// The same of so many bytes at most.
pub(crate) fn parsed_within<T: DeserializeOwned>(
    source: &Source,
    standard: &mut dyn Read,
    limit: u64,
) -> Result<T, Failure> {
    let fail = |problem: String| Failure::Usage(format!("{source}: {problem}"));
    let text = contents_within(source, standard, limit)?;
    if text.trim().is_empty() {
        return Err(fail("holds nothing, where JSON or YAML is expected".into()));
    }
    // JSON is YAML, too, but JSON's own reader knows better what is wrong with it.
    if text.trim_start().starts_with(['{', '[']) {
        serde_json::from_str(&text).map_err(|error| fail(format!("is not JSON: {error}")))
    } else {
        let read = serde_saphyr::from_str_with_options(&text, yaml_options(limit));
        read.map_err(|error| fail(format!("is not YAML: {}", error.without_snippet())))
    }
}

/// What may be in a text of so many bytes: the reader's own bounds, or as much as a large file of ours has.
fn yaml_options(limit: u64) -> serde_saphyr::Options {
    // A node of a plan takes 16 bytes and more, and each is two events at most.
    let nodes = usize::try_from(limit / 16).unwrap_or(usize::MAX).max(250_000);
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: nodes, max_events: nodes.saturating_mul(4).max(1_000_000) }
    }
}

/// What a file or standard input holds, as text without a byte order mark.
pub(crate) fn contents(source: &Source, standard: &mut dyn Read) -> Result<String, Failure> {
    contents_within(source, standard, LIMIT)
}

fn contents_within(source: &Source, standard: &mut dyn Read, limit: u64) -> Result<String, Failure> {
    let text = match source {
        Source::Standard => text(standard, limit),
        Source::File(path) => read_text(path, limit),
    };
    let text = text.map_err(|error| Failure::Usage(format!("{source}: cannot be read: {error}")))?;
    Ok(text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text))
}

fn text(from: impl Read, limit: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let problem = format!("more than {} MiB", limit / 1024 / 1024);
        return Err(io::Error::other(problem));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("not UTF-8 text"))
}

#[cfg(test)]
mod tests;
