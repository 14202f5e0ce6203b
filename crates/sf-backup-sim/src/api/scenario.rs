//! Scenario files in TOML: the setup of a cluster, its faults, and events by time.
//!
//! All members are optional. Faults and events have the names and members of the requests in [`crate::control`].
//!
//! ```
//! use std::time::Duration;
//! use sf_backup_sim::{Cluster, EffectKind};
//!
//! let cluster = Cluster::builder().scenario(r#"
//!     Seed = 7
//!     Start = "2024-03-04T00:00:00Z"
//!     Role = "Admin"                 # or User
//!     Jitter = false                 # whether scheduled backups start up to 10 s early or late
//!     UtcOffsetHours = 0             # time zone of the service's own clock, -12 to 14
//!     DateHeader = { Offset = "PT0S" }  # for a gateway with a wrong clock; or { Absent = true }
//!     MegabytesPerSecond = 100       # speed of backups of partitions with a size
//!     WithoutFaultAnalysis = false   # restores need it
//!     WithoutBackupService = false
//!
//!     [[Faults]]                     # the first two listings of policies fail
//!     Operation = "GetBackupPolicyList"
//!     Times = 2
//!     Status = 504
//!
//!     [[Faults]]                     # the next backup on demand is accepted and never starts
//!     Operation = "BackupPartition"
//!     Stuck = true
//!
//!     [[Events]]                     # a POST to the cluster, with the right api-version; one at the start is sent at once
//!     At = "PT0S"
//!     Request = { Path = "/Applications/CalcApp/$/SuspendBackup", Body = "" }
//!
//!     [[Events]]                     # two hours after the start the backup service moves, for half a minute
//!     At = "PT2H"
//!     FailOver = { Takes = "PT30S" }
//!
//!     [[Events]]                     # a partition loses its data
//!     At = "P1D"
//!     DataLoss = { PartitionId = "6b1c2f7e-0000-4000-8000-000000000001" }
//!
//!     [[Events]]                     # a share fails; without Failure, the failure ends
//!     At = "P2D"
//!     [Events.Storage]
//!     Storage = { StorageKind = "FileShare", Path = '\\nas\backup' }
//!     Failure = { Code = 2148734496, Message = "The network path was not found." }
//!
//!     [[Events]]                     # a policy becomes unreadable: backups stop, and everything reports healthy
//!     At = "P2D"
//!     PolicyUnreadable = { PolicyName = "Daily" }
//!
//!     [[Events]]                     # a partition has no quorum for an hour; without Takes, until Ends = true
//!     At = "P5D"
//!     QuorumLoss = { PartitionId = "6b1c2f7e-0000-4000-8000-000000000001", Takes = "PT1H" }
//!
//!     [[Events]]                     # full backups then take an hour; without PartitionId, of all partitions
//!     At = "P5D"
//!     Size = { PartitionId = "6b1c2f7e-0000-4000-8000-000000000001", Megabytes = 360_000 }
//!
//!     [[Events]]                     # the cluster reports on a service
//!     At = "P5D"
//!     Health = { ServiceName = "fabric:/System/BackupRestoreService", HealthState = "Error" }
//!
//!     [[Events]]                     # a fault that starts later; ClearFaults = true removes all faults
//!     At = "P3D"
//!     Fault = { Cut = true }
//! "#)?.build();
//! cluster.advance(Duration::from_secs(3 * 86_400));
//! let kinds: Vec<_> = cluster.effects().iter().map(|effect| effect.kind).collect();
//! assert_eq!(kinds, [EffectKind::FailedOver, EffectKind::DataLost]);
//!
//! let error = Cluster::builder().scenario("Seed = 7\n[[Faults]]\nStatus = 99\n").unwrap_err();
//! assert_eq!(error.to_string(), "scenario, at line 2: Status 99: must be from 200 to 599");
//! # Ok::<(), sf_backup_sim::ScenarioError>(())
//! ```

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use sf_backup_proto::Timestamp;

use crate::api::order::{
    DataLoss, DateHeaderOrder, FailOver, FaultOrder, HealthOrder, Order, PolicyUnreadable, QuorumLoss, RequestOrder,
    RoleOrder, SizeOrder, StorageOrder, duration,
};
use crate::world::utc_offset::UtcOffset;

/// An invalid scenario. `Display` names the line and the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scenario, at line {line}: {rule}")]
pub struct ScenarioError {
    line: usize,
    rule: String,
}

impl ScenarioError {
    /// The line of the error, from 1; for a table, the line of its head.
    pub fn line(&self) -> usize {
        self.line
    }
}

/// A scenario file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub(crate) struct Scenario {
    pub(crate) seed: Option<u64>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) role: Option<RoleOrder>,
    pub(crate) jitter: bool,
    #[serde(deserialize_with = "utc_offset")]
    pub(crate) utc_offset_hours: Option<UtcOffset>,
    pub(crate) date_header: Option<DateHeaderOrder>,
    pub(crate) megabytes_per_second: Option<NonZeroU32>,
    pub(crate) without_fault_analysis: bool,
    pub(crate) without_backup_service: bool,
    pub(crate) faults: Vec<FaultOrder>,
    pub(crate) events: Vec<Timed>,
}

/// An order for later.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "EventMembers")]
pub(crate) struct Timed {
    /// The time since the start of the cluster's time.
    pub(crate) at: Duration,
    pub(crate) order: Order,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct EventMembers {
    #[serde(deserialize_with = "duration")]
    at: Duration,
    fault: Option<FaultOrder>,
    #[serde(default)]
    clear_faults: bool,
    role: Option<RoleOrder>,
    date_header: Option<DateHeaderOrder>,
    data_loss: Option<DataLoss>,
    storage: Option<StorageOrder>,
    fail_over: Option<FailOver>,
    policy_unreadable: Option<PolicyUnreadable>,
    quorum_loss: Option<QuorumLoss>,
    health: Option<HealthOrder>,
    size: Option<SizeOrder>,
    request: Option<RequestOrder>,
}

impl TryFrom<EventMembers> for Timed {
    type Error = &'static str;

    fn try_from(members: EventMembers) -> Result<Self, Self::Error> {
        let orders = [
            members.fault.map(|FaultOrder(fault)| Order::Fault(fault)),
            members.clear_faults.then_some(Order::ClearFaults),
            members.role.map(|role| Order::Role(role.into())),
            members.date_header.map(|order| Order::DateHeader(order.into())),
            members.data_loss.map(|DataLoss { partition_id }| Order::DataLoss(partition_id)),
            members.storage.map(Order::Storage),
            members.fail_over.map(Order::FailOver),
            members.policy_unreadable.map(Order::PolicyUnreadable),
            members.quorum_loss.map(Order::QuorumLoss),
            members.health.map(Order::Health),
            members.size.map(Order::Size),
            members.request.map(Order::Request),
        ];
        let mut orders = orders.into_iter().flatten();
        match (orders.next(), orders.next()) {
            (Some(order), None) => Ok(Self { at: members.at, order }),
            _ => Err(
                "an event has At, and one of Fault, ClearFaults, Role, DateHeader, DataLoss, Storage, FailOver, PolicyUnreadable, QuorumLoss, \
                 Health, Size, Request",
            ),
        }
    }
}

impl Scenario {
    pub(crate) fn read(text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            // Messages of the parser may have several lines.
            let rule = error.message().split('\n').map(str::trim).collect::<Vec<_>>().join(", ");
            ScenarioError { line: before.matches('\n').count() + 1, rule }
        })
    }
}

fn utc_offset<'de, D: Deserializer<'de>>(source: D) -> Result<Option<UtcOffset>, D::Error> {
    let hours = i8::deserialize(source)?;
    let rule = || serde::de::Error::custom(format_args!("UtcOffsetHours {hours}: must be from -12 to 14"));
    UtcOffset::hours(hours).map(Some).ok_or_else(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_line_and_the_rule() {
        for (text, line, rule) in [
            ("Seed = 1\nSede = 2\n", 2, "unknown field `Sede`"),
            ("Seed = \n", 1, ""),
            ("\n\nUtcOffsetHours = 15", 3, "UtcOffsetHours 15: must be from -12 to 14"),
            (
                "[[Faults]]\nOperation = \"Nonsense\"",
                1,
                "Operation \"Nonsense\": must be the name of an operation of the API",
            ),
            ("[[Faults]]\nCut = true\nStuck = true", 1, "a fault has only one of"),
            ("[[Events]]\nAt = \"2h\"\nClearFaults = true", 2, "must be an ISO 8601 duration"),
            ("Seed = 1\n[[Events]]\nAt = \"PT1H\"", 2, "an event has At, and one of"),
            ("[[Events]]\nAt = \"PT1H\"\nClearFaults = true\nRole = \"User\"", 1, "an event has At, and one of"),
            ("[[Events]]\nAt = \"PT1H\"\nDataLoss = { PartitionId = \"x\" }", 3, "x"),
            ("Role = \"Nobody\"", 1, "unknown variant `Nobody`"),
        ] {
            let error = Scenario::read(text).unwrap_err();
            assert!(error.line() == line && error.rule.contains(rule), "{text}: {error}");
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }

    #[test]
    fn nothing_is_a_scenario() {
        let scenario = Scenario::read("").unwrap();
        assert!(scenario.faults.is_empty() && scenario.events.is_empty() && scenario.seed.is_none());
    }
}
