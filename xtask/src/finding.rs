//! Findings of checks.

use std::fmt;

use crate::Result;

/// A broken rule and its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    place: String,
    rule: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { place: place.into(), rule: rule.into() }
    }

    /// Creates a finding for the line with this index.
    pub(crate) fn at(path: &str, index: usize, rule: impl Into<String>) -> Self {
        Self::new(format!("{path}:{}", index + 1), rule)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.rule)
    }
}

/// Prints all findings. Fails if there is at least one.
pub(crate) fn settle(findings: &[Finding]) -> Result {
    for finding in findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err("1 finding".into()),
        many => Err(format!("{many} findings").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finding_is_enough_to_fail() {
        assert!(settle(&[]).is_ok());
        assert_eq!(settle(&[Finding::new("a", "b")]).unwrap_err().to_string(), "1 finding");
    }

    #[test]
    fn a_place_counts_lines_from_one() {
        assert_eq!(Finding::at("a.rs", 0, "is long").to_string(), "a.rs:1: is long");
    }
}
