//! The licences of all that the binary contains.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xshell::{Shell, cmd};

use crate::Result;

/// Starts of the names of files that hold a licence.
const FILES: &[&str] = &["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT", "UNLICENSE"];

/// The name, version, licence and licence texts of every package that the command is linked with.
pub(super) fn of_dependencies(sh: &Shell, target: &str) -> Result<String> {
    let tree = cmd!(
        sh,
        "cargo tree --package sf-backup-cli --features vendored-openssl --edges normal --prefix none --target {target}"
    )
    .quiet()
    .read()?;
    let used: BTreeSet<(&str, &str)> = tree.lines().filter_map(name_and_version).collect();
    let metadata = cmd!(sh, "cargo metadata --format-version 1 --locked --filter-platform {target}").quiet().read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;

    let mut text = String::from("Software that the command sf-backup contains, each under its licence.\n");
    let mut count = 0;
    for package in packages.iter().filter(|package| !package["source"].is_null()) {
        let of = |member: &str| package[member].as_str().unwrap_or_default();
        // The sources of OpenSSL are needed to build only, but the library is in the binary.
        let is_linked = used.contains(&(of("name"), of("version"))) || of("name") == "openssl-src";
        if !is_linked {
            continue;
        }
        count += 1;
        write!(text, "\n{}\n{} {}: {}\n", "=".repeat(78), of("name"), of("version"), of("license"))?;
        if let Some(repository) = package["repository"].as_str() {
            writeln!(text, "{repository}")?;
        }
        let folder = Path::new(of("manifest_path")).parent().unwrap_or(Path::new("."));
        for file in licence_files(folder)? {
            write!(text, "\n{}\n", String::from_utf8_lossy(&fs::read(file)?).trim_end())?;
        }
    }
    if count < 20 {
        return Err(format!("only {count} dependencies were found: {tree}").into());
    }
    Ok(text)
}

/// `serde v1.0.229 (proc-macro)`
fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(" v")?;
    Some((name, rest.split(' ').next()?))
}

/// Licence files of a package, in the order of their names. OpenSSL's is in its own folder.
fn licence_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in [folder.to_owned(), folder.join("openssl")] {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            let name = super::file_name(&path).to_uppercase();
            if path.is_file() && FILES.iter().any(|start| name.starts_with(start)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_names_a_package() {
        assert_eq!(name_and_version("serde_derive v1.0.229 (proc-macro) (*)"), Some(("serde_derive", "1.0.229")));
        assert_eq!(name_and_version(""), None);
    }
}
