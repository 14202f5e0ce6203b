//! Files to publish: a tarball, a Debian package, a zip for Windows, checksums and what a container image is built from.

mod container;
mod debian;
mod licences;
mod tarball;
mod windows;

use std::env;
use std::path::{Path, PathBuf};

use xshell::{Shell, cmd};

use crate::Result;

/// The folder of all files.
const DIST: &str = "target/packages";
const CLI: &str = "crates/sf-backup-cli";
const PACKAGING: &str = "crates/sf-backup-cli/packaging";
/// Libraries that every Linux with glibc has. The binary must need no others.
const SYSTEM_LIBRARIES: &[&str] =
    &["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1", "ld-linux"];

/// Makes all files, then checks each by running or reading it.
pub(crate) fn run(sh: &Shell) -> Result {
    if !cfg!(target_os = "linux") {
        return Err("dist: only on Linux".into());
    }
    let dist = sh.current_dir().join(DIST);
    sh.remove_path(&dist)?;
    sh.create_dir(&dist)?;
    let binary = build(sh)?;
    let release = Release { version: version(sh)?, target: host(sh)?, epoch: epoch(sh)? };
    let bundle = tarball::lay_out(sh, &dist, &binary, &release)?;
    let tarball = tarball::pack(sh, &bundle, &release)?;

    let mut report = Report::default();
    report.done("tarball", format!("{}, {}", file_name(&tarball), size(&tarball)?));
    report.done("libraries", libraries(sh, &binary)?);
    report.done("tarball runs", tarball::try_out(sh, &tarball)?);
    debian::make(sh, &bundle, &dist, &release, &mut report)?;
    container::build(sh, &bundle, &mut report)?;
    windows::make(sh, &bundle, &dist, &release, &mut report)?;
    report.done("checksums", checksums(sh, &dist)?);
    report.print();
    Ok(())
}

/// Determines the names and times of the files.
struct Release {
    version: String,
    target: String,
    /// The time of the last commit, so that equal sources give equal files.
    epoch: String,
}

/// A line for each step: made, or skipped with the reason.
#[derive(Default)]
struct Report(Vec<String>);

impl Report {
    fn done(&mut self, step: &str, result: String) {
        self.0.push(format!("made     {step:<13} {result}"));
    }

    fn skipped(&mut self, step: &str, reason: &str) {
        self.0.push(format!("skipped  {step:<13} {reason}"));
    }

    fn print(&self) {
        println!("dist: {DIST}");
        self.0.iter().for_each(|line| println!("{line}"));
    }
}

/// Builds the command with OpenSSL inside, so that it runs on systems with another OpenSSL or none.
pub(crate) fn build(sh: &Shell) -> Result<PathBuf> {
    // Without a repository the command reports no commit.
    let commit = cmd!(sh, "git rev-parse --short=12 HEAD").quiet().ignore_stderr().read().unwrap_or_default();
    let _commit = sh.push_env("SF_BACKUP_COMMIT", commit);
    cmd!(sh, "cargo build --profile dist --locked --package sf-backup-cli --features vendored-openssl").run()?;
    Ok(sh.current_dir().join("target/dist/sf-backup"))
}

fn version(sh: &Shell) -> Result<String> {
    let id = cmd!(sh, "cargo pkgid --package sf-backup-cli").quiet().read()?;
    let version = id.rsplit(['#', '@']).next().map(str::to_owned);
    version.ok_or_else(|| format!("no version in {id}").into())
}

fn host(sh: &Shell) -> Result<String> {
    let words = cmd!(sh, "rustc --version --verbose").quiet().read()?;
    let host = words.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    host.ok_or_else(|| "rustc names no host".into())
}

fn epoch(sh: &Shell) -> Result<String> {
    match env::var("SOURCE_DATE_EPOCH") {
        Ok(epoch) => Ok(epoch),
        Err(_) => Ok(cmd!(sh, "git log -1 --format=%ct").quiet().read()?),
    }
}

/// The shared libraries that the binary loads, and the oldest glibc that it runs on.
fn libraries(sh: &Shell, binary: &Path) -> Result<String> {
    let dynamic = cmd!(sh, "readelf --dynamic {binary}").quiet().read()?;
    let needed: Vec<&str> = dynamic.lines().filter_map(needed_library).collect();
    let is_foreign = |library: &&&str| !SYSTEM_LIBRARIES.iter().any(|system| library.starts_with(system));
    if let Some(foreign) = needed.iter().find(is_foreign) {
        return Err(format!("the binary needs {foreign}, which a system may lack").into());
    }
    let versions = cmd!(sh, "readelf --version-info {binary}").quiet().read()?;
    let (major, minor) = newest_glibc(&versions).ok_or("no version of glibc in the binary")?;
    Ok(format!("{}; glibc {major}.{minor} or later", needed.join(", ")))
}

/// `0x1 (NEEDED)  Shared library: [libc.so.6]`
fn needed_library(line: &str) -> Option<&str> {
    let (_, name) = line.split_once("(NEEDED)")?.1.split_once('[')?;
    name.split_once(']').map(|(name, _)| name)
}

/// The highest `GLIBC_2.34` in the text.
fn newest_glibc(versions: &str) -> Option<(u32, u32)> {
    let names = versions.split("GLIBC_").skip(1);
    let numbers = names.filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let mut parts = rest[..end].split('.').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    });
    numbers.max()
}

fn checksums(sh: &Shell, dist: &Path) -> Result<String> {
    let files: Vec<String> =
        sh.read_dir(dist)?.iter().filter(|path| path.is_file()).map(|path| file_name(path)).collect();
    let files = &files;
    let _inside = sh.push_dir(dist);
    let sums = cmd!(sh, "sha256sum -- {files...}").quiet().read()?;
    sh.write_file("SHA256SUMS", sums + "\n")?;
    cmd!(sh, "sha256sum --check --quiet SHA256SUMS").quiet().run()?;
    Ok(format!("SHA256SUMS of {}", files.join(", ")))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn size(path: &Path) -> Result<String> {
    let bytes = std::fs::metadata(path)?.len();
    Ok(format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_versions_are_read_from_the_output_of_readelf() {
        let line = " 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]";
        assert_eq!(needed_library(line), Some("libc.so.6"));
        assert_eq!(needed_library(" 0x000000000000000e (SONAME)  Library soname: [x]"), None);
        let versions = "Name: GLIBC_2.9  Flags: none\nName: GLIBC_2.34  Flags: none\nName: GLIBC_2.2.5 Flags: none\n";
        assert_eq!(newest_glibc(versions), Some((2, 34)));
        assert_eq!(newest_glibc("Name: OTHER_1"), None);
    }
}
