//! An example: parameters with the names of the API reference, and a response.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use http::{Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use sf_backup_proto::operation::{ResponseValue, Style, Visitor};
use sf_backup_proto::{ApiVersion, Operation, OperationSpec, Target, operations};

use super::meaning::difference;

/// An example file of the vendor.
#[derive(Debug)]
pub(super) struct Example {
    operation: String,
    parameters: Map<String, Value>,
    responses: Map<String, Value>,
}

/// The reference's names of path placeholders.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("applicationId", "application"),
    ("serviceId", "service"),
    ("partitionId", "partition"),
    ("backupPolicyName", "policy"),
];

impl Example {
    pub(super) fn load(path: &Path) -> Result<Self, String> {
        let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"));
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        Self::parse(name.ok_or("not a .json file")?, &text)
    }

    /// Parses an example. `name` is that of the operation, with a number if there are several examples.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let object = |name: &str| file[name].as_object().cloned().unwrap_or_default();
        let operation = file["operationId"].as_str().ok_or("no operationId")?.to_owned();
        if operations::OPERATIONS.iter().all(|spec| spec.name != operation) {
            return Err(format!("no operation {operation}"));
        }
        let number = name.strip_prefix(&operation).map(|rest| rest.strip_prefix('-').unwrap_or(rest));
        if !number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(format!("{name} is not named after its operation {operation}"));
        }
        Ok(Self { operation, parameters: object("parameters"), responses: object("responses") })
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let mut checker = Checker { example: self, outcome: Err("never checked".into()) };
        operations::visit(&mut checker);
        checker.outcome
    }

    /// Builds the request from the example's parameters, without the library.
    fn printed_request(&self, spec: &OperationSpec) -> Result<Request<Bytes>, String> {
        let mut path = spec.path.to_owned();
        let (mut query, mut body) = (Vec::new(), Bytes::new());
        for (name, value) in &self.parameters {
            if let Some((_, placeholder)) = PLACEHOLDERS.iter().find(|(printed, _)| printed == name) {
                path = path.replace(&format!("{{{placeholder}}}"), value.as_str().ok_or("an id is text")?);
            } else if value.is_object() {
                body = value.to_string().into();
            } else if name == "api-version" || spec.query.contains(&name.as_str()) {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
                query.push(format!("{name}={escaped}"));
            } else {
                return Err(format!("no parameter {name}"));
            }
        }
        let uri = format!("{path}?{}", query.join("&"));
        Request::builder().method(spec.method()).uri(uri).body(body).map_err(|error| error.to_string())
    }

    fn target(&self) -> Result<Target, String> {
        let version = self.parameters.get("api-version").and_then(Value::as_str).unwrap_or_default();
        let version: ApiVersion = version.parse().map_err(|error| format!("{error}"))?;
        Ok(Target::new("http://localhost:19080".parse().unwrap()).api_version(version))
    }

    fn check_as<O: Operation>(&self) -> Result<(), String> {
        let printed = self.printed_request(O::spec())?;
        let call = O::from_request(&printed).map_err(|error| error.to_string())?;
        let ours = call.to_request(&self.target()?).map_err(|error| error.to_string())?.map(Bytes::from);
        if (ours.method(), ours.uri().path()) != (printed.method(), printed.uri().path()) {
            return Err(format!(
                "printed {} {}, ours {} {}",
                printed.method(),
                printed.uri(),
                ours.method(),
                ours.uri()
            ));
        }
        let [printed_query, our_query] = [&printed, &ours].map(pairs);
        if printed_query != our_query {
            return Err(format!("printed {printed_query:?}, ours {our_query:?}"));
        }
        // An object without members means the same as no body.
        let body = json(printed.body())?;
        let body = if body == Value::Object(Map::new()) { Value::Null } else { body };
        same("body", &body, ours.body())?;
        self.responses.iter().try_for_each(|(status, response)| check_reply(&call, status, response))
    }
}

struct Checker<'a> {
    example: &'a Example,
    outcome: Result<(), String>,
}

impl Visitor for Checker<'_> {
    fn operation<O: Operation>(&mut self) {
        if O::SPEC.name == self.example.operation {
            self.outcome = self.example.check_as::<O>();
        }
    }
}

/// The query, decoded and sorted, because the order of parameters has no meaning.
fn pairs(request: &Request<Bytes>) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().unwrap().into_owned();
    let pairs = request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn check_reply<O: Operation>(call: &O, status: &str, response: &Value) -> Result<(), String> {
    if status != O::SPEC.success().as_str() {
        return Err(format!("{status} is not the operation's status of success, {}", O::SPEC.success()));
    }
    let body = match &response["body"] {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let success = Response::builder().status(O::SPEC.success()).body(body).unwrap();
    let reply = call.parse(&success).map_err(|error| error.to_string())?;
    same("reply", &response["body"], &reply.write(Style::default()).map_err(|error| error.to_string())?)
}

fn json(bytes: &[u8]) -> Result<Value, String> {
    if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(bytes).map_err(|error| error.to_string()) }
}

fn same(what: &str, printed: &Value, ours: &[u8]) -> Result<(), String> {
    match difference(what, printed, &json(ours)?) {
        Some(difference) => Err(difference),
        None => Ok(()),
    }
}
