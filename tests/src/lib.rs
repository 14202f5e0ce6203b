//! Shared by test binaries of several crates; also runs the READMEs' examples against the simulator, as documentation
//! tests. The other crates test those of their own READMEs.

mod not_run;

pub use not_run::not_run;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Workspace;

#[cfg(doctest)]
#[doc = include_str!("../../crates/sf-backup-proto/README.md")]
pub struct Proto;
