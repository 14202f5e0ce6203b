//! Location and start of the foreign clients.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sf_backup_tests::not_run;

/// The variable for a Python that has the official client.
const CLIENT: &str = "SF_BACKUP_PYTHON";

/// A script of `tests/python` with the Python that has the official client; `None`, reported, if there is none.
pub(super) fn script(name: &str) -> Option<Command> {
    let mut command = program(CLIENT)?;
    command.arg(scripts().join(name));
    Some(command)
}

/// The folder of the scripts and their files.
pub(super) fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python")
}

/// The program in the environment variable.
pub(super) fn program(variable: &str) -> Option<Command> {
    let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) else {
        let tool = if variable == CLIENT { "the Python client" } else { "sfctl" };
        not_run(tool, &format!("{variable} is not set; cargo xtask test installs the client and sets it"));
        return None;
    };
    let mut command = Command::new(path);
    // Ignore proxies of the machine for the loopback.
    command.env("NO_PROXY", "*").env("PYTHONDONTWRITEBYTECODE", "1");
    Some(command)
}

/// Runs a program; fails with its output if it does not succeed.
#[track_caller]
pub(super) fn succeed(mut command: Command) -> String {
    check(command.output().unwrap())
}

/// Fails with the output if the program did not succeed.
#[track_caller]
pub(super) fn check(output: Output) -> String {
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}\n{printed}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    printed
}
