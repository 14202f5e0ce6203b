//! The two directions of a call: building the request, and parsing it.

use std::cell::RefCell;
use std::fmt::Display;
use std::str::FromStr;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, HeaderValue, Request};
use zeroize::Zeroizing;

use crate::cluster::{ApiVersion, Target};
use crate::error::{BuildError, ReadError};
use crate::spec::{OperationSpec, Release, Verb};
use crate::validation::{Validate, ValidationPath};
use crate::wire::body::Body;
use crate::wire::path::PathValue;
use crate::wire::query;
use crate::wire::{Style, Styled, Wire};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-servicefabricrequestid");

const CLIENT_TYPE: HeaderName = HeaderName::from_static("x-servicefabricclienttype");
const PRODUCT: &str = concat!("sf-backup/", env!("CARGO_PKG_VERSION"));

/// Named after the system, as in Service Fabric's own clients.
const CLIENT_TYPE_HERE: &str = if cfg!(target_os = "linux") {
    "sf-backup-rs-linux"
} else if cfg!(windows) {
    "sf-backup-rs-windows"
} else if cfg!(target_os = "macos") {
    "sf-backup-rs-macos"
} else {
    "sf-backup-rs"
};

/// A request that is being built.
#[allow(unnameable_types)] // for the table only
#[derive(Debug)]
pub struct CallWriter<'a> {
    spec: &'a OperationSpec,
    target: &'a Target,
    version: ApiVersion,
    problems: RefCell<Vec<BuildError>>,
    /// The endpoint's prefix, the path and the query.
    line: String,
    body: Body,
}

/// Maximum number of headers of a request.
const HEADERS: usize = 7;

/// Bytes, enough for nearly every request line.
const LINE: usize = 192;

impl<'a> CallWriter<'a> {
    pub(crate) fn new(spec: &'a OperationSpec, target: &'a Target) -> Self {
        let version = match spec.fixed {
            Some((version, _)) => version,
            // An operation that came after 6.4 is sent with the version that it was published with. The preview is
            // kept, and rejected when the call is finished.
            None if spec.since >= Release::V9_1 && !target.version().is_preview() => {
                target.version().max(ApiVersion::V9_1)
            }
            None => target.version(),
        };
        let line = String::with_capacity(LINE);
        Self { spec, target, version, problems: RefCell::default(), line, body: Body::default() }
    }

    pub(crate) fn check(&self) -> ValidationPath<'_> {
        ValidationPath::new(self.version, &self.problems)
    }

    /// Writes the path with the id, and the parameters that all calls have.
    pub(crate) fn path(&mut self, id: Option<&dyn PathValue>) {
        let delimiter = self.spec.fixed.map_or_else(|| self.target.delimiter(), |(_, delimiter)| delimiter);
        let (before, after) = self.spec.around_id();
        self.line.push_str(self.target.endpoint.prefix());
        self.line.push_str(before);
        if let Some(id) = id {
            id.write(&mut self.line, delimiter);
        }
        self.line.push_str(after);
        query::push(&mut self.line, '?', "api-version", self.version);
        if let Some(timeout) = self.target.options.timeout {
            query::push(&mut self.line, '&', timeout.parameter(), timeout.seconds());
        }
    }

    pub(crate) fn query(&mut self, name: &'static str, since: Option<Release>, value: Option<&impl Display>) {
        let Some(value) = value else { return };
        if let Some(since) = since {
            self.check().member(name).since(since);
        }
        query::push(&mut self.line, '&', name, value);
    }

    /// Checks and writes the body: the value itself, or an object with it as the one member.
    pub(crate) fn body<T: Wire + Validate>(
        &mut self,
        member: Option<&'static str>,
        since: Option<Release>,
        value: Option<&T>,
    ) {
        let Some(value) = value else { return };
        let root = self.check();
        let at = member.map_or(root, |name| root.member(name));
        if let Some(since) = since {
            at.since(since);
        }
        value.validate(&at);
        let body = match member {
            Some(name) => Body::json(&OneMember(name, value)),
            None => Body::json(&Styled(value, Style::default())),
        };
        // Only a map with keys that are not strings fails here, and this API has none.
        at.rule(body.is_ok(), "cannot be written as JSON");
        self.body = body.unwrap_or_default();
    }

    pub(crate) fn finish(self) -> Result<Request<Body>, BuildError> {
        self.check().member(self.spec.name).since(self.spec.since);
        if let Some(problem) = self.problems.into_inner().into_iter().next() {
            return Err(problem);
        }
        let uri = self.target.endpoint.uri(self.line).map_err(|_| BuildError::TooLong)?;
        let mut request = Request::new(self.body);
        *request.method_mut() = self.spec.method();
        *request.uri_mut() = uri;
        let length = request.body().len();
        let headers = request.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if self.spec.verb == Verb::POST {
            // HTTP libraries disagree about a POST without a body, and the gateway refuses one without a length.
            let length = if length == 0 { HeaderValue::from_static("0") } else { length.into() };
            headers.insert(CONTENT_LENGTH, length);
        }
        if length > 0 {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        headers.insert(USER_AGENT, HeaderValue::from_static(PRODUCT));
        headers.insert(CLIENT_TYPE, HeaderValue::from_static(CLIENT_TYPE_HERE));
        if let Some(id) = &self.target.options.request_id {
            headers.insert(REQUEST_ID, id.clone());
        }
        if let Some(token) = &self.target.options.bearer {
            let text = Zeroizing::new(format!("Bearer {}", token.expose()));
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_| BuildError::Invalid { member: "token".into(), rule: "must be text that fits a header" })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(request)
    }
}

/// `{"name": value}`.
struct OneMember<'a, T>(&'static str, &'a T);

impl<T: Wire> serde::Serialize for OneMember<'_, T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([(self.0, Styled(self.1, Style::default()))])
    }
}

/// A request that has arrived: the id in the path (still percent-encoded), the decoded query, the body.
#[allow(unnameable_types, missing_debug_implementations)] // for the table only; and the body can hold secrets
pub struct CallReader<'a> {
    id: &'a str,
    query: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> CallReader<'a> {
    pub(crate) fn new(spec: &OperationSpec, request: &'a Request<impl AsRef<[u8]>>) -> Result<Self, ReadError> {
        let id = spec.id_in(request.uri().path()).filter(|_| spec.method() == *request.method());
        let id = id.ok_or_else(|| ReadError::new("path", "is another operation's"))?;
        let query = query::pairs(request.uri().query().unwrap_or_default())?;
        Ok(Self { id, query, body: request.body().as_ref() })
    }

    pub(crate) fn path<T: PathValue + FromStr<Err: Display>>(&self) -> Result<T, ReadError> {
        T::read(self.id)
    }

    /// Python clients write `True` and `False`.
    pub(crate) fn query<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, ReadError> {
        let found = self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let read = |text: &str| text.parse().or_else(|_| text.to_ascii_lowercase().parse());
        found.map(|(_, text)| read(text).map_err(|_| ReadError::new(name, "cannot be read"))).transpose()
    }

    pub(crate) fn body<T: Wire>(&self, member: Option<&'static str>) -> Result<Option<T>, ReadError> {
        if self.body.trim_ascii().is_empty() {
            return Ok(None);
        }
        match member {
            None => crate::response::from_json::<Option<T>>(self.body),
            Some(name) => {
                let members = crate::response::from_json::<Option<crate::wire::model::Extra>>(self.body)?;
                match members.unwrap_or_default().take(name) {
                    Some(value) => crate::response::from_value(name, value),
                    None => Ok(None),
                }
            }
        }
    }

    pub(crate) fn required_body<T: Wire>(&self, member: Option<&'static str>) -> Result<T, ReadError> {
        self.body(member)?.ok_or_else(|| ReadError::new(member.unwrap_or("body"), "is required"))
    }
}
