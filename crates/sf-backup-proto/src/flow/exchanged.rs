use std::fmt;
use std::time::Duration;

use crate::wire::body::Body;
use http::{Method, Request, StatusCode};

/// One request and what came of it, as a transport tells its observer.
///
/// A call may take several: finding out the cluster's api-version, trying again, looking for a lost change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Exchanged {
    /// GET or POST.
    pub method: Method,
    /// Where it went.
    pub endpoint: String,
    /// As it stood in the request line.
    pub path_and_query: String,
    /// The `X-ServiceFabricRequestId` that was sent.
    pub request_id: String,
    /// The answer's status; `None` if no complete answer came.
    pub status: Option<StatusCode>,
    /// From the order to send until the answer was complete, or given up.
    pub elapsed: Duration,
}

impl Exchanged {
    /// A request that is about to be sent.
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
impl fmt::Display for Exchanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, self.path_and_query)?;
        match self.status {
            Some(status) => write!(f, "{status}"),
            None => f.write_str("no answer"),
        }
    }
}
