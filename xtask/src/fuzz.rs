//! Fuzzing, if the tools are installed.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use xshell::{Shell, cmd};

use crate::{Result, flags};

/// The package of the fuzz targets, outside the workspace because of its dependencies.
pub(crate) const MANIFEST: &str = "crates/sf-backup-proto/fuzz/Cargo.toml";
const FOLDER: &str = "crates/sf-backup-proto/fuzz";
const REPORT: &str = "target/fuzz.txt";
const LOGS: &str = "target/fuzz-logs";

/// Runs every target for some seconds, several at a time if requested, and writes the report.
pub(crate) fn run(sh: &Shell, flags: &flags::Fuzz) -> Result {
    if cmd!(sh, "cargo fuzz --version").quiet().ignore_stderr().read().is_err() {
        eprintln!("fuzz: skipped, no cargo-fuzz: cargo install cargo-fuzz");
        return Ok(());
    }
    let how = How::on(sh);
    let listed = cmd!(sh, "cargo fuzz list --fuzz-dir {FOLDER}").read()?;
    let targets: Vec<String> = listed.split_whitespace().map(str::to_owned).collect();
    if targets.is_empty() {
        return Err(format!("{FOLDER} has no targets").into());
    }
    let (toolchain, sanitizer) = (how.toolchain, how.sanitizer);
    cmd!(sh, "cargo {toolchain...} fuzz build --fuzz-dir {FOLDER} {sanitizer...}").run()?;
    sh.create_dir(LOGS)?;

    let seconds = flags.seconds.unwrap_or(60);
    let left = Mutex::new(VecDeque::from(targets));
    let done = Mutex::new(Vec::new());
    let root = sh.current_dir();
    // In the loop's condition, the lock would be held while a target runs.
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || {
        while let Some(target) = next() {
            let ran = Ran::of(&how, &root, target, seconds);
            eprintln!("fuzz: {}", ran.line());
            done.lock().unwrap_or_else(PoisonError::into_inner).push(ran);
        }
    };
    let at_once = flags.at_once.unwrap_or(NonZeroUsize::MIN);
    std::thread::scope(|scope| (0..at_once.get()).for_each(|_| drop(scope.spawn(work))));

    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by(|a, b| a.target.cmp(&b.target));
    let mut report = format!("fuzz: {seconds} s for each target, {}\n", how.words);
    done.iter().try_for_each(|ran| writeln!(report, "{}", ran.line()))?;
    fs::write(REPORT, &report)?;
    print!("{report}");
    let failed: Vec<&str> = done.iter().filter(|ran| !ran.well).map(|ran| ran.target.as_str()).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failures found by {}", failed.join(", ")).into()) }
}

/// The compiler and sanitizer.
struct How {
    toolchain: &'static [&'static str],
    sanitizer: &'static [&'static str],
    words: &'static str,
}

impl How {
    /// Selects nightly with a sanitizer if installed, else stable without. The fuzzer works on both.
    fn on(sh: &Shell) -> Self {
        match cmd!(sh, "cargo +nightly --version").quiet().ignore_stderr().read() {
            Ok(_) => Self { toolchain: &["+nightly"], sanitizer: &[], words: "on nightly with AddressSanitizer" },
            Err(_) => {
                Self { toolchain: &[], sanitizer: &["--sanitizer", "none"], words: "on stable, without a sanitizer" }
            }
        }
    }
}

/// The result of a target.
struct Ran {
    target: String,
    well: bool,
    /// The number of inputs, and of edges that they reached, as counted by libFuzzer.
    tried: Option<String>,
    reached: Option<String>,
    log: PathBuf,
}

impl Ran {
    fn of(how: &How, root: &Path, target: String, seconds: u64) -> Self {
        let log = root.join(LOGS).join(format!("{target}.txt"));
        let run = || -> std::io::Result<bool> {
            let output = File::create(&log)?;
            let mut run = Command::new("cargo");
            run.args(how.toolchain).args(["fuzz", "run", "--fuzz-dir", FOLDER]).args(how.sanitizer).arg(&target);
            // A target that takes ten seconds or more than a gigabyte for one input fails.
            run.args(["--", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]);
            run.arg(format!("-max_total_time={seconds}")).current_dir(root);
            Ok(run.stdout(output.try_clone()?).stderr(output).status()?.success())
        };
        let well = run().unwrap_or(false);
        let text = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
        let (tried, reached) = (tried(&text), reached(&text));
        Self { well: well && tried.is_some(), tried, reached, target, log }
    }

    fn line(&self) -> String {
        let of = |count: &Option<String>| count.clone().unwrap_or_else(|| "no".to_owned());
        let verdict = match self.well {
            true => "nothing found".to_owned(),
            false => format!("FAILED, see {}", self.log.display()),
        };
        format!("{:<12} {:>12} inputs, {:>6} edges: {verdict}", self.target, of(&self.tried), of(&self.reached))
    }
}

/// `stat::number_of_executed_units: 123456`
fn tried(log: &str) -> Option<String> {
    let line = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    Some(line.trim().to_owned())
}

/// The last line such as `#123 DONE   cov: 4567 ft: …`.
fn reached(log: &str) -> Option<String> {
    let (_, rest) = log.lines().rev().find_map(|line| line.split_once(" cov: "))?;
    Some(rest.split_whitespace().next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_libfuzzer_are_parsed() {
        let log = "#2\tINITED cov: 10 ft: 1\n#99\tDONE   cov: 4567 ft: 8 corp: 9\nstat::number_of_executed_units: 99\n";
        assert_eq!((tried(log).as_deref(), reached(log).as_deref()), (Some("99"), Some("4567")));
        assert_eq!((tried(""), reached("#1\tREDUCE\n")), (None, None));
    }
}
