//! How waiting for one ended, in words and in exit codes.

use serde::Serialize;

use super::watch::{End, Subject, Watch};
use crate::cluster::bulk::Word;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::written::Written;

/// What came of one.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) word: Word,
    /// `None` if it was not begun.
    pub(super) exit: Option<Exit>,
    pub(super) report: Option<Report>,
    /// Whether it goes on without us.
    pub(super) goes_on: bool,
    /// Whether what was seen last says all there is to say.
    pub(super) told: bool,
}

/// What came of one, as in the last line of JSON.
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
    pub(super) fn done() -> Self {
        Self { told: true, ..Self::new(Word::Done, Exit::Done, None) }
    }

    pub(super) fn not_begun() -> Self {
        Self { exit: None, ..Self::new(Word::NotSent, Exit::Done, None) }
    }

    pub(super) fn new(word: Word, exit: Exit, report: Option<Report>) -> Self {
        Self { word, exit: Some(exit), report, goes_on: false, told: false }
    }

    /// Nobody waits any longer for one that was begun.
    pub(super) fn left(watch: &Watch, subject: &Subject, why: Left) -> Self {
        let (kind, exit, why) = match why {
            Left::Deadline => ("deadline", Exit::TimedOut, "timed out"),
            Left::Interrupted => ("detached", Exit::Interrupted, "interrupted"),
        };
        let Subject { what, stays, perhaps, .. } = subject;
        let name = &watch.name;
        let mut problem = format!("{why}; {what} {name} {}", if watch.is_started() { stays } else { perhaps });
        if let Some(missing) = watch.missing() {
            problem.push_str("; ");
            problem.push_str(missing);
        }
        let report = Report::about(kind, name, problem, None).uncertain();
        Self { goes_on: true, ..Self::new(Word::Unknown, exit, Some(report)) }
    }

    /// How following ended; `blame` words failed calls.
    pub(super) fn of(end: End, blame: impl Fn(sf_backup_hyper::Error) -> Failure) -> Self {
        match end {
            End::Ended(ending) => ending,
            End::NotBegun => Self::not_begun(),
            End::NotStarted(failure) => {
                let word = if failure.may_have_changed() { Word::Unknown } else { Word::Failed };
                Self { goes_on: word == Word::Unknown, ..Self::new(word, failure.exit(), failure.report()) }
            }
            End::Lost(error, sentence) => {
                let failure = blame(error);
                let report = failure.report().map(|report| report.after(&sentence).uncertain());
                Self { goes_on: true, ..Self::new(Word::Unknown, failure.exit(), report) }
            }
        }
    }
}
