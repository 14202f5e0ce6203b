//! How a plan is carried out.

use std::num::NonZeroUsize;
use std::time::Duration;

use sf_backup_proto::flow::Progress;
use sf_backup_proto::model::progress::RestoreProgressInfo;

const STUCK_AFTER: Duration = Progress::<RestoreProgressInfo>::STUCK_AFTER;

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many partitions are restored at the same time. What an earlier run has begun counts, and is not held back.
    pub parallel: NonZeroUsize,
    /// Whether further partitions are begun after one has failed.
    pub keep_going: bool,
    /// How long a restore that an earlier run was about to send may still be on its way: the gateway holds requests while the
    /// backup service moves. [`Limits::SETTLE`], unless longer timeouts are set.
    pub settle: Duration,
    /// How long a restore may be accepted, or not visible, before it counts as stuck.
    pub stuck_after: Duration,
    /// Whether partitions whose restore failed or timed out in an earlier run are restored again.
    pub retry_failed: bool,
}

impl Limits {
    /// The gateway's own two minutes, and a margin.
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
