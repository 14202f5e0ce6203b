//! The command line, run inside this process.

mod audit;
mod audit_of_troubles;
mod bad_input;
mod bulk;
mod chains;
mod commands;
mod confirmation;
mod contexts;
mod doctor;
pub(crate) mod doubles;
mod enabling;
mod endpoints;
mod examples;
mod exit_codes;
mod files;
pub(crate) mod harness;
mod json_shapes;
mod lint;
mod manifest;
mod output;
mod policy_edit;
mod policy_flags;
mod restore;
mod secrets;
mod unknown_outcome;
mod waiting;
mod why;
