//! Names and ids, checked once when they are parsed.

mod application;
mod partition;
mod policy;
mod segments;
mod service;
mod token;

pub use application::ApplicationId;
pub use partition::PartitionId;
pub use policy::PolicyName;
pub use service::ServiceId;
pub use token::ContinuationToken;

/// Why a text is no name or id. `Display` names the text, the place and the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?}: {problem}")]
pub struct NameError {
    what: &'static str,
    text: String,
    problem: NameProblem,
}

/// The rule that a name breaks. Positions count characters of the text as given, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// Nothing, or nothing but the scheme.
    #[error("is empty")]
    Empty,
    /// Nothing but white space.
    #[error("is blank")]
    Blank,
    /// Two delimiters in a row, or one at either end.
    #[error("has an empty segment at character {position}")]
    EmptySegment {
        /// Where the segment would begin.
        position: usize,
    },
    /// A segment `.` or `..`, which URL handling would take away.
    #[error("has the segment {segment:?} at character {position}, which URLs take for a relative path")]
    DotSegment {
        /// `.` or `..`.
        segment: String,
        /// Where it begins.
        position: usize,
    },
    /// A character that the runtime reserves, or that cannot travel in a URL path of this API.
    #[error("has the character {character:?} at position {position}: {rule}")]
    Character {
        /// The character.
        character: char,
        /// Where it stands.
        position: usize,
        /// Why it is refused.
        rule: &'static str,
    },
    /// Not a GUID.
    #[error("is not a GUID such as 6b1c2f7e-0000-4000-8000-000000000001")]
    Guid,
}

impl NameError {
    pub(crate) fn new(what: &'static str, text: &str, problem: NameProblem) -> Self {
        // Long enough for any real name; a pasted file is cut.
        let text = text.chars().take(300).collect();
        Self { what, text, problem }
    }

    /// The rule that the text breaks.
    pub fn problem(&self) -> &NameProblem {
        &self.problem
    }
}

#[cfg(test)]
mod tests;
