use std::fmt;
use std::str::FromStr;

use super::{NameError, NameProblem, check_segment, invisible};
use crate::wire::IdDelimiter;
use crate::wire::path::{self, PathValue};
use crate::wire::{Style, Wire};

/// The name of a backup policy. Case-sensitive, as on the server.
///
/// Must not be blank, begin or end with white space, contain control characters, other invisible characters, `/` or
/// `\`, or be `.` or `..`. Everything else is accepted.
///
/// ```
/// # use sf_backup_proto::PolicyName;
/// let name: PolicyName = "Daily 100% (Azure)".parse()?;
/// assert_eq!(name.as_str(), "Daily 100% (Azure)");
/// assert_eq!("a/b".parse::<PolicyName>().unwrap_err().to_string(),
///     "policy name \"a/b\": has the character '/' at position 2: it would split the URL");
/// # Ok::<(), sf_backup_proto::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyName(String);

impl PolicyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn check(text: &str) -> Result<(), NameProblem> {
        if text.is_empty() {
            return Err(NameProblem::Empty);
        }
        if text.chars().all(char::is_whitespace) {
            return Err(NameProblem::Blank);
        }
        check_segment(text, 1, |character| match character {
            '/' | '\\' => Some("it would split the URL"),
            _ => invisible(character),
        })
    }
}

impl FromStr for PolicyName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        match Self::check(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(problem) => Err(NameError::new("policy name", text, problem)),
        }
    }
}

impl From<PolicyName> for String {
    fn from(name: PolicyName) -> Self {
        name.0
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PathValue for PolicyName {
    fn write(&self, to: &mut String, _: IdDelimiter) {
        path::encode(&self.0, to);
    }
}

/// Reads and writes the `BackupPolicyName` of a body.
impl Wire for PolicyName {
    fn read<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        let text = String::read(source)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
    fn write<S: serde::Serializer>(&self, to: S, _: Style) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}
