//! A line as Nagios and its kin read it.

use std::fmt::Write;

use super::escape::line;
use crate::audit::{Audit, State, Verdict};

/// The most partitions that are named below the line.
const NAMED: usize = 20;

/// How a plugin ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NagiosStatus {
    /// All is protected.
    Ok,
    /// A backup is still to come.
    Warning,
    /// Something is not protected.
    Critical,
    /// Something could not be read.
    Unknown,
}

impl NagiosStatus {
    /// What an audit comes to.
    pub fn of(audit: &Audit) -> Self {
        let summary = audit.summary();
        match summary.verdict() {
            Verdict::Protected => Self::Ok,
            Verdict::Unprotected => Self::Critical,
            Verdict::Unknown if summary.gaps > 0 || summary.count(State::Unknown) > 0 => Self::Unknown,
            Verdict::Unknown => Self::Warning,
        }
    }

    /// The exit code of the plugin.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// What a plugin prints where there is no audit.
pub fn nagios_failed(problem: &str) -> String {
    format!("SF-BACKUP UNKNOWN - {}\n", line(problem))
}

/// The audit as a plugin prints it: a line with performance data, then what is wrong.
pub fn nagios(audit: &Audit) -> String {
    let summary = audit.summary();
    let word = NagiosStatus::of(audit).word();
    let mut text = format!("SF-BACKUP {word} - {summary} |");
    for state in State::ALL {
        let _ = write!(text, " {}={};;;0;{}", state.name().to_lowercase(), summary.count(state), summary.total());
    }
    text.push('\n');
    let wrong = || audit.partitions.iter().filter(|one| one.state.is_unprotected() || one.state.is_open());
    for one in wrong().take(NAMED) {
        let said = format!("{}: {} {}: {}", one.state, one.partition.service, one.partition.id, one.reason);
        text.push_str(&line(&said));
        text.push('\n');
    }
    for gap in audit.gaps.iter().take(NAMED) {
        text.push_str(&line(&format!("Unknown: {}: {}", gap.name(), gap.unread.message)));
        text.push('\n');
    }
    let more = wrong().count().saturating_sub(NAMED) + audit.gaps.len().saturating_sub(NAMED);
    if more > 0 {
        let _ = writeln!(text, "and {more} more");
    }
    text
}
