//! The contents of requests, after parsing and validation.

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::policy::{CompressionType, QuickRecovery};
use sf_backup_proto::model::schedule::TimeBasedBackupScheduleDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use uuid::Uuid;

use crate::world::interval::Interval;

/// The query parameters of all operations, except `api-version`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters {
    pub(crate) continuation_token: Option<String>,
    /// Maximum number of results; 0 means all.
    pub(crate) max_results: i32,
    pub(crate) latest: bool,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// Timeout of the request in seconds.
    pub(crate) timeout: u64,
    /// Timeout of the requested backup or restore in minutes.
    pub(crate) minutes: Option<i32>,
}

/// A policy as sent by a client.
#[derive(Debug, Clone)]
pub(crate) struct PolicyView {
    pub(crate) name: String,
    pub(crate) auto_restore_on_data_loss: bool,
    pub(crate) max_incremental_backups: u8,
    pub(crate) schedule: ScheduleView,
    pub(crate) storage: BackupStorageDescription,
    pub(crate) retention: Option<RetentionView>,
    pub(crate) compression_type: Option<CompressionType>,
    pub(crate) quick_recovery: Option<QuickRecovery>,
}

/// A schedule as sent by a client.
#[derive(Debug, Clone)]
pub(crate) enum ScheduleView {
    Frequency(Interval),
    Time(TimeBasedBackupScheduleDescription),
}

/// A retention as sent by a client.
#[derive(Debug, Clone)]
pub(crate) struct RetentionView {
    pub(crate) duration: Interval,
    pub(crate) minimum: i32,
}

/// The backup to restore.
#[derive(Debug, Clone)]
pub(crate) struct RestoreView {
    pub(crate) backup_id: Uuid,
    pub(crate) location: String,
    pub(crate) storage: Option<BackupStorageDescription>,
}

/// A query for backups on a storage.
#[derive(Debug, Clone)]
pub(crate) struct QueryView {
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    pub(crate) latest: bool,
    pub(crate) storage: BackupStorageDescription,
    pub(crate) entity: EntityView,
}

/// The entity of a query: full names, and the id of a partition.
#[derive(Debug, Clone)]
pub(crate) enum EntityView {
    Application(String),
    Service(String),
    Partition(String, Uuid),
}
