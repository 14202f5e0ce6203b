//! Whether every partition is backed up: what a cluster is made of, what is in force there, and what backups it has, weighed at
//! a given time.
//!
//! A partition has exactly one [`State`], with its [`Reason`] and the [`Evidence`]. What is wrong besides, such as a chain
//! that lacks its full backup or a policy that keeps less than a chain, are its [`Finding`]s; they do not change the state.
//!
//! - **The age that is allowed** comes from the schedule of the policy in force: the run after the newest backup must have
//!   come, with a grace for what is late for good reasons (a run comes up to ten seconds early or late, is tried again for
//!   some minutes, and takes its time): a tenth of the time between runs, from 15 minutes to two hours. [`Rules`] can set the
//!   grace, or the age itself. So a partition whose backups were resumed, or whose policy was replaced, after a long pause is
//!   `Stale` until the next run has come: its newest backup *is* that old.
//! - **An entity without a backup** is `Stale` with [`Reason::NoBackupYet`]. The API does not tell when backup was enabled, so
//!   that nobody can say whether the first run is overdue; but nothing is protected by it.
//! - **What failed** the API tells of backups on demand only; periodic ones that fail show as partition health alone. So
//!   backups that have stopped are `Stale` as a rule, and `Failing` where something tells of a failure.
//! - **What could not be read is `Unknown`**, never fine. A share to which nothing was backed up yet is answered like a storage
//!   that fails, so that it is `Unknown` as well.
//! - **Secrets** are masked by every server: when a connection string expires cannot be seen, and is not found.
//!
//! ```
//! use sf_backup_ops::audit::{self, Coverage, Digest, Partition, Policies, Reading, Rules, State};
//! use sf_backup_ops::chain::Backups;
//! use sf_backup_ops::inventory::{PartitionKey, ServiceState};
//!
//! let partition = Partition {
//!     application: "fabric:/CalcApp".parse()?,
//!     service: "fabric:/CalcApp/CalcService".parse()?,
//!     id: "6b1c2f7e-0000-4000-8000-000000000001".parse()?,
//!     key: PartitionKey::Singleton,
//!     holds: ServiceState::Persisted,
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
//!     let reading = Reading {
//!         partition: partition.clone(),
//!         coverage: Ok(Some(Coverage { policy: "Daily".to_owned(), inherited_from: None, suspended: None })),
//!         backups: Ok(Digest::of(&Backups::of(list.clone()), partition.id, now)),
//!         on_demand: None,
//!     };
//!     audit::assess(reading, &policies, &Rules::default(), now).state
//! };
//! assert_eq!(state("2024-03-10T05:00:00Z"), State::Protected);
//! assert_eq!(state("2024-03-10T07:00:00Z"), State::Stale);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod digest;
mod finding;
mod judge;
mod reading;
mod reason;
mod shown;
mod state;
mod summary;

use std::collections::BTreeMap;
use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::configuration::{BackupPolicyScope, BackupSuspensionScope};
use sf_backup_proto::model::policy::BackupPolicyDescription;

pub use digest::{Digest, Made};
pub use finding::Finding;
pub use reading::{Coverage, FailedBackup, Partition, Reading, Unread};
pub use reason::Reason;
pub use shown::Shown;
pub use state::{State, StateError};
pub use summary::{Summary, Verdict};

/// A cluster's policies by name.
pub type Policies = BTreeMap<String, BackupPolicyDescription>;

/// What is asked of the age of backups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// How much later than its schedule says a backup may come.
    pub grace: Option<Duration>,
    /// How old the newest backup may be, whatever its schedule says; no grace is added.
    pub max_age: Option<Duration>,
}

impl Rules {
    /// The shortest grace, if none is set: a failed run is tried again for five minutes.
    pub const SHORTEST_GRACE: Duration = Duration::from_secs(15 * 60);
    /// The longest grace, if none is set: a backup has an hour to be uploaded.
    pub const LONGEST_GRACE: Duration = Duration::from_secs(2 * 3_600);
}

/// What comes of an audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// The time that it tells of.
    pub now: Timestamp,
    /// The partitions, the worst first.
    pub partitions: Vec<Assessment>,
    /// What could not be read above the partitions: which ones there are below it nobody knows.
    pub gaps: Vec<Gap>,
}

/// A part of the cluster whose partitions are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The application's or the service's name, if it is one of these.
    pub entity: Option<String>,
    /// What could not be read.
    pub unread: Unread,
}

/// What is said of a partition.
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
    /// What is wrong besides.
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
    /// How old the newest backup may be.
    pub expected_age: Option<Duration>,
    /// How old it is.
    pub age: Option<Duration>,
    /// When it was made.
    pub last_success: Option<Timestamp>,
    /// When the newest was made that can be restored.
    pub newest_point: Option<Timestamp>,
    /// By when the next one must be there.
    pub due: Option<Timestamp>,
    /// How many backups there are.
    pub backups: Option<usize>,
    /// How many the newest chain has.
    pub chain_length: Option<usize>,
    /// The newest ones, for a timeline.
    pub made: Vec<Made>,
}

/// Weighs what was read of a partition.
pub fn assess(reading: Reading, policies: &Policies, rules: &Rules, now: Timestamp) -> Assessment {
    judge::assess(reading, policies, rules, now)
}

impl Audit {
    /// Puts assessments in order, the worst first: by state, then the oldest newest backup, then by name.
    pub fn of(now: Timestamp, mut partitions: Vec<Assessment>, mut gaps: Vec<Gap>) -> Self {
        partitions.sort_by_cached_key(Assessment::rank);
        gaps.sort_by(|one, other| one.entity.cmp(&other.entity));
        Self { now, partitions, gaps }
    }

    /// How many are in which state.
    pub fn summary(&self) -> Summary {
        Summary::of(self.partitions.iter().map(|partition| partition.state), self.gaps.len())
    }
}

impl Assessment {
    fn rank(&self) -> (State, Option<Timestamp>, String, sf_backup_proto::PartitionId) {
        let Partition { service, id, .. } = &self.partition;
        (self.state, self.evidence.last_success, service.to_string(), *id)
    }
}

#[cfg(test)]
mod tests;
