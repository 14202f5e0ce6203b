//! The command line, run inside this process.

mod bad_input;
mod chains;
mod commands;
mod confirmation;
mod contexts;
mod doubles;
mod endpoints;
mod examples;
mod exit_codes;
mod files;
pub(crate) mod harness;
mod lint;
mod output;
mod secrets;
mod unknown_outcome;
mod why;
