//! Answers that are not success: reading whatever stands in the body, by content, for its label lies.

mod markup;

use std::fmt;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::code::FabricErrorCode;
use crate::text;
use crate::wire::weight;

/// What an error answer's body was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnswerShape {
    /// `{"Error":{"Code":…,"Message":…}}`, or the inner object alone, whatever its label.
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
    /// Anything else: plain text, which then is the message, or bytes.
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
    /// The message, where the answer had one: free text on one line, at most 4096 characters.
    pub message: Option<String>,
    /// What the body was.
    pub shape: AnswerShape,
    /// `Retry-After` in seconds, where the answer had it.
    pub retry_after: Option<u32>,
}

const MESSAGE_LIMIT: usize = 4_096;

/// The web framework's members, from the general to the particular.
const MESSAGES: [&str; 3] = ["Message", "MessageDetail", "ExceptionMessage"];

impl FabricError {
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let Reading { shape, code, message } = Reading::of(body);
        let message = message.map(|message| text::one_line(&message, MESSAGE_LIMIT)).filter(|line| !line.is_empty());
        Self { status, code, message, shape, retry_after }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        let known = self.code.as_ref().and_then(FabricErrorCode::facts);
        match (known, self.status.as_u16()) {
            (Some(facts), _) => facts.transient,
            (None, 429 | 502 | 503 | 504) => true,
            // A bare one comes from a collision in the server's store; one with a code is a verdict.
            (None, 500) => self.code.is_none(),
            (None, _) => false,
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
        match (&self.code, self.status.canonical_reason()) {
            (Some(code), _) => write!(f, " {code}")?,
            (None, Some(reason)) => write!(f, " {reason}")?,
            (None, None) => {}
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

/// What a body says. The message is as it came.
struct Reading {
    shape: AnswerShape,
    code: Option<FabricErrorCode>,
    message: Option<String>,
}

impl Reading {
    fn of(body: &[u8]) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
        if body.is_empty() {
            return Self { shape: AnswerShape::Empty, code: None, message: None };
        }
        if body.starts_with(b"<") {
            return Self::of_markup(&String::from_utf8_lossy(body));
        }
        let value = match weight::excess(body) {
            None => serde_json::from_slice::<Value>(body).ok(),
            Some(_) => None,
        };
        match value {
            Some(value) => Self::of_json(&value),
            None => Self {
                shape: AnswerShape::Other,
                code: None,
                message: std::str::from_utf8(body).ok().map(str::to_owned),
            },
        }
    }

    fn of_json(value: &Value) -> Self {
        let error = member(value, "Error").filter(|error| error.is_object());
        let (inside, wrapped) = (error.unwrap_or(value), error.is_some());
        let code = member(inside, "Code").and_then(FabricErrorCode::from_json);
        let message = message(|name| member(inside, name).and_then(plain));
        let shape = match (wrapped || code.is_some(), &message) {
            (true, _) => AnswerShape::FabricError,
            (false, Some(_)) => AnswerShape::Message,
            (false, None) => AnswerShape::Json,
        };
        Self { shape, code, message }
    }

    fn of_markup(text: &str) -> Self {
        if markup::is_html(text) {
            return Self { shape: AnswerShape::Html, code: None, message: None };
        }
        Self {
            shape: AnswerShape::Xml,
            code: markup::element(text, "Code").map(|code| FabricErrorCode::from_text(&code)),
            message: message(|name| markup::element(text, name)),
        }
    }
}

/// What the message's members say, one after the other: the first alone is often "An error has occurred."
fn message(read: impl Fn(&str) -> Option<String>) -> Option<String> {
    let parts: Vec<String> = MESSAGES.into_iter().filter_map(read).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.get(name).or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// A message that is no text, a list of validation errors for one, is shown as the JSON that it is.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
