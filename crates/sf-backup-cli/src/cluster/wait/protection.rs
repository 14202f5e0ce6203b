//! Decides from readings whether an enabled policy is in effect on each partition.

use std::collections::BTreeMap;

use sf_backup_proto::PartitionId;
use sf_backup_proto::model::configuration::{BackupConfigurationInfo, BackupPolicyScope};
use uuid::Uuid;

/// The level at which a policy is enabled; later ones override earlier ones.
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
    /// The policy is in effect; the first backup is not there yet.
    Awaiting,
    /// Nothing remains to wait for.
    Ready,
    /// A policy at a level closer to the partition overrides this one.
    Overridden { by: String },
    /// Backups are suspended, so none will be made.
    Suspended { on: String },
    /// The partition no longer exists.
    Gone,
}

impl RolloutStatus {
    /// Whether there is nothing to wait for.
    fn is_final(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Awaiting)
    }
}

/// The partitions below the entity on which a policy was enabled.
#[derive(Debug, Clone)]
pub(super) struct Protection {
    policy: String,
    level: Level,
    first_backup: bool,
    partitions: BTreeMap<PartitionId, RolloutStatus>,
    /// The newest earlier backup of each partition, as far as known.
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

    /// The partitions that must be read.
    pub(super) fn open(&self) -> Vec<PartitionId> {
        self.partitions().filter(|(_, effective)| !effective.is_final()).map(|(partition, _)| partition).collect()
    }

    /// Records the newest backup from before the policy was enabled.
    pub(super) fn before(&mut self, partition: PartitionId, newest: Option<Uuid>) {
        self.old.insert(partition, newest);
    }

    /// Takes the configuration of a partition.
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

    /// Takes the newest backup of a partition. If none from before is known, the first one counts as earlier: times
    /// prove nothing, because the cluster's clock is not ours.
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

    /// Records that the partition no longer exists.
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
