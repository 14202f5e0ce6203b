//! JSON, indented, with a line break at its end. What a screen must not show stands in it as an escape.

use serde::Serialize;

use crate::output::escape;
use crate::output::failure::Failure;

pub(crate) fn text(value: &impl Serialize) -> Result<String, Failure> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => Ok(escape::json(text) + "\n"),
        Err(error) => Err(Failure::Other(format!("the result cannot be written as JSON: {error}"))),
    }
}

/// The same on one line.
pub(crate) fn line(value: &impl Serialize) -> Result<String, Failure> {
    match serde_json::to_string(value) {
        Ok(text) => Ok(escape::json(text) + "\n"),
        Err(error) => Err(Failure::Other(format!("the result cannot be written as JSON: {error}"))),
    }
}
