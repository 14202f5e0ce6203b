//! Names of files, and the files at the top level.

use std::collections::BTreeSet;

use super::File;
use crate::finding::Finding;

const TOP_LEVEL: &[&str] = &[
    "BENCHMARKS.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "ENDURANCE.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
    "docs",
    "clippy.toml",
    "crates",
    "deny.toml",
    "rustfmt.toml",
    "tests",
    "xtask",
];

/// Names without meaning, or of the older module layout.
const NAMELESS: &[&str] = &["common", "helper", "helpers", "misc", "mod", "util", "utils"];

/// The top level has only the listed files and folders, and hidden files.
pub(super) fn top_level(files: &[File]) -> Vec<Finding> {
    let tops = files.iter().filter_map(|file| file.path.split('/').next());
    let tops: BTreeSet<&str> = tops.filter(|top| !top.starts_with('.')).collect();
    tops.into_iter()
        .filter(|top| !TOP_LEVEL.contains(top))
        .map(|top| Finding::new(top, "does not belong to the top level"))
        .collect()
}

/// A Rust file is named after its contents.
pub(super) fn files(files: &[File]) -> Vec<Finding> {
    let nameless = files.iter().filter(|file| {
        let stem = file.name().strip_suffix(".rs");
        stem.is_some_and(|stem| NAMELESS.contains(&stem))
    });
    nameless.map(|file| Finding::new(&file.path, "must be named after its contents")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings_in;

    #[test]
    fn unlisted_top_level_files_are_found() {
        assert_eq!(findings_in(top_level, "notes/intro.md", ""), ["notes: does not belong to the top level"]);
        assert_eq!(findings_in(top_level, "notes.txt", "").len(), 1);
        for fine in ["README.md", ".ci/run", ".gitignore", "crates/a/docs/b.md"] {
            assert_eq!(findings_in(top_level, fine, "").len(), 0, "{fine}");
        }
    }

    #[test]
    fn meaningless_names_are_found() {
        for bad in ["crates/a/src/wire/mod.rs", "crates/a/src/utils.rs", "tests/it/common.rs", "xtask/src/helpers.rs"] {
            assert_eq!(findings_in(files, bad, "").len(), 1, "{bad}");
        }
        for fine in ["crates/a/src/model.rs", "crates/a/src/commonwealth.rs", "crates/a/mod.txt"] {
            assert_eq!(findings_in(files, fine, "").len(), 0, "{fine}");
        }
    }
}
