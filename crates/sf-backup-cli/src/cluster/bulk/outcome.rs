//! The outcomes for several entities, as a table for people and as JSON for programs.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::cluster::calls::AnyCall;
use crate::cluster::session::Session;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::render::table::Table;
use crate::output::render::{self, Format};

/// The outcome for one of several entities.
#[derive(Debug)]
pub(crate) enum CallOutcome<T> {
    Done(T),
    Failed(Failure),
    /// Started, and interrupted before the response.
    UnderWay,
    /// Not started.
    NotSent,
}

/// The outcomes of several calls, in their order.
#[derive(Debug)]
pub(crate) struct BatchResult<T> {
    pub(crate) outcomes: Vec<CallOutcome<T>>,
    pub(crate) interrupted: bool,
}

/// The name of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OutcomeName {
    Done,
    Failed,
    Unknown,
    NotSent,
}

impl OutcomeName {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotSent => "not sent",
        }
    }
}

/// One line of the result. These members are stable.
#[derive(Debug, Serialize)]
struct OutcomeLine {
    entity: String,
    outcome: OutcomeName,
    /// The exit code of a run with only this outcome.
    exit: Option<u8>,
    error: Option<Report>,
}

impl<T> CallOutcome<T> {
    /// The exit code; `None` if it was not started.
    pub(crate) fn exit(&self) -> Option<Exit> {
        match self {
            Self::Done(_) => Some(Exit::Done),
            Self::Failed(failure) => Some(failure.exit()),
            Self::UnderWay => Some(Exit::Unknown),
            Self::NotSent => None,
        }
    }

    fn word(&self) -> OutcomeName {
        match self {
            Self::Done(_) => OutcomeName::Done,
            // The change was made, but is not in effect.
            Self::Failed(failure) if failure.exit() == Exit::Conflict => OutcomeName::Failed,
            Self::Failed(failure) if failure.may_have_changed() => OutcomeName::Unknown,
            Self::Failed(_) => OutcomeName::Failed,
            Self::UnderWay => OutcomeName::Unknown,
            Self::NotSent => OutcomeName::NotSent,
        }
    }

    fn report(&self) -> Option<Report> {
        match self {
            Self::Failed(failure) => failure.report(),
            _ => None,
        }
    }
}

impl<T> BatchResult<T> {
    /// The result of a run with these outcomes; `verb` is the command.
    pub(crate) fn end(&self, verb: &str, changes: bool) -> Result<(), Failure> {
        if self.interrupted {
            let count = |word| self.outcomes.iter().filter(|outcome| outcome.word() == word).count();
            let (done, unknown, left) =
                (count(OutcomeName::Done), count(OutcomeName::Unknown), count(OutcomeName::NotSent));
            let failed = match count(OutcomeName::Failed) {
                0 => String::new(),
                failed => format!("{failed} failed, "),
            };
            let problem = if changes {
                format!("interrupted; {verb}: {done} done, {failed}{unknown} may have been done, {left} not sent")
            } else {
                "interrupted".to_owned()
            };
            return Err(Failure::Interrupted { problem, may_have_changed: changes && unknown > 0, hint: None });
        }
        match Exit::worst(self.outcomes.iter().filter_map(CallOutcome::exit)) {
            Exit::Done => Ok(()),
            exit => Err(Failure::AlreadyReported(exit)),
        }
    }
}

impl Session<'_, '_> {
    /// Prints the outcomes of a change, one line per entity.
    pub(crate) fn show_outcomes(
        &mut self,
        calls: &[AnyCall<()>],
        run: &BatchResult<()>,
        verb: &str,
    ) -> Result<(), Failure> {
        let lines = calls.iter().zip(&run.outcomes).map(|(call, outcome)| OutcomeLine {
            entity: call.name(),
            outcome: outcome.word(),
            exit: outcome.exit().map(Exit::code),
            error: outcome.report(),
        });
        let terminal = self.terminal();
        if terminal.options.format != Format::Table {
            let lines: Vec<OutcomeLine> = lines.collect();
            let text = render::document(terminal.options.format, &lines)?;
            terminal.result(&text)?;
            return run.end(verb, true);
        }
        let mut table = Table::new(&["ENTITY", "OUTCOME", "ERROR"]).wrapping(&["ERROR"]);
        let (mut hints, mut shown) = (BTreeSet::new(), false);
        for line in lines.filter(|line| !terminal.options.quiet || line.outcome != OutcomeName::Done) {
            let error = line.error.as_ref().map(|report| report.line().to_owned()).unwrap_or_default();
            hints.extend(line.error.as_ref().and_then(Report::hint).map(str::to_owned));
            table.row([line.entity, line.outcome.label().to_owned(), error]);
            shown = true;
        }
        if shown {
            terminal.one_of_tables(&table)?;
        } else if calls.is_empty() {
            terminal.note(NONE);
        }
        for hint in hints {
            terminal.hint(&hint);
        }
        run.end(verb, true)
    }
}

/// The error for an empty list.
pub(crate) const NONE: &str = "the list is empty; nothing to do";
