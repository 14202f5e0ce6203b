//! `--dry-run`: the request as it would be sent, with secrets hidden.

pub(crate) mod curl;

use std::collections::BTreeMap;

use http::Request;
use serde::Serialize;
use sf_backup_proto::Body;
use sf_backup_proto::secret::MASK;

use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;
use crate::output::redact;
use crate::output::render::{self, Format, json};

/// A request that is printed instead of sent.
#[derive(Debug, Serialize)]
struct Preview {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: Option<OrderedJson>,
}

/// Requests as text to print: one after the other for people, one document for programs, which is an array if there may
/// be several.
#[derive(Debug)]
pub(crate) struct RequestPreviews<'i> {
    format: Format,
    /// The options of every curl command, if curl commands are printed.
    curl: Option<&'i curl::Identity>,
    several: bool,
    begun: bool,
    /// The requests that are printed when the document is complete.
    previews: Vec<Preview>,
}

impl<'i> RequestPreviews<'i> {
    pub(crate) fn new(format: Format, curl: Option<&'i curl::Identity>, several: bool) -> Self {
        Self { format, curl, several, begun: false, previews: Vec::new() }
    }

    /// Adds a request, and returns what can be printed of it.
    pub(crate) fn add(&mut self, request: &Request<Body>) -> Result<String, Failure> {
        let first = !std::mem::replace(&mut self.begun, true);
        let gap = if first { "" } else { "\n" };
        if let Some(identity) = self.curl {
            return Ok(gap.to_owned() + &curl::command(request, identity));
        }
        let preview = preview(request);
        if self.format != Format::Table {
            if !self.several {
                return render::document(self.format, &preview);
            }
            self.previews.push(preview);
            return Ok(String::new());
        }
        Ok(gap.to_owned() + &lines(&preview)?)
    }

    /// Returns the rest to print.
    pub(crate) fn end(self) -> Result<String, Failure> {
        match self.format {
            Format::Json | Format::Yaml if self.several && self.curl.is_none() => {
                render::document(self.format, &self.previews)
            }
            _ => Ok(String::new()),
        }
    }
}

fn lines(preview: &Preview) -> Result<String, Failure> {
    let mut text = format!("{} {}\n", preview.method, preview.url);
    for (name, value) in &preview.headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    if let Some(body) = &preview.body {
        text.push('\n');
        text.push_str(&json::text(body)?);
    }
    Ok(text)
}

fn preview(request: &Request<Body>) -> Preview {
    let headers = request.headers().iter().map(|(name, value)| {
        let text = value.to_str().ok().filter(|_| !value.is_sensitive());
        (name.to_string(), text.unwrap_or(MASK).to_owned())
    });
    let body = request.body();
    let body = (!body.is_empty()).then(|| {
        // This program has written it, so it is JSON.
        let mut written = serde_json::from_slice(body.as_ref()).unwrap_or_else(|_| OrderedJson::text(MASK));
        redact::hide(&mut written);
        written
    });
    Preview { method: request.method().to_string(), url: request.uri().to_string(), headers: headers.collect(), body }
}
