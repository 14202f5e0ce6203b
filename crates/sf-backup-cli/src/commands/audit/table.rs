//! An audit for people.

use anstyle::{AnsiColor, Style};
use sf_backup_ops::audit::{Assessment, Audit, Finding, State};

use crate::output::render::View;
use crate::output::render::table::Table;

const WRAPPING: &[&str] = &["SERVICE", "REASON", "POLICY", "FINDINGS"];
const CUTTING: &[&str] = &["REASON"];

/// One line for each partition that is wanted, and for each part of the cluster that could not be read.
pub(super) fn table(audit: &Audit, wanted: impl Fn(State) -> bool, view: &View) -> Table {
    let header: &[&str] = if view.wide {
        &[
            "STATE",
            "SERVICE",
            "PARTITION",
            "KEY",
            "LAST BACKUP",
            "DUE",
            "POLICY",
            "CHAIN",
            "BACKUPS",
            "REASON",
            "FINDINGS",
        ]
    } else {
        &["STATE", "SERVICE", "PARTITION", "AGE", "REASON"]
    };
    let mut table = Table::new(header).wrapping(WRAPPING).cutting(CUTTING).painted("STATE", style);
    let gaps = audit.gaps.iter().filter(|_| wanted(State::Unknown)).map(|gap| {
        let mut row = vec![State::Unknown.to_string(), gap.entity.clone().unwrap_or_default()];
        row.resize(header.len() - 2, String::new());
        row.push(gap.unread.message.clone());
        row
    });
    let mut gaps = Some(gaps);
    for assessed in audit.partitions.iter().filter(|assessed| wanted(assessed.state)) {
        // What could not be read stands with its like, before what is known to be well.
        if assessed.state > State::Unknown {
            gaps.take().into_iter().flatten().for_each(|row| table.row(row));
        }
        table.row(row(assessed, view));
    }
    gaps.into_iter().flatten().for_each(|row| table.row(row));
    table
}

/// Red for what is not protected, yellow for what could not be assessed, green for what is protected.
fn style(state: &str) -> Style {
    match State::ALL.into_iter().find(|known| known.name() == state) {
        Some(state) if state.is_unprotected() => AnsiColor::Red.on_default().bold(),
        Some(state) if state.is_open() => AnsiColor::Yellow.on_default(),
        Some(State::Protected) => AnsiColor::Green.on_default(),
        _ => Style::new(),
    }
}

fn row(assessed: &Assessment, view: &View) -> Vec<String> {
    let Assessment { partition, state, reason, evidence, findings } = assessed;
    let mut row = vec![state.to_string(), partition.service.to_string(), partition.id.to_string()];
    if view.wide {
        row.push(partition.key.to_string());
        row.push(evidence.last_success.map(|at| at.to_string()).unwrap_or_default());
        row.push(evidence.due.map(|at| at.to_string()).unwrap_or_default());
        row.push(evidence.policy.clone().unwrap_or_default());
        row.push(evidence.chain_length.map(|length| length.to_string()).unwrap_or_default());
        row.push(evidence.backups.map(|count| count.to_string()).unwrap_or_default());
    } else {
        row.push(view.age(evidence.last_success).unwrap_or_default());
    }
    row.push(reason.to_string());
    // Cells beyond the last column are left out: the findings are in the wide table only.
    let mut names: Vec<&str> = findings.iter().map(Finding::name).collect();
    names.dedup();
    row.push(names.join(", "));
    row
}
