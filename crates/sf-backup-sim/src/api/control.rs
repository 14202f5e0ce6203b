//! The simulator's own HTTP interface, below `/$sim/`: time, effects and faults, for clients in any language.
//!
//! Off unless [`ClusterBuilder::control`](crate::ClusterBuilder::control) turns it on, because no real cluster has it.
//!
//! | Request | Action |
//! |---|---|
//! | `GET /$sim/` | lists these requests |
//! | `GET /$sim/clock` | returns the time: `{"Now":"2024-01-01T00:00:00Z"}` |
//! | `POST /$sim/clock` | lets time pass, and responds when everything that was due is done: `{"Advance":"PT4H"}` |
//! | `GET /$sim/status` | returns the time and its speed, the runtime, the size of the cluster, the policies, the running backups and restores, and the number of pending faults |
//! | `GET /$sim/operations` | lists the running backups and restores |
//! | `GET /$sim/effects` | lists what happened, in order; the latest ones with `?last=N` |
//! | `GET /$sim/read/PATH` | responds as the cluster does to a GET of `/PATH`, without its pending faults; the request is not counted |
//! | `GET /$sim/state` | exports the state, if the cluster [records](crate::ClusterBuilder::recorded) it |
//! | `POST /$sim/state` | replaces the state with an exported one; the connections of requests that wait are cut |
//! | `GET /$sim/faults` | lists the pending faults |
//! | `POST /$sim/faults` | adds a fault, as below |
//! | `DELETE /$sim/faults` | removes the pending faults |
//! | `POST /$sim/role` | sets the role of all callers: `{"Role":"User"}` or `Admin` |
//! | `POST /$sim/date-header` | sets the `Date` header of responses: `{"Offset":"-PT6H"}` from the cluster's time, or `{"Absent":true}` |
//! | `POST /$sim/data-loss` | deletes the data of a partition: `{"PartitionId":".."}` |
//! | `POST /$sim/fail-over` | moves the primary of a partition, or without an id the backup service: `{"PartitionId":"..","Takes":"PT30S"}` |
//! | `POST /$sim/quorum-loss` | removes the quorum of a partition, for a time or until `{"PartitionId":"..","Ends":true}`: `{"PartitionId":"..","Takes":"PT2H"}` |
//! | `POST /$sim/health` | reports the health of a service, including system services: `{"ServiceName":"fabric:/System/BackupRestoreService","HealthState":"Error"}` |
//! | `POST /$sim/size` | sets the size of a partition, or without an id of all partitions, and so the duration of backups: `{"PartitionId":"..","Megabytes":5000}` |
//! | `POST /$sim/storage` | makes a storage fail, or without `Failure` ends the failure: `{"Storage":{..},"Failure":{"Code":2148734496,"Message":".."}}` |
//! | `POST /$sim/policy-unreadable` | makes a policy unreadable for replicas: its periodic backups stop, everything reports healthy, and an update of the policy fixes it: `{"PolicyName":".."}` |
//!
//! The response to a request that is not valid is 400 with `{"Message":".."}`. Bodies are JSON, whatever their content type.
//!
//! A fault has these members, all of them optional; see [`Fault`](crate::Fault) for details:
//!
//! | Member | Meaning |
//! |---|---|
//! | `Operation` | the API's name of the operation; the default is any operation |
//! | `Times` | the number of requests; the default is 1 |
//! | `AfterEffect` | whether the request is processed before the fault |
//! | `FromService` | whether the response is one of the backup service, so that the gateway retries a GET |
//! | `Latency` | the delay in ISO 8601; alone, the request is processed as usual after the delay |
//! | `Status`, `Body`, `ContentType` | the response; the default is 503 without a body |
//! | `Cut` | the connection is cut |
//! | `UnknownValues` | the request is processed, and the enumerations in the response have unknown values |
//! | `WrongTypes` | the request is processed, and the response has objects in place of strings, numbers and booleans |
//! | `Tokens` | `Repeat`, `Endless`, `Empty` or `Garbage`: the continuation tokens of pages are wrong |
//! | `Stuck` | a backup or restore is accepted and never starts |

mod view;

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api::order::{DataLoss, DateHeaderOrder, FaultOrder, Order, RoleOrder, duration};
use crate::api::saver::Changes;
use crate::api::simulation::Simulation;
use crate::http::gateway::{Gateway, with_headers};
use crate::http::in_flight::{InFlightRequest, Step};

const PREFIX: &str = "/$sim/";
/// The prefix of paths that are read without faults.
const READ: &str = "/$sim/read";

/// Maximum size of a state that can be exported and imported, in bytes.
pub const LARGEST_STATE: usize = 1024 * 1024 * 1024;

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

/// Why an order is rejected, as a sentence.
type Refused = String;

/// Rejects a request below `/$sim/` from a page of another site, which must not control the simulator of a browser's
/// user. Call it before anything is recorded or done.
pub(crate) fn refuse_other_sites(simulation: &Simulation, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if !simulation.control || !request.uri().path().starts_with(PREFIX) {
        return None;
    }
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes)?;
    let is_foreign = !matches!(site, b"same-origin" | b"none");
    is_foreign.then(|| refused("requests from other sites are refused".into()))
}

/// Responds to requests below `/$sim/`; `None` for all others, and for all requests if the interface is off.
fn respond(simulation: &mut Simulation, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path = request.uri().path();
    if !simulation.control || !path.starts_with(PREFIX) {
        return None;
    }
    if let Some(read) = read_without_faults(&mut simulation.gateway, request) {
        return Some(read);
    }
    let world = &simulation.gateway.world;
    let result = match (request.method(), path.strip_prefix(PREFIX).unwrap_or_default()) {
        (&Method::GET, "") => Ok(view::requests()),
        (&Method::GET, "clock") => Ok(view::now(world)),
        (&Method::POST, "clock") => advance(simulation, request.body()),
        (&Method::GET, "status") => Ok(view::status(&simulation.gateway)),
        (&Method::GET, "effects") => view::effects(world, request.uri().query().unwrap_or_default()),
        (&Method::GET, "operations") => Ok(view::operations(world)),
        (&Method::GET, "faults") => Ok(view::faults(&simulation.gateway)),
        (&Method::POST, name) => match order(name, request.body()) {
            Some(order) => order.and_then(|order| simulation.carry_out(order)).map(|()| json!({})),
            None => Err(unknown(request)),
        },
        (&Method::DELETE, "faults") => simulation.carry_out(Order::ClearFaults).map(|()| json!({})),
        _ => Err(unknown(request)),
    };
    let mut response = with_headers(match result {
        Ok(value) => response(StatusCode::OK, &value),
        Err(refused) => response(StatusCode::BAD_REQUEST, &json!({ "Message": refused })),
    });
    simulation.gateway.set_date(&mut response);
    Some(response)
}

/// Responds to a GET below [`READ`]; `None` for all other requests.
fn read_without_faults(gateway: &mut Gateway, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path = request.uri().path_and_query()?.as_str().strip_prefix(READ)?;
    if request.method() != Method::GET || !path.starts_with('/') {
        return None;
    }
    let read = Request::get(path).body(Bytes::new()).ok()?;
    let Some(mut response) = InFlightRequest::new(read).respond_at_once(gateway) else {
        return Some(refused("the backup service is moving to another node".into()));
    };
    gateway.set_date(&mut response);
    Some(response)
}

/// Proceeds with a request as far as possible at this time.
pub(crate) fn proceed(simulation: &mut Simulation, request: &mut InFlightRequest) -> Step {
    match respond(simulation, request.request()) {
        Some(response) => Step::Done(Some(response)),
        None => request.step(&mut simulation.gateway),
    }
}

/// The same, and records the request if it changes the cluster.
pub(crate) fn proceed_recorded(simulation: &mut Simulation, request: &mut InFlightRequest) -> Step {
    let now = simulation.gateway.world.clock.now();
    let change = || is_change(simulation, request.request()).unwrap_or_else(|| request.is_change(&simulation.gateway));
    if simulation.journal.is_some() && (request.recorded.is_some() || change()) {
        simulation.journal.iter_mut().for_each(|journal| journal.record(now, request));
        simulation.changes.iter().for_each(Changes::changed);
    }
    proceed(simulation, request)
}

/// Whether a request below `/$sim/` changes the cluster; `None` for other requests.
fn is_change(simulation: &Simulation, request: &Request<Bytes>) -> Option<bool> {
    let is_control = simulation.control && request.uri().path().starts_with(PREFIX);
    is_control.then(|| request.method() != Method::GET)
}

/// The response to a refused request.
pub(crate) fn refused(problem: String) -> Response<Bytes> {
    with_headers(response(StatusCode::BAD_REQUEST, &json!({ "Message": problem })))
}

/// The response to an accepted request without a result.
pub(crate) fn done() -> Response<Bytes> {
    with_headers(response(StatusCode::OK, &json!({})))
}

fn response(status: StatusCode, value: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| format!("the body: {error}"))
}

fn advance(simulation: &mut Simulation, body: &[u8]) -> Result<Value, Refused> {
    let Clock { advance } = read(body)?;
    simulation.advance(advance);
    Ok(view::now(&simulation.gateway.world))
}

fn unknown(request: &Request<Bytes>) -> Refused {
    format!("there is no {} {}; GET {PREFIX} lists the requests", request.method(), request.uri().path())
}

/// The order in a body; `None` if there is no order of this name.
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
