//! Rules that span several fields of one operation.

use crate::error::BuildError;
use crate::operations::RestorePartition;
use crate::validation::ValidationPath;

/// Without a body the server must be told to take the latest backup.
pub(crate) fn restore_names_a_backup(restore: &RestorePartition, at: &ValidationPath<'_>) -> Result<(), BuildError> {
    let named = restore.restore.is_some() || restore.latest == Some(true);
    at.member("BackupId").rule(named, "is required unless Latest is true")
}
