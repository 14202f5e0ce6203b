//! Records for observers and `tracing` (feature `tracing`): a span for each call, an event for each request and pause.
//! Contain no bodies, tokens or secrets.

use std::fmt;
use std::time::Duration;

use http::{Method, Request, StatusCode};
use sf_backup_proto::flow::Pause;
use sf_backup_proto::{Body, OperationSpec};

/// A request and its result, for observers.
///
/// A call can make several: to negotiate the api-version, to retry, and to verify a lost change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RequestRecord {
    /// GET or POST.
    pub method: Method,
    /// Scheme, host and port.
    pub endpoint: String,
    /// Path and query as sent.
    pub path_and_query: String,
    /// The `X-ServiceFabricRequestId` that was sent.
    pub request_id: String,
    /// The status of the response; `None` if no complete one came.
    pub status: Option<StatusCode>,
    /// The time from sending until the response was complete or the request failed.
    pub elapsed: Duration,
}

impl RequestRecord {
    /// The record of a request that is about to be sent.
    pub fn of(request: &Request<Body>) -> Self {
        let uri = request.uri();
        let id = request.headers().get("x-servicefabricrequestid");
        let id = id.and_then(|id| id.to_str().ok()).unwrap_or_default();
        Self {
            method: request.method().clone(),
            endpoint: format!(
                "{}://{}",
                uri.scheme_str().unwrap_or_default(),
                uri.authority().map_or("", |authority| authority.as_str())
            ),
            path_and_query: uri.path_and_query().map_or("", |line| line.as_str()).to_owned(),
            request_id: id.to_owned(),
            status: None,
            elapsed: Duration::ZERO,
        }
    }
}

/// Method, path and query, and the status.
impl fmt::Display for RequestRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, self.path_and_query)?;
        match self.status {
            Some(status) => write!(f, "{status}"),
            None => f.write_str("no response"),
        }
    }
}

/// Whether requests are traced.
pub(crate) const TRACES: bool = cfg!(feature = "tracing");

#[cfg(feature = "tracing")]
fn span(spec: &'static OperationSpec) -> tracing::Span {
    tracing::debug_span!(
        "call",
        otel.name = spec.name,
        operation = spec.name,
        method = spec.method().as_str(),
        path = spec.path,
    )
}

/// Runs an asynchronous call within its span.
#[cfg(feature = "tracing")]
pub fn in_span<F: Future>(spec: &'static OperationSpec, call: F) -> impl Future<Output = F::Output> {
    tracing::Instrument::instrument(call, span(spec))
}

/// Runs an asynchronous call within its span.
#[cfg(not(feature = "tracing"))]
pub fn in_span<F: Future>(_: &'static OperationSpec, call: F) -> F {
    call
}

/// Runs a blocking call within its span.
#[cfg(feature = "tracing")]
pub fn within_span<R>(spec: &'static OperationSpec, call: impl FnOnce() -> R) -> R {
    span(spec).in_scope(call)
}

/// Runs a blocking call within its span.
#[cfg(not(feature = "tracing"))]
pub fn within_span<R>(_: &'static OperationSpec, call: impl FnOnce() -> R) -> R {
    call()
}

/// Traces one request.
#[cfg(feature = "tracing")]
pub(crate) fn trace_request(record: &RequestRecord, attempt: u32) {
    tracing::debug!(
        endpoint = record.endpoint,
        attempt,
        status = record.status.map(|status| status.as_u16()),
        milliseconds = u64::try_from(record.elapsed.as_millis()).unwrap_or(u64::MAX),
        request_id = record.request_id,
        "exchange"
    );
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn trace_request(_: &RequestRecord, _: u32) {}

/// Traces one pause.
#[cfg(feature = "tracing")]
pub(crate) fn trace_pause(pause: Pause) {
    let milliseconds = u64::try_from(pause.duration.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(milliseconds, reason = ?pause.reason, "pause");
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn trace_pause(_: Pause) {}
