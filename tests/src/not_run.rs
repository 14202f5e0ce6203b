//! Reports tests that need a missing program.

use std::fs::OpenOptions;
use std::io::Write;

/// Makes it an error if a test is not run: set to `1` by `cargo xtask test --require`.
const REQUIRE: &str = "SF_BACKUP_REQUIRE";
/// Names the tools that may be missing nevertheless, separated by commas: set by `cargo xtask test --without`.
const WITHOUT: &str = "SF_BACKUP_WITHOUT";
/// Names the file that collects the tests which did not run: set by `cargo xtask test`.
const NOT_RUN: &str = "SF_BACKUP_NOT_RUN";

/// Reports that the current test does not run because `tool` is missing; `remedy` says how to get it. The test returns
/// after this call.
///
/// The test runner knows only passed and failed, so the report goes to a file that `cargo xtask test` subtracts from the
/// passed tests.
///
/// # Panics
///
/// If the environment requires every test to run and does not except `tool`.
#[track_caller]
#[allow(clippy::panic)] // fails the test that calls it
pub fn not_run(tool: &str, remedy: &str) {
    let may_be_missing = std::env::var(WITHOUT).is_ok_and(|tools| tools.split(',').any(|name| name == tool));
    if !may_be_missing && std::env::var_os(REQUIRE).is_some_and(|value| value == "1") {
        panic!("{tool} is missing: {remedy}");
    }
    eprintln!("not run: {tool} is missing: {remedy}");
    let Some(file) = std::env::var_os(NOT_RUN) else { return };
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("unnamed");
    // One write per line: test binaries append at the same time.
    let line = format!("{tool}\t{test}\n");
    let written =
        OpenOptions::new().create(true).append(true).open(&file).and_then(|mut f| f.write_all(line.as_bytes()));
    if let Err(error) = written {
        panic!("{}: {error}", file.to_string_lossy());
    }
}
