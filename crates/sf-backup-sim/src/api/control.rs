//! The simulator's own HTTP interface, below `/$sim/`: time, effects and faults, for clients in any language.
//!
//! Off unless [`ClusterBuilder::control`](crate::ClusterBuilder::control) says so: no real cluster has it.
//!
//! | Request | Does |
//! |---|---|
//! | `GET /$sim/` | lists these |
//! | `GET /$sim/clock` | tells the time: `{"Now":"2024-01-01T00:00:00Z"}` |
//! | `POST /$sim/clock` | lets time pass, and answers when all that was due is done: `{"Advance":"PT4H"}` |
//! | `GET /$sim/status` | tells the time and its speed, the runtime, what the cluster holds, what is stored and running, and how many faults are still to come |
//! | `GET /$sim/effects` | lists what happened, in order |
//! | `POST /$sim/faults` | orders a fault, as below |
//! | `DELETE /$sim/faults` | forgets the faults that are still to come |
//! | `POST /$sim/role` | changes what callers are taken for: `{"Role":"User"}` or `Admin` |
//! | `POST /$sim/date-header` | changes what the `Date` header of responses says: `{"Offset":"-PT6H"}` from the cluster's time, or `{"Absent":true}` |
//! | `POST /$sim/data-loss` | takes a partition's data away: `{"PartitionId":".."}` |
//! | `POST /$sim/fail-over` | moves a partition's primary, or without one the backup service: `{"PartitionId":"..","Takes":"PT30S"}` |
//! | `POST /$sim/quorum-loss` | takes a partition's quorum away, for a time or until `{"PartitionId":"..","Ends":true}`: `{"PartitionId":"..","Takes":"PT2H"}` |
//! | `POST /$sim/health` | reports on the health of a service, the cluster's own included: `{"ServiceName":"fabric:/System/BackupRestoreService","HealthState":"Error"}` |
//! | `POST /$sim/size` | sets how much a partition holds, or without one every partition, and so how long its backups take: `{"PartitionId":"..","Megabytes":5000}` |
//! | `POST /$sim/storage` | makes a storage fail, or mends it: `{"Storage":{..},"Failure":{"Code":2148734496,"Message":".."}}`, without `Failure` |
//! | `POST /$sim/policy-unreadable` | makes a policy one that replicas cannot read: periodic backups under it stop, everything reports healthy, and an update mends it: `{"PolicyName":".."}` |
//!
//! What is not understood is answered with 400 and `{"Message":".."}`. Bodies are JSON whatever their label.
//!
//! A fault has these members, all of which may be absent; [`Fault`](crate::Fault) says more about each:
//!
//! | Member | Means |
//! |---|---|
//! | `Operation` | the API's name of the calls that it strikes; any if absent |
//! | `Times` | how many calls it strikes; 1 if absent |
//! | `AfterEffect` | whether the call is done first |
//! | `FromService` | whether the answer is the backup service's, so that the gateway repeats a GET |
//! | `Latency` | how long it takes, in ISO 8601; alone: the call is done, but late |
//! | `Status`, `Body`, `ContentType` | the answer; 503 without a body if nothing else is said |
//! | `Cut` | the connection is cut |
//! | `UnknownValues` | the call is done, and answered with values that nobody has heard of |
//! | `WrongTypes` | the call is done, and answered with objects in place of texts, numbers and truth values |
//! | `Tokens` | `Repeat`, `Endless`, `Empty` or `Garbage`: pages lead nowhere |
//! | `Stuck` | a backup or restore is accepted, and nothing comes of it |

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api::order::{DataLoss, DateHeaderOrder, FaultOrder, Order, RoleOrder, duration};
use crate::world::state::State;

const PREFIX: &str = "/$sim/";

/// What the interface offers: method, path and what for.
const OFFERS: &[(&str, &str, &str)] = &[
    ("GET", "/$sim/", "lists these"),
    ("GET", "/$sim/clock", "tells the time"),
    ("POST", "/$sim/clock", "lets time pass: {\"Advance\":\"PT4H\"}"),
    ("GET", "/$sim/status", "tells what the cluster holds and what is going on"),
    ("GET", "/$sim/effects", "lists what happened, in order"),
    ("POST", "/$sim/faults", "orders a fault: {\"Operation\":\"BackupPartition\",\"Times\":2,\"Status\":503}"),
    ("DELETE", "/$sim/faults", "forgets the faults that are still to come"),
    ("POST", "/$sim/role", "changes what callers are taken for: {\"Role\":\"User\"}"),
    ("POST", "/$sim/date-header", "changes what the Date header of responses says: {\"Offset\":\"-PT6H\"}"),
    ("POST", "/$sim/data-loss", "takes a partition's data away: {\"PartitionId\":\"..\"}"),
    (
        "POST",
        "/$sim/fail-over",
        "moves a partition's primary, or without one the backup service: {\"PartitionId\":\"..\",\"Takes\":\"PT30S\"}",
    ),
    (
        "POST",
        "/$sim/quorum-loss",
        "takes a partition's quorum away, for a time or until Ends: {\"PartitionId\":\"..\",\"Takes\":\"PT2H\"}",
    ),
    (
        "POST",
        "/$sim/health",
        "reports on the health of a service: {\"ServiceName\":\"fabric:/System/BackupRestoreService\",\"HealthState\":\"Error\"}",
    ),
    (
        "POST",
        "/$sim/size",
        "sets how much a partition holds, or every one, and so how long backups take: {\"Megabytes\":5000}",
    ),
    (
        "POST",
        "/$sim/storage",
        "makes a storage fail, or mends it: {\"Storage\":{..},\"Failure\":{\"Code\":1,\"Message\":\"..\"}}",
    ),
    (
        "POST",
        "/$sim/policy-unreadable",
        "stops periodic backups under a policy, and everything reports healthy: {\"PolicyName\":\"..\"}",
    ),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Clock {
    #[serde(deserialize_with = "duration")]
    advance: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RoleChange {
    role: RoleOrder,
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
        (&Method::GET, "status") => Ok(status(state)),
        (&Method::GET, "effects") => serde_json::to_value(&state.effects).map_err(|error| error.to_string()),
        (&Method::POST, what) => match order(what, request.body()) {
            Some(order) => order.and_then(|order| state.carry_out(order)).map(|()| json!({})),
            None => Err(unknown(request)),
        },
        (&Method::DELETE, "faults") => state.carry_out(Order::ClearFaults).map(|()| json!({})),
        _ => Err(unknown(request)),
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

fn status(state: &State) -> Value {
    let services = || state.topology.applications().iter().flat_map(|application| application.services());
    json!({
        "Now": state.clock.now().to_string(),
        "Speed": state.clock.speed().to_string(),
        "Runtime": state.runtime.as_str(),
        "Applications": state.topology.applications().len(),
        "Services": services().count(),
        "Partitions": state.topology.partitions().count(),
        "Policies": state.policies.keys().collect::<Vec<_>>(),
        "RunningBackups": state.running_backups(),
        "RunningRestores": state.running_restores(),
        "Faults": state.faults.len(),
        "Effects": state.effects.len(),
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| format!("the body: {error}"))
}

fn advance(state: &mut State, body: &[u8]) -> Result<Value, Refused> {
    let Clock { advance } = read(body)?;
    state.advance(advance);
    Ok(now(state))
}

fn unknown(request: &Request<Bytes>) -> Refused {
    format!("there is no {} {}; GET {PREFIX} lists what there is", request.method(), request.uri().path())
}

/// The order in a body; `None` if there is none of this name.
fn order(name: &str, body: &[u8]) -> Option<Result<Order, Refused>> {
    Some(match name {
        "faults" => read(body).map(|FaultOrder(fault)| Order::Fault(fault)),
        "role" => read(body).map(|RoleChange { role }| Order::Role(role.into())),
        "date-header" => read(body).map(|order: DateHeaderOrder| Order::DateHeader(order.into())),
        "data-loss" => read(body).map(|DataLoss { partition_id }| Order::DataLoss(partition_id)),
        "size" => read(body).map(Order::Size),
        "quorum-loss" => read(body).map(Order::QuorumLoss),
        "health" => read(body).map(Order::Health),
        "fail-over" => read(body).map(Order::FailOver),
        "storage" => read(body).map(Order::Storage),
        "policy-unreadable" => read(body).map(Order::PolicyUnreadable),
        _ => return None,
    })
}
