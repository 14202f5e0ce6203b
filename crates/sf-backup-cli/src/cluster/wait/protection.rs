//! Whether a policy that was enabled has its effect on each partition: decided from what is read, and nothing else.

use std::collections::BTreeMap;

use sf_backup_proto::PartitionId;
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope};
use uuid::Uuid;

/// Where a policy was enabled; the later ones override the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Application,
    Service,
    Partition,
}

impl Level {
    fn of(scope: &BackupPolicyScope) -> Option<Self> {
        match scope {
            BackupPolicyScope::Application => Some(Self::Application),
            BackupPolicyScope::Service => Some(Self::Service),
            BackupPolicyScope::Partition => Some(Self::Partition),
            _ => None,
        }
    }
}

/// The state of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RolloutStatus {
    /// The policy is not in effect yet.
    Waiting,
    /// It is, and the first backup is awaited.
    Awaiting,
    /// All is as it should be.
    Ready,
    /// A policy that was enabled closer to the partition overrides ours.
    Overridden { by: String },
    /// Backups are suspended: none will come.
    Suspended { on: String },
    /// The partition is there no longer.
    Gone,
}

impl RolloutStatus {
    /// Whether there is nothing to wait for.
    fn is_final(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Awaiting)
    }
}

/// The partitions below what a policy was enabled on.
#[derive(Debug, Clone)]
pub(super) struct Protection {
    policy: String,
    level: Level,
    first_backup: bool,
    partitions: BTreeMap<PartitionId, RolloutStatus>,
    /// The newest backup that counts as old, for each partition of which that is known.
    old: BTreeMap<PartitionId, Option<Uuid>>,
}

impl Protection {
    pub(super) fn new(
        policy: String,
        level: Level,
        first_backup: bool,
        partitions: impl IntoIterator<Item = PartitionId>,
    ) -> Self {
        let partitions = partitions.into_iter().map(|partition| (partition, RolloutStatus::Waiting)).collect();
        Self { policy, level, first_backup, partitions, old: BTreeMap::new() }
    }

    /// All partitions, in order.
    pub(super) fn partitions(&self) -> impl Iterator<Item = (PartitionId, &RolloutStatus)> {
        self.partitions.iter().map(|(partition, effective)| (*partition, effective))
    }

    /// Those of which something is still to be read.
    pub(super) fn open(&self) -> Vec<PartitionId> {
        self.partitions().filter(|(_, effective)| !effective.is_final()).map(|(partition, _)| partition).collect()
    }

    /// Takes note of the newest backup from before the policy was enabled.
    pub(super) fn before(&mut self, partition: PartitionId, newest: Option<Uuid>) {
        self.old.insert(partition, newest);
    }

    /// Takes what is in force for a partition.
    pub(super) fn configured(&mut self, partition: PartitionId, info: Option<&BackupConfigurationInfo>) {
        let Some(effective) = self.partitions.get_mut(&partition).filter(|effective| !effective.is_final()) else {
            return;
        };
        let Some(info) = info else {
            *effective = RolloutStatus::Waiting;
            return;
        };
        if let Some(suspension) = info.suspension_info().filter(|suspension| suspension.is_suspended == Some(true)) {
            let on = suspension.suspension_inherited_from.as_ref().map(ToString::to_string).unwrap_or_default();
            *effective = RolloutStatus::Suspended { on };
            return;
        }
        let name = info.policy_name().unwrap_or_default();
        let closer = info.policy_inherited_from().and_then(Level::of).is_some_and(|level| level > self.level);
        *effective = match (name == self.policy, closer) {
            (true, _) if self.first_backup => RolloutStatus::Awaiting,
            (true, _) => RolloutStatus::Ready,
            (false, true) => RolloutStatus::Overridden { by: name.to_owned() },
            (false, false) => RolloutStatus::Waiting,
        };
    }

    /// Takes the newest backup of a partition. Where none from before is known, the first to be seen is an old one: the
    /// cluster's clock is not ours, so that times tell nothing.
    pub(super) fn newest(&mut self, partition: PartitionId, newest: Option<Uuid>) {
        let Some(effective) =
            self.partitions.get_mut(&partition).filter(|effective| **effective == RolloutStatus::Awaiting)
        else {
            return;
        };
        let old = self.old.entry(partition).or_insert(newest);
        if newest.is_some() && *old != newest {
            *effective = RolloutStatus::Ready;
        }
    }

    /// The partition is there no longer.
    pub(super) fn gone(&mut self, partition: PartitionId) {
        if let Some(effective) = self.partitions.get_mut(&partition) {
            *effective = RolloutStatus::Gone;
        }
    }

    /// Whether there is nothing to wait for any longer.
    pub(super) fn is_over(&self) -> bool {
        self.partitions.values().all(RolloutStatus::is_final)
    }

    /// The number of partitions in this state.
    pub(super) fn count(&self, like: impl Fn(&RolloutStatus) -> bool) -> usize {
        self.partitions.values().filter(|effective| like(effective)).count()
    }

    /// The partitions in this state.
    pub(super) fn named(&self, like: impl Fn(&RolloutStatus) -> bool) -> Vec<String> {
        self.partitions().filter(|(_, effective)| like(effective)).map(|(partition, _)| partition.to_string()).collect()
    }
}

#[cfg(test)]
mod tests;
