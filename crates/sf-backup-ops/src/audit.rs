//! Assesses whether every partition is backed up, from the cluster's inventory, effective policies and backups at a
//! given time.
//!
//! A partition has exactly one [`State`], with its [`Reason`] and the [`Evidence`]. Other problems, such as a chain
//! without its full backup or a policy that keeps less than a chain, are [`Finding`]s; they do not change the state.
//!
//! - **The allowed age** follows from the schedule of the effective policy: the run after the newest backup must have
//!   ended, with the time that backups take and a grace: see [`schedule`](crate::schedule). [`Rules`] can set the grace
//!   or the age itself. A partition whose backups were resumed after a long pause is therefore `Stale` until the next
//!   run: its newest backup *is* that old. If the interval seems to have been shortened, it is `Pending` until its next
//!   run.
//! - **Without a backup**, a partition is `Pending` with [`Reason::NoBackupYet`] and the time at which the first one is
//!   expected. The API does not return when backup was enabled. The partition is `Stale` if other partitions of its
//!   service have long had backups under the same policy, and `Failing` if a failure is reported. The cluster returns
//!   the same error for an empty share as for a failing storage; the reason mentions it.
//! - **Failures**: the API reports those of on-demand backups; the partition's health reports those of periodic
//!   backups. Overdue backups are `Failing` if one of these reports a failure, otherwise `Stale`.
//! - **An unusable partition** is `Unavailable`: in quorum loss, waiting for a restore after data loss, or
//!   reconfiguring for long. States with missing or failing backups take precedence.
//! - **What could not be read is `Unknown`**, never `Protected`.
//! - **Secrets** are masked by every server, so an expired connection string is not detected.
//!
//! ```
//! use sf_backup_ops::audit::{self, Condition, Coverage, BackupSummary, Partition, Policies, Reading, Rules, State};
//! use sf_backup_ops::chain::Backups;
//! use sf_backup_ops::inventory::{PartitionKey, ServiceState};
//!
//! let partition = Partition {
//!     application: "fabric:/CalcApp".parse()?,
//!     service: "fabric:/CalcApp/CalcService".parse()?,
//!     id: "6b1c2f7e-0000-4000-8000-000000000001".parse()?,
//!     name: "CalcApp/CalcService".to_owned(),
//!     key: PartitionKey::Singleton,
//!     holds: ServiceState::Persisted,
//!     condition: Condition::default(),
//! };
//! let policy: sf_backup_proto::model::policy::BackupPolicyDescription = serde_json::from_str(
//!     r#"{"Name":"Daily","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
//!         "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"P1D"},
//!         "Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\backups"}}"#,
//! )?;
//! let list = serde_json::from_str::<Vec<_>>(
//!     r#"[{"BackupId":"00000000-0000-0000-0000-00000000000a","BackupChainId":"00000000-0000-0000-0000-00000000000a",
//!         "PartitionInformation":{"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000001"},
//!         "BackupLocation":"A\\S\\p\\1","BackupType":"Full","CreationTimeUtc":"2024-03-09T04:00:00Z"}]"#,
//! )?;
//! let policies = Policies::from([("Daily".to_owned(), policy)]);
//! let state = |now: &str| {
//!     let now = now.parse().unwrap();
//!     let coverage = Coverage { policy: "Daily".to_owned(), inherited_from: None, suspended: None };
//!     let summary = BackupSummary::of(&Backups::of(list.clone()), partition.id, None, now);
//!     let reading = Reading::of(partition.clone(), Ok(Some(coverage)), Ok(summary));
//!     audit::assess(reading, &policies, &Rules::default(), now).state
//! };
//! assert_eq!(state("2024-03-10T05:00:00Z"), State::Protected);
//! assert_eq!(state("2024-03-10T07:00:00Z"), State::Stale);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assess;
mod backup_summary;
mod condition;
mod cure;
mod finding;
mod overview;
mod reading;
mod reason;
mod state;
mod summary;
mod view;

use std::collections::BTreeMap;
use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::configuration::{BackupPolicyScope, BackupSuspensionScope};
use sf_backup_proto::model::policy::BackupPolicyDescription;

pub use backup_summary::{BackupSummary, Made};
pub use condition::{BackupEvent, Condition, Trouble};
pub use finding::Finding;
pub use overview::{Day, Problem, ServiceOverview};
pub use reading::{Coverage, OnDemand, Partition, Reading, Unread};
pub use reason::Reason;
pub use state::{State, StateError};
pub use summary::{Summary, Verdict};
pub use view::{CauseView, PartitionView};

pub use crate::schedule::Rules;

/// A cluster's policies by name.
pub type Policies = BTreeMap<String, BackupPolicyDescription>;

/// The result of an audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// When it was made. Each partition is assessed at the time when its backups were listed.
    pub now: Timestamp,
    /// The clock of that time.
    pub clock: Clock,
    /// The partitions, the worst first.
    pub partitions: Vec<Assessment>,
    /// Parts of the cluster that could not be read. Their partitions are unknown.
    pub gaps: Vec<Gap>,
}

/// The clock that times are measured with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Clock {
    /// That of this machine, because the cluster returns no time.
    #[default]
    Local,
    /// The cluster's.
    Cluster {
        /// Seconds that the cluster is ahead of this machine; negative if it is behind.
        ahead: i64,
    },
}

/// A part of the cluster whose partitions are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The name of the application or service; `None` for the whole cluster.
    pub entity: Option<String>,
    /// What could not be read.
    pub unread: Unread,
}

impl Gap {
    /// The name of the entity, or `the cluster`.
    pub fn name(&self) -> &str {
        self.entity.as_deref().unwrap_or("the cluster")
    }
}

/// The assessment of a partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The partition.
    pub partition: Partition,
    /// Whether it is backed up.
    pub state: State,
    /// Why it is in that state.
    pub reason: Reason,
    /// What the state is based on.
    pub evidence: Evidence,
    /// Other problems.
    pub findings: Vec<Finding>,
}

/// What an assessment is based on, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The effective policy.
    pub policy: Option<String>,
    /// The level at which the policy is enabled.
    pub inherited_from: Option<BackupPolicyScope>,
    /// The level at which backups are suspended.
    pub suspended: Option<BackupSuspensionScope>,
    /// What the partition's health reports about periodic backups, if they fail.
    pub failing: Option<BackupEvent>,
    /// The time at which it is assessed.
    pub seen: Option<Timestamp>,
    /// Maximum age of the newest backup.
    pub expected_age: Option<Duration>,
    /// Age of the newest backup.
    pub age: Option<Duration>,
    /// Creation time of the newest backup.
    pub last_success: Option<Timestamp>,
    /// Creation time of the newest backup that can be restored.
    pub newest_point: Option<Timestamp>,
    /// When the next backup is due at the latest, or the first one is expected.
    pub due: Option<Timestamp>,
    /// Number of listed backups.
    pub backups: Option<usize>,
    /// The start of the requested range; `None` for all backups.
    pub since: Option<Timestamp>,
    /// Number of backups in the newest chain.
    pub chain_length: Option<usize>,
    /// The newest backups, for a timeline.
    pub made: Vec<Made>,
}

/// Assesses a partition from what was read about it.
pub fn assess(reading: Reading, policies: &Policies, rules: &Rules, now: Timestamp) -> Assessment {
    assess::assess(reading, policies, rules, now)
}

impl Audit {
    /// Sorts assessments, the worst first: by state, then by the age of the newest backup, then by name. Compares the
    /// partitions of a service: if some have long had backups, none of the others is waiting for its first one.
    pub fn of(now: Timestamp, clock: Clock, mut partitions: Vec<Assessment>, mut gaps: Vec<Gap>) -> Self {
        assess::settle_first_runs(&mut partitions);
        cure::find_stopped(&mut partitions);
        partitions.sort_by_cached_key(Assessment::rank);
        gaps.sort_by(|one, other| one.entity.cmp(&other.entity));
        Self { now, clock, partitions, gaps }
    }

    /// Counts the partitions in each state.
    pub fn summary(&self) -> Summary {
        Summary::of(self.partitions.iter().map(|partition| partition.state), self.gaps.len())
    }
}

impl Evidence {
    /// Whether the policy is enabled on the partition itself.
    fn is_of_the_partition_alone(&self) -> bool {
        matches!(self.inherited_from, None | Some(BackupPolicyScope::Partition))
    }
}

impl Assessment {
    /// Whether its last on-demand backup and its health could explain the state.
    pub fn needs_cause(&self) -> bool {
        let backups = matches!(self.state, State::Failing | State::Stale | State::Unknown | State::Pending);
        backups || (self.partition.condition.is_unwell() && self.state != State::NotApplicable)
    }

    fn rank(&self) -> (State, Option<Timestamp>, String, sf_backup_proto::PartitionId) {
        let Partition { service, id, .. } = &self.partition;
        (self.state, self.evidence.last_success, service.to_string(), *id)
    }
}

#[cfg(test)]
mod tests;
