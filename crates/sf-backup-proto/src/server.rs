//! The server's half: from a request to the operation it calls, and from its outcome to a response.
//!
//! For simulators and test doubles. A double that wants to be as strict as the real server looks at the raw [`Call`]; one
//! that does not reads the typed operation with [`Call::read`].

mod route;

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};

pub use crate::operations::Service;
pub use crate::operations::inventory::Inventory;
pub use crate::wire::Style;
pub use route::{NoRoute, Route, route};

use crate::error::{FabricErrorCode, ReadError};
use crate::operation::call::CallReader;
use crate::operation::{Operation, OperationSpec, Reply};
use crate::operations::{self, inventory};

/// A request that has found its operation, as it arrived. `Debug` shows neither headers' values nor the body: both can
/// hold secrets.
#[derive(Clone)]
pub struct Call<'a> {
    operation: &'static OperationSpec,
    path: Vec<String>,
    query: Vec<(String, String)>,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.name)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

impl<'a> Call<'a> {
    /// A request on `route`.
    ///
    /// # Errors
    /// If the query is not UTF-8 after percent-decoding.
    pub fn new(route: Route, request: &'a Request<Bytes>) -> Result<Self, ReadError> {
        let query = crate::wire::query::pairs(request.uri().query().unwrap_or_default())?;
        let Route { operation, path } = route;
        Ok(Self { operation, path, query, headers: request.headers(), body: request.body() })
    }

    /// Which operation.
    pub fn operation(&self) -> &'static OperationSpec {
        self.operation
    }

    /// What stood in the path's placeholder, percent-decoded and otherwise as the client spelled it. Empty if the path
    /// has none.
    pub fn id(&self) -> String {
        let raw = self.path.first().map_or("", String::as_str);
        crate::wire::path::decode(raw).unwrap_or_else(|_| raw.to_owned())
    }

    /// The query, decoded, in order.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The first query parameter of this name, in any case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.headers
    }

    /// The body's media type, in lower case and without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        self.body
    }

    /// The typed operation, read leniently.
    ///
    /// # Errors
    /// If a value cannot be read, or something required is missing. No rule of the server is applied.
    pub fn read<O: Operation>(&self) -> Result<O, ReadError> {
        O::read(&CallReader { path: &self.path, query: &self.query, body: self.body })
    }

    /// Hands the call to the method of its operation, and writes the answer.
    pub fn dispatch(&self, service: &mut (impl Service + Inventory), style: Style) -> Response<Bytes> {
        let answered = operations::dispatch(service, self, style).or_else(|| inventory::dispatch(service, self, style));
        // A route leads to an operation of one of the two tables.
        answered.unwrap_or_else(|| response(StatusCode::NOT_FOUND, None, Bytes::new()))
    }
}

/// What a [`Service`] method answers: the operation's reply, or a refusal.
pub type Answer<O> = Result<<O as Operation>::Response, Refusal>;

/// An answer that is not success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A `FabricError`.
    Fabric {
        /// The HTTP status.
        status: StatusCode,
        /// The code.
        code: FabricErrorCode,
        /// How the server spells the code, where that is not the published spelling.
        spelling: Option<&'static str>,
        /// The message.
        message: String,
        /// Whether it is labelled `application/json`, as the gateway does; the backup service says `text/plain`.
        json: bool,
    },
    /// `{"Message":…}`, from the web framework.
    Message(StatusCode, String),
    /// No body.
    Empty(StatusCode),
}

impl Refusal {
    /// The response that a client sees.
    pub fn into_response(self) -> Response<Bytes> {
        let (status, label, body) = match self {
            Self::Fabric { status, code, spelling, message, json } => {
                let label = if json { JSON } else { "text/plain; charset=utf-8" };
                let code = match (code, spelling) {
                    (_, Some(spelling)) => serde_json::Value::from(spelling),
                    (code, None) => code.to_json(),
                };
                let body = serde_json::json!({ "Error": { "Code": code, "Message": message } });
                (status, Some(label), body.to_string())
            }
            Self::Message(status, message) => {
                (status, Some(JSON), serde_json::json!({ "Message": message }).to_string())
            }
            Self::Empty(status) => (status, None, String::new()),
        };
        response(status, label, body.into())
    }
}

const JSON: &str = "application/json; charset=utf-8";

/// Writes the outcome of an operation.
pub(crate) fn answer<O: Operation>(answer: Answer<O>, style: Style) -> Response<Bytes> {
    match answer {
        Ok(reply) => match reply.write(style) {
            Ok(body) if body.is_empty() => response(O::SPEC.success(), None, Bytes::new()),
            Ok(body) => response(O::SPEC.success(), Some(JSON), body.into()),
            Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, None, Bytes::new()),
        },
        Err(refusal) => refusal.into_response(),
    }
}

fn response(status: StatusCode, label: Option<&'static str>, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(label) = label {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(label));
    }
    response
}
