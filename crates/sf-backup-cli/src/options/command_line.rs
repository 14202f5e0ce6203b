//! The current command line, for printed commands that continue it.

use std::ffi::OsString;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Command};

use crate::output::shell::word;

/// Options that only affect the output.
const OUTPUT_OPTIONS: &[&str] =
    &["output", "dry_run", "yes", "no_verify", "verbose", "quiet", "color", "no_headers", "sort_by", "local_time"];

/// A command line with every given option.
#[derive(Debug, Clone, Default)]
pub(crate) struct CommandLine {
    words: Vec<String>,
    /// Its options about the cluster.
    connection: Vec<String>,
}

impl CommandLine {
    /// `args` is the command line of the process, with the program's name first. `command` has parsed `matches` from
    /// it.
    pub(crate) fn new(args: &[OsString], command: &Command, matches: &ArgMatches) -> Self {
        let words = args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
        Self { words, connection: connection(command, matches) }
    }

    /// The options about the cluster, quoted for a shell: another command with them uses the same cluster.
    pub(crate) fn connection_words(&self) -> Vec<String> {
        self.connection.iter().map(|option| word(option)).collect()
    }

    /// Another command with the same options about the cluster.
    pub(crate) fn other(&self, words: Vec<String>) -> Self {
        let words = self.connection.iter().cloned().chain(words).collect();
        Self { words, connection: self.connection.clone() }
    }

    /// The line, quoted for a shell.
    pub(crate) fn line(&self) -> String {
        let words = self.words.iter().map(|arg| word(arg));
        std::iter::once("sf-backup".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Adds a flag.
    pub(crate) fn with(mut self, flag: &str) -> Self {
        if !self.words.iter().any(|arg| arg == flag) {
            self.insert([flag.to_owned()]);
        }
        self
    }

    /// Replaces or adds the journal.
    pub(crate) fn with_journal(mut self, journal: &Path) -> Self {
        const OPTION: &str = "--journal";
        if let Some(at) = self.words.iter().position(|arg| arg == OPTION) {
            self.words.drain(at..(at + 2).min(self.words.len()));
        }
        self.words.retain(|arg| !arg.starts_with("--journal="));
        self.insert([OPTION.to_owned(), journal.display().to_string()]);
        self
    }

    /// Inserts options at the end, before arguments that must not be taken for options.
    fn insert(&mut self, options: impl IntoIterator<Item = String>) {
        let end = self.words.iter().position(|arg| arg == "--").unwrap_or(self.words.len());
        self.words.splice(end..end, options);
    }
}

/// The options about the cluster, as they were typed.
fn connection(command: &Command, matches: &ArgMatches) -> Vec<String> {
    // Options may be given at any level; the innermost has all of them.
    let mut matches = matches;
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    let mut typed = Vec::new();
    for option in command.get_arguments().filter(|option| option.is_global_set()) {
        let id = option.get_id().as_str();
        let known = matches.try_contains_id(id).is_ok();
        if !known || OUTPUT_OPTIONS.contains(&id) || matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let Some(long) = option.get_long() else { continue };
        if matches!(option.get_action(), ArgAction::SetTrue) {
            typed.push(format!("--{long}"));
            continue;
        }
        for value in matches.get_raw(id).into_iter().flatten() {
            typed.push(format!("--{long}"));
            typed.push(value.to_string_lossy().into_owned());
        }
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(words: &[&str]) -> CommandLine {
        CommandLine { words: words.iter().skip(1).map(ToString::to_string).collect(), connection: Vec::new() }
    }

    #[test]
    fn every_option_that_was_given_is_there_and_quoted() {
        let words = [
            "/usr/bin/sf-backup",
            "--context",
            "prod eu",
            "-e",
            "https://a:19080",
            "restore",
            "run",
            "my plan.yaml",
            "--restore-timeout",
            "45",
            "--parallel=8",
            "--keep-going",
            "--journal",
            "it's",
        ];
        let line = typed(&words).line();
        // Quoted for PowerShell on Windows.
        let quoted = if cfg!(windows) { "'it''s'" } else { "'it'\\''s'" };
        assert_eq!(
            line,
            format!(
                "sf-backup --context 'prod eu' -e https://a:19080 restore run 'my plan.yaml' --restore-timeout 45 \
                 --parallel=8 --keep-going --journal {quoted}"
            )
        );
        let again = typed(&words).with_journal(Path::new("other")).with("--retry-failed").with("--keep-going");
        assert!(again.line().ends_with("--parallel=8 --keep-going --journal other --retry-failed"), "{again:?}");
        let again = typed(&["sf-backup", "restore", "run", "--journal=j", "--", "-plan"]).with("--retry-failed");
        assert_eq!(again.line(), "sf-backup restore run --journal=j --retry-failed -- -plan");
        let again = again.with_journal(Path::new("k"));
        assert_eq!(again.line(), "sf-backup restore run --retry-failed --journal k -- -plan");
    }
}
