//! Runs the user's editor on a private temporary file.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitStatus};

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
    /// The editor in `VISUAL` or `EDITOR`, otherwise, on a terminal, the system's.
    pub(super) fn find(environment: &Environment, interactive: bool) -> Result<Self, Failure> {
        let named = ["VISUAL", "EDITOR"].iter().find_map(|name| environment.get(name)).and_then(OsStr::to_str);
        let fallback = if cfg!(windows) { "notepad" } else { "vi" };
        let command = named.or(interactive.then_some(fallback));
        let words = words(command.unwrap_or_default())
            .ok_or_else(|| Failure::usage("policy edit: VISUAL or EDITOR has an unclosed quote"))?;
        let [program, arguments @ ..] = words.as_slice() else {
            return Err(Failure::usage(
                "policy edit: no editor found: set VISUAL or EDITOR, or use 'policy update NAME -f FILE' in a script",
            ));
        };
        Ok(Self { program: program.clone(), arguments: arguments.to_vec() })
    }

    /// Lets the user edit a text.
    pub(super) fn edit(&self, text: &str) -> Result<String, Failure> {
        let problem = |problem: String| Failure::Usage(format!("policy edit: {problem}; nothing was sent"));
        let file =
            scratch(text).map_err(|error| problem(format!("no private temporary file can be written: {error}")))?;
        let ran = self.run(&file);
        let status = ran.map_err(|error| problem(format!("the editor {} cannot be run: {error}", self.program)))?;
        if !status.success() {
            return Err(problem(format!("the editor {} ended with {status}", self.program)));
        }
        let edited = read_text(&file, LIMIT);
        let edited = edited.map_err(|error| problem(format!("the edited file cannot be read: {error}")))?;
        Ok(edited.replace("\r\n", "\n"))
    }

    /// Runs the editor on a file until it ends. On Windows it may be a batch file, such as `code`.
    fn run(&self, file: &Path) -> io::Result<ExitStatus> {
        let run = |program: &str| Command::new(program).args(&self.arguments).arg(file).status();
        match run(&self.program) {
            Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::NotFound => {
                run(&format!("{}.cmd", self.program)).map_err(|_| error)
            }
            ran => ran,
        }
    }
}

/// Maximum size of the edited file: much more than any policy.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A private temporary file with this text, closed so that an editor can replace it, and removed when dropped. Fails if
/// it cannot be private, because users may enter secrets.
fn scratch(text: &str) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix("sf-backup-").suffix(".yaml").tempfile()?;
    restrict(file.path()).map_err(|exposed| io::Error::other(exposed.to_string()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.into_temp_path())
}

/// Splits a command line: quoted as in a POSIX shell, or on Windows with quotation marks only. `None` if a quote is not
/// closed.
fn words(command: &str) -> Option<Vec<String>> {
    if cfg!(windows) { windows_words(command) } else { shlex::split(command) }
}

/// Backslashes separate folders.
fn windows_words(command: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), None, false);
    for character in command.chars() {
        match character {
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_with(String::new);
            }
            space if space.is_whitespace() && !is_quoted => words.extend(word.take()),
            other => word.get_or_insert_with(String::new).push(other),
        }
    }
    words.extend(word);
    (!is_quoted).then_some(words)
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

    #[test]
    fn quotation_marks_keep_the_words_of_an_editor_on_windows_together() {
        for (command, expected) in [
            ("notepad", Some(vec!["notepad"])),
            (r#""C:\Program Files\ed.exe"  --wait "" "#, Some(vec![r"C:\Program Files\ed.exe", "--wait", ""])),
            (r#"C:\my" "ed\ed.exe -x"#, Some(vec![r"C:\my ed\ed.exe", "-x"])),
            (r#""C:\ed"#, None),
            (" ", Some(vec![])),
        ] {
            let expected = expected.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(windows_words(command), expected, "{command}");
        }
    }

    /// Editors such as notepad may save UTF-16 with a byte order mark, and their own line breaks.
    #[cfg(windows)]
    #[test]
    fn a_batch_file_that_saves_utf_16_can_be_the_editor() {
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().join("saved.yaml");
        let text = "\u{feff}Name: T\u{e4}glich\r\nMore: 1\r\n";
        std::fs::write(&saved, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
        let program = folder.path().join("my ed");
        let script = format!("@echo off\r\ncopy /y \"{}\" %2 >nul\r\n", saved.display());
        std::fs::write(program.with_extension("cmd"), script).unwrap();
        let environment = Environment::none().variable("EDITOR", format!("\"{}\" --wait", program.display()));
        let editor = Editor::find(&environment, false).unwrap();
        assert_eq!(editor.edit("Name: Daily\n").unwrap(), "Name: T\u{e4}glich\nMore: 1\n");
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
    fn a_missing_or_failing_editor_sends_nothing() {
        for program in ["false", "/no/such/editor"] {
            let editor = Editor { program: program.to_owned(), arguments: Vec::new() };
            let failure = editor.edit("text").unwrap_err();
            assert!(failure.report().unwrap().line().contains("nothing was sent"));
        }
        let editor = Editor { program: "true".to_owned(), arguments: Vec::new() };
        assert_eq!(editor.edit("text").unwrap(), "text");
    }
}
