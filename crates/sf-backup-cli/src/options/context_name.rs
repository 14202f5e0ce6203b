//! Names of contexts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a context: letters, digits, `.`, `_` and `-`, starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ContextName(String);

/// Text that is not a name of a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContextNameError(String);

/// The name that means no context.
const NONE: &str = "none";
const LONGEST: usize = 64;

impl fmt::Display for ContextNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "context name {:?}: must be 1 to {LONGEST} letters, digits, '.', '_' or '-', beginning with a letter or digit, \
             and not '{NONE}'",
            self.0
        )
    }
}

impl std::error::Error for ContextNameError {}

impl FromStr for ContextName {
    type Err = ContextNameError;

    fn from_str(text: &str) -> Result<Self, ContextNameError> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || ['.', '_', '-'].contains(&c));
        if starts_well && is_plain && text.len() <= LONGEST && text != NONE {
            Ok(Self(text.to_owned()))
        } else {
            Err(ContextNameError(text.chars().take(LONGEST + 10).collect()))
        }
    }
}

impl TryFrom<String> for ContextName {
    type Error = ContextNameError;
    fn try_from(text: String) -> Result<Self, ContextNameError> {
        text.parse()
    }
}

impl From<ContextName> for String {
    fn from(name: ContextName) -> Self {
        name.0
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The context that a run uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ContextChoice {
    /// None, and not sfctl's settings, either.
    None,
    Named(ContextName),
}

impl FromStr for ContextChoice {
    type Err = ContextNameError;
    fn from_str(text: &str) -> Result<Self, ContextNameError> {
        if text == NONE { Ok(Self::None) } else { text.parse().map(Self::Named) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for name in ["prod", "a", "west-europe.2_x"] {
            assert_eq!(name.parse::<ContextName>().unwrap().to_string(), name);
        }
        for wrong in ["", "none", "-x", "a b", "a/b", "ü", &"x".repeat(65)] {
            wrong.parse::<ContextName>().unwrap_err();
        }
        assert_eq!("none".parse(), Ok(ContextChoice::None));
    }
}
