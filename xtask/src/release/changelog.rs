//! The form of the changelog.

use std::fs;

use super::RELEASED;
use crate::finding::{Finding, settle};
use crate::{Result, root};

const FILE: &str = "CHANGELOG.md";

/// The headings of Keep a Changelog.
const HEADINGS: &[&str] = &["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

pub(super) fn run() -> Result {
    settle(&findings(&fs::read_to_string(root().join(FILE))?))
}

fn findings(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut releases = 0;
    let mut heading: Option<&str> = None;
    let mut entries = 0;
    for (index, line) in text.lines().enumerate() {
        if let Some(release) = line.strip_prefix("## ") {
            if releases == 0 && release != "Unreleased" {
                findings.push(Finding::at(FILE, index, "the first section must be Unreleased"));
            }
            (releases, heading) = (releases + 1, None);
        } else if let Some(name) = line.strip_prefix("### ") {
            if !HEADINGS.contains(&name) {
                findings.push(Finding::at(FILE, index, format!("{name:?} is not one of {}", HEADINGS.join(", "))));
            }
            heading = Some(name);
        } else if line.starts_with("- ") {
            entries += 1;
            if heading.is_none() {
                findings.push(Finding::at(FILE, index, "has no heading above it"));
            }
        }
    }
    if entries == 0 {
        findings.push(Finding::new(FILE, "has no entries"));
    }
    for name in RELEASED.iter().filter(|name| !text.contains(&format!("`{name}`"))) {
        findings.push(Finding::new(FILE, format!("does not name {name}")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(unreleased: &str) -> String {
        let names: Vec<String> = RELEASED.iter().map(|name| format!("- `{name}`: x\n")).collect();
        format!("# Changelog\n\n## {unreleased}\n\n### Added\n\n{}", names.concat())
    }

    #[test]
    fn a_good_changelog_is_fine() {
        assert_eq!(findings(&text("Unreleased")), []);
    }

    #[test]
    fn deviations_from_the_form_are_found() {
        assert_eq!(findings(&text("0.1.0")).len(), 1);
        assert_eq!(findings(&text("Unreleased").replace("Added", "News")).len(), 1);
        assert_eq!(findings(&text("Unreleased").replace("### Added\n", "")).len(), RELEASED.len());
        assert_eq!(findings(&text("Unreleased").replace("`sf-backup-transport`", "tls")).len(), 1);
        assert_eq!(findings("").len(), 1 + RELEASED.len());
    }
}
