//! The built command.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)] // so do tests fail

#[cfg(unix)]
mod apply;
mod binary;
#[cfg(unix)]
mod completions;
#[cfg(unix)]
mod curl;
#[cfg(unix)]
mod drill;
#[cfg(target_os = "linux")]
mod endless;
#[cfg(unix)]
mod files;
mod gallery;
mod harness;
#[cfg(unix)]
mod interrupted;
#[cfg(unix)]
mod metrics;
mod orders;
#[cfg(unix)]
mod recorder;
#[cfg(unix)]
mod restore;
#[cfg(unix)]
mod snippets;
#[cfg(unix)]
mod terminal;
mod tour;
