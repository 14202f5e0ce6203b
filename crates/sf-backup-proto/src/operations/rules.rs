//! Rules that span several fields of one operation.

use crate::check::Check;
use crate::error::BuildError;
use crate::operations::RestorePartition;

/// Without a body the server must be told to take the latest backup.
pub(crate) fn restore_names_a_backup(restore: &RestorePartition, at: &Check<'_>) -> Result<(), BuildError> {
    let named = restore.restore.is_some() || restore.latest == Some(true);
    at.member("BackupId").rule(named, "is required unless Latest is true")
}
