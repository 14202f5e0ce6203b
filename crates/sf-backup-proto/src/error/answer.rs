//! Answers that are not success: reading whatever stands in the body, by content, for its label lies.

use std::fmt;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::code::FabricErrorCode;
use crate::text;

/// What an error answer's body was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnswerShape {
    /// `{"Error":{"Code":…,"Message":…}}`, whatever its label.
    FabricError,
    /// `{"Message":…}`, from the server's web framework.
    Message,
    /// No body: the gateway, the proxy in it, or an absent backup service.
    Empty,
    /// XML.
    Xml,
    /// HTML, from something between here and the cluster.
    Html,
    /// Other JSON.
    Json,
    /// Anything else.
    Other,
}

/// An answer that is not success: what the server said, as far as it can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FabricError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code, where the answer had one.
    pub code: Option<FabricErrorCode>,
    /// The message, where the answer had one: free text, at most 4096 characters.
    pub message: Option<String>,
    /// What the body was.
    pub shape: AnswerShape,
    /// `Retry-After` in seconds, where the answer had it.
    pub retry_after: Option<u32>,
}

const MESSAGE_LIMIT: usize = 4_096;

impl FabricError {
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let (shape, code, message) = read_body(body);
        Self { status, code, message, shape, retry_after }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match &self.code {
            Some(code) => code.is_transient(),
            None => matches!(self.status.as_u16(), 429 | 500 | 502 | 503 | 504),
        }
    }

    /// Whether the server may have done what was asked: it gave up waiting, or says nothing that excludes it.
    pub(crate) fn leaves_doubt(&self) -> bool {
        self.status.is_success() || self.status.is_server_error()
    }
}

impl fmt::Display for FabricError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status.as_u16())?;
        match &self.code {
            Some(code) => write!(f, " {code}")?,
            None => match self.status.canonical_reason() {
                Some(reason) => write!(f, " {reason}")?,
                None => {}
            },
        }
        match (&self.message, self.shape) {
            (Some(message), _) => write!(f, ": {message}"),
            (None, AnswerShape::Empty) => f.write_str(" (empty answer)"),
            (None, AnswerShape::Html) => f.write_str(" (an HTML page, not the cluster's own answer)"),
            (None, _) => Ok(()),
        }
    }
}

impl std::error::Error for FabricError {}

fn read_body(body: &[u8]) -> (AnswerShape, Option<FabricErrorCode>, Option<String>) {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    match body.first() {
        None => (AnswerShape::Empty, None, None),
        Some(b'<') => read_markup(body),
        Some(_) => match serde_json::from_slice::<Value>(body) {
            Ok(value) => read_json(&value),
            Err(_) => (AnswerShape::Other, None, None),
        },
    }
}

fn read_json(value: &Value) -> (AnswerShape, Option<FabricErrorCode>, Option<String>) {
    if let Some(error) = member(value, "Error").filter(|error| error.is_object()) {
        let code = member(error, "Code").and_then(FabricErrorCode::from_json);
        if code.is_some() {
            return (AnswerShape::FabricError, code, message(error));
        }
    }
    match message(value) {
        Some(message) => (AnswerShape::Message, None, Some(message)),
        None => (AnswerShape::Json, None, None),
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn message(value: &Value) -> Option<String> {
    member(value, "Message")?.as_str().map(|message| text::one_line(message, MESSAGE_LIMIT))
}

fn read_markup(body: &[u8]) -> (AnswerShape, Option<FabricErrorCode>, Option<String>) {
    let text = String::from_utf8_lossy(body);
    let start: String = text.chars().take(200).collect::<String>().to_ascii_lowercase();
    if start.contains("<html") || start.contains("<!doctype html") {
        return (AnswerShape::Html, None, None);
    }
    let code = element(&text, "Code").map(|code| FabricErrorCode::from_text(&code));
    (AnswerShape::Xml, code, element(&text, "Message").map(|message| text::one_line(&message, MESSAGE_LIMIT)))
}

/// The text of the first `<name>…</name>`, enough for the flat XML of the server's web framework.
fn element(text: &str, name: &str) -> Option<String> {
    let start = text.find(&format!("<{name}>"))? + name.len() + 2;
    let rest = text.get(start..)?;
    let inner = rest.get(..rest.find("</")?)?;
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    Some(entities.iter().fold(inner.to_owned(), |text, (entity, character)| text.replace(entity, character)))
}
