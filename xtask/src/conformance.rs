//! Foreign clients, installed in virtual environments below `target/`, and the tests against them.

use std::path::PathBuf;

use xshell::{Cmd, Shell, cmd};

use crate::Result;
use crate::test::REQUIRE;

/// A foreign client.
struct Client {
    /// The name of the virtual environment below [`FOLDER`].
    name: &'static str,
    /// The pinned requirements to install.
    requirements: &'static str,
    program: &'static str,
    /// The environment variable with the path of the program, for the tests.
    variable: &'static str,
}

const CLIENTS: [Client; 2] = [
    Client {
        name: "client",
        requirements: "tests/python/requirements-client.txt",
        program: "python",
        variable: "SF_BACKUP_PYTHON",
    },
    Client {
        name: "sfctl",
        requirements: "tests/python/requirements-sfctl.txt",
        program: "sfctl",
        variable: "SF_BACKUP_SFCTL",
    },
];

const FOLDER: &str = "target/conformance";
/// The copy of the requirements in an environment that satisfies them.
const STAMP: &str = "requirements.txt";

/// Installs the clients and runs the tests that need them.
pub(crate) fn run(sh: &Shell, require: bool) -> Result {
    let mut tests = cmd!(sh, "cargo test --package sf-backup-tests --test it -- foreign::");
    for (variable, program) in clients(sh, require)? {
        tests = tests.env(variable, program);
    }
    if require {
        tests = tests.env(REQUIRE, "1");
    }
    tests.run()?;
    Ok(())
}

/// Installs the clients. Returns the environment variable and the path of each program. A client that cannot be
/// installed is reported and skipped, or an error with `require`.
pub(crate) fn clients(sh: &Shell, require: bool) -> Result<Vec<(&'static str, PathBuf)>> {
    let mut found = Vec::new();
    for client in &CLIENTS {
        match set_up(sh, client) {
            Ok(program) => found.push((client.variable, program)),
            Err(why) => {
                let why = format!("{} cannot be installed: {why}", client.requirements);
                if require {
                    return Err(why.into());
                }
                eprintln!("skipped: {why}");
            }
        }
    }
    Ok(found)
}

/// Installs a client and returns the path of its program. Reuses an environment that satisfies the requirements.
fn set_up(sh: &Shell, client: &Client) -> Result<PathBuf> {
    let environment = sh.current_dir().join(FOLDER).join(client.name);
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let (python, program) = (programs.join("python"), programs.join(client.program));
    let requirements = sh.read_file(client.requirements)?;
    let stamp = environment.join(STAMP);
    let satisfied = sh.read_file(&stamp).is_ok_and(|old| old == requirements);
    // The Python of an existing environment may have been removed.
    if satisfied && run_quietly(cmd!(sh, "{python} --version")).is_ok() {
        return Ok(program);
    }
    eprintln!("conformance: installing {}", client.requirements);
    sh.remove_path(&environment)?;
    let system = if cfg!(windows) { "python" } else { "python3" };
    run_quietly(cmd!(sh, "{system} -m venv {environment}"))?;
    let pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2"];
    let file = client.requirements;
    run_quietly(cmd!(sh, "{python} {pip...} install --only-binary :all: --no-deps --requirement {file}"))?;
    run_quietly(cmd!(sh, "{python} {pip...} check"))?;
    sh.write_file(stamp, requirements)?;
    Ok(program)
}

/// Runs a command without output. The error is the last line of its standard error.
fn run_quietly(command: Cmd<'_>) -> Result {
    let output = command.quiet().ignore_status().output()?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let last = complaint.lines().rfind(|line| !line.trim().is_empty());
    Err(last.unwrap_or("the command failed without a message").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_pinned() {
        for client in &CLIENTS {
            let text = std::fs::read_to_string(crate::root().join(client.requirements)).unwrap();
            let pins: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(!pins.is_empty());
            for pin in pins {
                let (name, version) = pin.split_once("==").unwrap_or_default();
                let exact = version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
                assert!(!name.is_empty() && !version.is_empty() && exact, "{pin}");
            }
        }
    }

    #[test]
    fn the_error_of_a_command_is_its_last_line() {
        let sh = Shell::new().unwrap();
        assert!(run_quietly(cmd!(sh, "cargo --version")).is_ok());
        let error = run_quietly(cmd!(sh, "cargo --no-such-option")).unwrap_err().to_string();
        assert!(!error.trim().is_empty() && !error.contains('\n'), "{error}");
        assert!(run_quietly(cmd!(sh, "no-such-program-anywhere")).is_err());
    }
}
