//! Checks of every `Cargo.toml`.

use super::File;
use crate::finding::Finding;

/// The keys that a package inherits from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license"];

/// Every package inherits the lints and the common keys of the workspace.
pub(super) fn members(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| is_member(file)) {
        if value(file, "lints", "workspace") != Some("true") {
            findings.push(Finding::new(&file.path, "lacks `[lints] workspace = true`"));
        }
        for key in INHERITED {
            if value(file, "package", &format!("{key}.workspace")) != Some("true") {
                findings.push(Finding::new(&file.path, format!("lacks `{key}.workspace = true`")));
            }
        }
        let published = value(file, "package", "publish") != Some("false");
        for key in ["description", "readme", "keywords.workspace", "categories"] {
            if published && value(file, "package", key).is_none() {
                findings.push(Finding::new(&file.path, format!("needs `{key}` to be published")));
            }
        }
    }
    findings
}

/// The workspace forbids unsafe code, which packages cannot override.
pub(super) fn workspace(files: &[File]) -> Vec<Finding> {
    let root = files.iter().find(|file| file.path == "Cargo.toml");
    match root.and_then(|root| value(root, "workspace.lints.rust", "unsafe_code")) {
        Some("\"forbid\"") => Vec::new(),
        _ => vec![Finding::new("Cargo.toml", "needs `unsafe_code = \"forbid\"` in the workspace's lints")],
    }
}

/// Whether this is the manifest of a member package, not the root of a workspace.
fn is_member(file: &File) -> bool {
    file.name() == "Cargo.toml" && !file.text.lines().any(|line| line.starts_with("[workspace"))
}

/// The value of `key` in a table, as written.
fn value<'a>(file: &'a File, table: &str, key: &str) -> Option<&'a str> {
    let header = format!("[{table}]");
    let lines = file.text.lines().skip_while(|line| line.trim() != header);
    let mut lines = lines.skip(1).take_while(|line| !line.starts_with('['));
    lines.find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings_in;

    const GOOD: &str = r#"[package]
name = "a"
description = "b"
readme = "README.md"
categories = ["c"]
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
keywords.workspace = true

[lints]
workspace = true
"#;

    #[test]
    fn a_whole_manifest_is_fine() {
        assert_eq!(findings_in(members, "crates/a/Cargo.toml", GOOD).len(), 0);
    }

    #[test]
    fn each_missing_line_is_found() {
        for line in GOOD.lines().filter(|line| line.contains('=') && !line.starts_with("name")) {
            let without = GOOD.replace(&format!("\n{line}\n"), "\n");
            assert_eq!(findings_in(members, "crates/a/Cargo.toml", &without).len(), 1, "{line}");
        }
        let elsewhere = GOOD.replace("[lints]", "[dependencies]");
        assert_eq!(findings_in(members, "crates/a/Cargo.toml", &elsewhere).len(), 1);
    }

    #[test]
    fn unpublished_packages_need_no_description() {
        let private = GOOD.replace("description = \"b\"", "publish = false");
        assert_eq!(findings_in(members, "xtask/Cargo.toml", &private).len(), 0);
    }

    #[test]
    fn packages_outside_the_workspace_are_not_checked() {
        assert_eq!(findings_in(members, "crates/a/fuzz/Cargo.toml", "[package]\n[workspace]\n").len(), 0);
    }

    #[test]
    fn unsafe_code_must_be_forbidden_at_the_root() {
        let forbids = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";
        assert_eq!(findings_in(workspace, "Cargo.toml", forbids).len(), 0);
        assert_eq!(findings_in(workspace, "Cargo.toml", &forbids.replace("forbid", "deny")).len(), 1);
        assert_eq!(findings_in(workspace, "crates/a/Cargo.toml", forbids).len(), 1);
    }
}
