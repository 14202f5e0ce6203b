//! The command that was typed, as a line that can be typed again: to resume a run, or to start it again.

use std::ffi::OsString;
use std::path::Path;

use crate::cluster::wait::again;
use crate::output::shell::word;

/// A command line, with every option that was given.
#[derive(Debug, Clone)]
pub(super) struct CommandLine(Vec<String>);

impl CommandLine {
    /// `args` is the process's command line; the first is the program's name.
    pub(super) fn of(args: &[OsString]) -> Self {
        Self(args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect())
    }

    /// These words, with the options about the cluster that were given.
    pub(super) fn with_global_options(args: &[OsString], words: Vec<String>) -> Self {
        let mut all = again::typed(args);
        all.extend(words);
        Self(all)
    }

    /// The line, for a POSIX shell.
    pub(super) fn line(&self) -> String {
        let words = self.0.iter().map(|arg| word(arg));
        std::iter::once("sf-backup".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// With this flag as well.
    pub(super) fn with(mut self, flag: &str) -> Self {
        if !self.0.iter().any(|arg| arg == flag) {
            self.insert([flag.to_owned()]);
        }
        self
    }

    /// With this journal instead of the one that was named, if one was.
    pub(super) fn with_journal(mut self, journal: &Path) -> Self {
        const OPTION: &str = "--journal";
        if let Some(at) = self.0.iter().position(|arg| arg == OPTION) {
            self.0.drain(at..(at + 2).min(self.0.len()));
        }
        self.0.retain(|arg| !arg.starts_with("--journal="));
        self.insert([OPTION.to_owned(), journal.display().to_string()]);
        self
    }

    /// Puts options at the end, in front of what must not be taken for options.
    fn insert(&mut self, options: impl IntoIterator<Item = String>) {
        let end = self.0.iter().position(|arg| arg == "--").unwrap_or(self.0.len());
        self.0.splice(end..end, options);
    }
}

/// A journal's name that is not taken: `plan.yaml.journal.2`.
pub(super) fn free_journal(journal: &Path) -> std::path::PathBuf {
    let mut name = journal.to_owned();
    for number in 2..100 {
        let mut text = journal.as_os_str().to_owned();
        text.push(format!(".{number}"));
        name = text.into();
        if !name.exists() {
            break;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(words: &[&str]) -> CommandLine {
        CommandLine::of(&words.iter().map(OsString::from).collect::<Vec<_>>())
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
        assert_eq!(
            line,
            "sf-backup --context 'prod eu' -e https://a:19080 restore run 'my plan.yaml' --restore-timeout 45 \
             --parallel=8 --keep-going --journal 'it'\\''s'"
        );
        let again = typed(&words).with_journal(Path::new("other")).with("--retry-failed").with("--keep-going");
        assert!(again.line().ends_with("--parallel=8 --keep-going --journal other --retry-failed"), "{again:?}");
        let again = typed(&["sf-backup", "restore", "run", "--journal=j", "--", "-plan"]).with("--retry-failed");
        assert_eq!(again.line(), "sf-backup restore run --journal=j --retry-failed -- -plan");
        let again = again.with_journal(Path::new("k"));
        assert_eq!(again.line(), "sf-backup restore run --retry-failed --journal k -- -plan");
    }

    #[test]
    fn a_free_journal_has_the_next_number() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("j");
        assert!(free_journal(&journal).ends_with("j.2"));
        std::fs::write(folder.path().join("j.2"), "").unwrap();
        assert!(free_journal(&journal).ends_with("j.3"));
    }
}
