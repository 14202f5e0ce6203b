//! Prints the outcomes after waiting.

use serde::Serialize;

use super::ending::{Left, TargetOutcome};
use super::progress_display::line;
use super::wait_target::{Subject, WaitTarget};
use crate::cluster::bulk::NONE;
use crate::cluster::session::Session;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::lists::OUTCOME_COLUMNS;
use crate::output::render::table::Table;
use crate::output::render::table::cell::Cell;
use crate::output::render::{self, Format};
use crate::output::shell::word;

/// The last line of JSON output.
#[derive(Debug, Serialize)]
struct Last<'a> {
    event: &'static str,
    exit: u8,
    outcomes: &'a [TargetOutcome],
}

impl Session<'_, '_> {
    /// Prints all outcomes, and returns the result of the run; `alone` if a single entity was given.
    pub(super) fn conclude(
        &mut self,
        targets: &mut [WaitTarget],
        left: Option<Left>,
        alone: bool,
        subject: &Subject,
    ) -> Result<(), Failure> {
        let going_on: Vec<_> =
            targets.iter().filter(|target| target.goes_on()).map(|target| target.name.clone()).collect();
        let (verb, tail) = &subject.again;
        let again = (!going_on.is_empty())
            .then(|| format!("to wait again: {}", reattach_command(self.connection_words(), verb, &going_on, tail)));
        let exits = targets.iter().filter_map(|target| target.ending.as_ref()?.exit);
        // What was not started is not a failure by itself.
        let exit = match left {
            Some(Left::Interrupted) => Exit::Interrupted,
            Some(Left::Deadline) => Exit::worst(exits.chain([Exit::TimedOut])),
            None => Exit::worst(exits),
        };
        let outcomes: Vec<TargetOutcome> = targets.iter_mut().map(WaitTarget::outcome).collect();
        self.show(targets, &outcomes, exit, alone)?;
        if exit == Exit::Done {
            return Ok(());
        }
        let printed = targets.iter().map(|target| target.ending.as_ref().is_some_and(|ending| ending.printed));
        let reports = outcomes.into_iter().map(|outcome| outcome.error).zip(printed);
        let mut reports: Vec<(Report, bool)> =
            reports.filter_map(|(report, printed)| Some((report?, printed))).collect();
        if left == Some(Left::Interrupted) {
            let problem = match reports.as_slice() {
                [(report, _)] if alone => report.line().to_owned(),
                _ => format!("interrupted; {} {}", going_on.len(), subject.many),
            };
            return Err(Failure::Interrupted { problem, may_have_changed: !going_on.is_empty(), hint: again });
        }
        match (alone, reports.pop()) {
            // The table contains it.
            (true, Some((_, true))) if self.terminal().options.format == Format::Table => {
                Err(Failure::AlreadyReported(exit))
            }
            (true, Some((report, _))) => Err(Failure::Reported { exit, report: Box::new(report.hinting(again)) }),
            _ => {
                if let Some(again) = again {
                    self.terminal().hint(&again);
                }
                Err(Failure::AlreadyReported(exit))
            }
        }
    }

    fn show(
        &mut self,
        targets: &mut [WaitTarget],
        outcomes: &[TargetOutcome],
        exit: Exit,
        alone: bool,
    ) -> Result<(), Failure> {
        let record = match &mut *targets {
            [target] if alone => target.take_record().map(|record| self.with_facts(record)),
            _ => None,
        };
        let terminal = self.terminal();
        match terminal.options.format {
            Format::Json => line(&Last { event: "end", exit: exit.code(), outcomes }, terminal),
            Format::Yaml => {
                let text = match outcomes {
                    [only] if alone => render::document(Format::Yaml, only)?,
                    all => render::document(Format::Yaml, &all)?,
                };
                terminal.result(&text)
            }
            Format::Table => match targets {
                [_] if alone => record.map_or(Ok(()), |record| terminal.record(&record)),
                [] => {
                    terminal.note(NONE);
                    Ok(())
                }
                all => terminal.one_of_tables(&table(all, outcomes)),
            },
        }
    }
}

/// One line for each.
fn table(targets: &[WaitTarget], outcomes: &[TargetOutcome]) -> Table {
    let mut table = Table::new(OUTCOME_COLUMNS).wrapping(&["STATE", "ERROR"]);
    for (target, outcome) in targets.iter().zip(outcomes) {
        let state = outcome.state.clone().unwrap_or_default();
        let took = target.took.map_or_else(Cell::default, Cell::duration);
        let lsn = target.lsn().map(|lsn| lsn.to_string()).unwrap_or_default();
        let error = outcome.error.as_ref().map(|report| report.line().to_owned()).unwrap_or_default();
        table.row([
            outcome.entity.clone().into(),
            outcome.outcome.label().into(),
            state.into(),
            took,
            lsn.into(),
            error.into(),
        ]);
    }
    table
}

/// Maximum number of ids in a printed command.
const MAX_IDS: usize = 20;

/// `sf-backup --endpoint URL partition backup-progress ID --wait`.
fn reattach_command(options: &[String], verb: &str, names: &[String], tail: &str) -> String {
    let mut words = vec!["sf-backup".to_owned()];
    words.extend_from_slice(options);
    words.push(verb.to_owned());
    if names.len() > MAX_IDS {
        words.push("-".to_owned());
    } else {
        words.extend(names.iter().map(|name| word(name)));
    }
    words.push(tail.to_owned());
    if names.len() > MAX_IDS {
        words.push("(with their ids on standard input, one per line)".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_ids_are_a_list_on_standard_input() {
        let many: Vec<String> = (0..21).map(|id| id.to_string()).collect();
        assert!(
            reattach_command(&[], "partition backup-progress", &many, "--wait").contains("backup-progress - --wait")
        );
        let few = reattach_command(&[], "partition backup-progress", &["a b".to_owned()], "--wait");
        assert_eq!(few, "sf-backup partition backup-progress 'a b' --wait");
    }
}
