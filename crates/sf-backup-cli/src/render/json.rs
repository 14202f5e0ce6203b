//! JSON, indented, with a line break at its end.

use serde::Serialize;

use crate::failure::Failure;

pub(crate) fn text(value: &impl Serialize) -> Result<String, Failure> {
    match serde_json::to_string_pretty(value) {
        Ok(text) => Ok(text + "\n"),
        Err(error) => Err(Failure::Other(format!("the result cannot be written as JSON: {error}"))),
    }
}
