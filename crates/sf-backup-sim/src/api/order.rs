//! Orders: what the control interface accepts and a scenario file contains, under the same names.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde::{Deserialize, Deserializer};
use sf_backup_proto::inventory::INVENTORY;
use sf_backup_proto::model::inventory::HealthState;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{OPERATIONS, PartitionId};

use crate::http::date_header::DateHeader;
use crate::http::fault::{Fault, Tokens};
use crate::world::interval::Interval;
use crate::world::runtime::Role;

/// A change to the cluster.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    Fault(Fault),
    ClearFaults,
    Role(Role),
    DataLoss(PartitionId),
    Storage(StorageOrder),
    FailOver(FailOver),
    PolicyUnreadable(PolicyUnreadable),
    DateHeader(DateHeader),
    QuorumLoss(QuorumLoss),
    Health(HealthOrder),
    Size(SizeOrder),
    Request(RequestOrder),
}

/// A request to the cluster, which must succeed. It has the right api-version.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct RequestOrder {
    pub(super) path: String,
    #[serde(default)]
    pub(super) body: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct PolicyUnreadable {
    pub(super) policy_name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct StorageOrder {
    pub(super) storage: BackupStorageDescription,
    pub(super) failure: Option<Failure>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Failure {
    pub(super) code: u32,
    pub(super) message: String,
}

/// Fail-over of a partition, or without an id of the backup service.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct FailOver {
    #[serde(default, deserialize_with = "some_partition")]
    pub(super) partition_id: Option<PartitionId>,
    #[serde(default, deserialize_with = "duration")]
    pub(super) takes: Duration,
}

/// Quorum loss of a partition, for the time `Takes` or until an order with `Ends`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct QuorumLoss {
    #[serde(deserialize_with = "partition")]
    pub(super) partition_id: PartitionId,
    #[serde(default, deserialize_with = "some_duration")]
    pub(super) takes: Option<Duration>,
    #[serde(default)]
    pub(super) ends: bool,
}

/// Size of a partition, or without an id of all partitions.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct SizeOrder {
    #[serde(default, deserialize_with = "some_partition")]
    pub(super) partition_id: Option<PartitionId>,
    pub(super) megabytes: u64,
}

/// Health of a service, including system services.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct HealthOrder {
    pub(super) service_name: String,
    #[serde(deserialize_with = "health_state")]
    pub(super) health_state: HealthState,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct DataLoss {
    #[serde(deserialize_with = "partition")]
    pub(crate) partition_id: PartitionId,
}

/// The `Date` header of responses.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "DateHeaderMembers")]
pub(crate) struct DateHeaderOrder(DateHeader);

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DateHeaderMembers {
    offset: Option<String>,
    absent: bool,
}

impl TryFrom<DateHeaderMembers> for DateHeaderOrder {
    type Error = String;

    fn try_from(members: DateHeaderMembers) -> Result<Self, String> {
        match (members.offset, members.absent) {
            (None, true) => Ok(Self(DateHeader::Absent)),
            (Some(text), false) => Interval::parse(&text)
                .map(|offset| Self(DateHeader::Offset(offset.seconds())))
                .ok_or_else(|| format!("Offset {text:?}: must be an ISO 8601 duration such as PT6H or -PT6H")),
            _ => Err("a date header has Offset, or Absent = true".into()),
        }
    }
}

impl From<DateHeaderOrder> for DateHeader {
    fn from(DateHeaderOrder(header): DateHeaderOrder) -> Self {
        header
    }
}

/// The role of all callers.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) enum RoleOrder {
    Admin,
    User,
}

impl From<RoleOrder> for Role {
    fn from(order: RoleOrder) -> Self {
        match order {
            RoleOrder::Admin => Self::Admin,
            RoleOrder::User => Self::User,
        }
    }
}

/// A fault.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "FaultMembers")]
pub(crate) struct FaultOrder(pub(crate) Fault);

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct FaultMembers {
    operation: Option<String>,
    times: Option<u32>,
    after_effect: bool,
    from_service: bool,
    #[serde(deserialize_with = "duration")]
    latency: Duration,
    status: Option<u16>,
    body: Option<String>,
    content_type: Option<String>,
    cut: bool,
    unknown_values: bool,
    wrong_types: bool,
    tokens: Option<TokensOrder>,
    stuck: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum TokensOrder {
    Repeat,
    Endless,
    Empty,
    Garbage,
}

impl TryFrom<FaultMembers> for FaultOrder {
    type Error = String;

    fn try_from(members: FaultMembers) -> Result<Self, String> {
        let mut fault = action(&members)?.latency(members.latency).times(members.times.unwrap_or(1));
        if let Some(name) = &members.operation {
            let known = OPERATIONS.iter().chain(INVENTORY).find(|operation| operation.name == name);
            fault = fault
                .on(known.ok_or_else(|| format!("Operation {name:?}: must be the name of an operation of the API"))?);
        }
        if members.after_effect {
            fault = fault.after_effect();
        }
        Ok(Self(if members.from_service { fault.from_service() } else { fault }))
    }
}

/// The action of a fault.
fn action(members: &FaultMembers) -> Result<Fault, String> {
    let response = members.status.is_some() || members.body.is_some() || members.content_type.is_some();
    let tokens = members.tokens.map(|tokens| match tokens {
        TokensOrder::Repeat => Tokens::Repeat,
        TokensOrder::Endless => Tokens::Endless,
        TokensOrder::Empty => Tokens::Empty,
        TokensOrder::Garbage => Tokens::Garbage,
    });
    let faults = [
        response.then(|| fault_response(members)).transpose()?,
        members.cut.then(Fault::cut),
        members.unknown_values.then(Fault::unknown_values),
        members.wrong_types.then(Fault::wrong_types),
        tokens.map(Fault::tokens),
        members.stuck.then(Fault::stuck),
    ];
    let mut faults = faults.into_iter().flatten();
    match (faults.next(), faults.next()) {
        (Some(_), Some(_)) => {
            Err("a fault has only one of: Status, Body and ContentType; Cut; UnknownValues; WrongTypes; Tokens; Stuck"
                .into())
        }
        (Some(fault), None) => Ok(fault),
        (None, _) if !members.latency.is_zero() => Ok(Fault::late(Duration::ZERO)),
        (None, _) => fault_response(members),
    }
}

fn fault_response(members: &FaultMembers) -> Result<Fault, String> {
    let number = members.status.unwrap_or(503);
    let status = StatusCode::from_u16(number)
        .ok()
        .filter(|_| (200..600).contains(&number))
        .ok_or_else(|| format!("Status {number}: must be from 200 to 599"))?;
    let mut response = Response::new(Bytes::from(members.body.clone().unwrap_or_default()));
    *response.status_mut() = status;
    if let Some(label) = &members.content_type {
        let label =
            HeaderValue::from_str(label).map_err(|_| format!("ContentType {label:?}: must be a valid header value"))?;
        response.headers_mut().insert(CONTENT_TYPE, label);
    }
    Ok(Fault::response(response))
}

/// Reads a duration in ISO 8601.
pub(crate) fn duration<'de, D: Deserializer<'de>>(source: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(source)?;
    let length = Interval::parse(&text).and_then(Interval::duration);
    let rule = || format!("{text:?}: must be an ISO 8601 duration such as PT4H, not negative");
    length.ok_or_else(|| serde::de::Error::custom(rule()))
}

fn some_duration<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Duration>, D::Error> {
    duration(source).map(Some)
}

fn health_state<'de, D: Deserializer<'de>>(source: D) -> Result<HealthState, D::Error> {
    let text = String::deserialize(source)?;
    let known = HealthState::KNOWN.iter().find(|state| state.as_str() == text && **state != HealthState::Invalid);
    let rule = || format!("HealthState {text:?}: must be Ok, Warning or Error");
    known.cloned().ok_or_else(|| serde::de::Error::custom(rule()))
}

fn partition<'de, D: Deserializer<'de>>(source: D) -> Result<PartitionId, D::Error> {
    String::deserialize(source)?.parse().map_err(serde::de::Error::custom)
}

fn some_partition<'de, D: Deserializer<'de>>(source: D) -> Result<Option<PartitionId>, D::Error> {
    partition(source).map(Some)
}
