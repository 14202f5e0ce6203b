//! The workspace on Windows: built for it here, run under wine.

mod debian;

use std::path::Path;

use xshell::{Shell, cmd};

use crate::Result;
pub(crate) use debian::Debian;

pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";
/// The target folder of builds for Windows.
pub(crate) const BUILD: &str = "target/windows/build";
const LINKER: &str = "x86_64-w64-mingw32-gcc";
/// The crates whose unit tests run under wine.
const CRATES: &[&str] = &["sf-backup-proto", "sf-backup-transport", "sf-backup-ops", "sf-backup-sim", "sf-backup-cli"];
/// The programs that the end-to-end script runs.
const PROGRAMS: &[&str] = &[
    "build",
    "--package=sf-backup-cli",
    "--package=sf-backup-blocking",
    "--package=sf-backup-transport",
    "--features=sf-backup-transport/tls",
    "--bin=sf-backup",
    "--example=call_blocking",
    "--example=import_pfx",
    "--example=renegotiate",
];
const END_TO_END: &str = include_str!("windows/end-to-end.sh");

/// Builds the command and the unit tests for Windows and runs them under wine.
pub(crate) fn run(sh: &Shell) -> Result {
    if let Some(reason) = unavailable(sh) {
        println!("windows: not run: {reason}");
        return Ok(());
    }
    let debian = Debian::prepare(sh)?;
    let root = sh.current_dir();
    // In one build, so that all have the same features of their dependencies.
    build(sh, PROGRAMS)?;
    let mut failed = Vec::new();
    for name in CRATES {
        eprintln!("== unit tests of {name}");
        for program in unit_tests(sh, name)? {
            let program = program.strip_prefix(&root).unwrap_or(&program).to_owned();
            let package = format!("/src/crates/{name}");
            let script = format!("cd {package} && exec wine /src/{}", program.display());
            if debian.run(sh, &script, &[]).is_err() {
                failed.push((*name).to_owned());
            }
        }
    }
    eprintln!("== end to end");
    if debian.run(sh, END_TO_END, &[]).is_err() {
        failed.push("end to end".to_owned());
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("windows: failed: {}", failed.join(", ")).into()) }
}

/// Type-checks the crates for Windows, if the target is installed. Needs no linker.
pub(crate) fn check(sh: &Shell) -> Result {
    if !has_target(sh, TARGET) {
        println!("not checked for Windows: rustup target add {TARGET}");
        return Ok(());
    }
    let packages: Vec<&str> = CRATES.iter().flat_map(|name| ["--package", name]).collect();
    cmd!(sh, "cargo clippy {packages...} --locked --target {TARGET} --target-dir {BUILD} -- -D warnings")
        .env_remove("RUSTFLAGS")
        .run()?;
    Ok(())
}

/// Why this machine cannot run programs for Windows, if it cannot.
pub(crate) fn unavailable(sh: &Shell) -> Option<String> {
    let responses = |program: &str, arguments: &[&str]| {
        cmd!(sh, "{program} {arguments...}").quiet().ignore_stdout().ignore_stderr().run().is_ok()
    };
    if !cfg!(target_os = "linux") || !Path::new("/etc/debian_version").exists() {
        return Some("needs Debian".to_owned());
    }
    if cmd!(sh, "id -u").quiet().read().ok().as_deref() != Some("0") {
        return Some("needs root, to make a Debian environment with wine".to_owned());
    }
    if !has_target(sh, TARGET) {
        return Some(format!("needs the standard library of Rust: rustup target add {TARGET}"));
    }
    [(LINKER, "gcc-mingw-w64-x86-64-win32"), ("debootstrap", "debootstrap")]
        .into_iter()
        .find(|(program, _)| !responses(program, &["--version"]))
        .map(|(program, package)| format!("needs {program}: apt-get install {package}"))
}

/// Whether the standard library for a target is installed.
pub(crate) fn has_target(sh: &Shell, target: &str) -> bool {
    let folder = cmd!(sh, "rustc --print target-libdir --target {target}").quiet().ignore_stderr().read();
    folder.is_ok_and(|folder| Path::new(&folder).exists())
}

/// Runs cargo for Windows, with the lowest priority that still makes progress, because it takes minutes.
pub(crate) fn build(sh: &Shell, arguments: &[&str]) -> Result {
    let linker = format!("CARGO_TARGET_{}_LINKER", TARGET.to_uppercase().replace('-', "_"));
    cmd!(sh, "nice -n 10 cargo {arguments...} --locked --target {TARGET} --target-dir {BUILD}")
        .env(linker, LINKER)
        .env_remove("RUSTFLAGS")
        .run()?;
    Ok(())
}

/// Builds the unit tests of a crate; the programs.
fn unit_tests(sh: &Shell, package: &str) -> Result<Vec<std::path::PathBuf>> {
    let linker = format!("CARGO_TARGET_{}_LINKER", TARGET.to_uppercase().replace('-', "_"));
    let features: &[&str] = match package {
        "sf-backup-transport" => &["--features", "tls"],
        _ => &[],
    };
    let messages = cmd!(
        sh,
        "nice -n 10 cargo test --no-run --lib --package {package} {features...} --locked --target {TARGET} --target-dir {BUILD} --message-format=json-render-diagnostics"
    )
    .env(linker, LINKER)
    .env_remove("RUSTFLAGS")
    .read()?;
    Ok(messages.lines().filter_map(executable).map(Into::into).collect())
}

/// The program that a message of cargo names.
fn executable(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("\"executable\":\"")?;
    rest.split_once('"').map(|(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_in_the_messages_of_cargo() {
        let message = r#"{"reason":"compiler-artifact","executable":"/w/target/a.exe","fresh":true}"#;
        assert_eq!(executable(message), Some("/w/target/a.exe"));
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
    }
}
