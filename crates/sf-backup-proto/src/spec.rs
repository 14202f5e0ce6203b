//! Facts about operations and runtime releases.

use std::fmt;

use http::{Method, StatusCode};

use crate::cluster::{ApiVersion, IdDelimiter};

/// One row of the operations table.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct OperationSpec {
    /// The name in the API reference.
    pub name: &'static str,
    pub(crate) verb: Verb,
    /// The path, with at most one `{placeholder}`.
    pub path: &'static str,
    /// The path before and after the placeholder.
    pub(crate) around_id: (&'static str, &'static str),
    /// The name of the placeholder.
    pub placeholder: Option<&'static str>,
    /// The runtime release that introduced it.
    pub since: Release,
    /// The success status.
    pub(crate) success: u16,
    /// Whether a repeated request has the same effect as a single one. Other requests are never repeated blindly.
    pub idempotent: bool,
    /// Whether the server reads a backup before it does anything, so that an error of this read excludes an effect.
    pub(crate) reads_backup_first: bool,
    /// The names of the query parameters.
    pub query: &'static [&'static str],
    /// Whether it has a body.
    pub body: BodyRule,
    /// Whether the response is a page of a list.
    pub paged: bool,
    /// The error code that ends a list beyond its first page.
    pub(crate) ends_with: Option<&'static str>,
    /// The fixed api-version and id delimiter, regardless of the target.
    pub(crate) fixed: Option<(ApiVersion, IdDelimiter)>,
}

impl PartialEq for OperationSpec {
    /// Names are unique.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for OperationSpec {}

/// Shows only the name.
impl fmt::Debug for OperationSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OperationSpec").field(&self.name).finish()
    }
}

/// Displays the API's name.
impl fmt::Display for OperationSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl OperationSpec {
    /// GET or POST.
    pub fn method(&self) -> Method {
        match self.verb {
            Verb::GET => Method::GET,
            Verb::POST => Method::POST,
        }
    }

    /// Whether it changes the cluster. One POST only reads.
    pub fn changes(&self) -> bool {
        self.verb == Verb::POST && !self.paged
    }

    /// The path before and after the placeholder; without one, the whole path and an empty text.
    pub fn around_id(&self) -> (&'static str, &'static str) {
        self.around_id
    }

    /// The id in a path, still percent-encoded, if the path is this operation's; empty if the operation has none.
    ///
    /// Literal segments are case-sensitive. An id takes one or more segments, up to the next literal.
    pub fn id_in<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.placeholder.is_none() {
            return (self.path == path).then_some("");
        }
        let (before, after) = self.around_id;
        let id = path.strip_prefix(before)?.strip_suffix(after)?;
        // A segment `$` is a literal of the API and never part of an id.
        let free = !id.is_empty() && id.split('/').all(|segment| segment != "$");
        free.then_some(id)
    }

    /// The success status.
    pub fn success(&self) -> StatusCode {
        StatusCode::from_u16(self.success).unwrap_or(StatusCode::OK)
    }
}

/// The HTTP methods that the API uses.
#[allow(clippy::upper_case_acronyms)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    GET,
    POST,
}

/// Whether an operation takes a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRule {
    /// No body.
    None,
    /// An optional body.
    Optional,
    /// A required body.
    Required,
}

/// A release of the Service Fabric runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    major: u8,
    minor: u8,
}

impl Release {
    /// The release of the one operation that was published under a later api-version than 6.4.
    pub(crate) const V9_1: Self = Self { major: 9, minor: 1 };
    /// The last release whose clusters take `6.2-preview`.
    pub(crate) const LAST_PREVIEW: Self = Self { major: 6, minor: 3 };

    /// Parses `major.minor` when the tables are compiled.
    #[allow(clippy::indexing_slicing, clippy::panic)] // const evaluation of our own literals
    pub(crate) const fn parse(text: &str) -> Self {
        let text = text.as_bytes();
        let (mut major, mut minor, mut at, mut past_point) = (0, 0, 0, false);
        while at < text.len() {
            match text[at] {
                b'.' => past_point = true,
                digit @ b'0'..=b'9' if past_point => minor = minor * 10 + (digit - b'0'),
                digit @ b'0'..=b'9' => major = major * 10 + (digit - b'0'),
                _ => panic!("a release is written major.minor"),
            }
            at += 1;
        }
        Self { major, minor }
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
