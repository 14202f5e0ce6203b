//! The README's second command.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xshell::{Shell, cmd};

use crate::{Result, conformance, openssl};

const VENDOR_EXAMPLES: &str = "SF_BACKUP_VENDOR_EXAMPLES";
/// Makes it an error if a test is skipped.
pub(crate) const REQUIRE: &str = "SF_BACKUP_REQUIRE";

/// The folder with the vendor's examples, if the environment names one.
pub(crate) fn vendor_examples() -> Result<Option<PathBuf>> {
    match env::var_os(VENDOR_EXAMPLES) {
        Some(path) if !path.is_empty() => Ok(Some(std::path::absolute(path)?)),
        _ => Ok(None),
    }
}

/// Runs all tests. What the test runner prints passes through as it is; one line more sums it up.
pub(crate) fn run(sh: &Shell, examples: Option<&Path>, require: bool) -> Result {
    // Every other feature is on in a build of all crates.
    let features = openssl::features(sh);
    let mut tests = cmd!(sh, "cargo test --workspace {features...} --no-fail-fast");
    match examples {
        Some(folder) => tests = tests.env(VENDOR_EXAMPLES, folder),
        None if require => return Err(format!("{VENDOR_EXAMPLES} names no folder").into()),
        None => eprintln!("skipped: the vendor's examples, for {VENDOR_EXAMPLES} names no folder"),
    }
    for (variable, program) in conformance::clients(sh, require)? {
        tests = tests.env(variable, program);
    }
    if require {
        tests = tests.env(REQUIRE, "1");
    }
    let mut running = Command::from(tests).stdout(Stdio::piped()).spawn()?;
    let mut tally = Tally::default();
    if let Some(output) = running.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let mut line = line?;
            tally.read(&String::from_utf8_lossy(&line));
            line.push(b'\n');
            std::io::stdout().write_all(&line)?;
        }
    }
    let status = running.wait()?;
    println!("\n{tally}");
    tally.verdict(status.success())
}

/// The sum over all test binaries.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    binaries: u32,
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Tally {
    /// Takes in a line of the runner's output: `test result: ok. 12 passed; 0 failed; 1 ignored; …`, or any other.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        self.binaries += 1;
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else {
                continue;
            };
            let sum = match what {
                "passed" => &mut self.passed,
                "failed" => &mut self.failed,
                "ignored" => &mut self.ignored,
                _ => continue,
            };
            *sum += number.parse::<u32>().unwrap_or_default();
        }
    }

    /// Success only if the runner says so, something ran, and nothing failed.
    fn verdict(&self, runner_succeeded: bool) -> Result {
        if !runner_succeeded || self.failed > 0 {
            Err("tests failed".into())
        } else if self.passed == 0 {
            Err("no test ran".into())
        } else {
            Ok(())
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "All together: {} passed, {} failed, {} ignored, in {} test binaries.",
            self.passed, self.failed, self.ignored, self.binaries
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: &str = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
    const BAD: &str =
        "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        tally
    }

    #[test]
    fn the_runners_summaries_add_up() {
        let sum = tally(&["running 13 tests", OK, "test a ... ok", BAD, ""]);
        assert_eq!(sum.to_string(), "All together: 15 passed, 2 failed, 1 ignored, in 2 test binaries.");
    }

    #[test]
    fn only_tests_that_ran_and_passed_are_success() {
        assert!(tally(&[OK]).verdict(true).is_ok());
        assert!(tally(&[OK]).verdict(false).is_err(), "the runner failed");
        assert!(tally(&[OK, BAD]).verdict(true).is_err(), "a test failed");
        assert!(tally(&["running 0 tests"]).verdict(true).is_err(), "nothing ran");
    }
}
