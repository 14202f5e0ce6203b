//! An audit as text: a line for each service, the problems, and a line for each partition.

use anstyle::{AnsiColor, Style};
use sf_backup_ops::audit::{Assessment, Audit, Day, Finding, Problem, Reason, ServiceOverview, State, Summary};
use sf_backup_ops::inventory::without_scheme;

use super::View;
use super::table::Table;
use super::table::cell::Cell;

const WRAPPING: &[&str] = &["SERVICE", "REASON", "POLICY", "FINDINGS"];
const CUTTING: &[&str] = &["REASON"];
/// The columns of partitions that only a wide list shows.
const MORE: &[&str] = &["SERVICE", "KEY", "LAST BACKUP", "DUE", "POLICY", "CHAIN", "BACKUPS", "FINDINGS"];

/// Number of cells of a service's bar.
const BAR: usize = 10;
const PROTECTED: char = '█';
const OPEN: char = '▒';
const UNPROTECTED: char = '!';

/// One line for each service, with the backups of the last days if requested.
pub(crate) fn services(services: &[ServiceOverview], with_days: bool, view: &View) -> Table {
    let header: &[&str] = &["SERVICE", "PROTECTED", "STATE", "LAST", "NEXT", "14 DAYS"];
    let header = if with_days { header } else { header.get(..header.len() - 1).unwrap_or(header) };
    let mut table = Table::new(header).cutting(&["SERVICE"]).painted("STATE", bar_style);
    for ServiceOverview { service, summary, last_backup, due, days, .. } in services {
        let holding = summary.total() - summary.count(State::NotApplicable);
        let protected = if holding == 0 {
            "not applicable".to_owned()
        } else {
            format!("{} of {holding}", summary.count(State::Protected))
        };
        table.row([
            without_scheme(&service.to_string()).to_owned().into(),
            protected.into(),
            view.drawn(bar(summary)).into(),
            view.age_cell(*last_backup),
            view.due_cell(*due),
            if holding == 0 {
                Cell::default()
            } else {
                view.drawn(days.iter().map(|day| cell_of(*day)).collect()).into()
            },
        ]);
    }
    table
}

impl View {
    /// A bar in characters that can be displayed.
    fn drawn(&self, bar: String) -> String {
        if self.ascii { bar.chars().map(in_ascii).collect() } else { bar }
    }
}

/// The ASCII replacement of a cell.
fn in_ascii(cell: char) -> char {
    match cell {
        '█' => '#',
        '▄' => '+',
        '▒' => '-',
        '·' => '.',
        other => other,
    }
}

fn cell_of(day: Day) -> char {
    match day {
        Day::Unknown => '?',
        Day::None => '·',
        Day::Some => '▄',
        Day::All => '█',
    }
}

/// The share of each kind of state. A kind that occurs has at least one cell.
fn bar(summary: &Summary) -> String {
    let count = |of: fn(State) -> bool| -> usize {
        State::ALL.into_iter().filter(|state| of(*state)).map(|state| summary.count(state)).sum()
    };
    let unprotected = count(State::is_unprotected);
    let (open, protected) = (count(State::is_open), summary.count(State::Protected));
    let total = unprotected + open + protected;
    let share = |count: usize| if count == 0 { 0 } else { (count * BAR / total.max(1)).max(1) };
    let (bad, open) = (share(unprotected), share(open));
    let good = if protected == 0 { 0 } else { BAR.saturating_sub(bad + open).max(1) };
    let (bad, open) = match (bad + open + good, unprotected, open) {
        // The rounding error goes to the worst kind.
        (cells, 1.., _) => (bad + BAR.saturating_sub(cells), open),
        (cells, 0, 1..) => (bad, open + BAR.saturating_sub(cells)),
        _ => (bad, open),
    };
    let cells = [(UNPROTECTED, bad), (OPEN, open), (PROTECTED, good)];
    cells.into_iter().flat_map(|(cell, count)| std::iter::repeat_n(cell, count)).take(BAR).collect()
}

fn bar_style(bar: &str) -> Style {
    if bar.contains(UNPROTECTED) {
        AnsiColor::Red.on_default().bold()
    } else if bar.contains([OPEN, in_ascii(OPEN)]) {
        AnsiColor::Yellow.on_default()
    } else {
        AnsiColor::Green.on_default()
    }
}

/// One line for the partitions of a service that need attention for the same kind of reason, and for each part of the
/// cluster that could not be read; the worst last.
pub(crate) fn problems(audit: &Audit, problems: &[Problem<'_>], view: &View) -> Table {
    let mut table = Table::new(&["STATE", "PARTITIONS", "AGE", "REASON"])
        .wrapping(&["PARTITIONS"])
        .cutting(CUTTING)
        .painted("STATE", style);
    let mut gaps = Some(audit.gaps.iter().map(|gap| {
        [State::Unknown.to_string().into(), gap.name().into(), Cell::default(), gap.unread.message.clone().into()]
    }));
    for problem in problems {
        let Some(oldest) = problem.partitions.first() else { continue };
        if oldest.state < State::Unknown {
            gaps.take().into_iter().flatten().for_each(|row| table.row(row));
        }
        table.row([
            oldest.state.to_string().into(),
            problem.subject().into(),
            view.age_cell(oldest.evidence.last_success),
            brief(&oldest.reason, view).into(),
        ]);
    }
    gaps.into_iter().flatten().for_each(|row| table.row(row));
    table
}

/// One line for each partition whose state is `wanted`, and for each part of the cluster that could not be read.
pub(crate) fn partitions(audit: &Audit, wanted: impl Fn(State) -> bool, view: &View) -> Table {
    let header: &[&str] = if view.wide {
        &[
            "STATE",
            "SERVICE",
            "PARTITION",
            "NAME",
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
        &[&["STATE", "PARTITION", "AGE", "REASON"], MORE].concat()
    };
    let mut table = Table::new(header)
        .wrapping(WRAPPING)
        .cutting(CUTTING)
        .painted("STATE", style)
        .named(&["PARTITION"])
        .wide_only(MORE, view.wide);
    let gaps = audit.gaps.iter().filter(|_| wanted(State::Unknown)).map(|gap| {
        let mut row = vec![State::Unknown.to_string().into(), gap.name().into()];
        let before_reason = header.iter().take_while(|name| **name != "REASON").count();
        row.resize(before_reason, Cell::default());
        row.push(gap.unread.message.clone().into());
        row
    });
    let mut gaps = Some(gaps);
    for assessed in audit.partitions.iter().filter(|assessed| wanted(assessed.state)) {
        // Parts that could not be read are sorted with unknown partitions.
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

fn row(assessed: &Assessment, view: &View) -> Vec<Cell> {
    let Assessment { partition, state, reason, evidence, findings } = assessed;
    let number = |count: Option<usize>| Cell::from(count.map(|count| count.to_string()).unwrap_or_default());
    let mut names: Vec<&str> = findings.iter().map(Finding::name).collect();
    names.dedup();
    let state = state.to_string().into();
    let name = partition.name.clone().into();
    let service = partition.service.to_string().into();
    let key = partition.key.to_string().into();
    let last = Cell::time(evidence.last_success);
    let due = Cell::time(evidence.due);
    let policy = evidence.policy.clone().unwrap_or_default().into();
    let (chain, backups) = (number(evidence.chain_length), number(evidence.backups));
    let findings = names.join(", ").into();
    if view.wide {
        let (id, reason) = (partition.id.to_string().into(), reason.to_string().into());
        vec![state, service, id, name, key, last, due, policy, chain, backups, reason, findings]
    } else {
        let age = view.age_cell(evidence.last_success);
        let reason = brief(reason, view).into();
        vec![state, name, age, reason, service, key, last, due, policy, chain, backups, findings]
    }
}

/// The reason with relative times, short enough for a table.
fn brief(reason: &Reason, view: &View) -> String {
    match reason {
        Reason::Recent { until } => format!("next backup due {}", view.due(*until)),
        Reason::Overdue { since } => view.due(*since),
        Reason::NoBackupYet { expected: Some(expected), storage: None } => {
            format!("no backup yet; the first is due {}", view.due(*expected))
        }
        Reason::ScheduleChanged { until } => {
            format!("schedule probably changed; next backup due {}", view.due(*until))
        }
        reason => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_bars_have_the_same_meaning() {
        let drawn = |bar: &str, ascii| {
            View { now: sf_backup_proto::Timestamp::UNIX_EPOCH, wide: false, ascii }.drawn(bar.to_owned())
        };
        assert_eq!(drawn("!▒█", false), "!▒█");
        assert_eq!(drawn("!▒█", true), "!-#");
        assert_eq!([Day::Unknown, Day::None, Day::Some, Day::All].map(cell_of).map(in_ascii), ['?', '.', '+', '#']);
        assert_eq!(bar_style("-#"), bar_style("▒█"));
        assert_ne!(bar_style("-#"), bar_style("##"));
    }

    #[test]
    fn a_bar_shows_every_kind_of_state_and_is_always_as_long() {
        let summary = |states: &[(State, usize)]| {
            let states = states.iter().flat_map(|(state, count)| std::iter::repeat_n(*state, *count));
            Summary::of(states, 0)
        };
        let cases: [(&[(State, usize)], &str); 6] = [
            (&[(State::Protected, 3)], "██████████"),
            (&[(State::Protected, 99), (State::Stale, 1)], "!█████████"),
            (&[(State::Protected, 1), (State::Stale, 99)], "!!!!!!!!!█"),
            (&[(State::Failing, 1), (State::Pending, 1), (State::Protected, 1)], "!!!▒▒▒████"),
            (&[(State::NotApplicable, 4)], ""),
            (&[(State::Unknown, 2)], "▒▒▒▒▒▒▒▒▒▒"),
        ];
        for (states, drawn) in cases {
            assert_eq!(bar(&summary(states)), drawn, "{states:?}");
        }
    }
}
