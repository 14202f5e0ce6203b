//! The outcome of waiting for one target, in words and exit codes.

use serde::Serialize;

use crate::cluster::bulk::OutcomeName;
use crate::output::exit::Exit;
use crate::output::failure::Report;
use crate::output::ordered_json::OrderedJson;

/// The outcome of one target.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) word: OutcomeName,
    /// `None` if it was not started.
    pub(super) exit: Option<Exit>,
    pub(super) report: Option<Report>,
    /// Whether it continues in the cluster.
    pub(super) goes_on: bool,
    /// Whether the outcome was already printed.
    pub(super) printed: bool,
}

/// The outcome of one target, as in the last line of JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetOutcome {
    pub(super) entity: String,
    pub(super) outcome: OutcomeName,
    pub(super) exit: Option<u8>,
    pub(super) state: Option<String>,
    pub(super) elapsed_seconds: Option<u64>,
    pub(super) progress: Option<OrderedJson>,
    pub(super) error: Option<Report>,
}

/// Why waiting stopped for an operation that continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Deadline,
    Interrupted,
}

impl Ending {
    pub(super) fn done() -> Self {
        Self { printed: true, ..Self::new(OutcomeName::Done, Exit::Done, None) }
    }

    pub(super) fn not_begun() -> Self {
        Self { exit: None, ..Self::new(OutcomeName::NotSent, Exit::Done, None) }
    }

    pub(super) fn new(word: OutcomeName, exit: Exit, report: Option<Report>) -> Self {
        Self { word, exit: Some(exit), report, goes_on: false, printed: false }
    }
}
