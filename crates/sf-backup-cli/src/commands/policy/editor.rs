//! A person's editor, on a file that nobody else may read and that is gone afterwards.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::connection::environment::Environment;
use crate::connection::read_file::read_text;
use crate::output::atomic_write::{Readers, open};
use crate::output::failure::Failure;

/// An editor: a program and its first arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Editor {
    program: String,
    arguments: Vec<String>,
}

impl Editor {
    /// The one that `VISUAL` or `EDITOR` names, else, for a person, the system's.
    pub(super) fn find(environment: &Environment, interactive: bool) -> Result<Self, Failure> {
        let named = ["VISUAL", "EDITOR"].iter().find_map(|name| environment.get(name)).and_then(OsStr::to_str);
        let fallback = if cfg!(windows) { "notepad" } else { "vi" };
        let command = named.or(interactive.then_some(fallback));
        // Words are parted by white space, as for cmd: references.
        let mut words = command.unwrap_or_default().split_whitespace().map(str::to_owned);
        let program = words.next().ok_or_else(|| {
            Failure::usage(
                "policy edit: no editor found: set VISUAL or EDITOR, or use 'policy update NAME -f FILE' in a script",
            )
        })?;
        Ok(Self { program, arguments: words.collect() })
    }

    /// Lets a text be changed.
    pub(super) fn edit(&self, text: &str) -> Result<String, Failure> {
        let problem = |problem: String| Failure::Usage(format!("policy edit: {problem}; nothing was sent"));
        let file =
            Scratch::new(text).map_err(|error| problem(format!("a temporary file cannot be written: {error}")))?;
        let ran = Command::new(&self.program).args(&self.arguments).arg(file.path()).status();
        let status = ran.map_err(|error| problem(format!("the editor {} cannot be run: {error}", self.program)))?;
        if !status.success() {
            return Err(problem(format!("the editor {} ended with {status}", self.program)));
        }
        read_text(file.path(), LIMIT).map_err(|error| problem(format!("the edited file cannot be read: {error}")))
    }
}

/// A file of one's own, removed when it is no longer needed.
#[derive(Debug)]
struct Scratch(PathBuf);

/// Far more than any policy.
const LIMIT: u64 = 4 * 1024 * 1024;
/// How many names are tried.
const TRIES: u32 = 100;

impl Scratch {
    fn new(text: &str) -> io::Result<Self> {
        let folder = std::env::temp_dir();
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for number in 0..TRIES {
            let path = folder.join(format!("sf-backup-{}-{number}.yaml", std::process::id()));
            // What is there already, a link for instance, is not followed.
            match open(&path, Readers::Owner, File::options().create_new(true)) {
                Ok(mut file) => {
                    let scratch = Self(path);
                    file.write_all(text.as_bytes())?;
                    return Ok(scratch);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_editor() {
        let environment = Environment::none().variable("EDITOR", "code --wait");
        let found = Editor::find(&environment, false).unwrap();
        assert_eq!(found, Editor { program: "code".to_owned(), arguments: vec!["--wait".to_owned()] });
        let visual = Editor::find(&environment.variable("VISUAL", "ed"), false).unwrap();
        assert_eq!(visual.program, "ed");
        assert!(Editor::find(&Environment::none(), true).is_ok());
        let refused = Editor::find(&Environment::none(), false).unwrap_err();
        assert_eq!(refused.exit().code(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_nobody_elses_and_is_gone_afterwards() {
        use std::os::unix::fs::PermissionsExt;
        let file = Scratch::new("text").unwrap();
        let path = file.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let other = Scratch::new("other").unwrap();
        assert_ne!(other.path(), path);
        drop(file);
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn an_editor_that_fails_or_is_none_sends_nothing() {
        for program in ["false", "/no/such/editor"] {
            let editor = Editor { program: program.to_owned(), arguments: Vec::new() };
            let failure = editor.edit("text").unwrap_err();
            assert!(failure.report().unwrap().line().contains("nothing was sent"));
        }
        let editor = Editor { program: "true".to_owned(), arguments: Vec::new() };
        assert_eq!(editor.edit("text").unwrap(), "text");
    }
}
