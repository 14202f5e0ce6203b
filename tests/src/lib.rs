//! What test binaries of several crates share, and the READMEs' examples, as documentation tests: what they show compiles, and runs against the simulator. Those of the
//! other crates are tested there.

mod not_run;

pub use not_run::not_run;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Workspace;

#[cfg(doctest)]
#[doc = include_str!("../../crates/sf-backup-proto/README.md")]
pub struct Proto;
