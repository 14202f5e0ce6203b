//! The part that application and service names share: `fabric:/A/B`, `A/B`, or `A~B` as an id.

use super::{NameError, NameProblem, check_segment, invisible};
use crate::wire::IdDelimiter;
use crate::wire::ReadError;
use crate::wire::path;

const SCHEME: &str = "fabric:/";
const SCHEME_NAME: &str = "fabric:";

/// A checked hierarchical name, without the scheme: segments joined by `/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Segments(String);

impl Segments {
    pub(super) fn parse(what: &'static str, text: &str) -> Result<Self, NameError> {
        Self::check(text).map_err(|problem| NameError::new(what, text, problem))
    }

    fn check(text: &str) -> Result<Self, NameProblem> {
        let scheme = text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
        let (name, offset) =
            if scheme { (text.get(SCHEME.len()..).unwrap_or_default(), SCHEME.len()) } else { (text, 0) };
        // Only text without a scheme and without `/` is in the id form.
        let delimiter = if scheme || name.contains('/') { '/' } else { '~' };
        Self::split(name, delimiter, offset)
    }

    fn split(name: &str, delimiter: char, offset: usize) -> Result<Self, NameProblem> {
        if name.is_empty() {
            return Err(NameProblem::Empty);
        }
        if name.chars().all(char::is_whitespace) {
            return Err(NameProblem::Blank);
        }
        // Written without its scheme, such a name would lose a level.
        if name.get(..SCHEME_NAME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME_NAME)) {
            return Err(NameProblem::Scheme { position: offset + 1 });
        }
        let mut position = offset + 1;
        for segment in name.split(delimiter) {
            check_segment(segment, position, refusal)?;
            position += segment.chars().count() + 1;
        }
        Ok(Self(if delimiter == '/' { name.to_owned() } else { name.replace(delimiter, "/") }))
    }

    pub(super) fn write_path(&self, to: &mut String, delimiter: IdDelimiter) {
        // Nearly all names are copied as they are.
        if delimiter == IdDelimiter::Slash && self.0.bytes().all(|byte| byte == b'/' || path::is_unreserved(byte)) {
            return to.push_str(&self.0);
        }
        for (index, segment) in self.0.split('/').enumerate() {
            if index > 0 {
                to.push(delimiter.as_char());
            }
            path::encode(segment, to);
        }
    }

    pub(super) fn read_path(what: &'static str, raw: &str) -> Result<Self, ReadError> {
        // Check after decoding, because an escaped slash separates levels, too.
        let name = path::decode(raw)?;
        let delimiter = if name.contains('/') { '/' } else { '~' };
        Self::split(&name, delimiter, 0)
            .map_err(|problem| ReadError::new("path", &NameError::new(what, &name, problem).to_string()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name up to the last segment, if there is more than one.
    pub(super) fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }
}

fn refusal(character: char) -> Option<&'static str> {
    match character {
        '$' | '+' | '|' | '~' => Some("Service Fabric reserves it inside names"),
        '?' | '#' | '%' | '<' | '>' | '\\' | '^' | '[' | ']' => Some("it is not allowed in the path of a URL"),
        _ => invisible(character),
    }
}

/// A public newtype over [`Segments`].
macro_rules! hierarchical_name {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(super) super::segments::Segments);

        impl $name {
            /// The name without the scheme: segments joined by `/`, at least one, none of them empty.
            pub fn as_path(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = super::NameError;
            fn from_str(text: &str) -> Result<Self, super::NameError> {
                super::segments::Segments::parse($what, text).map(Self)
            }
        }

        /// Formats the full name with `fabric:/`.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "fabric:/{}", self.0.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl crate::wire::path::PathValue for $name {
            fn write(&self, to: &mut String, delimiter: crate::wire::IdDelimiter) {
                self.0.write_path(to, delimiter);
            }
            fn read(raw: &str) -> Result<Self, crate::wire::ReadError> {
                super::segments::Segments::read_path($what, raw).map(Self)
            }
        }
    };
}
pub(super) use hierarchical_name;
