//! Secrets by reference: `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS`, never the secret itself.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::str::FromStr;

use sf_backup_proto::Secret;

/// Longer than any connection string or password; a wrong file or a talkative command is not read to its end.
const LIMIT: u64 = 64 * 1024;

/// Where a secret is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretRef {
    /// An environment variable.
    Env(String),
    /// A file; a line break at its end does not count.
    File(PathBuf),
    /// What a program prints, started directly and not by a shell; a line break at the end does not count.
    Command { program: String, arguments: Vec<String> },
}

/// What is not a reference. The text is not repeated: it may be the secret itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoSecretRef;

impl fmt::Display for NoSecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a reference to a secret: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS")
    }
}

impl std::error::Error for NoSecretRef {}

impl FromStr for SecretRef {
    type Err = NoSecretRef;

    fn from_str(text: &str) -> Result<Self, NoSecretRef> {
        let (scheme, rest) = text.split_once(':').ok_or(NoSecretRef)?;
        if rest.trim().is_empty() {
            return Err(NoSecretRef);
        }
        match scheme {
            "env" if !rest.contains(['=', '\0']) => Ok(Self::Env(rest.to_owned())),
            "file" => Ok(Self::File(rest.into())),
            "cmd" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                let program = words.next().ok_or(NoSecretRef)?;
                Ok(Self::Command { program, arguments: words.collect() })
            }
            _ => Err(NoSecretRef),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Command { program, arguments } => {
                write!(f, "cmd:{program}")?;
                arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
            }
        }
    }
}

impl SecretRef {
    /// The secret. Blocks while a file is read or a command runs.
    ///
    /// # Errors
    /// One line that names the reference and the problem, and nothing of what was read.
    pub(crate) fn fetch(&self) -> Result<Secret, String> {
        let text = match self {
            Self::Env(name) => std::env::var_os(name).ok_or_else(|| self.problem("the variable is not set")),
            Self::File(path) => {
                let file = File::open(path).map_err(|error| self.problem(&format!("cannot be read: {error}")))?;
                self.text(file)
            }
            Self::Command { program, arguments } => self.run(program, arguments),
        }?;
        let text = text.into_string().map_err(|_| self.problem("is not UTF-8 text"))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() { Err(self.problem("gives nothing")) } else { Ok(Secret::from(text)) }
    }

    fn run(&self, program: &str, arguments: &[String]) -> Result<OsString, String> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn();
        let mut child = child.map_err(|error| self.problem(&format!("{program} cannot be run: {error}")))?;
        let text = child.stdout.take().map(|output| self.text(output)).unwrap_or_else(|| Ok(OsString::new()));
        if text.is_err() {
            // It may write for ever.
            let _ = child.kill();
        }
        let status = child.wait().map_err(|error| self.problem(&format!("{program} is lost: {error}")))?;
        let text = text?;
        if status.success() { Ok(text) } else { Err(self.problem(&format!("{program} ended with {status}"))) }
    }

    fn text(&self, from: impl Read) -> Result<OsString, String> {
        let mut bytes = Vec::new();
        let read = from.take(LIMIT + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.problem(&format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > LIMIT {
            return Err(self.problem(&format!("gives more than {} KiB", LIMIT / 1024)));
        }
        let text = String::from_utf8(bytes).map_err(|_| self.problem("is not UTF-8 text"))?;
        Ok(text.into())
    }

    fn problem(&self, problem: &str) -> String {
        format!("{self}: {problem}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_shown_alike() {
        for text in ["env:SHARE_PASSWORD", "file:/run/secrets/share", "cmd:vault read -field=key kv/share"] {
            assert_eq!(text.parse::<SecretRef>().unwrap().to_string(), text);
        }
        for text in ["hunter2", "env:", "cmd: ", "pass:hunter2", "env:A=B", ""] {
            let error = text.parse::<SecretRef>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn files_lose_one_line_break_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let fetch = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            SecretRef::File(path.clone()).fetch()
        };
        for (written, read) in [("a b \n", "a b "), ("k\r\n", "k"), ("k\n\n", "k\n"), ("k", "k")] {
            assert_eq!(fetch(written.as_bytes()).unwrap().expose(), read);
        }
        assert!(fetch(b"\n").unwrap_err().contains("gives nothing"));
        assert!(fetch(b"\xff\xfe").unwrap_err().contains("UTF-8"));
        assert!(fetch(&vec![b'x'; 70_000]).unwrap_err().contains("more than 64 KiB"));
        assert!(SecretRef::File(folder.path().join("none")).fetch().unwrap_err().contains("cannot be read"));
    }

    #[cfg(unix)]
    #[test]
    fn commands_are_run_without_a_shell_and_must_succeed() {
        let fetch = |text: &str| text.parse::<SecretRef>().unwrap().fetch();
        assert_eq!(fetch("cmd:echo hunter2 $HOME").unwrap().expose(), "hunter2 $HOME");
        assert!(fetch("cmd:false").unwrap_err().contains("ended with"));
        assert!(fetch("cmd:no-such-program-here").unwrap_err().contains("cannot be run"));
        assert!(fetch("cmd:yes").unwrap_err().contains("more than 64 KiB"));
        assert!(fetch("env:SF_BACKUP_NO_SUCH_VARIABLE").unwrap_err().contains("not set"));
    }
}
