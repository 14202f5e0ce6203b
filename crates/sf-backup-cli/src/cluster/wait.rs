//! `--wait`: until a backup or a restore has ended, or a policy is in effect.

mod conclude;
mod ending;
mod follow;
mod gather;
mod kind;
mod policy;
pub(crate) mod progress_display;
mod protection;
mod runs;
mod screen;
mod wait_target;

use std::time::Duration;

/// `12s`, `3m 5s`, `1h 2m`.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}
