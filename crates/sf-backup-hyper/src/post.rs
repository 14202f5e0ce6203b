use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use sf_backup_proto::{Endpoint, Endpoints};
use sf_backup_transport::tls::TlsConfig;
use sf_backup_transport::{ConnectionPolicy, HttpError};

use crate::http::{Deadline, Http};

/// Maximum size of the body of a response, in bytes. Only the status is used.
const LIMIT: usize = 64 * 1024;

/// Posts JSON to a URL outside of a cluster, such as a webhook. Uses the system's trust store and the proxy of the
/// environment. Makes one attempt, and does not follow redirects.
///
/// # Errors
/// If there was no complete response within `deadline`, or the URL cannot be used.
pub async fn post_json(uri: Uri, body: Bytes, deadline: Duration) -> Result<StatusCode, HttpError> {
    let settings = |source: Arc<dyn StdError + Send + Sync>| HttpError::Settings { source };
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let endpoint: Endpoint = format!("{scheme}://{authority}").parse().map_err(|error| settings(Arc::new(error)))?;
    let policy = ConnectionPolicy::new(&TlsConfig::new(), None, &Endpoints::from(endpoint), false);
    let http = Http::new(LIMIT, policy.map_err(|error| settings(Arc::new(error)))?);
    let mut request = Request::new(body);
    (*request.method_mut(), *request.uri_mut()) = (Method::POST, uri);
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let response =
        http.exchange(request, Deadline::after(deadline), true).await.map_err(|error| error.failure.source)?;
    Ok(response.status())
}
