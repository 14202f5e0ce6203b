//! Clients that others wrote, in virtual environments of their own below `target/`, and the tests against them.

use std::path::PathBuf;

use xshell::{Cmd, Shell, cmd};

use crate::Result;
use crate::test::REQUIRE;

/// A program of a foreign client, and where the tests look for it.
struct Client {
    /// The environment's name below [`FOLDER`].
    name: &'static str,
    /// What is installed, pinned.
    requirements: &'static str,
    program: &'static str,
    /// The environment variable that tells the tests where the program is.
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
/// A copy of the requirements in the environment that satisfies them.
const STAMP: &str = "requirements.txt";

/// Sets the clients up, and runs the tests that need them.
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

/// Sets the clients up: where each program is, under the environment variable that the tests read. One that cannot be had
/// is left out, after saying why; with `require` that is an error.
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

/// The path of the client's program. An environment that satisfies the requirements is used again.
fn set_up(sh: &Shell, client: &Client) -> Result<PathBuf> {
    let environment = sh.current_dir().join(FOLDER).join(client.name);
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let (python, program) = (programs.join("python"), programs.join(client.program));
    let requirements = sh.read_file(client.requirements)?;
    let stamp = environment.join(STAMP);
    let satisfied = sh.read_file(&stamp).is_ok_and(|old| old == requirements);
    // The Python that an environment stands on may be gone since.
    if satisfied && said(cmd!(sh, "{python} --version")).is_ok() {
        return Ok(program);
    }
    eprintln!("conformance: installing {}", client.requirements);
    sh.remove_path(&environment)?;
    let system = if cfg!(windows) { "python" } else { "python3" };
    said(cmd!(sh, "{system} -m venv {environment}"))?;
    let pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2"];
    let file = client.requirements;
    said(cmd!(sh, "{python} {pip...} install --only-binary :all: --no-deps --requirement {file}"))?;
    said(cmd!(sh, "{python} {pip...} check"))?;
    sh.write_file(stamp, requirements)?;
    Ok(program)
}

/// Runs a command in silence; the last line of its complaint is the error.
fn said(command: Cmd<'_>) -> Result {
    let output = command.quiet().ignore_status().output()?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let last = complaint.lines().rfind(|line| !line.trim().is_empty());
    Err(last.unwrap_or("it failed without a word").into())
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
    fn a_complaint_is_its_last_line() {
        let sh = Shell::new().unwrap();
        assert!(said(cmd!(sh, "cargo --version")).is_ok());
        let error = said(cmd!(sh, "cargo --no-such-option")).unwrap_err().to_string();
        assert!(!error.trim().is_empty() && !error.contains('\n'), "{error}");
        assert!(said(cmd!(sh, "no-such-program-anywhere")).is_err());
    }
}
