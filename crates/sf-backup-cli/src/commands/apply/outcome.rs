//! What became of each change of a plan.

use serde::Serialize;
use sf_backup_ops::manifest::Change;

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum AppliedOutcome {
    Done,
    Failed,
    /// Sent or not, it may have been done.
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

/// A change in the past.
pub(crate) fn done(change: &Change) -> String {
    match change {
        Change::CreatePolicy(name, _) => format!("policy {name} is created"),
        Change::UpdatePolicy(name, _) => format!("policy {name} is replaced"),
        Change::DeletePolicy(name, _) => format!("policy {name} is deleted"),
        Change::Enable(entity, policy) => format!("backup of {entity} is enabled under {policy}"),
        Change::Move(entity, from, to) => format!("backup of {entity} is moved from {from} to {to}"),
        Change::Disable(entity, _) => format!("backup of {entity} is disabled"),
        Change::Suspend(entity) => format!("backup of {entity} is suspended"),
        Change::Resume(entity) => format!("backup of {entity} is resumed"),
    }
}
