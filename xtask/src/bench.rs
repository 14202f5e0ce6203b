//! Benchmarks of release builds.

use std::path::PathBuf;
use std::str::FromStr;

use xshell::{Shell, cmd};

use crate::{Result, conformance, dist, openssl};

/// A separate workspace, so that only the benchmarks build their peers.
pub(crate) const MANIFEST: &str = "tests/bench/Cargo.toml";
const REPORT: &str = "BENCHMARKS.md";
pub(crate) const FOLDER: &str = "target/bench";

/// A single benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    /// The simulator, with a large cluster.
    Sim,
    /// Instructions, which do not depend on the machine's load.
    Counts,
}

impl FromStr for Measured {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "sim" => Ok(Self::Sim),
            "counts" => Ok(Self::Counts),
            _ => Err(format!("unknown benchmark {text:?}: expected sim or counts")),
        }
    }
}

/// Runs all benchmarks against their peers and writes the report; with `check`, compares with it instead. `full` measures three
/// times as many rounds.
pub(crate) fn all(sh: &Shell, check: bool, full: bool) -> Result {
    let (features, vendored) = (openssl::features(sh), features(sh));
    let packaged = if full { Some(build_packaged(sh)?) } else { None };
    cmd!(sh, "cargo build --profile dist --quiet --locked --package sf-backup-cli {features...}").run()?;
    cmd!(sh, "cargo build --release --quiet --locked --manifest-path {MANIFEST} --target-dir {FOLDER} {vendored...}")
        .run()?;
    let marks = format!("{FOLDER}/release/sf-backup-bench");
    let way = if check { "--check" } else { "--write" };
    let command = sh.current_dir().join("target/dist/sf-backup");
    let full: &[&str] = if full { &["--full"] } else { &[] };
    let mut measure = cmd!(sh, "{marks} {way} {REPORT} {full...}").env("SF_BACKUP", command);
    if can_count(sh) {
        measure = measure.env("SF_BACKUP_WORK", build_counted(sh)?);
    }
    if let Some(packaged) = packaged {
        measure = measure.env("SF_BACKUP_PACKAGED", packaged);
    }
    for (variable, program) in conformance::clients(sh, false)? {
        measure = measure.env(variable, program);
    }
    measure.run()?;
    Ok(())
}

/// Builds the command as packages contain it, with OpenSSL inside.
fn build_packaged(sh: &Shell) -> Result<PathBuf> {
    let (built, folder) = (dist::build(sh)?, sh.current_dir().join(FOLDER).join("packaged"));
    sh.create_dir(&folder)?;
    sh.copy_file(built, &folder)?;
    Ok(folder.join("sf-backup"))
}

/// Compiles the benchmarks without running them.
pub(crate) fn check(sh: &Shell) -> Result {
    let features = features(sh);
    cmd!(sh, "cargo check --quiet --locked --manifest-path {MANIFEST} --target-dir {FOLDER} {features...}").run()?;
    Ok(())
}

/// The features of the benchmarks, whose feature for building OpenSSL has its own name.
pub(crate) fn features(sh: &Shell) -> &'static [&'static str] {
    if openssl::features(sh).is_empty() { &[] } else { &["--features", "vendored-openssl"] }
}

/// Runs one benchmark and compares it with its targets.
pub(crate) fn one(sh: &Shell, what: Measured) -> Result {
    match what {
        Measured::Sim => cmd!(sh, "cargo bench --quiet --package sf-backup-sim --bench marks").quiet().run()?,
        Measured::Counts => counts(sh)?,
    }
    Ok(())
}

/// Counts instructions, and fails if a count is more than 2 % above that in the report.
pub(crate) fn counts(sh: &Shell) -> Result {
    if !can_count(sh) {
        eprintln!("not run: counts of instructions, because valgrind is not installed or does not work here");
        return Ok(());
    }
    let work = build_counted(sh)?;
    cmd!(sh, "{work} check {REPORT}").run()?;
    Ok(())
}

fn can_count(sh: &Shell) -> bool {
    // valgrind does not support the instructions of every processor.
    let nothing = cmd!(sh, "valgrind --tool=callgrind --callgrind-out-file=/dev/null true");
    nothing.quiet().ignore_stdout().ignore_stderr().run().is_ok()
}

/// Builds the program whose instructions are counted. The flags of the environment would change the counts.
fn build_counted(sh: &Shell) -> Result<PathBuf> {
    let vendored = features(sh);
    let build = cmd!(
        sh,
        "cargo build --profile counted --quiet --locked --no-default-features --bin work --manifest-path {MANIFEST} --target-dir {FOLDER} {vendored...}"
    );
    build.env_remove("RUSTFLAGS").run()?;
    Ok(sh.current_dir().join(FOLDER).join("counted/work"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_benchmarks_are_rejected() {
        assert_eq!("sim".parse(), Ok(Measured::Sim));
        assert_eq!("counts".parse(), Ok(Measured::Counts));
        assert_eq!("cli".parse::<Measured>().unwrap_err(), "unknown benchmark \"cli\": expected sim or counts");
    }
}
