//! Whether every partition is backed up: what a cluster is made of, what is in force there, and what backups it has, weighed at
//! a given time.
//!
//! A partition has exactly one [`State`], with its [`Reason`] and the [`Evidence`]. Other problems, such as a chain
//! that lacks its full backup or a policy that keeps less than a chain, are its [`Finding`]s; they do not change the state.
//!
//! - **The age that is allowed** comes from the schedule of the policy in force: the run after the newest backup must have
//!   come, with the time that backups take and a grace: see [`schedule`](crate::schedule). [`Rules`] can set the grace, or the
//!   age itself. So a partition whose backups were resumed after a long pause is `Stale` until the next run has come: its
//!   newest backup *is* that old. One whose schedule seems to have been made shorter is `Pending` until its next run.
//! - **An entity without a backup** is `Pending` with [`Reason::NoBackupYet`] and the time at which the first is expected. The API
//!   does not report when backup was enabled. It is `Stale` if other partitions of its service have long had backups under the
//!   same policy, and `Failing` if something reports a failure. A share to which nothing was backed up yet is
//!   reported like a storage that fails; the reason mentions it.
//! - **What failed**: the API reports it for backups on demand; the partition's health for periodic ones. So backups
//!   that have stopped are `Failing` where one of these reports a failure, and else `Stale`.
//! - **A partition that cannot be used** is `Unavailable`, whatever its backups: in quorum loss, waiting for a restore after data
//!   loss, or reconfiguring for long. Backups that are not as they should be count more.
//! - **What could not be read is `Unknown`**, never fine.
//! - **Secrets** are masked by every server: when a connection string expires cannot be seen, and is not found.
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
    /// When it was made. Each partition is weighed at the time when its backups were listed.
    pub now: Timestamp,
    /// Whose clock that time is.
    pub clock: Clock,
    /// The partitions, the worst first.
    pub partitions: Vec<Assessment>,
    /// What could not be read above the partitions: the partitions below it are unknown.
    pub gaps: Vec<Gap>,
}

/// Whose clock is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Clock {
    /// That of this machine: the cluster shows none.
    #[default]
    Local,
    /// The cluster's, which is so many seconds ahead of that of this machine.
    Cluster {
        /// Less than nothing if it is behind.
        ahead: i64,
    },
}

/// A part of the cluster whose partitions are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The application's or the service's name, if it is one of these.
    pub entity: Option<String>,
    /// What could not be read.
    pub unread: Unread,
}

impl Gap {
    /// What could not be read: the entity, or the cluster.
    pub fn name(&self) -> &str {
        self.entity.as_deref().unwrap_or("the cluster")
    }
}

/// The assessment of a partition.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Which one.
    pub partition: Partition,
    /// Whether it is backed up.
    pub state: State,
    /// Why it is in that state.
    pub reason: Reason,
    /// What was seen.
    pub evidence: Evidence,
    /// Other problems.
    pub findings: Vec<Finding>,
}

/// What an assessment rests on, as far as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The policy in force.
    pub policy: Option<String>,
    /// The level at which it was enabled.
    pub inherited_from: Option<BackupPolicyScope>,
    /// The level at which backups are suspended.
    pub suspended: Option<BackupSuspensionScope>,
    /// What the partition's health says of periodic backups, if they fail.
    pub failing: Option<BackupEvent>,
    /// The time by which it is weighed.
    pub seen: Option<Timestamp>,
    /// How old the newest backup may be.
    pub expected_age: Option<Duration>,
    /// How old it is.
    pub age: Option<Duration>,
    /// When it was made.
    pub last_success: Option<Timestamp>,
    /// When the newest was made that can be restored.
    pub newest_point: Option<Timestamp>,
    /// By when the next one must be there, or the first is expected.
    pub due: Option<Timestamp>,
    /// How many backups are listed.
    pub backups: Option<usize>,
    /// The start of the requested range; `None` for all backups.
    pub since: Option<Timestamp>,
    /// How many the newest chain has.
    pub chain_length: Option<usize>,
    /// The newest ones, for a timeline.
    pub made: Vec<Made>,
}

/// Weighs what was read of a partition.
pub fn assess(reading: Reading, policies: &Policies, rules: &Rules, now: Timestamp) -> Assessment {
    assess::assess(reading, policies, rules, now)
}

impl Audit {
    /// Puts assessments in order, the worst first: by state, then the oldest newest backup, then by name. What one
    /// partition shows
    /// of another counts: where some of a service have long had backups, none of the others waits for its first.
    pub fn of(now: Timestamp, clock: Clock, mut partitions: Vec<Assessment>, mut gaps: Vec<Gap>) -> Self {
        assess::settle_first_runs(&mut partitions);
        cure::find_stopped(&mut partitions);
        partitions.sort_by_cached_key(Assessment::rank);
        gaps.sort_by(|one, other| one.entity.cmp(&other.entity));
        Self { now, clock, partitions, gaps }
    }

    /// How many are in which state.
    pub fn summary(&self) -> Summary {
        Summary::of(self.partitions.iter().map(|partition| partition.state), self.gaps.len())
    }
}

impl Evidence {
    /// Whether the policy was enabled on the partition itself.
    fn is_of_the_partition_alone(&self) -> bool {
        matches!(self.inherited_from, None | Some(BackupPolicyScope::Partition))
    }
}

impl Assessment {
    /// Whether something other than its backups may explain its state: the last backup on demand, and its health.
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
