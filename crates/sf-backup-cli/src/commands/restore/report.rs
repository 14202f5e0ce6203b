//! The outcome of a plan: a line for each partition, and the exit code.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_ops::restore::{Cause, Condition, Line, Outcome};
use sf_backup_proto::PartitionId;

use crate::output::console::Terminal;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::render::table::Table;
use crate::output::render::table::cell::Cell;
use crate::output::render::{Format, document};

/// The failed calls, for their details.
pub(super) type Failures = BTreeMap<PartitionId, Failure>;

/// The columns of the report.
pub(super) const COLUMNS: &[&str] = &["PARTITION", "SERVICE", "OUTCOME", "TOOK", "PROBLEM"];

/// Prints the lines, and what to do next.
pub(super) fn show(lines: &[Line], failures: &Failures, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    if terminal.options.format != Format::Table {
        let text = document(terminal.options.format, &lines)?;
        terminal.result(&text)?;
    } else {
        let mut table = Table::new(COLUMNS).wrapping(&["SERVICE", "PROBLEM"]);
        let printed = lines.iter().filter(|line| !terminal.options.quiet || !is_well(line));
        let rows = printed.map(|line| {
            let took = line.started.zip(line.ended).map(|(started, ended)| Cell::duration(ended.since(started)));
            [
                line.partition.to_string().into(),
                line.service.to_string().into(),
                line.outcome.to_string().into(),
                took.unwrap_or_default(),
                line.problem().unwrap_or_default().into(),
            ]
        });
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            rows.into_iter().for_each(|row| table.row(row));
            terminal.one_of_tables(&table)?;
        }
        let reports: Vec<Report> = failures.values().filter_map(Failure::report).collect();
        let hints: BTreeSet<&str> = reports.iter().filter_map(Report::hint).collect();
        hints.into_iter().for_each(|hint| terminal.hint(hint));
    }
    let unusable = lines.iter().filter(|line| matches!(line.condition, Some(Condition::NotReady(..)))).count();
    if unusable > 0 {
        let hint = "check the partition's replicas and health before sending anything to it: a restore does not end a \
            quorum loss";
        terminal.warn(&format!("{unusable} restored, but not usable: not Ready after the restore"));
        terminal.hint(hint);
    }
    let unknown = lines.iter().find_map(|line| match &line.condition {
        Some(Condition::Unknown(why)) => Some(why),
        _ => None,
    });
    if let Some(why) = unknown {
        terminal.note(&format!("cannot check whether the restored partitions are ready: {why}"));
    }
    terminal.note(&summary(lines));
    Ok(())
}

fn is_well(line: &Line) -> bool {
    line.outcome == Outcome::Restored && !matches!(line.condition, Some(Condition::NotReady(..)))
}

/// `48 restored, 1 failed, 1 not started`, `15 restored, 1 skipped: no backup`.
pub(super) fn summary(lines: &[Line]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for line in lines {
        let word = match &line.outcome {
            Outcome::Skipped(cause, _) => format!("skipped: {cause}"),
            outcome => outcome.to_string(),
        };
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    counts.join(", ")
}

/// The exit code of a run.
pub(super) fn worst(lines: &[Line], failures: &Failures) -> Exit {
    let exits = |skipped: bool| {
        let lines = lines.iter().filter(move |line| matches!(line.outcome, Outcome::Skipped(..)) == skipped);
        lines.map(|line| exit(line, failures))
    };
    // Partitions that --partial skips count only if nothing else is wrong.
    match Exit::worst(exits(false)) {
        Exit::Done => Exit::worst(exits(true)),
        exit => exit,
    }
}

fn exit(line: &Line, failures: &Failures) -> Exit {
    match &line.outcome {
        Outcome::Restored if !is_well(line) => Exit::Conflict,
        Outcome::Skipped(Cause::NoBackup, _) => Exit::NotFound,
        Outcome::Skipped(Cause::NotListed, _) => Exit::Undetermined,
        Outcome::Restored | Outcome::NotBegun | Outcome::UnderWay => Exit::Done,
        Outcome::Failed(_) => Exit::OperationFailed,
        Outcome::TimedOut | Outcome::Stuck => Exit::TimedOut,
        Outcome::Busy => Exit::Conflict,
        Outcome::Unknown(_) => Exit::Unknown,
        Outcome::Refused(_) => failures.get(&line.partition).map_or(Exit::Failed, Failure::exit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: Outcome) -> Line {
        let partition = uuid::Uuid::from_u128(1).into();
        let created = "2024-03-09T04:10:22Z".parse().unwrap();
        let (service, backup) = ("fabric:/A/S".parse().unwrap(), uuid::Uuid::from_u128(2));
        let (backup, created) = (Some(backup), Some(created));
        Line { service, partition, backup, created, outcome, condition: None, started: None, ended: None }
    }

    #[test]
    fn the_worst_counts_and_all_are_printed() {
        let outcomes = [Outcome::Restored, Outcome::Failed(None), Outcome::Restored, Outcome::NotBegun];
        let mut lines: Vec<Line> = outcomes.map(line).into();
        assert_eq!(summary(&lines), "2 restored, 1 failed, 1 not started");
        assert_eq!(worst(&lines, &Failures::new()), Exit::OperationFailed);
        lines.push(line(Outcome::Unknown("x".to_owned())));
        assert_eq!(worst(&lines, &Failures::new()), Exit::Unknown);
        assert_eq!(worst(&[line(Outcome::Busy), line(Outcome::UnderWay)], &Failures::new()), Exit::Conflict);
        assert_eq!(worst(&[line(Outcome::Restored)], &Failures::new()), Exit::Done);
    }

    #[test]
    fn skipped_partitions_are_counted_and_unusable_ones_fail() {
        let skipped = |cause| line(Outcome::Skipped(cause, "why".to_owned()));
        let lines = [line(Outcome::Restored), skipped(Cause::NoBackup)];
        assert_eq!(summary(&lines), "1 restored, 1 skipped: no backup");
        assert_eq!(worst(&lines, &Failures::new()), Exit::NotFound);
        let lines = [line(Outcome::Restored), skipped(Cause::NotListed), skipped(Cause::NoBackup)];
        assert_eq!(summary(&lines), "1 restored, 1 skipped: backups could not be listed, 1 skipped: no backup");
        assert_eq!(worst(&lines, &Failures::new()), Exit::Undetermined);
        let lines = [line(Outcome::Failed(None)), skipped(Cause::NotListed)];
        assert_eq!(worst(&lines, &Failures::new()), Exit::OperationFailed);
        let condition = Some(Condition::NotReady("InQuorumLoss".to_owned(), None));
        let lost = Line { condition, ..line(Outcome::Restored) };
        assert_eq!(worst(&[lost], &Failures::new()), Exit::Conflict);
    }
}
