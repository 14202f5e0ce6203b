//! Orders from outside: what the control interface takes and what a scenario file holds, under the same names.

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
use crate::world::interval::Span;
use crate::world::runtime::Role;
use crate::world::state::State;

/// Something that the cluster is told to do.
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
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct PolicyUnreadable {
    policy_name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct StorageOrder {
    storage: BackupStorageDescription,
    failure: Option<Failure>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Failure {
    code: u32,
    message: String,
}

/// Of a partition, or of the backup service.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct FailOver {
    #[serde(default, deserialize_with = "some_partition")]
    partition_id: Option<PartitionId>,
    #[serde(default, deserialize_with = "duration")]
    takes: Duration,
}

/// Until `Takes` is over; without it, until an order with `Ends`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct QuorumLoss {
    #[serde(deserialize_with = "partition")]
    partition_id: PartitionId,
    #[serde(default, deserialize_with = "some_duration")]
    takes: Option<Duration>,
    #[serde(default)]
    ends: bool,
}

/// Of a partition; without one, of all.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct SizeOrder {
    #[serde(default, deserialize_with = "some_partition")]
    partition_id: Option<PartitionId>,
    megabytes: u64,
}

/// Of a service, which may be one of the cluster's own.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct HealthOrder {
    service_name: String,
    #[serde(deserialize_with = "health_state")]
    health_state: HealthState,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct DataLoss {
    #[serde(deserialize_with = "partition")]
    pub(crate) partition_id: PartitionId,
}

/// What responses say about the time.
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
            (Some(text), false) => Span::parse(&text)
                .map(|offset| Self(DateHeader::Offset(offset.seconds())))
                .ok_or_else(|| format!("Offset {text:?}: must be an ISO 8601 duration such as PT6H or -PT6H")),
            _ => Err("a date header is Offset, or Absent = true".into()),
        }
    }
}

impl From<DateHeaderOrder> for DateHeader {
    fn from(DateHeaderOrder(header): DateHeaderOrder) -> Self {
        header
    }
}

/// What a caller may do.
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

/// A fault in the words of an order.
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
        let mut fault = what(&members)?.latency(members.latency).times(members.times.unwrap_or(1));
        if let Some(name) = &members.operation {
            let known = OPERATIONS.iter().chain(INVENTORY).find(|operation| operation.name == name);
            fault = fault.on(known.ok_or_else(|| format!("Operation {name:?}: must be one of the API's own names"))?);
        }
        if members.after_effect {
            fault = fault.after_effect();
        }
        Ok(Self(if members.from_service { fault.from_service() } else { fault }))
    }
}

/// The one thing that goes wrong.
fn what(members: &FaultMembers) -> Result<Fault, String> {
    let answered = members.status.is_some() || members.body.is_some() || members.content_type.is_some();
    let tokens = members.tokens.map(|tokens| match tokens {
        TokensOrder::Repeat => Tokens::Repeat,
        TokensOrder::Endless => Tokens::Endless,
        TokensOrder::Empty => Tokens::Empty,
        TokensOrder::Garbage => Tokens::Garbage,
    });
    let faults = [
        answered.then(|| answer(members)).transpose()?,
        members.cut.then(Fault::cut),
        members.unknown_values.then(Fault::unknown_values),
        members.wrong_types.then(Fault::wrong_types),
        tokens.map(Fault::tokens),
        members.stuck.then(Fault::stuck),
    ];
    let mut faults = faults.into_iter().flatten();
    match (faults.next(), faults.next()) {
        (Some(_), Some(_)) => {
            Err("a fault is one of: Status, Body and ContentType; Cut; UnknownValues; WrongTypes; Tokens; Stuck".into())
        }
        (Some(fault), None) => Ok(fault),
        (None, _) if !members.latency.is_zero() => Ok(Fault::late(Duration::ZERO)),
        (None, _) => answer(members),
    }
}

fn answer(members: &FaultMembers) -> Result<Fault, String> {
    let number = members.status.unwrap_or(503);
    let status = StatusCode::from_u16(number)
        .ok()
        .filter(|_| (200..600).contains(&number))
        .ok_or_else(|| format!("Status {number}: must be from 200 to 599"))?;
    let mut answer = Response::new(Bytes::from(members.body.clone().unwrap_or_default()));
    *answer.status_mut() = status;
    if let Some(label) = &members.content_type {
        let label =
            HeaderValue::from_str(label).map_err(|_| format!("ContentType {label:?}: cannot stand in a header"))?;
        answer.headers_mut().insert(CONTENT_TYPE, label);
    }
    Ok(Fault::answer(answer))
}

/// ISO 8601, not negative, in whole seconds or finer.
pub(crate) fn duration<'de, D: Deserializer<'de>>(source: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(source)?;
    let length = Span::parse(&text).and_then(Span::duration);
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

impl State {
    /// # Errors
    /// If there is no such partition or policy.
    pub(crate) fn carry_out(&mut self, order: Order) -> Result<(), String> {
        let there =
            |found: bool, id: PartitionId| if found { Ok(()) } else { Err(format!("there is no partition {id}")) };
        match order {
            Order::Fault(fault) => self.faults.add(fault),
            Order::ClearFaults => self.faults.clear(),
            Order::Role(role) => self.role = role,
            Order::QuorumLoss(QuorumLoss { partition_id: id, ends: true, .. }) => {
                return there(self.regain_quorum(id.uuid()), id);
            }
            Order::QuorumLoss(QuorumLoss { partition_id: id, takes, ends: false }) => {
                if !self.lose_quorum(id.uuid(), takes) {
                    return Err(format!("there is no partition {id} of a stateful service"));
                }
            }
            Order::Size(SizeOrder { partition_id, megabytes }) => {
                if !self.set_size(partition_id.map(PartitionId::uuid), megabytes) {
                    return Err("there is no such partition".into());
                }
            }
            Order::Health(HealthOrder { service_name: name, health_state }) => {
                if !self.report_health(&name, health_state) {
                    return Err(format!("there is no service {name:?}; a full name is fabric:/App/Service"));
                }
            }
            Order::DateHeader(header) => self.date_header = header,
            Order::DataLoss(id) => return there(self.lose_data(id.uuid()), id),
            Order::Storage(StorageOrder { storage, failure }) => {
                self.break_storage(&storage, failure.as_ref().map(|failure| (failure.code, &*failure.message)));
            }
            Order::FailOver(FailOver { partition_id: Some(id), takes }) => {
                return there(self.fail_over_partition(id.uuid(), takes), id);
            }
            Order::FailOver(FailOver { partition_id: None, takes }) => self.fail_over_service(takes),
            Order::PolicyUnreadable(PolicyUnreadable { policy_name: name }) if !self.make_unreadable(&name) => {
                return Err(format!("there is no policy {name:?}"));
            }
            Order::PolicyUnreadable(_) => {}
        }
        Ok(())
    }
}
