//! The journal of a cluster: how it was set up, and every request that changed it, by time.
//!
//! A cluster depends only on its setup, its requests and its time. So the journal is its whole state, and replaying it gives the
//! same cluster.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Method, Request};
use serde::{Deserialize, Serialize};
use sf_backup_proto::Timestamp;

use crate::http::in_flight::InFlightRequest;

/// The journal, as the lines of a state file.
#[derive(Debug)]
pub(crate) struct Journal {
    /// The setup and the entries, one JSON object a line.
    lines: Vec<u8>,
    /// Number of requests so far.
    requests: u64,
    /// Number of entries so far.
    entries: u64,
}

/// A request that changed the cluster, or the next step of one that waited.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Entry {
    pub(super) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Recorded>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Recorded {
    method: String,
    uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    /// A body that is not UTF-8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bytes: Vec<u8>,
}

const METADATA: HeaderName = HeaderName::from_static("x-request-metadata");

impl Journal {
    /// Creates a journal that starts with these lines, which may contain entries.
    pub(crate) fn new(lines: Vec<u8>, requests: u64) -> Self {
        Self { lines, requests, entries: 0 }
    }

    /// Number of entries so far.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// Continues the number of entries.
    pub(crate) fn continue_from(&mut self, entries: u64) {
        self.entries = entries;
    }

    /// All lines, ending with the time.
    pub(crate) fn lines(&self, now: Timestamp) -> Vec<u8> {
        let mut lines = self.lines.clone();
        append(&mut lines, &Entry { at: now, id: None, request: None });
        lines
    }

    /// Records a step of a request.
    pub(crate) fn record(&mut self, now: Timestamp, request: &mut InFlightRequest) {
        request.is_change = true;
        let entry = match request.recorded {
            Some(id) => Entry { at: now, id: Some(id), request: None },
            None => {
                self.requests += 1;
                request.recorded = Some(self.requests);
                Entry { at: now, id: request.recorded, request: Some(Recorded::of(request.request())) }
            }
        };
        append(&mut self.lines, &entry);
        self.entries += 1;
    }
}

fn append(lines: &mut Vec<u8>, entry: &Entry) {
    // Writing these types to memory is infallible.
    let _ = serde_json::to_writer(&mut *lines, entry);
    lines.push(b'\n');
}

impl Recorded {
    fn of(request: &Request<Bytes>) -> Self {
        let header = |name: &HeaderName| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
        let (body, bytes) = match std::str::from_utf8(request.body()) {
            Ok(text) => (text.to_owned(), Vec::new()),
            Err(_) => (String::new(), request.body().to_vec()),
        };
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        Self {
            method: request.method().to_string(),
            uri: path.to_owned(),
            content_type: header(&CONTENT_TYPE),
            metadata: header(&METADATA),
            body,
            bytes,
        }
    }

    pub(super) fn request(self) -> Option<Request<Bytes>> {
        let body = if self.bytes.is_empty() { Bytes::from(self.body) } else { Bytes::from(self.bytes) };
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(self.method.as_bytes()).ok()?;
        *request.uri_mut() = self.uri.parse().ok()?;
        for (name, value) in [(CONTENT_TYPE, self.content_type), (METADATA, self.metadata)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, HeaderValue::from_str(&value).ok()?);
            }
        }
        Some(request)
    }
}
