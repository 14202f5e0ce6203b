//! The output of plugins for Nagios and compatible monitoring.

use std::fmt::Write;

use super::escape::line;
use crate::audit::{Audit, State, Verdict};

/// Maximum number of partitions below the first line.
const NAMED: usize = 20;

/// The status of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NagiosStatus {
    /// Everything is protected.
    Ok,
    /// A backup is still expected.
    Warning,
    /// Something is not protected.
    Critical,
    /// Something could not be read.
    Unknown,
}

impl NagiosStatus {
    /// The status of an audit.
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

/// The output if there is no audit.
pub fn nagios_failed(problem: &str) -> String {
    format!("SF-BACKUP UNKNOWN - {}\n", line(problem))
}

/// Renders an audit as the output of a plugin: a line with performance data, then the problems.
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
        let entry = format!("{}: {} {}: {}", one.state, one.partition.service, one.partition.id, one.reason);
        text.push_str(&line(&entry));
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
