//! Settings of a run.

use std::num::NonZeroUsize;
use std::time::Duration;

use sf_backup_proto::flow::Progress;
use sf_backup_proto::model::progress::RestoreProgressInfo;

const STUCK_AFTER: Duration = Progress::<RestoreProgressInfo>::STUCK_AFTER;

/// Settings of a run: concurrency, time limits and retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of concurrent restores. Restores that an earlier run started count, but are not held back.
    pub parallel: NonZeroUsize,
    /// Whether to start further restores after one has failed.
    pub keep_going: bool,
    /// How long a restore that an earlier run was about to send may still be on its way: the gateway holds requests
    /// while the backup service moves. [`Limits::SETTLE`], unless the timeouts are longer.
    pub settle: Duration,
    /// How long a restore may be accepted, or not visible, before it counts as stuck.
    pub stuck_after: Duration,
    /// Whether to retry partitions whose restore failed or timed out in an earlier run.
    pub retry_failed: bool,
}

impl Limits {
    /// The gateway's two minutes and a margin.
    pub const SETTLE: Duration = Duration::from_secs(130);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parallel: NonZeroUsize::MIN,
            keep_going: false,
            settle: Self::SETTLE,
            stuck_after: STUCK_AFTER,
            retry_failed: false,
        }
    }
}
