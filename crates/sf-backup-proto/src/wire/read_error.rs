use crate::text::one_line;

/// Why a request could not be read on the server's side, or why JSON is not an object of this API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    pub(crate) place: String,
    pub(crate) problem: String,
}

impl ReadError {
    /// Sanitizes both texts, because they can quote names of members, for example.
    pub(crate) fn new(place: &str, problem: &str) -> Self {
        Self { place: one_line(place, 300), problem: one_line(problem, 1_000) }
    }

    /// The place: `path`, `query`, the name of a query parameter, or the JSON path in the body.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong there. Never contains the value.
    pub fn problem(&self) -> &str {
        &self.problem
    }
}
