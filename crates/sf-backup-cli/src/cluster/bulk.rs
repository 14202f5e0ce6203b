//! Runs an operation on one entity or on many, and shows what comes of it.

mod absent;
mod config;
mod outcome;
mod reads;
mod single;
mod sweep;

pub(crate) use outcome::{NONE, Word};
use outcome::{Outcome, Sweep};
pub(crate) use reads::Gathered;
