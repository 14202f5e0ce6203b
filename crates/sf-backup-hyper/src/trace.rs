//! What happens, for `tracing` (feature `tracing`): a span for each call, an event for each request. Never with bodies,
//! tokens or secrets.

use sf_backup_proto::OperationSpec;
use sf_backup_proto::flow::Exchanged;

/// Whether requests are told of at all.
pub(crate) const WATCHES: bool = cfg!(feature = "tracing");

/// Runs a call within its span.
#[cfg(feature = "tracing")]
pub(crate) fn call<F: Future>(spec: &'static OperationSpec, call: F) -> impl Future<Output = F::Output> {
    use tracing::Instrument;
    call.instrument(tracing::debug_span!(
        "call",
        otel.name = spec.name,
        operation = spec.name,
        method = spec.method().as_str(),
        path = spec.path,
    ))
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn call<F: Future>(_: &'static OperationSpec, call: F) -> F {
    call
}

/// Tells of one request.
#[cfg(feature = "tracing")]
pub(crate) fn exchanged(exchanged: &Exchanged, attempt: u32) {
    tracing::debug!(
        endpoint = exchanged.endpoint,
        attempt,
        status = exchanged.status.map(|status| status.as_u16()),
        milliseconds = u64::try_from(exchanged.elapsed.as_millis()).unwrap_or(u64::MAX),
        request_id = exchanged.request_id,
        "exchange"
    );
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn exchanged(_: &Exchanged, _: u32) {}
