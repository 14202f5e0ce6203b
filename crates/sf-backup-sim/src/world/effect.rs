//! The log of what happened in the cluster.

use serde::Serialize;
use sf_backup_proto::Timestamp;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Effect {
    /// The time by the cluster's own clock.
    pub at: Timestamp,
    /// What happened.
    pub kind: EffectKind,
    /// The name of a policy, the key of an entity, or the id of a partition.
    pub subject: String,
    /// The policy, or the path on a storage, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The kind of an [`Effect`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub enum EffectKind {
    /// A policy was stored.
    PolicyCreated,
    /// A policy was replaced.
    PolicyUpdated,
    /// A policy was deleted.
    PolicyDeleted,
    /// A policy became unreadable for replicas: its periodic backups stop, and everything reports healthy.
    PolicyUnreadable,
    /// A policy was enabled on an entity.
    Enabled,
    /// A policy was disabled on an entity.
    Disabled,
    /// An entity was suspended, and was not before.
    Suspended,
    /// A suspended entity was resumed.
    Resumed,
    /// A backup on demand was accepted.
    BackupAccepted,
    /// A restore was accepted.
    RestoreAccepted,
    /// A backup was written to a storage.
    BackupMade,
    /// A backup failed.
    BackupFailed,
    /// A backup was deleted from a storage.
    BackupDeleted,
    /// A partition was restored.
    Restored,
    /// A restore failed.
    RestoreFailed,
    /// A partition lost its data.
    DataLost,
    /// A partition that waited for a restore continued without one.
    RestoreSkipped,
    /// A partition lost its quorum.
    QuorumLost,
    /// A partition has its quorum again.
    QuorumRegained,
    /// The primary of a partition, or of the backup service, moved to another node.
    FailedOver,
}
