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
