//! Runs an operation on one or several entities, and prints the result.

mod absent;
mod config;
mod many;
mod outcome;
mod pages;
mod reads;
mod single;

use outcome::{BatchResult, CallOutcome};
pub(crate) use outcome::{NONE, OutcomeName};
pub(crate) use reads::ListResult;
