//! `cargo xtask test`.

mod summary;

use std::env;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xshell::{Shell, cmd};

use crate::{Result, conformance, flags, openssl};
use summary::{Line, Summary};

const VENDOR_EXAMPLES: &str = "SF_BACKUP_VENDOR_EXAMPLES";
/// Makes it an error if a test does not run.
pub(crate) const REQUIRE: &str = "SF_BACKUP_REQUIRE";
/// Names the tools that may be missing nevertheless, separated by commas.
const WITHOUT: &str = "SF_BACKUP_WITHOUT";
/// Names the file to which tests report that they did not run.
const NOT_RUN: &str = "SF_BACKUP_NOT_RUN";

/// The file with the whole output of the test runner.
const LOG: &str = "target/test.log";
const NOT_RUN_FILE: &str = "target/test-not-run.txt";

/// The folder with the vendor's examples, if the environment names one.
pub(crate) fn vendor_examples() -> Result<Option<PathBuf>> {
    match env::var_os(VENDOR_EXAMPLES) {
        Some(path) if !path.is_empty() => Ok(Some(std::path::absolute(path)?)),
        _ => Ok(None),
    }
}

/// Runs all tests. Prints the runner's results and failures; the rest of its output goes to a log file.
pub(crate) fn run(sh: &Shell, examples: Option<&Path>, flags: &flags::Test) -> Result {
    let require = flags.require;
    // A build of all crates enables every other feature.
    let features = openssl::features(sh);
    let mut tests = cmd!(sh, "cargo test --workspace {features...} --no-fail-fast");
    match examples {
        Some(folder) => tests = tests.env(VENDOR_EXAMPLES, folder),
        None if require => return Err(format!("{VENDOR_EXAMPLES} names no folder").into()),
        None => {}
    }
    for (variable, program) in conformance::clients(sh, require)? {
        tests = tests.env(variable, program);
    }
    if require {
        tests = tests.env(REQUIRE, "1").env(WITHOUT, flags.without.join(","));
    }
    let not_run = sh.current_dir().join(NOT_RUN_FILE);
    sh.write_file(&not_run, "")?;
    eprintln!("Building and running all tests; the first build takes some minutes. Full output: {LOG}");
    let summary = read(tests.env(NOT_RUN, &not_run), &sh.current_dir().join(LOG))?;
    let summary = summary.without(&sh.read_file(&not_run)?);
    println!("\n{summary}");
    summary.verdict()
}

/// Runs the tests and reads their output as it comes.
fn read(tests: xshell::Cmd<'_>, log: &Path) -> Result<Summary> {
    let mut log = io::BufWriter::new(File::create(log)?);
    let mut running = Command::from(tests).stdout(Stdio::piped()).spawn()?;
    let mut summary = Summary::default();
    let on_terminal = io::stderr().is_terminal();
    if let Some(output) = running.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let mut line = line?;
            let text = String::from_utf8_lossy(&line).into_owned();
            let kind = summary.read(&text);
            line.push(b'\n');
            log.write_all(&line)?;
            if on_terminal {
                // Clear the progress line.
                eprint!("\r\x1b[K");
            }
            if kind == Line::Shown {
                println!("{text}");
            }
            if on_terminal {
                eprint!("{}", summary.progress());
            }
        }
    }
    log.flush()?;
    summary.runner_succeeded = running.wait()?.success();
    Ok(summary)
}
