//! The state of one of the targets of waiting.

use std::time::Duration;

use sf_backup_hyper::Error;
use tokio::time::Instant;

use super::ending::{Ending, Left, TargetOutcome};
use super::progress_display::StateChange;
use crate::cluster::bulk::OutcomeName;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::ordered_json::OrderedJson;
use crate::output::render::table::Record;

/// The words about a target.
#[derive(Debug)]
pub(super) struct Subject {
    /// `the backup of partition`.
    pub(super) what: &'static str,
    /// The message about it when waiting stops: `continues in the cluster`.
    pub(super) stays: &'static str,
    /// The message if it is unknown whether it was started: `may have been started`.
    pub(super) perhaps: &'static str,
    /// The message about several: `backups continue in the cluster`.
    pub(super) many: &'static str,
    /// The command that waits again: the words before and after the ids.
    pub(super) again: (&'static str, String),
}

/// The last observed progress of a target.
#[derive(Debug, Default)]
pub(super) struct ProgressSnapshot {
    /// The state in a few words.
    pub(super) state: String,
    pub(super) lsn: Option<i64>,
    /// What to do if it seems to be stuck.
    pub(super) hint: Option<String>,
    /// The cluster's response as JSON.
    pub(super) progress: Option<OrderedJson>,
    /// The cluster's response as text.
    pub(super) record: Option<Record>,
    /// What is still missing, if it has names.
    pub(super) missing: Option<String>,
}

/// News about a target.
#[derive(Debug)]
pub(super) enum News {
    /// A change is about to be sent.
    Begins,
    /// The cluster has accepted it.
    Started,
    Seen(ProgressSnapshot),
    /// A read failed and is repeated.
    Trouble(Error),
}

/// How following a target ended.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one for each that is waited for
pub(super) enum End {
    Ended(Ending),
    /// Nothing was sent, because others had failed.
    NotBegun,
    /// Nothing was started.
    NotStarted(Failure),
    /// Reading failed repeatedly; the message is still true.
    Lost(Error, String),
}

/// One of the targets of waiting.
#[derive(Debug)]
pub(super) struct WaitTarget {
    pub(super) name: String,
    begun: bool,
    /// Since when the cluster is known to have accepted it.
    since: Option<Instant>,
    last: Option<ProgressSnapshot>,
    /// The last printed line, so that nothing is printed twice.
    printed: Option<(String, bool)>,
    pub(super) ending: Option<Ending>,
    pub(super) took: Option<Duration>,
}

impl WaitTarget {
    pub(super) fn new(name: String) -> Self {
        Self { name, begun: false, since: None, last: None, printed: None, ending: None, took: None }
    }

    /// Takes news, and returns the message to print, unless it was printed before.
    pub(super) fn update(&mut self, news: News) -> Result<Option<StateChange>, Error> {
        match news {
            News::Begins => self.begun = true,
            News::Started => (self.begun, self.since) = (true, Some(Instant::now())),
            News::Trouble(error) => return Err(error),
            News::Seen(sight) => {
                let printed = (sight.state.clone(), sight.hint.is_some());
                let last = self.last.insert(sight);
                if self.printed.as_ref() == Some(&printed) {
                    return Ok(None);
                }
                let hinted = self.printed.replace(printed).is_some_and(|(_, hinted)| hinted);
                return Ok(Some(StateChange {
                    event: "progress",
                    entity: self.name.clone(),
                    state: last.state.clone(),
                    elapsed: self.since.map(|since| since.elapsed()).unwrap_or_default(),
                    progress: last.progress.clone(),
                    hint: last.hint.clone().filter(|_| !hinted),
                    aside: last.lsn.map(|lsn| format!("LSN {lsn}")).unwrap_or_default(),
                }));
            }
        }
        Ok(None)
    }

    /// Ends the target with its outcome and duration.
    pub(super) fn end(&mut self, ending: Ending) {
        self.took = self.since.map(|since| since.elapsed());
        self.ending = Some(ending);
    }

    /// Ends waiting for the target.
    pub(super) fn leave(&mut self, ending: impl FnOnce(&Self) -> Ending) {
        let ending = if self.begun { ending(self) } else { Ending::not_begun() };
        self.end(ending);
    }

    pub(super) fn is_started(&self) -> bool {
        self.since.is_some()
    }

    /// What is still missing.
    pub(super) fn missing(&self) -> Option<&str> {
        self.last.as_ref()?.missing.as_deref()
    }

    pub(super) fn goes_on(&self) -> bool {
        self.ending.as_ref().is_some_and(|ending| ending.goes_on)
    }

    pub(super) fn lsn(&self) -> Option<i64> {
        self.last.as_ref()?.lsn
    }

    pub(super) fn take_record(&mut self) -> Option<Record> {
        self.last.as_mut()?.record.take()
    }

    pub(super) fn outcome(&mut self) -> TargetOutcome {
        let ending = self.ending.get_or_insert_with(Ending::not_begun);
        TargetOutcome {
            entity: self.name.clone(),
            outcome: ending.word,
            exit: ending.exit.map(Exit::code),
            state: self.last.as_ref().map(|last| last.state.clone()),
            elapsed_seconds: self.took.map(|took| took.as_secs()),
            progress: self.last.as_ref().and_then(|last| last.progress.clone()),
            error: ending.report.clone(),
        }
    }
}

impl Ending {
    /// The outcome if waiting stopped for a started target.
    pub(super) fn left(target: &WaitTarget, subject: &Subject, why: Left) -> Self {
        let (kind, exit, why) = match why {
            Left::Deadline => ("deadline", Exit::TimedOut, "timed out"),
            Left::Interrupted => ("detached", Exit::Interrupted, "interrupted"),
        };
        let Subject { what, stays, perhaps, .. } = subject;
        let name = &target.name;
        let mut problem = format!("{why}; {what} {name} {}", if target.is_started() { stays } else { perhaps });
        if let Some(missing) = target.missing() {
            problem.push_str("; ");
            problem.push_str(missing);
        }
        let report = Report::about(kind, name, problem, None).uncertain();
        Self { goes_on: true, ..Self::new(OutcomeName::Unknown, exit, Some(report)) }
    }

    /// The outcome after following; `blame` converts the errors of failed calls.
    pub(super) fn of(end: End, blame: impl Fn(Error) -> Failure) -> Self {
        match end {
            End::Ended(ending) => ending,
            End::NotBegun => Self::not_begun(),
            End::NotStarted(failure) => {
                let word = if failure.may_have_changed() { OutcomeName::Unknown } else { OutcomeName::Failed };
                Self { goes_on: word == OutcomeName::Unknown, ..Self::new(word, failure.exit(), failure.report()) }
            }
            End::Lost(error, sentence) => {
                let failure = blame(error);
                let report = failure.report().map(|report| report.after(&sentence).uncertain());
                Self { goes_on: true, ..Self::new(OutcomeName::Unknown, failure.exit(), report) }
            }
        }
    }
}
