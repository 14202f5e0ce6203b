//! The simulator's responses, rule by rule, mostly in memory.

// Test helpers may panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod arbitrary;
mod backups;
mod configuration;
mod control;
mod coverage;
mod date;
mod faults;
mod harness;
mod health;
mod inventory;
mod listing;
mod location;
mod pages;
mod pipeline;
mod policies;
mod policy_rules;
mod restores;
mod retention;
mod rows;
mod runtimes;
mod schedules;
mod silent_stop;
mod sizes;
mod socket;
mod state;
mod traps;
mod trouble;
