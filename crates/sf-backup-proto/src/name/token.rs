use std::fmt;
use std::str::FromStr;

use super::{NameError, NameProblem};

/// The token of the next page of a list: the server's own text, sent back unchanged.
///
/// Some tokens contain the name of a policy or an entity; none contains a secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContinuationToken(Box<str>);

impl ContinuationToken {
    /// Creates a token; `None` if the text is empty, which means that the list has ended.
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// The server's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContinuationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ContinuationToken {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text).ok_or_else(|| NameError::new("continuation token", text, NameProblem::Empty))
    }
}
