//! Markdown, for tickets and pull requests.

use std::fmt::Write;

use super::escape::markdown as plain;
use crate::audit::{Audit, State};

/// Renders an audit as two tables: the counts per state, and the unprotected partitions.
pub fn markdown(audit: &Audit) -> String {
    let summary = audit.summary();
    let mut text =
        format!("# Backup audit\n\n{summary}. Read at {}.\n\n| State | Partitions |\n| --- | ---: |\n", audit.now);
    for state in State::ALL {
        let _ = writeln!(text, "| {state} | {} |", summary.count(state));
    }
    let wrong: Vec<_> = audit.partitions.iter().filter(|one| one.state < State::Protected).collect();
    if !wrong.is_empty() || !audit.gaps.is_empty() {
        text.push_str("\n## Needs attention\n\n");
        text.push_str("| State | Service | Partition | Last backup | Reason |\n| --- | --- | --- | --- | --- |\n");
        for one in wrong {
            let last = one.evidence.last_success.map_or_else(|| "none".to_owned(), |at| at.to_string());
            let service = plain(&one.partition.service.to_string());
            let reason = plain(&one.reason.to_string());
            let _ = writeln!(text, "| {} | {service} | {} | {last} | {reason} |", one.state, one.partition.id);
        }
        for gap in &audit.gaps {
            let entity = plain(gap.name());
            let _ = writeln!(text, "| Unknown | {entity} | | | {} |", plain(&gap.unread.message));
        }
    }
    let found: Vec<_> = audit.partitions.iter().filter(|one| !one.findings.is_empty()).collect();
    if !found.is_empty() {
        text.push_str("\n## Findings\n\n| Service | Partition | Finding |\n| --- | --- | --- |\n");
        for one in found {
            for finding in &one.findings {
                let service = plain(&one.partition.service.to_string());
                let cell = plain(&format!("{}: {finding}", finding.name()));
                let _ = writeln!(text, "| {service} | {} | {cell} |", one.partition.id);
            }
        }
    }
    text
}
