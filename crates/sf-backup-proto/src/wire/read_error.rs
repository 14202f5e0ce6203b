use crate::text::one_line;

/// Why a request could not be read, on the server's side; or why a piece of JSON is none of this API's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    pub(crate) place: String,
    pub(crate) problem: String,
}

impl ReadError {
    /// Both texts can quote what came from elsewhere, names of members in a path for one.
    pub(crate) fn new(place: &str, problem: &str) -> Self {
        Self { place: one_line(place, 300), problem: one_line(problem, 1_000) }
    }

    /// Where: `path`, `query`, a query parameter's name, or the JSON path in the body.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong there, without the value.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}
