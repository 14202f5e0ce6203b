//! Tests across the crates.

mod cli;
mod conformance;
mod e2e;
mod flows;
