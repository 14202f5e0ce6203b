//! The simulator's answers, rule by rule, mostly in memory.

// Test helpers may panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod arbitrary;
mod configuration;
mod coverage;
mod harness;
mod listing;
mod pipeline;
mod policies;
mod runtimes;
mod socket;
mod traps;
