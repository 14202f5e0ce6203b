//! What files may be called, and what may stand at the top.

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
    "clippy.toml",
    "crates",
    "deny.toml",
    "rustfmt.toml",
    "tests",
    "xtask",
];

/// Names that say nothing, or belong to the older module layout.
const NAMELESS: &[&str] = &["common", "helper", "helpers", "misc", "mod", "util", "utils"];

/// A reader finds few things at the top: three folders, a handful of files, and files with a dot.
pub(super) fn top_level(files: &[File]) -> Vec<Finding> {
    let tops = files.iter().filter_map(|file| file.path.split('/').next());
    let tops: BTreeSet<&str> = tops.filter(|top| !top.starts_with('.')).collect();
    tops.into_iter()
        .filter(|top| !TOP_LEVEL.contains(top))
        .map(|top| Finding::new(top, "does not belong to the top level"))
        .collect()
}

/// A Rust file is called after what it holds.
pub(super) fn files(files: &[File]) -> Vec<Finding> {
    let nameless = files.iter().filter(|file| {
        let stem = file.name().strip_suffix(".rs");
        stem.is_some_and(|stem| NAMELESS.contains(&stem))
    });
    nameless.map(|file| Finding::new(&file.path, "is not called after what it holds")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    #[test]
    fn strangers_at_the_top_are_found() {
        assert_eq!(said(top_level, "docs/intro.md", ""), ["docs: does not belong to the top level"]);
        assert_eq!(said(top_level, "notes.txt", "").len(), 1);
        for fine in ["README.md", ".ci/run", ".gitignore", "crates/a/docs/b.md"] {
            assert_eq!(said(top_level, fine, "").len(), 0, "{fine}");
        }
    }

    #[test]
    fn names_that_say_nothing_are_found() {
        for bad in ["crates/a/src/wire/mod.rs", "crates/a/src/utils.rs", "tests/it/common.rs", "xtask/src/helpers.rs"] {
            assert_eq!(said(files, bad, "").len(), 1, "{bad}");
        }
        for fine in ["crates/a/src/model.rs", "crates/a/src/commonwealth.rs", "crates/a/mod.txt"] {
            assert_eq!(said(files, fine, "").len(), 0, "{fine}");
        }
    }
}
