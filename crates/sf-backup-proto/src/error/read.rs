//! What cannot be read.

/// A reply of success that is not what the operation answers. The body is never kept: it can hold keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the reply (HTTP {status}, {length} bytes) {}", match path.as_str() {
    "." => format!("cannot be read: {problem}"),
    path => format!("cannot be read at {path}: {problem}"),
})]
pub struct ResponseError {
    /// The status, one of success.
    pub status: http::StatusCode,
    /// Bytes in the body.
    pub length: usize,
    /// JSON path, `.` for the whole.
    pub path: String,
    /// What was expected there.
    pub problem: String,
}
