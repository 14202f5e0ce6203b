//! What really happened in the cluster, in order.

use serde::Serialize;
use sf_backup_proto::Timestamp;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Effect {
    /// When, by the cluster's own time.
    pub at: Timestamp,
    /// What.
    pub kind: EffectKind,
    /// To what: a policy's name, an entity's key, a partition's id.
    pub subject: String,
    /// The policy, or the place on a storage, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum EffectKind {
    /// A policy was stored.
    PolicyCreated,
    /// A policy was replaced.
    PolicyUpdated,
    /// A policy was deleted.
    PolicyDeleted,
    /// A policy became one that replicas cannot read: periodic backups under it stop, and everything reports healthy.
    PolicyUnreadable,
    /// A policy was enabled on an entity.
    Enabled,
    /// It was disabled there.
    Disabled,
    /// An entity that was not suspended was.
    Suspended,
    /// An entity that was suspended was resumed.
    Resumed,
    /// A backup on demand was accepted.
    BackupAccepted,
    /// A restore was accepted.
    RestoreAccepted,
    /// A backup was put on a storage.
    BackupMade,
    /// A backup could not be made.
    BackupFailed,
    /// A backup was deleted from a storage.
    BackupDeleted,
    /// A partition was restored.
    Restored,
    /// A restore could not be done.
    RestoreFailed,
    /// A partition lost its data.
    DataLost,
    /// A partition that waited for a restore went on with what it had.
    RestoreSkipped,
    /// A partition lost its quorum.
    QuorumLost,
    /// A partition has its quorum again.
    QuorumRegained,
    /// A primary moved to another node: a partition's, or the backup service's own.
    FailedOver,
}
