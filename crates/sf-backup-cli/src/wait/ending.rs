//! How waiting for one run ended, in words and in exit codes.

use std::time::Duration;

use serde::Serialize;
use sf_backup_proto::flow::{Ended, Phase};

use super::elapsed;
use super::follow::End;
use super::kind::{Kind, Told};
use crate::bulk::Word;
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::render::table::words;
use crate::written::Written;

/// What came of one.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) word: Word,
    /// `None` if it was not begun.
    pub(super) exit: Option<Exit>,
    pub(super) report: Option<Report>,
    /// Whether it goes on without us.
    pub(super) goes_on: bool,
    /// Whether the last reading says all there is to say.
    pub(super) told: bool,
}

/// The last line of JSON, one object for each.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome {
    pub(super) entity: String,
    pub(super) outcome: Word,
    pub(super) exit: Option<u8>,
    pub(super) state: Option<String>,
    pub(super) elapsed_seconds: Option<u64>,
    pub(super) progress: Option<Written>,
    pub(super) error: Option<Report>,
}

/// Why nobody waits any longer for what goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Deadline,
    Interrupted,
}

impl Ending {
    fn new(word: Word, exit: Exit, report: Option<Report>) -> Self {
        Self { word, exit: Some(exit), report, goes_on: false, told: false }
    }

    pub(super) fn not_begun() -> Self {
        Self { word: Word::NotSent, exit: None, report: None, goes_on: false, told: false }
    }

    /// Nobody waits any longer for a run that was begun; `under_way` says whether the cluster is known to have it.
    pub(super) fn left<O: Kind>(name: &str, why: Left, under_way: bool) -> Self {
        let (kind, exit, why) = match why {
            Left::Deadline => ("deadline", Exit::TimedOut, "the time to wait is over"),
            Left::Interrupted => ("detached", Exit::Interrupted, "interrupted"),
        };
        let what = O::WHAT;
        let goes_on = if under_way { "goes on in the cluster" } else { "may have been started all the same" };
        let problem = format!("{why}; the {what} of partition {name} {goes_on}");
        let report = Report::about(kind, name, problem, None).uncertain();
        Self { goes_on: true, ..Self::new(Word::Unknown, exit, Some(report)) }
    }

    /// How following ended. `blame` words failed calls.
    pub(super) fn of<O: Kind>(
        name: &str,
        end: &mut End<O::Progress>,
        waited: Duration,
        blame: impl Fn(sf_backup_hyper::Error) -> Failure,
    ) -> Self {
        let what = O::WHAT;
        let taken = std::mem::replace(end, End::Absent);
        match taken {
            End::Ended(Ended::Final(progress)) => Self::of_final(name, what, &progress),
            End::Ended(Ended::Stuck { .. }) => {
                let waited = elapsed(waited);
                let problem =
                    format!("the {what} of partition {name} is stuck: after {waited} the cluster has not begun it");
                let report = Report::about("stuck", name, problem, Some(O::remedy(name))).uncertain();
                Self { goes_on: true, ..Self::new(Word::Failed, Exit::TimedOut, Some(report)) }
            }
            End::Ended(Ended::Deadline { .. }) => Self::left::<O>(name, Left::Deadline, true),
            End::Absent => {
                let problem = format!("no {what} of partition {name} was asked for: there is nothing to wait for");
                Self::new(Word::Failed, Exit::NotFound, Some(Report::about("absent", name, problem, None)))
            }
            End::NotStarted(error) => {
                let failure = blame(error);
                let word = if failure.may_have_changed() { Word::Unknown } else { Word::Failed };
                Self { goes_on: word == Word::Unknown, ..Self::new(word, failure.exit(), failure.report()) }
            }
            End::Lost(error) => {
                let failure = blame(error);
                let report = failure.report().map(|report| {
                    report.after(&format!("the {what} goes on, but how far it is cannot be read")).uncertain()
                });
                Self { goes_on: true, ..Self::new(Word::Unknown, failure.exit(), report) }
            }
        }
    }

    fn of_final<P: Told>(name: &str, what: &str, progress: &P) -> Self {
        let why = progress.failure().map(words::failure);
        let told = match progress.phase() {
            Phase::Failure => {
                let why = why.unwrap_or_else(|| "the cluster does not say why".to_owned());
                let problem = format!("the {what} of partition {name} failed: {why}");
                let hint = progress.failure().and_then(words::action).map(|hint| hint.to_string());
                Self::new(Word::Failed, Exit::OperationFailed, Some(Report::about("failure", name, problem, hint)))
            }
            Phase::Timeout => {
                let problem = format!(
                    "the cluster gave up on the {what} of partition {name} after its own time limit; it may have ended \
                     well all the same"
                );
                let hint =
                    format!("look whether it has, before another is asked for; --{what}-timeout gives it longer");
                let report = Report::about("timeout", name, problem, Some(hint)).uncertain();
                Self::new(Word::Unknown, Exit::TimedOut, Some(report))
            }
            _ => Self::new(Word::Done, Exit::Done, None),
        };
        Self { told: true, ..told }
    }
}
