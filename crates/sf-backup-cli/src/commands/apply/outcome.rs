//! The outcomes of the changes of a plan.

use serde::Serialize;
use sf_backup_ops::manifest::Change;

/// The outcome of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum AppliedOutcome {
    Done,
    Failed,
    /// It may have been made, whether it was sent or not.
    Unknown,
    NotBegun,
}

/// A change and its outcome, as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct ChangeRow {
    #[serde(flatten)]
    pub(crate) change: Change,
    #[serde(rename = "Outcome")]
    pub(crate) outcome: AppliedOutcome,
}

/// The message for a completed change.
pub(crate) fn done(change: &Change) -> String {
    match change {
        Change::CreatePolicy(name, _) => format!("policy {name} is created"),
        Change::UpdatePolicy(name, _) => format!("policy {name} is replaced"),
        Change::DeletePolicy(name, _) => format!("policy {name} is deleted"),
        Change::Enable(entity, policy) => format!("backup of {entity} is enabled under policy {policy}"),
        Change::Move(entity, from, to) => format!("backup of {entity} is changed from policy {from} to {to}"),
        Change::Disable(entity, _) => format!("backup of {entity} is disabled"),
        Change::Suspend(entity) => format!("backup of {entity} is suspended"),
        Change::Resume(entity) => format!("backup of {entity} is resumed"),
    }
}
