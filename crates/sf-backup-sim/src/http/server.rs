//! The server's half of the tables of operations: from a request to an operation, and from its result to a response.

mod route;
mod service;

use std::fmt;
use std::str::Utf8Error;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use sf_backup_proto::operation::{Operation, OperationSpec, ResponseValue, Style};

pub(crate) use route::{NoRoute, route};
pub(crate) use service::{Inventory, Service};

use crate::world::refusal::Refusal;

/// Responses of a 6.4 server: absent members are `null`, absent GUIDs zeros, absent dates in the year 1.
pub(crate) const CURRENT: Style = Style { unset_members: true, first_names: false, empty_last_token: false };
/// Responses of the 6.2 preview.
pub(crate) const PREVIEW: Style = Style { first_names: true, empty_last_token: true, ..CURRENT };
/// The gateway's own responses: only set members, and lists end with an empty token.
pub(crate) const GATEWAY: Style = Style { unset_members: false, first_names: false, empty_last_token: true };

/// The result of a [`Service`] method: the operation's response, or a refusal.
pub(crate) type OperationResult<O> = Result<<O as Operation>::Response, Refusal>;

/// A request of an operation, still unparsed.
///
/// `Debug` shows neither header values nor the body, because both can contain secrets.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    operation: &'static OperationSpec,
    query: Vec<(String, String)>,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.name)
            .field("query", &self.query)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

impl<'a> Call<'a> {
    /// # Errors
    /// If the query is not UTF-8 after percent-decoding.
    pub(crate) fn new(operation: &'static OperationSpec, request: &'a Request<Bytes>) -> Result<Self, Utf8Error> {
        let pairs = request.uri().query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let query = query.map(|(name, value)| Ok((decoded(name)?, decoded(value)?))).collect::<Result<_, _>>()?;
        Ok(Self { operation, query, headers: request.headers(), body: request.body() })
    }

    /// The operation that the request calls.
    pub(crate) fn operation(&self) -> &'static OperationSpec {
        self.operation
    }

    /// The value of the first query parameter with this name, ignoring case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The media type of the body, in lower case, without parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// The body of the request.
    pub(crate) fn body(&self) -> &[u8] {
        self.body
    }

    /// Calls the method of the operation, and writes its response.
    pub(crate) fn dispatch(&self, service: &mut (impl Service + Inventory), style: Style) -> Response<Bytes> {
        let response = service::operation(service, self, style).or_else(|| service::query(service, self, style));
        // Unreachable: every operation is of one of the two tables.
        response.unwrap_or_else(|| json(StatusCode::NOT_FOUND, Vec::new()))
    }
}

/// A part of a query. A raw `+` is a space.
fn decoded(raw: &str) -> Result<String, Utf8Error> {
    percent_decode_str(&raw.replace('+', " ")).decode_utf8().map(Into::into)
}

/// The result of an operation as an HTTP response.
fn respond<O: Operation>(result: OperationResult<O>, style: Style) -> Response<Bytes> {
    match result.map(|response| response.write(style)) {
        Ok(Ok(body)) => json(O::SPEC.success(), body),
        Ok(Err(_)) => json(StatusCode::INTERNAL_SERVER_ERROR, Vec::new()),
        Err(refusal) => refusal.into_response(),
    }
}

/// A response with a JSON body, or none.
pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    if !response.body().is_empty() {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use sf_backup_proto::CreateBackupPolicy;

    fn query(raw: &str) -> Result<Vec<(String, String)>, Utf8Error> {
        let request = Request::post(format!("/?{raw}")).body(Bytes::new()).unwrap();
        Call::new(CreateBackupPolicy::spec(), &request).map(|call| call.query)
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_raw_plus_is_a_space_and_an_escaped_plus_is_a_plus() {
        assert_eq!(query("a+b=c+d%2Be%20f").unwrap(), [pair("a b", "c d+e f")]);
    }

    #[test]
    fn pairs_without_a_value_are_kept_and_empty_pairs_skipped() {
        assert_eq!(query("&x&y=&z=1=2&&").unwrap(), [pair("x", ""), pair("y", ""), pair("z", "1=2")]);
        assert_eq!(query("").unwrap(), []);
    }

    #[test]
    fn a_query_that_is_not_utf8_is_rejected() {
        assert!(query("MaxResults=1&ContinuationToken=%ff").is_err());
    }

    #[test]
    fn debug_hides_headers_and_body() {
        let request = Request::post("/BackupRestore/BackupPolicies/$/Create")
            .header("authorization", "Bearer hunter2")
            .body(Bytes::from("hunter2"))
            .unwrap();
        let shown = format!("{:?}", Call::new(CreateBackupPolicy::spec(), &request).unwrap());
        let bytes = format!("{:?}", b"hunter2").replace(['[', ']'], "");
        assert!(!shown.contains("hunter2") && !shown.contains(&bytes), "{shown}");
        assert!(shown.contains("7 bytes") && shown.contains("authorization"), "{shown}");
    }
}
