//! Benchmarks of release builds.

use std::str::FromStr;

use xshell::{Shell, cmd};

use crate::{Result, conformance, openssl};

/// A separate workspace, so that only the benchmarks build their peers.
pub(crate) const MANIFEST: &str = "tests/bench/Cargo.toml";
const REPORT: &str = "BENCHMARKS.md";
pub(crate) const FOLDER: &str = "target/bench";

/// A single benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    /// The simulator, with a large cluster.
    Sim,
}

impl FromStr for Measured {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "sim" => Ok(Self::Sim),
            _ => Err(format!("unknown benchmark {text:?}: expected sim")),
        }
    }
}

/// Runs all benchmarks against their peers and writes the report; with `check`, compares with it instead.
pub(crate) fn all(sh: &Shell, check: bool) -> Result {
    let (features, vendored) = (openssl::features(sh), features(sh));
    cmd!(sh, "cargo build --profile dist --quiet --package sf-backup-cli {features...}").run()?;
    cmd!(sh, "cargo build --release --quiet --locked --manifest-path {MANIFEST} --target-dir {FOLDER} {vendored...}")
        .run()?;
    let marks = format!("{FOLDER}/release/sf-backup-bench");
    let way = if check { "--check" } else { "--write" };
    let command = sh.current_dir().join("target/dist/sf-backup");
    let mut measure = cmd!(sh, "{marks} {way} {REPORT}").env("SF_BACKUP", command);
    for (variable, program) in conformance::clients(sh, false)? {
        measure = measure.env(variable, program);
    }
    measure.run()?;
    Ok(())
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
    let (package, target) = match what {
        Measured::Sim => ("sf-backup-sim", "marks"),
    };
    cmd!(sh, "cargo bench --quiet --package {package} --bench {target}").quiet().run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_benchmarks_are_rejected() {
        assert_eq!("sim".parse(), Ok(Measured::Sim));
        assert_eq!("cli".parse::<Measured>().unwrap_err(), "unknown benchmark \"cli\": expected sim");
    }
}
