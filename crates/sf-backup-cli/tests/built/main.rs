//! The built command.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)] // so do tests fail

mod binary;
#[cfg(unix)]
mod completions;
mod harness;
#[cfg(unix)]
mod interrupted;
