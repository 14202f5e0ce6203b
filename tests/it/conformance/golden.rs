//! What a golden is, and what has to hold for each.

use bytes::Bytes;
use http::{Request, Response};
use sf_backup_proto::server::{Call, route};
use sf_backup_proto::{ApiVersion, Operation, Target};

use super::goldens;

/// A call with the request that it must become, and an answer with the value that it must be read as.
#[derive(Debug, Clone)]
pub(crate) struct Golden<O: Operation> {
    pub(crate) call: O,
    pub(crate) target: Target,
    /// Method and URI.
    pub(crate) line: &'static str,
    pub(crate) body: &'static str,
    /// The answer's body, under the operation's own status of success.
    pub(crate) answer: &'static str,
    pub(crate) reply: O::Response,
}

/// Takes the goldens one by one, with their types.
pub(crate) trait EachGolden {
    fn golden<O: Operation>(&mut self, golden: Golden<O>);
}

/// Hands over every golden: at least one for each row of the table, in no order.
pub(crate) fn each_golden(visitor: &mut impl EachGolden) {
    goldens::policies::each(visitor);
    goldens::applications::each(visitor);
    goldens::services::each(visitor);
    goldens::partitions::each(visitor);
    goldens::restores::each(visitor);
    goldens::storage::each(visitor);
}

/// Where goldens go, as api-version 6.4.
pub(crate) fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap())
}

/// The same as api-version 6.2-preview.
pub(crate) fn preview() -> Target {
    target().api_version(ApiVersion::V6_2_PREVIEW)
}

/// `accept` first, then what a POST has, what a body has, and who asks: nothing else.
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
        let answer = Response::builder().status(O::SPEC.success()).body(self.answer).unwrap();
        assert_eq!(self.call.parse(&answer).unwrap(), self.reply, "{}", self.line);
    }

    /// The request arrives at a server as the call that it was.
    pub(crate) fn assert_round_trip(&self) {
        let request = self.call.to_request(&self.target).unwrap().map(Bytes::from);
        let found = route(request.method(), request.uri().path()).unwrap();
        assert_eq!(found.operation, O::spec());
        let call = Call::new(found, &request).unwrap();
        assert_eq!(call.read::<O>().unwrap(), self.call, "{}", self.line);
    }
}
