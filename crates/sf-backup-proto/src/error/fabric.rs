//! Error responses. The body is read by its content, because its content type is often wrong.

use std::fmt;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::code::FabricErrorCode;
use crate::text::{self, markup};
use crate::time::Timestamp;
use crate::wire::limits;

/// The form of the body of an error response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseShape {
    /// `{"Error":{"Code":…,"Message":…}}`, or the inner object alone, whatever its label.
    FabricError,
    /// `{"Message":…}`, from the server's web framework.
    Message,
    /// No body: the gateway, the proxy in it, or an absent backup service.
    Empty,
    /// XML.
    Xml,
    /// HTML, usually from a proxy between the client and the cluster.
    Html,
    /// Other JSON.
    Json,
    /// Anything else: plain text, which is the message, or bytes.
    Other,
}

/// An error response, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FabricError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code, if the response has one.
    pub code: Option<FabricErrorCode>,
    /// The message, if the response has one: free text on one line, at most 4096 characters.
    pub message: Option<String>,
    /// The form of the body.
    pub shape: ResponseShape,
    /// `Retry-After` in seconds. A date is compared with the `Date` of the same response, and ignored without one.
    pub retry_after: Option<u32>,
    /// The title of an HTML page: on one line, at most 200 characters.
    pub title: Option<String>,
    /// Where a redirect (3xx) leads: on one line, at most 200 characters, without query and fragment, which may hold
    /// secrets.
    pub location: Option<String>,
}

const MESSAGE_LIMIT: usize = 4_096;

/// The web framework's members, from the general to the particular.
const MESSAGES: [&str; 3] = ["Message", "MessageDetail", "ExceptionMessage"];

impl FabricError {
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let mut error = Self {
            status,
            code: None,
            message: None,
            shape: ResponseShape::Empty,
            retry_after: retry_after(headers),
            title: None,
            location: location(status, headers),
        };
        error.shape = error.read_body(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii());
        let message = error.message.map(|message| text::one_line(&message, MESSAGE_LIMIT));
        error.message = message.filter(|line| !line.is_empty());
        error
    }

    fn read_body(&mut self, body: &[u8]) -> ResponseShape {
        if body.is_empty() {
            return ResponseShape::Empty;
        }
        if body.starts_with(b"<") {
            return self.read_markup(&String::from_utf8_lossy(body));
        }
        let value = match limits::violation(body) {
            None => serde_json::from_slice::<Value>(body).ok(),
            Some(_) => None,
        };
        if let Some(value) = value {
            return self.read_json(&value);
        }
        self.message = std::str::from_utf8(body).ok().map(str::to_owned);
        ResponseShape::Other
    }

    fn read_json(&mut self, value: &Value) -> ResponseShape {
        let error = member(value, "Error").filter(|error| error.is_object());
        let (inside, wrapped) = (error.unwrap_or(value), error.is_some());
        self.code = member(inside, "Code").and_then(FabricErrorCode::from_json);
        self.message = message(|name| member(inside, name).and_then(plain));
        match (wrapped || self.code.is_some(), &self.message) {
            (true, _) => ResponseShape::FabricError,
            (false, Some(_)) => ResponseShape::Message,
            (false, None) => ResponseShape::Json,
        }
    }

    fn read_markup(&mut self, body: &str) -> ResponseShape {
        if markup::is_html(body) {
            self.title = markup::title(body);
            return ResponseShape::Html;
        }
        self.code = markup::element(body, "Code").map(|code| FabricErrorCode::from_text(&code));
        self.message = message(|name| markup::element(body, name));
        ResponseShape::Xml
    }

    /// Whether the backup service could not read the backup to restore. Only the message shows this. The service reads the
    /// backup before it stores anything.
    pub(crate) fn is_unreadable_backup(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        let phrases = ["get recovery point details", "get backup locations in chain"];
        self.status.is_server_error() && phrases.iter().any(|phrase| message.contains(phrase))
    }

    /// Whether the gateway or a proxy sent it, and not the backup service. A retry at another endpoint may succeed.
    pub(crate) fn is_the_gateways_own(&self) -> bool {
        self.code.is_none() && !self.is_unreadable_backup()
    }

    /// Whether a retry can succeed without any other change.
    pub fn is_transient(&self) -> bool {
        let known = self.code.as_ref().and_then(FabricErrorCode::facts);
        match (known, self.status.as_u16()) {
            // An error under another success or a redirection is not what this API responds with: no retry helps.
            (_, ..400) => false,
            _ if self.is_unreadable_backup() => false,
            (Some(facts), _) => facts.transient,
            (None, 429 | 502 | 503 | 504) => true,
            // Without a code, it comes from a write conflict in the server's store. With a code, it is final.
            (None, 500) => self.code.is_none(),
            (None, _) => false,
        }
    }

    /// Whether the server may have carried out the request: it timed out, or the response does not exclude it.
    pub(crate) fn maybe_applied(&self) -> bool {
        self.status.is_success() || self.status.is_server_error()
    }
}

impl fmt::Display for FabricError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status.as_u16())?;
        match (&self.code, self.status.canonical_reason()) {
            (Some(code), _) => write!(f, " {}", code.with_hresult())?,
            (None, Some(reason)) => write!(f, " {reason}")?,
            (None, None) => {}
        }
        match (&self.message, self.shape) {
            (Some(message), _) => write!(f, ": {message}"),
            (None, ResponseShape::Html) => write!(f, " ({})", markup::describe(self.title.as_deref())),
            (None, ResponseShape::Empty) if self.location.is_none() => f.write_str(" (empty response)"),
            (None, _) => Ok(()),
        }?;
        match &self.location {
            Some(location) => write!(f, " (a redirect to {location:?}, not a response of the cluster)"),
            None => Ok(()),
        }
    }
}

/// Reads seconds, or a date relative to the `Date` of the same response.
fn retry_after(headers: &HeaderMap) -> Option<u32> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(seconds);
    }
    let until = Timestamp::from_http_date(value)?;
    let date = Timestamp::from_date_header(headers)?;
    Some(u32::try_from(until.since(date).as_secs()).unwrap_or(u32::MAX))
}

fn location(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    let location = headers.get(header::LOCATION).filter(|_| status.is_redirection())?;
    let location = String::from_utf8_lossy(location.as_bytes());
    let line = text::one_line(location.split(['?', '#']).next()?, markup::TITLE_LIMIT);
    let line = match line.split_once("://") {
        // Drop a user and a password, too.
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => line,
    };
    Some(line).filter(|line| !line.is_empty())
}

impl std::error::Error for FabricError {}

/// The texts of all message members. The first alone is often "An error has occurred."
fn message(read: impl Fn(&str) -> Option<String>) -> Option<String> {
    let parts: Vec<String> = MESSAGES.into_iter().filter_map(read).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.get(name).or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// A message that is not text, such as a list of validation errors, as JSON.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
