//! What reads show that verify a change.

use crate::model::policy::BackupPolicyDescription;
use crate::model::progress::{BackupProgressInfo, RestoreProgressInfo};
use crate::name::ContinuationToken;

/// What a read showed.
#[allow(unnameable_types)] // for `LongRunning` only
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The policy that is stored under the name.
    Policy(Option<Box<BackupPolicyDescription>>),
    /// Whether backup is enabled on the very entity.
    Enabled(bool),
    /// The entity is not on this page, and the list continues here.
    Continues(ContinuationToken),
    /// How far the last backup on demand is.
    Backup(Option<BackupProgressInfo>),
    /// How far the last restore is.
    Restore(Option<RestoreProgressInfo>),
}
