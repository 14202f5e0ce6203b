//! Names and ids, checked once when they are parsed.

mod application;
mod partition;
mod policy;
mod segments;
mod service;
mod token;

use crate::text::{Quoted, is_invisible};

pub use application::ApplicationId;
pub use partition::PartitionId;
pub use policy::PolicyName;
pub use service::ServiceId;
pub use token::ContinuationToken;

/// Why a text is not a valid name or id. `Display` names the text, the place and the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {}: {problem}", Quoted { text, quote: '"' })]
pub struct NameError {
    what: &'static str,
    text: String,
    problem: NameProblem,
}

/// The rule that a name breaks. Positions are characters of the given text, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// Empty, or only the scheme.
    #[error("is empty")]
    Empty,
    /// White space only, in the name or in a segment.
    #[error("is blank")]
    Blank,
    /// White space at the beginning or the end of the name or of a segment.
    #[error("has a blank at position {position}: a name and its segments must not begin or end with a blank")]
    Edge {
        /// The position of the white space.
        position: usize,
    },
    /// `fabric:` without its slash, or twice.
    #[error(
        "has \"fabric:\" at position {position}: only the beginning of a full name may contain \
            it, as \"fabric:/\""
    )]
    Scheme {
        /// Its position.
        position: usize,
    },
    /// Two consecutive delimiters, or one at either end.
    #[error("has an empty segment at character {position}")]
    EmptySegment {
        /// The position where the segment would begin.
        position: usize,
    },
    /// A segment `.` or `..`, which URL handling would remove.
    #[error("has the segment {segment:?} at character {position}, which is a relative path in URLs")]
    DotSegment {
        /// `.` or `..`.
        segment: String,
        /// Its position.
        position: usize,
    },
    /// A character that the runtime reserves, or that is not possible in a URL path of this API.
    #[error("has the character {} at position {position}: {rule}", Quoted { text: character.encode_utf8(&mut [0; 4]), quote: '\'' })]
    Character {
        /// The character.
        character: char,
        /// Its position.
        position: usize,
        /// Why it is rejected.
        rule: &'static str,
    },
    /// Not a GUID.
    #[error("is not a GUID such as 6b1c2f7e-0000-4000-8000-000000000001")]
    Guid,
}

pub(crate) const CONTROL: &str = "names must not contain control characters";
pub(crate) const INVISIBLE: &str = "names must not contain invisible characters or direction marks";

/// The rule that an invisible character breaks; `None` for a visible one.
fn invisible(character: char) -> Option<&'static str> {
    match character {
        _ if character.is_control() => Some(CONTROL),
        _ if is_invisible(character) => Some(INVISIBLE),
        _ => None,
    }
}

/// Checks one part of a name, which begins at this position. `refusal` returns the rule that a character breaks.
fn check_segment(
    segment: &str,
    start: usize,
    refusal: impl Fn(char) -> Option<&'static str>,
) -> Result<(), NameProblem> {
    if segment.is_empty() {
        return Err(NameProblem::EmptySegment { position: start });
    }
    if segment == "." || segment == ".." {
        return Err(NameProblem::DotSegment { segment: segment.to_owned(), position: start });
    }
    for (character, position) in segment.chars().zip(start..) {
        if let Some(rule) = refusal(character) {
            return Err(NameProblem::Character { character, position, rule });
        }
    }
    let ends = [(segment.chars().next(), start), (segment.chars().next_back(), start + segment.chars().count() - 1)];
    match ends.into_iter().find(|(end, _)| end.is_some_and(char::is_whitespace)) {
        Some((_, position)) => Err(NameProblem::Edge { position }),
        None => Ok(()),
    }
}

impl NameError {
    pub(crate) fn new(what: &'static str, text: &str, problem: NameProblem) -> Self {
        // Long enough for any real name; truncates a pasted file.
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
