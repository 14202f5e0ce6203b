//! What became of a plan: a line for each partition, and how the run ends.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_ops::restore::{Line, Outcome};
use sf_backup_proto::PartitionId;

use crate::console::Terminal;
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::render::table::Table;
use crate::render::{Format, document};
use crate::wait::elapsed;

/// Calls that failed, for what they say besides.
pub(super) type Failures = BTreeMap<PartitionId, Failure>;

/// Prints the lines, and what there is to do about them.
pub(super) fn show(lines: &[Line], failures: &Failures, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if terminal.manner.format != Format::Table {
        let text = document(terminal.manner.format, &lines)?;
        terminal.result(&text)?;
    } else {
        let mut table =
            Table::new(&["PARTITION", "SERVICE", "OUTCOME", "TOOK", "PROBLEM"]).wrapping(&["SERVICE", "PROBLEM"]);
        let shown = lines.iter().filter(|line| !terminal.manner.quiet || line.outcome != Outcome::Restored);
        let rows = shown.map(|line| {
            let took = line.started.zip(line.ended).map(|(started, ended)| elapsed(ended.since(started)));
            [
                line.partition.to_string(),
                line.service.to_string(),
                line.outcome.to_string(),
                took.unwrap_or_default(),
                line.outcome.problem().unwrap_or_default().to_owned(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            rows.into_iter().for_each(|row| table.row(row));
            terminal.table(&table)?;
        }
        let reports: Vec<Report> = failures.values().filter_map(Failure::report).collect();
        let hints: BTreeSet<&str> = reports.iter().filter_map(Report::hint).collect();
        hints.into_iter().for_each(|hint| terminal.hint(hint));
    }
    terminal.note(&summary(lines));
    Ok(())
}

/// `48 restored, 1 failed, 1 not begun`.
pub(super) fn summary(lines: &[Line]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for line in lines {
        let word = line.outcome.to_string();
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    counts.join(", ")
}

/// What a run ends with.
pub(super) fn worst(lines: &[Line], failures: &Failures) -> Exit {
    Exit::worst(lines.iter().map(|line| match &line.outcome {
        Outcome::Restored | Outcome::NotBegun | Outcome::UnderWay => Exit::Done,
        Outcome::Failed(_) => Exit::OperationFailed,
        Outcome::TimedOut | Outcome::Stuck => Exit::TimedOut,
        Outcome::Busy => Exit::Conflict,
        Outcome::Unknown(_) => Exit::Unknown,
        Outcome::Refused(_) => failures.get(&line.partition).map_or(Exit::Failed, Failure::exit),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome) -> Line {
        let partition = uuid::Uuid::from_u128(1).into();
        let created = "2024-03-09T04:10:22Z".parse().unwrap();
        let (service, backup) = ("fabric:/A/S".parse().unwrap(), uuid::Uuid::from_u128(2));
        Line { service, partition, backup, created, outcome, started: None, ended: None }
    }

    #[test]
    fn the_worst_counts_and_all_are_told() {
        let outcomes = [Outcome::Restored, Outcome::Failed(None), Outcome::Restored, Outcome::NotBegun];
        let mut lines: Vec<Line> = outcomes.map(line).into();
        assert_eq!(summary(&lines), "2 restored, 1 failed, 1 not begun");
        assert_eq!(worst(&lines, &Failures::new()), Exit::OperationFailed);
        lines.push(line(Outcome::Unknown("x".to_owned())));
        assert_eq!(worst(&lines, &Failures::new()), Exit::Unknown);
        assert_eq!(worst(&[line(Outcome::Busy), line(Outcome::UnderWay)], &Failures::new()), Exit::Conflict);
        assert_eq!(worst(&[line(Outcome::Restored)], &Failures::new()), Exit::Done);
    }
}
