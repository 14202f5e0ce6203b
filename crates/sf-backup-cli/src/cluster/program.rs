//! Runs programs of the user, for notifications and probes.

use std::future::pending;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::cluster::runtime::block_on;
use crate::output::failure::Failure;

/// A program and its arguments. It is started directly, not by a shell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a [String],
    /// Time limit.
    pub(crate) limit: Duration,
}

impl Program<'_> {
    /// Runs it with a text on its standard input. Its output goes to `output`.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] after Ctrl-C; otherwise the inner error, as a sentence, if it cannot be run or takes
    /// too long. It is killed in both cases.
    pub(crate) fn run(
        &self,
        input: String,
        (output, errors): (Stdio, Stdio),
        interruptible: bool,
    ) -> Result<Result<ExitStatus, String>, Failure> {
        block_on(interruptible, None, async { Ok(self.until_end(input, output, errors).await) })
    }

    async fn until_end(&self, input: String, output: Stdio, errors: Stdio) -> Result<ExitStatus, String> {
        let name = self.name;
        let mut command = Command::new(name);
        command.args(self.arguments).stdin(Stdio::piped()).stdout(output).stderr(errors).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{name} cannot be run: {error}"))?;
        let stdin = child.stdin.take();
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A program need not read its input.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
            // Only the program's end counts.
            pending().await
        };
        tokio::select! {
            status = child.wait() => status.map_err(|error| format!("{name} stopped unexpectedly: {error}")),
            () = tokio::time::sleep(self.limit) => Err(format!("{name} did not exit within {} s", self.limit.as_secs())),
            never = feed => never,
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn run(name: &str, arguments: &[&str], limit: Duration) -> Result<ExitStatus, String> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let program = Program { name, arguments: &arguments, limit };
        program.run("text\n".to_owned(), (Stdio::null(), Stdio::null()), false).unwrap()
    }

    #[test]
    fn programs_get_their_input_and_their_exit_code_is_returned() {
        let long = Duration::from_secs(60);
        assert!(run("sh", &["-c", "read line; test \"$line\" = text"], long).unwrap().success());
        assert_eq!(run("sh", &["-c", "exit 3"], long).unwrap().code(), Some(3));
        assert!(
            run("no-such-program-here", &[], long).unwrap_err().starts_with("no-such-program-here cannot be run: ")
        );
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended() {
        let problem = run("sh", &["-c", "while :; do :; done"], Duration::ZERO).unwrap_err();
        assert_eq!(problem, "sh did not exit within 0 s");
    }
}
