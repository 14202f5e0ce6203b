//! `--dry-run`: the request as it would be sent, with secrets hidden.

use std::collections::BTreeMap;

use http::Request;
use serde::Serialize;
use sf_backup_proto::Body;
use sf_backup_proto::secret::MASK;

use crate::failure::Failure;
use crate::redact;
use crate::render::{self, Format, json};
use crate::written::Written;

/// A request that is shown instead of sent.
#[derive(Debug, Serialize)]
struct Preview {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: Option<Written>,
}

/// The request, as text to print.
pub(crate) fn show(request: &Request<Body>, format: Format) -> Result<String, Failure> {
    let preview = preview(request);
    if format != Format::Table {
        return render::document(format, &preview);
    }
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
        // This program has written it: it is JSON.
        let mut written = serde_json::from_slice(body.as_ref()).unwrap_or_else(|_| Written::text(MASK));
        redact::hide(&mut written);
        written
    });
    Preview { method: request.method().to_string(), url: request.uri().to_string(), headers: headers.collect(), body }
}
