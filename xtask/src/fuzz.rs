//! Fuzzing, where the machine has what it takes.

use xshell::{Shell, cmd};

use crate::Result;

/// The fuzz targets are a package outside the workspace, for they need nightly and dependencies of their own.
pub(crate) const MANIFEST: &str = "crates/sf-backup-proto/fuzz/Cargo.toml";
const FOLDER: &str = "crates/sf-backup-proto/fuzz";

/// Runs every target for `seconds`.
pub(crate) fn run(sh: &Shell, seconds: Option<u64>) -> Result {
    if let Some(missing) = missing(sh) {
        eprintln!("fuzz: skipped, {missing}");
        return Ok(());
    }
    let listed = cmd!(sh, "cargo +nightly fuzz list --fuzz-dir {FOLDER}").read()?;
    let targets: Vec<&str> = listed.split_whitespace().collect();
    if targets.is_empty() {
        return Err(format!("{FOLDER} has no targets").into());
    }
    let bound = format!("-max_total_time={}", seconds.unwrap_or(60));
    for target in &targets {
        cmd!(sh, "cargo +nightly fuzz run --fuzz-dir {FOLDER} {target} -- {bound}").run()?;
    }
    eprintln!("fuzz: {} found nothing", targets.join(", "));
    Ok(())
}

/// What this machine lacks.
fn missing(sh: &Shell) -> Option<&'static str> {
    if cmd!(sh, "cargo +nightly --version").quiet().read().is_err() {
        Some("no nightly toolchain: rustup toolchain install nightly")
    } else if cmd!(sh, "cargo +nightly fuzz --version").quiet().read().is_err() {
        Some("no cargo-fuzz: cargo install cargo-fuzz")
    } else {
        None
    }
}
