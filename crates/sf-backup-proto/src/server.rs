//! Server side: routing of requests to operations, and responses from their results.
//!
//! For simulators and test doubles. To be as strict as the real server, inspect the raw [`Call`]; otherwise parse the
//! typed operation with [`Call::read`].

mod route;
mod service;

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};

pub use crate::wire::Style;
pub use route::{NoRoute, Route, route};
pub use service::{Inventory, Service};

use crate::error::ReadError;
use crate::operation::call::CallReader;
use crate::operation::{Operation, OperationSpec, ResponseValue};

/// A request that was routed to an operation, still unparsed.
///
/// `Debug` shows neither header values nor the body, because both can contain secrets.
#[derive(Clone)]
pub struct Call<'a> {
    operation: &'static OperationSpec,
    id: String,
    query: Vec<(String, String)>,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.name)
            .field("id", &self.id)
            .field("query", &self.query)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

impl<'a> Call<'a> {
    /// Combines a route and its request.
    ///
    /// # Errors
    /// If the query is not UTF-8 after percent-decoding.
    pub fn new(route: Route, request: &'a Request<Bytes>) -> Result<Self, ReadError> {
        let query = crate::wire::query::pairs(request.uri().query().unwrap_or_default())?;
        let Route { operation, id } = route;
        Ok(Self { operation, id, query, headers: request.headers(), body: request.body() })
    }

    /// The operation that the request calls.
    pub fn operation(&self) -> &'static OperationSpec {
        self.operation
    }

    /// The id in the path, percent-decoded, in the client's spelling. Empty if the path has no placeholder.
    pub fn id(&self) -> String {
        crate::wire::path::decode(&self.id).unwrap_or_else(|_| self.id.clone())
    }

    /// The query parameters, decoded, in order.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The value of the first query parameter with this name, ignoring case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        self.headers
    }

    /// The media type of the body, in lower case, without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// The body of the request.
    pub fn body(&self) -> &[u8] {
        self.body
    }

    /// Parses the typed operation leniently. Does not apply the server's validation rules.
    ///
    /// # Errors
    /// If a value is invalid or a required one is missing.
    pub fn read<O: Operation>(&self) -> Result<O, ReadError> {
        O::read(&CallReader { id: &self.id, query: &self.query, body: self.body })
    }

    /// Calls the service method of the operation and writes the response.
    ///
    /// # Errors
    /// With what the service refuses the call.
    pub fn dispatch<R>(
        &self,
        service: &mut (impl Service<R> + Inventory<R>),
        style: Style,
    ) -> Result<Response<Bytes>, R> {
        let response = service::operation(service, self, style);
        let response = response.or_else(|| service::query(service, self, style));
        // Unreachable: every route leads to an operation of one of the two tables.
        response.unwrap_or_else(|| Ok(self::response(StatusCode::NOT_FOUND, Vec::new())))
    }
}

/// The result of a [`Service`] method: the operation's response, or a refusal.
pub type OperationResult<O, R> = Result<<O as Operation>::Response, R>;

/// Writes the result of an operation as an HTTP response.
pub(crate) fn write_result<O: Operation, R>(result: OperationResult<O, R>, style: Style) -> Result<Response<Bytes>, R> {
    Ok(match result?.write(style) {
        Ok(body) => response(O::SPEC.success(), body),
        Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
    })
}

fn response(status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    if !response.body().is_empty() {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    response
}
