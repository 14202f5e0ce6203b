//! The licences of everything that the binary contains.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use xshell::{Shell, cmd};

use crate::Result;

/// Prefixes of the names of licence files.
const FILES: &[&str] = &["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE"];

/// A package that the command is linked with.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    licence: String,
    repository: String,
}

/// The name, version, licence and licence texts of every package that the command is linked with.
pub(super) fn of_dependencies(sh: &Shell, target: &str) -> Result<String> {
    let format = "{p}|{l}|{r}";
    // With those that a build needs: the sources of OpenSSL are one, and the library is in the binary.
    let tree = cmd!(
        sh,
        "cargo tree --package sf-backup-cli --features vendored-openssl --edges normal,build --prefix none --target {target} --format {format}"
    )
    .quiet()
    .read()?;
    let packages: BTreeSet<Package> = tree.lines().filter_map(package).collect();
    let mut text =
        String::from("Software that the command sf-backup contains or was built with, each under its licence.\n");
    let mut files = 0;
    for package in &packages {
        let Package { name, version, licence, repository } = package;
        write!(text, "\n{}\n{name} {version}: {licence}\n{repository}\n", "=".repeat(78))?;
        for file in licence_files(&sources(name, version)?) {
            files += 1;
            write!(text, "\n{}\n", String::from_utf8_lossy(&fs::read(file)?).trim_end())?;
        }
    }
    if packages.len() < 20 || files < packages.len() / 2 {
        return Err(format!("only {} dependencies and {files} licences were found", packages.len()).into());
    }
    Ok(text)
}

/// `serde v1.0.229|MIT OR Apache-2.0|https://github.com/serde-rs/serde`. Packages of the workspace have a path in
/// parentheses, and are left out.
fn package(line: &str) -> Option<Package> {
    let mut parts = line.split('|');
    let (name, version) = parts.next()?.split_once(" v")?;
    let (version, note) = version.split_once(' ').unwrap_or((version, ""));
    let licence = parts.next()?.to_owned();
    let repository = parts.next().unwrap_or_default().trim_end_matches(" (*)").to_owned();
    let is_ours = note.starts_with("(/");
    (!is_ours).then(|| Package { name: name.to_owned(), version: version.to_owned(), licence, repository })
}

/// The folder that cargo has unpacked the package into.
fn sources(name: &str, version: &str) -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home =
        home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).ok_or("no CARGO_HOME and no home folder")?;
    for registry in fs::read_dir(home.join("registry/src"))? {
        let folder = registry?.path().join(format!("{name}-{version}"));
        if folder.is_dir() {
            return Ok(folder);
        }
    }
    Err(format!("the sources of {name} {version} are not in {}", home.display()).into())
}

/// Licence files of a package, in the order of their names. OpenSSL's is in its own folder.
fn licence_files(package: &Path) -> Vec<PathBuf> {
    let folders = [package.to_owned(), package.join("openssl")];
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let is_licence = |path: &PathBuf| {
        let name = super::file_name(path).to_uppercase();
        path.is_file() && FILES.iter().any(|start| name.starts_with(start))
    };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_licence).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_names_a_package() {
        let expected = Package {
            name: "serde_derive".to_owned(),
            version: "1.0.229".to_owned(),
            licence: "MIT OR Apache-2.0".to_owned(),
            repository: "https://example.com/serde".to_owned(),
        };
        let line = "serde_derive v1.0.229 (proc-macro)|MIT OR Apache-2.0|https://example.com/serde (*)";
        assert_eq!(package(line), Some(expected));
        assert_eq!(package("sf-backup-ops v0.1.0 (/here/crates/sf-backup-ops)|MIT|"), None);
        assert_eq!(package(""), None);
    }
}
