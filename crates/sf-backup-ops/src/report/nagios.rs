//! A line as Nagios and its kin read it.

use std::fmt::Write;

use super::escape::line;
use crate::audit::{Audit, State, Verdict};

/// The most partitions that are named below the line.
const NAMED: usize = 20;

/// The audit as a plugin prints it: a line with performance data, then what is wrong. The plugin's exit codes are others than
/// the audit's: 0, 2 for critical and 3 for unknown, as the line says.
pub fn nagios(audit: &Audit) -> String {
    let summary = audit.summary();
    let word = match summary.verdict() {
        Verdict::Protected => "OK",
        Verdict::Unprotected => "CRITICAL",
        Verdict::Unknown => "UNKNOWN",
    };
    let mut text = format!("SF-BACKUP {word} - {summary} |");
    for state in State::ALL {
        let _ = write!(text, " {}={};;;0;{}", state.name().to_lowercase(), summary.count(state), summary.total());
    }
    text.push('\n');
    let wrong = || audit.partitions.iter().filter(|one| one.state.is_unprotected() || one.state == State::Unknown);
    for one in wrong().take(NAMED) {
        let said = format!("{}: {} {}: {}", one.state, one.partition.service, one.partition.id, one.reason);
        text.push_str(&line(&said));
        text.push('\n');
    }
    for gap in audit.gaps.iter().take(NAMED) {
        let entity = gap.entity.as_deref().unwrap_or("the cluster");
        text.push_str(&line(&format!("Unknown: {entity}: {}", gap.unread.message)));
        text.push('\n');
    }
    let more = wrong().count().saturating_sub(NAMED);
    if more > 0 {
        let _ = writeln!(text, "and {more} more");
    }
    text
}
