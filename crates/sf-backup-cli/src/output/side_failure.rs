//! Failures in addition to that of the command: the result is complete, and the exit code shows that something else
//! failed.

use std::sync::{Arc, Mutex, PoisonError};

use crate::output::exit::Exit;

/// Failures that are not printed yet, shared with what may fail after the command has ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct SideFailures(Arc<Mutex<Vec<SideFailure>>>);

/// A problem, and the exit code if the command itself succeeds; `None` changes nothing.
type SideFailure = (Option<Exit>, String);

impl SideFailures {
    /// Adds a failure; `exit` is the exit code if the command itself succeeds.
    pub(crate) fn add(&self, exit: Exit, problem: String) {
        self.push(Some(exit), problem);
    }

    /// Adds a warning, which does not change the exit code.
    pub(crate) fn warn(&self, problem: String) {
        self.push(None, problem);
    }

    fn push(&self, exit: Option<Exit>, problem: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((exit, problem));
    }

    /// Takes those that were added since the last call.
    pub(crate) fn take(&self) -> Vec<SideFailure> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
