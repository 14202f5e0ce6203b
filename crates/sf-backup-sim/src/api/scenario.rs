//! Scenario files: how a cluster is set up, what goes wrong from the start, and what happens when, in TOML.
//!
//! All members may be absent. Faults and events have the names and members of the orders in [`crate::api::control`].
//!
//! ```
//! use std::time::Duration;
//! use sf_backup_sim::{Cluster, EffectKind};
//!
//! let cluster = Cluster::builder().scenario(r#"
//!     Seed = 7
//!     Start = "2024-03-04T00:00:00Z"
//!     Role = "Admin"                 # or User
//!     Jitter = false                 # whether scheduled backups come up to 10 s early or late
//!     HoursWestOfUtc = 0
//!     DateHeader = { Offset = "PT0S" }  # what a gateway with a wrong clock adds; or { Absent = true }
//!     MegabytesPerSecond = 100       # how fast backups are made of partitions that have a size
//!     WithoutFaultAnalysis = false   # restores need it
//!     WithoutBackupService = false
//!
//!     [[Faults]]                     # the first two listings of policies fail
//!     Operation = "GetBackupPolicyList"
//!     Times = 2
//!     Status = 504
//!
//!     [[Faults]]                     # the next backup on demand is accepted, and nothing comes of it
//!     Operation = "BackupPartition"
//!     Stuck = true
//!
//!     [[Events]]                     # two hours after the start the backup service moves, for half a minute
//!     At = "PT2H"
//!     FailOver = { Takes = "PT30S" }
//!
//!     [[Events]]                     # a partition loses its data
//!     At = "P1D"
//!     DataLoss = { PartitionId = "6b1c2f7e-0000-4000-8000-000000000001" }
//!
//!     [[Events]]                     # a share cannot be reached; without Failure it can be again
//!     At = "P2D"
//!     [Events.Storage]
//!     Storage = { StorageKind = "FileShare", Path = '\\nas\backup' }
//!     Failure = { Code = 2148734496, Message = "The network path was not found." }
//!
//!     [[Events]]                     # replicas cannot read a policy: backups stop, and everything reports healthy
//!     At = "P2D"
//!     PolicyUnreadable = { PolicyName = "Daily" }
//!
//!     [[Events]]                     # too few replicas are left for an hour; without Takes, until Ends = true
//!     At = "P5D"
//!     QuorumLoss = { PartitionId = "6b1c2f7e-0000-4000-8000-000000000001", Takes = "PT1H" }
//!
//!     [[Events]]                     # full backups take an hour from then on; without PartitionId, of every partition
//!     At = "P5D"
//!     Size = { PartitionId = "6b1c2f7e-0000-4000-8000-000000000001", Megabytes = 360_000 }
//!
//!     [[Events]]                     # the cluster reports on a service
//!     At = "P5D"
//!     Health = { ServiceName = "fabric:/System/BackupRestoreService", HealthState = "Error" }
//!
//!     [[Events]]                     # a fault that strikes only from then on; ClearFaults = true ends them all
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
    DataLoss, DateHeaderOrder, FailOver, FaultOrder, HealthOrder, Order, PolicyUnreadable, QuorumLoss, RoleOrder,
    SizeOrder, StorageOrder, duration,
};

/// A text that is no scenario. `Display` names the line and the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scenario, at line {line}: {rule}")]
pub struct ScenarioError {
    line: usize,
    rule: String,
}

impl ScenarioError {
    /// The line of what breaks the rule, from 1; a table's is that of its head.
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
    #[serde(deserialize_with = "hours")]
    pub(crate) hours_west_of_utc: Option<u8>,
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
    /// Since the cluster's time began.
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
        ];
        let mut orders = orders.into_iter().flatten();
        match (orders.next(), orders.next()) {
            (Some(order), None) => Ok(Self { at: members.at, order }),
            _ => Err(
                "an event is At, and one of Fault, ClearFaults, Role, DateHeader, DataLoss, Storage, FailOver, PolicyUnreadable, QuorumLoss, \
                 Health, Size",
            ),
        }
    }
}

impl Scenario {
    pub(crate) fn read(text: &str) -> Result<Self, ScenarioError> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            // The parser's own sentences may have several lines.
            let rule = error.message().split('\n').map(str::trim).collect::<Vec<_>>().join(", ");
            ScenarioError { line: before.matches('\n').count() + 1, rule }
        })
    }
}

fn hours<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u8>, D::Error> {
    match u8::deserialize(source)? {
        hours @ 0..=12 => Ok(Some(hours)),
        hours => Err(serde::de::Error::custom(format_args!("HoursWestOfUtc {hours}: must be from 0 to 12"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_line_and_the_rule() {
        for (text, line, rule) in [
            ("Seed = 1\nSede = 2\n", 2, "unknown field `Sede`"),
            ("Seed = \n", 1, ""),
            ("\n\nHoursWestOfUtc = 13", 3, "HoursWestOfUtc 13: must be from 0 to 12"),
            ("[[Faults]]\nOperation = \"Nonsense\"", 1, "Operation \"Nonsense\": must be one of the API's own names"),
            ("[[Faults]]\nCut = true\nStuck = true", 1, "a fault is one of"),
            ("[[Events]]\nAt = \"2h\"\nClearFaults = true", 2, "must be an ISO 8601 duration"),
            ("Seed = 1\n[[Events]]\nAt = \"PT1H\"", 2, "an event is At, and one of"),
            ("[[Events]]\nAt = \"PT1H\"\nClearFaults = true\nRole = \"User\"", 1, "an event is At, and one of"),
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
