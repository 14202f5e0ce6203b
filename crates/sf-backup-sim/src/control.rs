//! The simulator's own HTTP interface, below `/$sim/`: time, effects and faults, for clients in any language.
//!
//! Off unless [`ClusterBuilder::control`](crate::ClusterBuilder::control) says so: no real cluster has it.
//!
//! | Request | Does |
//! |---|---|
//! | `GET /$sim/` | lists these |
//! | `GET /$sim/clock` | tells the time: `{"Now":"2024-01-01T00:00:00Z"}` |
//! | `POST /$sim/clock` | lets time pass, and answers when all that was due is done: `{"Advance":"PT4H"}` |
//! | `GET /$sim/effects` | lists what happened, in order |
//! | `POST /$sim/faults` | orders a fault: `{"Operation":"BackupPartition","Times":2,"AfterEffect":true,"Status":503,"Body":"..","ContentType":".."}` or `{"Cut":true}`; all members may be absent |
//! | `POST /$sim/data-loss` | takes a partition's data away: `{"PartitionId":".."}` |
//! | `POST /$sim/storage` | makes a storage fail, or mends it: `{"Storage":{..},"Failure":{"Code":2148734496,"Message":".."}}`, without `Failure` |

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{OPERATIONS, PartitionId};

use crate::fault::Fault;
use crate::span::Span;
use crate::state::State;

const PREFIX: &str = "/$sim/";

/// What the interface offers: method, path and what for.
const OFFERS: &[(&str, &str, &str)] = &[
    ("GET", "/$sim/", "lists these"),
    ("GET", "/$sim/clock", "tells the time"),
    ("POST", "/$sim/clock", "lets time pass: {\"Advance\":\"PT4H\"}"),
    ("GET", "/$sim/effects", "lists what happened, in order"),
    ("POST", "/$sim/faults", "orders a fault: {\"Operation\":\"BackupPartition\",\"Times\":2,\"Status\":503}"),
    ("POST", "/$sim/data-loss", "takes a partition's data away: {\"PartitionId\":\"..\"}"),
    (
        "POST",
        "/$sim/storage",
        "makes a storage fail, or mends it: {\"Storage\":{..},\"Failure\":{\"Code\":1,\"Message\":\"..\"}}",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Clock {
    advance: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct FaultOrder {
    operation: Option<String>,
    times: u32,
    after_effect: bool,
    cut: bool,
    status: u16,
    body: String,
    content_type: Option<String>,
}

impl Default for FaultOrder {
    fn default() -> Self {
        Self {
            operation: None,
            times: 1,
            after_effect: false,
            cut: false,
            status: 503,
            body: String::new(),
            content_type: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DataLoss {
    partition_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StorageOrder {
    storage: BackupStorageDescription,
    failure: Option<Failure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Failure {
    code: u32,
    message: String,
}

/// What was wrong with an order, in a sentence.
type Refused = String;

/// Answers requests below `/$sim/`; `None` for all others, and for all if the interface is off.
pub(crate) fn answer(state: &mut State, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path = request.uri().path();
    if !state.control || !path.starts_with(PREFIX) {
        return None;
    }
    let answer = match (request.method(), path.strip_prefix(PREFIX).unwrap_or_default()) {
        (&Method::GET, "") => Ok(offers()),
        (&Method::GET, "clock") => Ok(now(state)),
        (&Method::POST, "clock") => advance(state, request.body()),
        (&Method::GET, "effects") => serde_json::to_value(&state.effects).map_err(|error| error.to_string()),
        (&Method::POST, "faults") => order_fault(state, request.body()),
        (&Method::POST, "data-loss") => lose_data(state, request.body()),
        (&Method::POST, "storage") => break_storage(state, request.body()),
        (method, _) => Err(format!("there is no {method} {path}; GET {PREFIX} lists what there is")),
    };
    Some(match answer {
        Ok(value) => reply(StatusCode::OK, &value),
        Err(refused) => reply(StatusCode::BAD_REQUEST, &json!({ "Message": refused })),
    })
}

fn reply(status: StatusCode, value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

fn offers() -> Value {
    OFFERS.iter().map(|(method, path, does)| json!({ "Method": method, "Path": path, "Does": does })).collect()
}

fn now(state: &State) -> Value {
    json!({ "Now": state.clock.now().to_string() })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| format!("the body: {error}"))
}

fn advance(state: &mut State, body: &[u8]) -> Result<Value, Refused> {
    let Clock { advance } = read(body)?;
    let seconds = Span::parse(&advance).and_then(|span| u64::try_from(span.seconds()).ok());
    let seconds = seconds
        .ok_or_else(|| format!("Advance {advance:?}: must be an ISO 8601 duration such as PT4H, not negative"))?;
    state.advance(Duration::from_secs(seconds));
    Ok(now(state))
}

fn order_fault(state: &mut State, body: &[u8]) -> Result<Value, Refused> {
    let order: FaultOrder = read(body)?;
    let status = StatusCode::from_u16(order.status)
        .ok()
        .filter(|status| order.status >= 200 && status.as_u16() < 600)
        .ok_or_else(|| format!("Status {}: must be from 200 to 599", order.status))?;
    let mut answer = Response::new(Bytes::from(order.body));
    *answer.status_mut() = status;
    if let Some(label) = &order.content_type {
        let label =
            HeaderValue::from_str(label).map_err(|_| format!("ContentType {label:?}: cannot stand in a header"))?;
        answer.headers_mut().insert(CONTENT_TYPE, label);
    }
    let mut fault = if order.cut { Fault::cut() } else { Fault::answer(answer) }.times(order.times);
    if let Some(name) = &order.operation {
        let known = OPERATIONS.iter().find(|operation| operation.name == name);
        fault = fault.on(known.ok_or_else(|| format!("Operation {name:?}: must be one of the API's own names"))?);
    }
    state.faults.add(if order.after_effect { fault.after_effect() } else { fault });
    Ok(json!({}))
}

fn lose_data(state: &mut State, body: &[u8]) -> Result<Value, Refused> {
    let DataLoss { partition_id } = read(body)?;
    let id: PartitionId = partition_id.parse().map_err(|error: sf_backup_proto::NameError| error.to_string())?;
    if state.lose_data(id.uuid()) { Ok(json!({})) } else { Err(format!("there is no partition {id}")) }
}

fn break_storage(state: &mut State, body: &[u8]) -> Result<Value, Refused> {
    let StorageOrder { storage, failure } = read(body)?;
    state.break_storage(&storage, failure.as_ref().map(|failure| (failure.code, &*failure.message)));
    Ok(json!({}))
}
