//! The sum over all test binaries, parsed from the runner's output.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::Result;

/// Whether a line of the runner's output is shown, or goes to the log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Shown,
    Logged,
}

/// What the test binaries reported.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) runner_succeeded: bool,
    binaries: u32,
    passed: u32,
    failed: u32,
    ignored: u32,
    /// Tests that returned early because a tool is missing, by tool. The runner counts them as passed.
    not_run: BTreeMap<String, BTreeSet<String>>,
    /// Between `failures:` and the result of a binary.
    in_failures: bool,
    /// Tests of the current binary that have passed so far.
    current: u32,
}

impl Summary {
    /// Reads a line of the runner's output: `test result: ok. 12 passed; 0 failed; 1 ignored; …`, or any other.
    pub(super) fn read(&mut self, line: &str) -> Line {
        if line == "failures:" {
            self.in_failures = true;
        }
        if line.starts_with("test ") && line.ends_with(" ... ok") {
            self.current += 1;
        }
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return if self.in_failures { Line::Shown } else { Line::Logged };
        };
        self.in_failures = false;
        self.current = 0;
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
        Line::Shown
    }

    /// Takes the tests that did not run, lines of `tool<TAB>test`, out of the passed ones.
    pub(super) fn without(mut self, reports: &str) -> Self {
        for (tool, test) in reports.lines().filter_map(|line| line.split_once('\t')) {
            self.not_run.entry(tool.to_owned()).or_default().insert(test.to_owned());
        }
        self.passed = self.passed.saturating_sub(self.not_run_count());
        self
    }

    fn not_run_count(&self) -> u32 {
        let tests: BTreeSet<&String> = self.not_run.values().flatten().collect();
        u32::try_from(tests.len()).unwrap_or(u32::MAX)
    }

    /// One line while the tests run.
    pub(super) fn progress(&self) -> String {
        format!("{} passed, {} failed, {} binaries done", self.passed + self.current, self.failed, self.binaries)
    }

    /// Succeeds only if the runner succeeded, at least one test ran and none failed.
    pub(super) fn verdict(&self) -> Result {
        if !self.runner_succeeded || self.failed > 0 {
            Err("tests failed".into())
        } else if self.passed == 0 {
            Err("no test ran".into())
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "All together: {} passed, {} failed, ", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, "{} ignored, ", self.ignored)?;
        }
        write!(f, "{} not run", self.not_run_count())?;
        for (i, (tool, tests)) in self.not_run.iter().enumerate() {
            write!(f, "{}{tool}", if i == 0 { ": " } else { ", " })?;
            if tests.len() > 1 {
                write!(f, " ({})", tests.len())?;
            }
        }
        write!(f, "; {} test binaries.", self.binaries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: &str = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
    const BAD: &str =
        "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";

    fn summary(lines: &[&str]) -> Summary {
        let mut summary = Summary { runner_succeeded: true, ..Summary::default() };
        for line in lines {
            summary.read(line);
        }
        summary
    }

    #[test]
    fn the_results_of_the_binaries_add_up() {
        let sum = summary(&["running 13 tests", OK, "test a ... ok", BAD, ""]);
        assert_eq!(sum.to_string(), "All together: 15 passed, 2 failed, 1 ignored, 0 not run; 2 test binaries.");
    }

    #[test]
    fn tests_that_did_not_run_are_not_passed_and_their_tools_are_named() {
        let sum = summary(&[OK]).without("fish\ta::b\nzsh\ta::c\nzsh\ta::d\nzsh\ta::d\ntorn line");
        assert_eq!(
            sum.to_string(),
            "All together: 9 passed, 0 failed, 1 ignored, 3 not run: fish, zsh (2); 1 test binaries."
        );
        assert!(sum.verdict().is_ok());
        let all = "t\t1\nt\t2\nt\t3\nt\t4\nt\t5\nt\t6\nt\t7\nt\t8\nt\t9\nt\t10\nt\t11\nt\t12";
        assert!(summary(&[OK]).without(all).verdict().is_err(), "nothing ran");
    }

    #[test]
    fn results_and_failures_are_printed_and_the_rest_is_logged() {
        let mut sum = Summary::default();
        let lines =
            ["running 2 tests", "test a ... ok", "failures:", "---- b stdout ----", "why", BAD, "test c ... ok"];
        let kinds = lines.map(|line| sum.read(line));
        let (shown, logged) = (Line::Shown, Line::Logged);
        assert_eq!(kinds, [logged, logged, shown, shown, shown, shown, logged]);
        assert_eq!(sum.progress(), "4 passed, 2 failed, 1 binaries done");
    }

    #[test]
    fn the_run_succeeds_only_if_tests_ran_and_passed() {
        assert!(summary(&[OK]).verdict().is_ok());
        assert!(summary(&[OK, BAD]).verdict().is_err(), "a test failed");
        assert!(summary(&["running 0 tests"]).verdict().is_err(), "nothing ran");
        let crashed = Summary { runner_succeeded: false, ..summary(&[OK]) };
        assert!(crashed.verdict().is_err(), "the runner failed");
    }
}
