//! Gets secrets by reference: `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS`.

use std::io::Read;
use std::process::{Command, Stdio};

use sf_backup_hyper::tls::decode;
pub(crate) use sf_backup_ops::secret_ref::SecretRef;
use sf_backup_proto::Secret;
use zeroize::Zeroizing;

use crate::connection::read_file::read_text;

/// Maximum length: more than any connection string or password. Stops reading of wrong files and verbose commands.
const LIMIT: usize = 64 * 1024;

/// Gets the secret of a reference. Blocks while a file is read or a command runs.
///
/// # Errors
/// One line with the reference and the problem, and nothing of what was read.
pub(crate) fn fetch(reference: &SecretRef) -> Result<Secret, String> {
    let mut text = match reference {
        SecretRef::Env(name) => {
            let value = std::env::var_os(name).ok_or_else(|| problem(reference, "the variable is not set"))?;
            Zeroizing::new(value.into_string().map_err(|_| problem(reference, NO_TEXT))?)
        }
        SecretRef::File(path) => {
            let text = read_text(path, LIMIT as u64);
            Zeroizing::new(text.map_err(|error| problem(reference, &format!("cannot be read: {error}")))?)
        }
        SecretRef::Command { program, arguments } => run(reference, program, arguments)?,
    };
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let length = secret.strip_suffix('\r').unwrap_or(secret).len();
    text.truncate(length);
    if text.is_empty() { Err(problem(reference, "is empty")) } else { Ok(Secret::from(std::mem::take(&mut *text))) }
}

const NO_TEXT: &str = "is not UTF-8 text, nor UTF-16 with a byte order mark";

fn run(reference: &SecretRef, program: &str, arguments: &[String]) -> Result<Zeroizing<String>, String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
    let child = command.spawn();
    let mut child = child.map_err(|error| problem(reference, &format!("{program} cannot be run: {error}")))?;
    let text = child.stdout.take().map(|output| text(reference, output)).unwrap_or_else(|| Ok(Zeroizing::default()));
    if text.is_err() {
        // It may never stop writing.
        let _ = child.kill();
    }
    let status =
        child.wait().map_err(|error| problem(reference, &format!("{program} stopped unexpectedly: {error}")))?;
    let text = text?;
    if status.success() { Ok(text) } else { Err(problem(reference, &format!("{program} ended with {status}"))) }
}

/// Reads a source as text. Wipes every buffer that contained it.
fn text(reference: &SecretRef, from: impl Read) -> Result<Zeroizing<String>, String> {
    // Allocates everything at once: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    let read = from.take(LIMIT as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| problem(reference, &format!("cannot be read: {error}")))?;
    if bytes.len() > LIMIT {
        return Err(problem(reference, &format!("prints more than {} KiB", LIMIT / 1024)));
    }
    decode(&bytes).map(Zeroizing::new).ok_or_else(|| problem(reference, NO_TEXT))
}

fn problem(reference: &SecretRef, problem: &str) -> String {
    format!("{reference}: {problem}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lose_one_line_break_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let fetch_file = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            fetch(&SecretRef::File(path.clone()))
        };
        for (written, read) in [("a b \n", "a b "), ("k\r\n", "k"), ("k\n\n", "k\n"), ("k", "k")] {
            assert_eq!(fetch_file(written.as_bytes()).unwrap().expose(), read);
        }
        assert_eq!(fetch_file(b"\xff\xfek\0\r\0\n\0").unwrap().expose(), "k");
        assert_eq!(fetch_file(b"\xef\xbb\xbfk\n").unwrap().expose(), "k");
        assert!(fetch_file(b"\n").unwrap_err().contains("is empty"));
        assert!(fetch_file(b"\xff\xfe\0").unwrap_err().contains("UTF-8"));
        assert!(fetch_file(&vec![b'x'; 70_000]).unwrap_err().contains("longer than 64 KiB"));
        assert!(fetch(&SecretRef::File(folder.path().join("none"))).unwrap_err().contains("cannot be read"));
    }

    #[cfg(unix)]
    #[test]
    fn commands_are_run_without_a_shell_and_must_succeed() {
        let fetch_text = |text: &str| fetch(&text.parse::<SecretRef>().unwrap());
        assert_eq!(fetch_text("cmd:echo hunter2 $HOME").unwrap().expose(), "hunter2 $HOME");
        assert!(fetch_text("cmd:false").unwrap_err().contains("ended with"));
        assert!(fetch_text("cmd:no-such-program-here").unwrap_err().contains("cannot be run"));
        assert!(fetch_text("cmd:yes").unwrap_err().contains("more than 64 KiB"));
        assert!(fetch_text("env:SF_BACKUP_NO_SUCH_VARIABLE").unwrap_err().contains("not set"));
    }
}
