//! The line that a person answers with, or Ctrl-C in its place.

use std::io::{self, BufRead, Read};

use crate::cluster::interrupt;
use crate::output::failure::Failure;

/// Longer than any answer.
pub(crate) const LONGEST: u64 = 100;

/// A line from the process's own standard input. What cannot be read is no answer.
pub(crate) fn line() -> Result<String, Failure> {
    let read = || {
        let mut line = String::new();
        io::stdin().lock().take(LONGEST).read_line(&mut line).map(|_| line).unwrap_or_default()
    };
    interrupt::or_interrupted(read).ok_or_else(|| Failure::interrupted(None))
}
