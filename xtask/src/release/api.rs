//! The public interface of every library, compared with the recorded one, so that changes are deliberate.

use std::fs;

use xshell::{Shell, cmd};

use super::{Outcome, has_toolchain, missing, skipped};
use crate::finding::{Finding, settle};
use crate::{Result, root};

/// The libraries, with the features of their interface.
const LIBRARIES: &[(&str, &str)] = &[
    ("sf-backup-proto", ""),
    ("sf-backup-transport", "tls,tracing"),
    ("sf-backup-hyper", "tls,tracing"),
    ("sf-backup-blocking", "tls,tracing"),
    ("sf-backup-sim", ""),
    ("sf-backup-ops", ""),
];

const RECORD: &str = "tests/api";

/// Compares the interfaces with the record; with `bless`, records them.
pub(super) fn run(sh: &Shell, bless: bool) -> Result<Outcome> {
    if let Some(why) = missing(sh, "public-api") {
        return skipped(why);
    }
    if !has_toolchain(sh, "nightly") {
        return skipped("no nightly toolchain, whose rustdoc is needed to list the interface");
    }
    sh.create_dir(RECORD)?;
    let mut findings = Vec::new();
    for (name, features) in LIBRARIES {
        // Omits derived, automatic and blanket implementations.
        let api = cmd!(sh, "cargo +nightly public-api -sss --package {name} --features {features}");
        let now = format!("{}\n", api.read()?);
        let record = root().join(RECORD).join(format!("{name}.txt"));
        if bless {
            fs::write(&record, now)?;
        } else if let Some(difference) = difference(&fs::read_to_string(&record).unwrap_or_default(), &now) {
            findings.push(Finding::new(format!("{RECORD}/{name}.txt"), difference));
        }
    }
    settle(&findings)
        .map_err(|error| format!("{error}: to record it, run cargo xtask release-check --only api --bless"))?;
    Ok(Outcome::Passed)
}

/// The numbers of removed and added lines, and the first of them.
fn difference(before: &str, now: &str) -> Option<String> {
    let without = |some: &str, others: &str| -> Vec<String> {
        let others: std::collections::HashSet<&str> = others.lines().collect();
        some.lines().filter(|line| !others.contains(line)).map(str::to_owned).collect()
    };
    let (gone, new) = (without(before, now), without(now, before));
    let first = gone.first().map(|line| format!("-{line}")).or_else(|| new.first().map(|line| format!("+{line}")))?;
    Some(format!("{} lines removed, {} added, the first is {first}", gone.len(), new.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_and_added_lines_are_reported() {
        assert_eq!(difference("a\nb\n", "b\na\n"), None);
        let printed = difference("a\nb\n", "b\nc\nd\n").unwrap();
        assert_eq!(printed, "1 lines removed, 2 added, the first is -a");
        assert!(difference("", "a\n").unwrap().ends_with("the first is +a"));
    }
}
