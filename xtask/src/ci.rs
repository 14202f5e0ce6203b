//! All checks of a change, except the tests.

use std::str::FromStr;

use xshell::{Shell, cmd};

use crate::{Result, bench, codegen, fuzz, layers, openssl, tidy, wasm, windows};

/// One kind of check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Fmt,
    Lint,
    Doc,
    Layers,
    Tidy,
    Codegen,
    Targets,
    Counts,
}

/// The steps in the order in which they run, fast ones first.
const STEPS: &[(&str, Step)] = &[
    ("fmt", Step::Fmt),
    ("tidy", Step::Tidy),
    ("layers", Step::Layers),
    ("lint", Step::Lint),
    ("doc", Step::Doc),
    ("codegen", Step::Codegen),
    ("targets", Step::Targets),
    ("counts", Step::Counts),
];

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let found = STEPS.iter().find(|(name, _)| *name == text);
        found.map(|(_, step)| *step).ok_or_else(|| {
            let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
            format!("unknown step `{text}`: expected one of {}", names.join(", "))
        })
    }
}

/// Runs one step, or all steps even if one fails.
pub(crate) fn run(sh: &Shell, only: Option<Step>) -> Result {
    let mut failed = Vec::new();
    let chosen = STEPS.iter().filter(|(_, step)| only.is_none_or(|only| only == *step));
    for (name, step) in chosen {
        eprintln!("== {name}");
        if let Err(error) = take(sh, *step) {
            eprintln!("{name}: {error}");
            failed.push(*name);
        }
    }
    if failed.is_empty() {
        eprintln!("ci: all is well");
        Ok(())
    } else {
        Err(format!("ci failed: {}", failed.join(", ")).into())
    }
}

fn take(sh: &Shell, step: Step) -> Result {
    match step {
        Step::Fmt => fmt(sh),
        Step::Lint => lint(sh),
        Step::Doc => doc(sh),
        Step::Layers => layers::run(sh),
        Step::Tidy => tidy::run(),
        Step::Codegen => codegen::run(sh, true),
        Step::Targets => targets(sh),
        Step::Counts => bench::counts(sh),
    }
}

fn fmt(sh: &Shell) -> Result {
    cmd!(sh, "cargo fmt --all --check").run()?;
    for apart in [fuzz::MANIFEST, bench::MANIFEST] {
        cmd!(sh, "cargo fmt --manifest-path {apart} --check").run()?;
    }
    Ok(())
}

/// Runs clippy on all crates together, which enables every feature except building OpenSSL; again without features that
/// could hide a missing item; and on the fuzz entry points, as far as stable Rust builds them. Also
/// compiles the benchmarks.
fn lint(sh: &Shell) -> Result {
    let features = openssl::features(sh);
    let mut all = vec!["--workspace"];
    all.extend(features.iter().map(String::as_str));
    let bare = ["--package", "sf-backup-proto", "--no-default-features"];
    let without_tls =
        ["--package", "sf-backup-hyper", "--package", "sf-backup-blocking", "--lib", "--no-default-features"];
    // Some of its sources belong to other crates, which check the tests in them.
    let fuzz = ["--manifest-path", fuzz::MANIFEST, "--no-default-features", "--lib"];
    for choice in [&all[..], &bare[..], &without_tls[..], &fuzz[..]] {
        let targets: &[&str] = if choice.contains(&"--lib") { &[] } else { &["--all-targets"] };
        cmd!(sh, "cargo clippy {choice...} {targets...} -- -D warnings").run()?;
    }
    bench::check(sh)
}

/// Type-checks what only other platforms compile, for each target whose standard library is installed.
fn targets(sh: &Shell) -> Result {
    windows::check(sh)?;
    wasm::check(sh)
}

fn doc(sh: &Shell) -> Result {
    let features = openssl::features(sh);
    cmd!(sh, "cargo doc --workspace {features...} --no-deps").env("RUSTDOCFLAGS", "-D warnings").run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_name_and_no_other_name_is_taken() {
        for (name, step) in STEPS {
            assert_eq!(name.parse(), Ok(*step));
        }
        let refusal = "lints".parse::<Step>().unwrap_err();
        assert!(refusal.contains("`lints`") && refusal.contains("lint,"), "{refusal}");
    }
}
