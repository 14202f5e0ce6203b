//! The options of verbs that can wait.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;

use crate::wait::Waiting;

/// Waiting for the end of a backup or a restore.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Wait {
    /// Waits for the end, and tells how it goes. Ctrl-C ends the waiting and not what is waited for
    #[arg(long)]
    wait: bool,

    /// Stops waiting after this time, with exit code 6; what is waited for goes on in the cluster
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    wait_timeout: Option<NonZeroU32>,
}

impl Wait {
    pub(crate) fn waiting(self) -> Option<Waiting> {
        self.wait.then_some(Waiting { timeout: self.wait_timeout.map(seconds), first_backup: false })
    }
}

fn seconds(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}
