//! The options of commands that can wait.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::duration;

/// What to wait for after the response to the call, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Time limit, from the start of the command.
    pub(crate) timeout: Option<Duration>,
    /// Whether to wait for the first backup of each partition, and not only for the policy.
    pub(crate) first_backup: bool,
    /// The backups to start once the policy is in effect.
    pub(crate) then: Option<BackupNow>,
}

/// Backups that are started once a policy is in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BackupNow {
    /// Whether to wait for them.
    pub(crate) waits: bool,
}

/// Options for waiting for the end of a backup or a restore.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Wait {
    /// Wait for completion and show progress. Ctrl-C stops waiting; the operation continues
    #[arg(long)]
    wait: bool,

    /// Stop waiting after this time (seconds, or a duration such as 2h) with exit code 6; the operation continues in
    /// the cluster
    #[arg(long, value_name = "DURATION", value_parser = duration::seconds, requires = "wait")]
    wait_timeout: Option<NonZeroU32>,
}

/// Options for waiting until a policy is in effect.
#[derive(Debug, Clone, Copy, Args)]
#[command(group = ArgGroup::new("waits").multiple(true).args(["wait", "first_backup", "backup_now"]))]
pub(crate) struct WaitForPolicy {
    /// Wait until the policy is in effect for every stateful partition that keeps its state on disk
    #[arg(long)]
    wait: bool,

    /// Wait until each stateful partition also has a backup, scheduled or on demand, made after the command started
    #[arg(long)]
    first_backup: bool,

    /// Once the policy is in effect, start a backup of each partition that it covers; with --wait, wait for these backups
    #[arg(long, conflicts_with = "first_backup")]
    backup_now: bool,

    /// Stop waiting after this time (seconds, or a duration such as 2h) with exit code 6; the policy stays enabled
    #[arg(long, value_name = "DURATION", value_parser = duration::seconds, requires = "waits")]
    wait_timeout: Option<NonZeroU32>,
}

impl Wait {
    pub(crate) fn waiting(self) -> Option<Waiting> {
        self.wait.then_some(Waiting { timeout: self.wait_timeout.map(seconds), first_backup: false, then: None })
    }
}

impl WaitForPolicy {
    pub(crate) fn waiting(self) -> Option<Waiting> {
        let Self { wait, first_backup, backup_now, wait_timeout } = self;
        let then = backup_now.then_some(BackupNow { waits: wait });
        // A partition can only be backed up after the policy has reached it.
        let waits = wait || first_backup || backup_now;
        waits.then_some(Waiting { timeout: wait_timeout.map(seconds), first_backup, then })
    }
}

fn seconds(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}
