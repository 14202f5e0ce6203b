//! Why a command has no result or not the expected one, and its exit code.

mod report;

use std::io;

use sf_backup_hyper::Error;
use sf_backup_hyper::Panicked;
use sf_backup_proto::ErrorKind;

use crate::output::exit::Exit;

pub(crate) use report::{REFUSES_EVERYBODY, Report, advice, append_sources, with_causes};

/// Why there is no result, or not the expected one.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Rejected before anything was sent. One line that names the value, the place and the rule.
    Usage(String),
    /// A call that failed.
    Call {
        error: Box<Error>,
        /// A better message than the error's own, if a file caused it.
        message: Option<String>,
    },
    /// The result could not be written to standard output.
    Output(io::Error),
    /// The requested entity is not in the cluster.
    Absent(String),
    /// Another failure.
    Other(String),
    /// Ctrl-C, with the state of the change.
    Interrupted { problem: String, may_have_changed: bool, hint: Option<String> },
    /// The outcome of an operation with its report.
    Reported { exit: Exit, report: Box<Report> },
    /// The printed result reports the failure.
    AlreadyReported(Exit),
    /// The result is complete, with this exit code.
    Verdict(Exit),
    /// A failure of a command for which exit code 1 is a result: its exit code is 2 instead.
    Raised(Box<Self>),
}

impl Failure {
    pub(crate) fn usage(problem: impl Into<String>) -> Self {
        Self::Usage(problem.into())
    }

    /// Ctrl-C while this change may have been in progress.
    pub(crate) fn interrupted(change: Option<&str>) -> Self {
        let problem = match change {
            Some(verb) => format!("interrupted; {verb} may have been done"),
            None => "interrupted".to_owned(),
        };
        Self::Interrupted { problem, may_have_changed: change.is_some(), hint: None }
    }

    /// Ctrl-C before the change of this command was sent.
    pub(crate) fn before(self, verb: &str) -> Self {
        match self {
            Self::Interrupted { hint, .. } => Self::Interrupted {
                problem: format!("interrupted; {verb} was not sent"),
                may_have_changed: false,
                hint,
            },
            failure => failure,
        }
    }

    /// An error in this program while a change may have been in progress.
    pub(crate) fn panicked_with_change(panicked: &Panicked) -> Self {
        let report =
            Report::plain("internal", &format!("{}; the change may have been made", internal(panicked))).uncertain();
        Self::Reported { exit: Exit::Unknown, report: Box::new(report) }
    }

    /// Raises exit code 1, for a command for which that is a result.
    pub(crate) fn above_one(self) -> Self {
        match self {
            Self::AlreadyReported(_) | Self::Verdict(_) => self,
            failure if failure.exit() == Exit::Failed => Self::Raised(Box::new(failure)),
            failure => failure,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Call { error, .. } => Self::exit_of(error),
            // The reader of the output has closed it.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Absent(_) => Exit::NotFound,
            Self::Output(_) | Self::Other(_) => Exit::Failed,
            Self::Interrupted { .. } => Exit::Interrupted,
            Self::AlreadyReported(exit) | Self::Verdict(exit) | Self::Reported { exit, .. } => *exit,
            Self::Raised(_) => Exit::Usage,
        }
    }

    /// The code for a failed call.
    pub(crate) fn exit_of(error: &Error) -> Exit {
        Exit::of(error)
    }

    /// Whether the cluster may have made the change despite the failure.
    pub(crate) fn may_have_changed(&self) -> bool {
        match self {
            Self::Call { error, .. } => error.may_have_changed(),
            Self::Interrupted { may_have_changed, .. } => *may_have_changed,
            Self::Raised(failure) => failure.may_have_changed(),
            Self::Reported { report, .. } => report.may_have_changed,
            Self::Usage(_) | Self::Output(_) | Self::Absent(_) | Self::Other(_) => false,
            Self::AlreadyReported(_) | Self::Verdict(_) => false,
        }
    }

    /// What to print; `None` if everything was printed.
    pub(crate) fn report(&self) -> Option<Report> {
        match self {
            Self::Usage(problem) => Some(Report::plain("usage", problem)),
            Self::Call { error, message } => {
                let mut report = Report::of(error);
                if let Some(message) = message {
                    report.line.clone_from(message);
                    report.message.clone_from(message);
                }
                Some(report)
            }
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Self::Output(error) => {
                let problem = format!("the result cannot be written to standard output: {error}");
                Some(Report::plain("output", &problem))
            }
            Self::Absent(problem) => Some(Report::plain(ErrorKind::EntityNotFound.as_str(), problem)),
            Self::Other(problem) => Some(Report::plain("failed", problem)),
            Self::Interrupted { problem, may_have_changed, hint } => {
                let mut report = Report::plain("interrupted", problem);
                report.may_have_changed = *may_have_changed;
                report.hint.clone_from(hint);
                Some(report)
            }
            Self::Reported { report, .. } => Some((**report).clone()),
            Self::AlreadyReported(_) | Self::Verdict(_) => None,
            Self::Raised(failure) => failure.report(),
        }
    }
}

/// The message of an error in this program.
pub(crate) fn internal(panicked: &Panicked) -> String {
    format!("internal error: {}", panicked.message())
}

impl From<Panicked> for Failure {
    fn from(panicked: Panicked) -> Self {
        Self::Reported { exit: Exit::Failed, report: Box::new(Report::plain("internal", &internal(&panicked))) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call { error: Box::new(error), message: None }
    }
}
