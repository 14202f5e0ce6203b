//! Tests across the crates.

// A panic fails a test, also in its helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cli;
mod conformance;
mod e2e;
mod flows;
mod foreign;
mod lossy_line;
mod restore;
