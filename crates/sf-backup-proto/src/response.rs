//! Successful responses, and JSON in general.

use http::StatusCode;

use crate::text::markup;
use crate::wire::{Member, Read, ReadError, Style, Styled, limits, place};
use sealed::Sealed;

pub(crate) mod sealed {
    #[allow(unnameable_types)] // that is its purpose
    pub trait Sealed {}
}

/// The content of a successful response: nothing, one object, an object or `null`, or a page.
pub trait ResponseValue: Sealed + Sized + std::fmt::Debug + PartialEq + Send + 'static {
    #[doc(hidden)]
    fn read(status: StatusCode, body: &[u8]) -> Result<Self, ResponseError>;

    /// The content of a 204 without a body, for operations that have such a response.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }

    #[doc(hidden)]
    fn write(&self, style: Style) -> Result<Vec<u8>, serde_json::Error>;
}

impl Sealed for () {}

impl ResponseValue for () {
    fn read(_: StatusCode, _: &[u8]) -> Result<Self, ResponseError> {
        Ok(())
    }
    fn write(&self, _: Style) -> Result<Vec<u8>, serde_json::Error> {
        Ok(Vec::new())
    }
}

impl<M: Member + std::fmt::Debug + PartialEq + Send + 'static> Sealed for M {}

/// An object, or `null` where an operation may have nothing to return.
impl<M: Member + std::fmt::Debug + PartialEq + Send + 'static> ResponseValue for M {
    fn absent() -> Option<Self> {
        Self::missing::<serde_json::Error>("").ok()
    }
    fn read(status: StatusCode, body: &[u8]) -> Result<Self, ResponseError> {
        from_json(body).map_err(|error: ReadError| {
            let (path, problem) = match markup::page(body) {
                Some(page) => (".".to_owned(), page),
                None => (error.place, error.problem),
            };
            ResponseError { status, length: body.len(), path, problem }
        })
    }
    fn write(&self, style: Style) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&self.value().map(|value| Styled(value, style)))
    }
}

/// Parses JSON. On an error, parses again with the slower deserializer that finds the path.
pub(crate) fn from_json<M: Member>(bytes: &[u8]) -> Result<M, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(violation) = limits::violation(bytes) {
        return Err(ReadError::new(".", violation));
    }
    if let Ok(Read(value)) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    match place::read::<Read<M>, _>(&mut serde_json::Deserializer::from_slice(bytes)) {
        Err(error) => Err(error),
        Ok(_) => Err(ReadError::new(".", "unexpected data after the JSON value")),
    }
}

/// Reads the value of the member `name`.
pub(crate) fn from_value<M: Member>(name: &str, value: serde_json::Value) -> Result<M, ReadError> {
    let read = place::read(value).map(|Read(value)| value);
    read.map_err(|error| ReadError { place: place::join(name, &error.place), ..error })
}

/// A successful response that cannot be read. The body is never kept, because it can contain keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the response (HTTP {status}, {length} bytes) {}", match path.as_str() {
    "." => format!("cannot be read: {problem}"),
    path => format!("cannot be read at {path}: {problem}"),
})]
pub struct ResponseError {
    /// The success status.
    pub status: StatusCode,
    /// The length of the body in bytes.
    pub length: usize,
    /// The JSON path; `.` is the whole body.
    pub path: String,
    /// What was expected there.
    pub problem: String,
}
