//! Measurements of release builds.

use std::str::FromStr;

use xshell::{Shell, cmd};

use crate::{Result, conformance, openssl};

/// The peers are nobody else's to build: a workspace of its own.
pub(crate) const MANIFEST: &str = "tests/bench/Cargo.toml";
const REPORT: &str = "BENCHMARKS.md";
pub(crate) const FOLDER: &str = "target/bench";

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    /// The simulator with a large cluster.
    Sim,
}

impl FromStr for Measured {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "sim" => Ok(Self::Sim),
            _ => Err(format!("{text:?} cannot be measured; sim can")),
        }
    }
}

/// Everything against its peers, in one report.
pub(crate) fn all(sh: &Shell, check: bool) -> Result {
    let (features, vendored) = (openssl::features(sh), features(sh));
    cmd!(sh, "cargo build --release --quiet --package sf-backup-cli {features...}").run()?;
    cmd!(sh, "cargo build --release --quiet --locked --manifest-path {MANIFEST} --target-dir {FOLDER} {vendored...}")
        .run()?;
    let marks = format!("{FOLDER}/release/sf-backup-bench");
    let way = if check { "--check" } else { "--write" };
    let command = sh.current_dir().join("target/release/sf-backup");
    let mut measure = cmd!(sh, "{marks} {way} {REPORT}").env("SF_BACKUP", command);
    for (variable, program) in conformance::clients(sh, false)? {
        measure = measure.env(variable, program);
    }
    measure.run()?;
    Ok(())
}

/// The features of the measurements, which have a name of their own for building OpenSSL.
pub(crate) fn features(sh: &Shell) -> &'static [&'static str] {
    if openssl::features(sh).is_empty() { &[] } else { &["--features", "vendored-openssl"] }
}

/// One thing, against marks of its own.
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
    fn only_what_there_is_can_be_measured() {
        assert_eq!("sim".parse(), Ok(Measured::Sim));
        assert_eq!("cli".parse::<Measured>().unwrap_err(), "\"cli\" cannot be measured; sim can");
    }
}
