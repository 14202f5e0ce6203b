//! Checks before a release that take too long for every change.

mod api;
mod changelog;
mod snippets;

use std::fmt;
use std::fs;

use xshell::{Shell, cmd};

use crate::ci::{self, Step};
use crate::{Result, bench, flags, windows};

/// The crates that are released, in the order of their dependencies.
pub(crate) const RELEASED: &[&str] = &[
    "sf-backup-proto",
    "sf-backup-transport",
    "sf-backup-hyper",
    "sf-backup-blocking",
    "sf-backup-sim",
    "sf-backup-ops",
    "sf-backup-cli",
];

const REPORT: &str = "target/release-check.txt";

/// The feature that builds OpenSSL. It takes minutes and is not our code, so feature checks skip it.
const NOT_OURS: &str = "vendored-openssl";

/// The result of a check. A skipped check has not passed.
enum Outcome {
    Passed,
    Skipped(String),
}

type Check = fn(&Shell, &flags::ReleaseCheck) -> Result<Outcome>;

/// The checks, fast ones first.
const CHECKS: &[(&str, &str, Check)] = &[
    ("changelog", "the changelog has the required sections and headings", |_, _| changelog::run().map(passed)),
    ("tidy", "every crate has a description, README, keywords and categories", |sh, _| ci_step(sh, Step::Tidy)),
    ("layers", "crates use only the crates that they may use", |sh, _| ci_step(sh, Step::Layers)),
    ("deny", "licences, duplicates and sources of all dependencies", |sh, _| deny(sh)),
    ("advisories", "no dependency has a known vulnerability", |sh, _| advisories(sh)),
    ("locked", "the lock file is complete", |sh, _| locked(sh)),
    ("doc", "documentation without warnings", |sh, _| ci_step(sh, Step::Doc)),
    ("msrv", "the oldest supported compiler builds all crates", |sh, _| msrv(sh)),
    ("features", "every combination of features builds", |sh, _| features(sh)),
    ("minimal", "the oldest permitted dependencies build", |sh, _| minimal(sh)),
    ("api", "the public interface matches the record", |sh, flags| api::run(sh, flags.bless)),
    ("semver", "the version number matches the changes", |sh, _| semver(sh)),
    ("bench", "the benchmarks build without warnings and pass their tests", |sh, _| measurements(sh)),
    ("snippets", "the programs in the READMEs build and run with the dependencies above them", |sh, _| {
        snippets::run(sh).map(|_| Outcome::Passed)
    }),
    ("targets", "the crates build for Windows and WebAssembly, where a target is installed", |sh, _| {
        ci_step(sh, Step::Targets)
    }),
    ("windows", "the tests for Windows pass under wine", |sh, _| on_windows(sh)),
    ("package", "every crate can be packaged and builds from its package", |sh, _| package(sh)),
];

/// Runs one check, or all checks even if one fails.
pub(crate) fn run(sh: &Shell, flags: &flags::ReleaseCheck) -> Result {
    let chosen = |name: &str| flags.only.as_deref().is_none_or(|only| only == name);
    let mut report = Report::default();
    for (name, what, check) in CHECKS.iter().filter(|(name, ..)| chosen(name)) {
        eprintln!("== {name}: {what}");
        report.take(name, what, check(sh, flags));
    }
    if report.0.is_empty() {
        let names: Vec<&str> = CHECKS.iter().map(|(name, ..)| *name).collect();
        return Err(format!("unknown check: expected one of {}", names.join(", ")).into());
    }
    if flags.only.is_none() {
        fs::write(REPORT, report.to_string())?;
    }
    print!("{report}");
    report.verdict()
}

fn on_windows(sh: &Shell) -> Result<Outcome> {
    match windows::unavailable(sh) {
        Some(reason) => Ok(Outcome::Skipped(reason)),
        None => windows::run(sh).map(passed),
    }
}

/// Checks the benchmarks, which are a separate workspace.
fn measurements(sh: &Shell) -> Result<Outcome> {
    let manifest = bench::MANIFEST;
    let features = bench::features(sh);
    let apart = ["--locked", "--manifest-path", manifest, "--target-dir", bench::FOLDER];
    cmd!(sh, "cargo clippy --quiet {apart...} {features...} --all-targets -- -D warnings").run()?;
    cmd!(sh, "cargo test --quiet {apart...} {features...}").run()?;
    Ok(Outcome::Passed)
}

/// The results of all checks, one line each.
#[derive(Default)]
struct Report(Vec<(String, Word)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Passed,
    Skipped,
    Failed,
}

impl Report {
    fn take(&mut self, name: &str, what: &str, outcome: Result<Outcome>) {
        let (word, more) = match outcome {
            Ok(Outcome::Passed) => (Word::Passed, what.to_owned()),
            Ok(Outcome::Skipped(why)) => (Word::Skipped, format!("{what}: {why}")),
            Err(error) => (Word::Failed, format!("{what}: {error}")),
        };
        eprintln!("{name}: {}", word.as_str());
        self.0.push((format!("{:<8} {name:<11} {more}", word.as_str()), word));
    }

    fn count(&self, word: Word) -> usize {
        self.0.iter().filter(|(_, result)| *result == word).count()
    }

    fn verdict(&self) -> Result {
        match self.count(Word::Failed) {
            0 => Ok(()),
            failed => Err(format!("{failed} release checks failed").into()),
        }
    }
}

impl Word {
    fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "FAILED",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(line, _)| writeln!(f, "{line}"))?;
        let [passed, skipped, failed] = [Word::Passed, Word::Skipped, Word::Failed].map(|word| self.count(word));
        writeln!(f, "release-check: {passed} passed, {skipped} skipped, {failed} failed")
    }
}

fn passed((): ()) -> Outcome {
    Outcome::Passed
}

fn skipped(why: impl Into<String>) -> Result<Outcome> {
    Ok(Outcome::Skipped(why.into()))
}

/// The message if a subcommand of cargo is not installed.
fn missing(sh: &Shell, tool: &str) -> Option<String> {
    let found = cmd!(sh, "cargo {tool} --version").quiet().ignore_stdout().ignore_stderr().run().is_ok();
    (!found).then(|| format!("no cargo-{tool}: cargo install cargo-{tool}"))
}

/// Whether a toolchain is installed.
fn has_toolchain(sh: &Shell, name: &str) -> bool {
    let toolchain = format!("+{name}");
    cmd!(sh, "cargo {toolchain} --version").quiet().ignore_stdout().ignore_stderr().run().is_ok()
}

fn ci_step(sh: &Shell, step: Step) -> Result<Outcome> {
    ci::run(sh, Some(step)).map(passed)
}

fn deny(sh: &Shell) -> Result<Outcome> {
    if let Some(why) = missing(sh, "deny") {
        return skipped(why);
    }
    cmd!(sh, "cargo deny --all-features --locked check bans licenses sources").run()?;
    Ok(Outcome::Passed)
}

fn advisories(sh: &Shell) -> Result<Outcome> {
    if let Some(why) = missing(sh, "deny") {
        return skipped(why);
    }
    if cmd!(sh, "cargo deny fetch db").quiet().ignore_stderr().run().is_err() {
        return skipped("the advisory database cannot be fetched");
    }
    cmd!(sh, "cargo deny --all-features --locked check advisories --disable-fetch").run()?;
    Ok(Outcome::Passed)
}

fn locked(sh: &Shell) -> Result<Outcome> {
    for manifest in ["Cargo.toml", crate::fuzz::MANIFEST, bench::MANIFEST] {
        cmd!(sh, "cargo fetch --locked --manifest-path {manifest}").run()?;
    }
    cmd!(sh, "cargo check --workspace --all-targets --locked").run()?;
    Ok(Outcome::Passed)
}

fn msrv(sh: &Shell) -> Result<Outcome> {
    let manifest = fs::read_to_string(crate::root().join("Cargo.toml"))?;
    let promised = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \""));
    let version = promised.and_then(|text| text.strip_suffix('"')).ok_or("the workspace names no rust-version")?;
    if !has_toolchain(sh, version) {
        return skipped(format!("no toolchain {version}; clippy's incompatible_msrv checks it in cargo xtask ci lint"));
    }
    let toolchain = format!("+{version}");
    cmd!(sh, "cargo {toolchain} check --workspace --locked").run()?;
    Ok(Outcome::Passed)
}

fn features(sh: &Shell) -> Result<Outcome> {
    if let Some(why) = missing(sh, "hack") {
        return skipped(why);
    }
    let packages = RELEASED.iter().flat_map(|name| ["--package", name]);
    cmd!(sh, "cargo hack check {packages...} --feature-powerset --exclude-features {NOT_OURS}").run()?;
    Ok(Outcome::Passed)
}

/// Checks with the oldest dependencies. Restores the lock file in any case.
fn minimal(sh: &Shell) -> Result<Outcome> {
    if !has_toolchain(sh, "nightly") {
        return skipped("no nightly toolchain, which is needed to resolve the oldest versions");
    }
    let path = crate::root().join("Cargo.lock");
    let lock = fs::read(&path)?;
    let check = || -> Result<Outcome> {
        cmd!(sh, "cargo +nightly update -Z direct-minimal-versions").run()?;
        cmd!(sh, "cargo +nightly check --workspace --lib --bins --target-dir target/minimal").run()?;
        Ok(Outcome::Passed)
    };
    let outcome = check();
    fs::write(path, lock)?;
    outcome
}

fn semver(sh: &Shell) -> Result<Outcome> {
    let tags = cmd!(sh, "git tag --list v* --sort=-version:refname").read()?;
    let Some(last) = tags.lines().next() else {
        return skipped("no earlier release to compare with");
    };
    if let Some(why) = missing(sh, "semver-checks") {
        return skipped(why);
    }
    let packages = RELEASED.iter().flat_map(|name| ["--package", name]);
    cmd!(sh, "cargo semver-checks {packages...} --baseline-rev {last}").run()?;
    Ok(Outcome::Passed)
}

fn package(sh: &Shell) -> Result<Outcome> {
    let packages = RELEASED.iter().flat_map(|name| ["--package", name]);
    cmd!(sh, "cargo package {packages...} --locked").run()?;
    Ok(Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_checks_have_not_passed_and_failed_checks_fail() {
        let mut report = Report::default();
        report.take("a", "one", Ok(Outcome::Passed));
        report.take("b", "two", skipped("there is none"));
        assert!(report.verdict().is_ok());
        assert!(report.to_string().ends_with("release-check: 1 passed, 1 skipped, 0 failed\n"), "{report}");
        assert!(report.to_string().contains("skipped  b           two: there is none"), "{report}");
        report.take("c", "three", Err("no".into()));
        assert!(report.verdict().is_err());
        assert!(report.to_string().contains("FAILED   c           three: no"), "{report}");
    }

    #[test]
    fn every_crate_below_crates_is_released() {
        let mut folders: Vec<String> = fs::read_dir(crate::root().join("crates"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut released = RELEASED.to_vec();
        folders.sort();
        released.sort_unstable();
        assert_eq!(folders, released);
    }
}
