//! Tests across the crates.

// A test fails by panicking, in the functions that it calls as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cli;
mod conformance;
mod e2e;
mod flows;
mod foreign;
mod restore;
