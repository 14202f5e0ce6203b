//! `--wait`: until a backup or a restore has ended, or a policy is in effect.

pub(crate) mod again;
pub(crate) mod board;
mod conclude;
mod ending;
mod follow;
mod gather;
mod kind;
mod policy;
mod protection;
mod runs;
mod screen;
mod watch;

use std::time::Duration;

/// What is waited for in addition to the call's response, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// From the command's beginning on.
    pub(crate) timeout: Option<Duration>,
    /// For each partition's first backup, and not only for the policy.
    pub(crate) first_backup: bool,
}

/// `12s`, `3m 5s`, `1h 2m`.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}
