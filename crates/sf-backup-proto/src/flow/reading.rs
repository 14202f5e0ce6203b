//! What the reads that verify a change return.

use crate::model::policy::BackupPolicyDescription;
use crate::model::progress::{BackupProgressInfo, RestoreProgressInfo};
use crate::name::ContinuationToken;

/// The result of a read that verifies a change.
#[allow(unnameable_types)] // for `LongRunning` only
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The policy that is stored under the name.
    Policy(Option<Box<BackupPolicyDescription>>),
    /// Whether backup is enabled directly on the entity.
    Enabled(bool),
    /// The entity is not on this page; the list continues here.
    Continues(ContinuationToken),
    /// The progress of the last on-demand backup.
    Backup(Option<BackupProgressInfo>),
    /// The progress of the last restore.
    Restore(Option<RestoreProgressInfo>),
}
