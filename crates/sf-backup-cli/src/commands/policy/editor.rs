//! Runs the user's editor on a private temporary file.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::Command;

use tempfile::TempPath;

use crate::connection::environment::Environment;
use crate::connection::read_file::read_text;
use crate::output::failure::Failure;
use crate::output::owner_only::restrict;

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
        let words = words(command.unwrap_or_default())
            .ok_or_else(|| Failure::usage("policy edit: VISUAL or EDITOR has a quote without its end"))?;
        let [program, arguments @ ..] = words.as_slice() else {
            return Err(Failure::usage(
                "policy edit: no editor found: set VISUAL or EDITOR, or use 'policy update NAME -f FILE' in a script",
            ));
        };
        Ok(Self { program: program.clone(), arguments: arguments.to_vec() })
    }

    /// Lets a text be changed.
    pub(super) fn edit(&self, text: &str) -> Result<String, Failure> {
        let problem = |problem: String| Failure::Usage(format!("policy edit: {problem}; nothing was sent"));
        let file =
            scratch(text).map_err(|error| problem(format!("no private temporary file can be written: {error}")))?;
        let ran = Command::new(&self.program).args(&self.arguments).arg(&file).status();
        let status = ran.map_err(|error| problem(format!("the editor {} cannot be run: {error}", self.program)))?;
        if !status.success() {
            return Err(problem(format!("the editor {} ended with {status}", self.program)));
        }
        read_text(&file, LIMIT).map_err(|error| problem(format!("the edited file cannot be read: {error}")))
    }
}

/// Far more than any policy.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A private temporary file with this text, closed so that an editor can replace it, and removed when dropped. Secrets may be
/// typed into it: without privacy there is none.
fn scratch(text: &str) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix("sf-backup-").suffix(".yaml").tempfile()?;
    restrict(file.path()).map_err(|exposed| io::Error::other(exposed.to_string()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.into_temp_path())
}

/// The words of a command line: quoted as for a POSIX shell, or, on Windows, where paths have backslashes, without quotes.
fn words(command: &str) -> Option<Vec<String>> {
    if cfg!(windows) { Some(command.split_whitespace().map(str::to_owned).collect()) } else { shlex::split(command) }
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
    fn quotes_keep_the_words_of_an_editor_together() {
        let quoted = Environment::none().variable("EDITOR", "'/opt/my editor' --wait");
        assert_eq!(Editor::find(&quoted, false).unwrap().program, "/opt/my editor");
        let unfinished = Environment::none().variable("EDITOR", "'vi");
        assert_eq!(Editor::find(&unfinished, true).unwrap_err().exit().code(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_removed_afterwards() {
        use std::os::unix::fs::PermissionsExt;
        let file = scratch("text").unwrap();
        let path = file.to_path_buf();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
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
