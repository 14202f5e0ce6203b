//! Goldens and their checks.

use bytes::Bytes;
use http::{Request, Response};
use sf_backup_proto::{ApiVersion, Operation, Target};

use super::goldens;

/// A call with its expected request, and a response with its expected value.
#[derive(Debug, Clone)]
pub(crate) struct Golden<O: Operation> {
    pub(crate) call: O,
    pub(crate) target: Target,
    /// The expected method and URI.
    pub(crate) line: &'static str,
    pub(crate) body: &'static str,
    /// The body of the response, which has the operation's success status.
    pub(crate) response: &'static str,
    pub(crate) reply: O::Response,
}

/// A visitor for goldens, with their types.
pub(crate) trait EachGolden {
    fn golden<O: Operation>(&mut self, golden: Golden<O>);
}

/// Visits every golden, in no order: at least one for each row of the table.
pub(crate) fn each_golden(visitor: &mut impl EachGolden) {
    goldens::policies::each(visitor);
    goldens::applications::each(visitor);
    goldens::services::each(visitor);
    goldens::partitions::each(visitor);
    goldens::restores::each(visitor);
    goldens::storage::each(visitor);
}

/// The target of goldens with api-version 6.4.
pub(crate) fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap())
}

/// The target of goldens with api-version 6.2-preview.
pub(crate) fn preview() -> Target {
    target().api_version(ApiVersion::V6_2_PREVIEW)
}

/// Checks the headers: `accept`, then those of a POST, of a body and of the request id, and no others.
fn headers(request: &Request<Bytes>) -> Vec<(&str, &str)> {
    request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect()
}

impl<O: Operation> Golden<O> {
    pub(crate) fn assert_request(&self) {
        let request = self.call.to_request(&self.target).unwrap().map(Bytes::from);
        assert_eq!(format!("{} {}", request.method(), request.uri()), self.line);
        assert_eq!(std::str::from_utf8(request.body()).unwrap(), self.body, "{}", self.line);
        let length = self.body.len().to_string();
        let mut expected = vec![("accept", "application/json")];
        if self.line.starts_with("POST ") {
            expected.push(("content-length", &length));
        }
        if !self.body.is_empty() {
            expected.push(("content-type", "application/json; charset=utf-8"));
        }
        let product = format!("sf-backup/{}", env!("CARGO_PKG_VERSION"));
        let client = format!("sf-backup-rs-{}", std::env::consts::OS);
        expected.extend([("user-agent", &*product), ("x-servicefabricclienttype", &client)]);
        assert_eq!(headers(&request), expected, "{}", self.line);
    }

    pub(crate) fn assert_reply(&self) {
        let response = Response::builder().status(O::SPEC.success()).body(self.response).unwrap();
        assert_eq!(self.call.parse(&response).unwrap(), self.reply, "{}", self.line);
    }

    /// Checks that the request parses as the same call.
    pub(crate) fn assert_round_trip(&self) {
        let request = self.call.to_request(&self.target).unwrap().map(Bytes::from);
        assert_eq!(O::from_request(&request).unwrap(), self.call, "{}", self.line);
    }
}
