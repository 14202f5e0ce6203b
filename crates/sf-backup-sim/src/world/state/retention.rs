//! Deletion of backups, by retention and by disable with clean-up.

use std::time::Duration;

use crate::world::refusal::Refusal;
use sf_backup_proto::Timestamp;
use uuid::Uuid;

use super::policy::Retention;
use super::store::{Folder, StoreKey};
use super::{Event, State};
use crate::world::effect::EffectKind;
use crate::world::entity::Key;
use crate::world::interval::Interval;
use crate::world::service_error;

/// The time from a disable to its clean-up.
const CLEAN_UP: Duration = Duration::from_secs(4);
const DAILY: Duration = Duration::from_secs(86_400);
const HOURLY: Duration = Duration::from_secs(3_600);

/// A pending clean-up.
#[derive(Debug, Clone)]
pub(crate) struct CleanUp {
    pub(crate) policy: String,
    pub(crate) due: Timestamp,
    store: StoreKey,
    folders: Vec<Folder>,
}

impl State {
    /// Starts the retention passes of a policy that is stored with a retention. A policy that already had one continues
    /// with its original values.
    pub(crate) fn begin_retention(&mut self, policy: &str, running: Option<(Uuid, Retention)>) {
        let Some(stored) = self.policies.get_mut(policy) else { return };
        stored.retention_run = match (stored.retention, running) {
            (None, _) => None,
            (Some(_), Some(running)) => Some(running),
            (Some(retention), None) => {
                let run = self.random_ids.guid();
                self.clock.plan(Duration::ZERO, Event::Retention { policy: policy.to_owned(), run });
                Some((run, retention))
            }
        };
    }

    pub(crate) fn retention_pass(&mut self, policy: &str, run: Uuid) {
        let current = self.policies.get(policy).and_then(|stored| {
            let (id, retention) = stored.retention_run?;
            (id == run).then(|| (retention, StoreKey::of(&stored.storage)))
        });
        let Some((retention, store)) = current else { return };
        for partition in self.partitions_under(policy) {
            self.expire(partition, &store, retention);
        }
        let pause = if retention.duration >= Interval::DAY { DAILY } else { HOURLY };
        self.clock.plan(pause, Event::Retention { policy: policy.to_owned(), run });
    }

    /// The partitions with this effective policy, suspended or not.
    fn partitions_under(&self, policy: &str) -> Vec<Uuid> {
        let mut found: Vec<Uuid> = self.enabled_under(policy).flat_map(|key| self.partitions_of(key)).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|id| {
            let entity = self.partition_entity(*id);
            entity.is_some_and(|entity| self.effective(&entity).is_some_and(|(_, mapping)| mapping.policy == policy))
        });
        found
    }

    /// Deletes expired backups of a partition, oldest first, while more than the minimum remain. Keeps the latest
    /// expired full backup and everything after it.
    fn expire(&mut self, partition: Uuid, store: &StoreKey, retention: Retention) {
        let Some(entity) = self.partition_entity(partition) else { return };
        let before = self.clock.now().unix().saturating_sub(retention.duration.seconds());
        let minimum = usize::try_from(retention.minimum).unwrap_or(0);
        let storages = self.storages.clone();
        let mut stores = storages.lock();
        let folder = Folder::of(entity.key());
        let all: Vec<_> = stores.below(store, &folder, None).collect();
        let past = all.partition_point(|(_, backup)| backup.created.unix() < before);
        let full = all.iter().take(past).rposition(|(_, backup)| backup.is_full()).unwrap_or(0);
        let surplus = all.len().saturating_sub(minimum).min(full);
        let paths: Vec<String> = all.into_iter().take(surplus).map(|(path, _)| path.clone()).collect();
        for path in paths {
            stores.delete(store, &path);
            self.note(EffectKind::BackupDeleted, partition.to_string(), Some(path));
        }
    }

    /// Plans the deletion of the backups of a disabled entity, except those of partitions with their own mapping. Under
    /// a policy of a higher level, deletes only if the storages are the same, a defect of the service: the opposite is
    /// intended.
    pub(crate) fn plan_clean_up(&mut self, key: &Key, policy: &str) {
        let Some(store) = self.policies.get(policy).map(|policy| StoreKey::of(&policy.storage)) else { return };
        let mut folders = Vec::new();
        for id in self.partitions_of(key) {
            let Some(entity) = self.partition_entity(id) else { continue };
            let own = self.mappings.contains(entity.key());
            let above = self.effective(&entity).and_then(|(_, mapping)| self.policies.get(&mapping.policy));
            let covered = above.is_some_and(|policy| StoreKey::of(&policy.storage) != store);
            if !own && !covered {
                folders.push(Folder::of(entity.key()));
            }
        }
        let due = self.clock.later(CLEAN_UP);
        let run = self.next_run();
        self.clean_ups.insert(run, CleanUp { policy: policy.to_owned(), due, store, folders });
        self.clock.plan_at(due, Event::CleanUp { run });
    }

    pub(crate) fn clean_up(&mut self, run: u64) {
        let Some(CleanUp { store, folders, .. }) = self.clean_ups.remove(&run) else { return };
        let storages = self.storages.clone();
        let mut stores = storages.lock();
        for folder in folders {
            let paths: Vec<String> = stores.below(&store, &folder, None).map(|(path, _)| path.clone()).collect();
            for path in paths {
                stores.delete(&store, &path);
                let partition = path.split('/').nth(2).unwrap_or_default().to_owned();
                self.note(EffectKind::BackupDeleted, partition, Some(path));
            }
        }
    }

    /// Runs the pending clean-ups of a policy early, because the simulator responds immediately. Fails if one is due only
    /// after the request's timeout.
    pub(crate) fn await_clean_ups(&mut self, policy: &str, timeout: Duration) -> Result<(), Refusal> {
        let limit = self.clock.later(timeout);
        let pending = self.clean_ups.iter().filter(|(_, clean_up)| clean_up.policy == policy);
        let pending: Vec<(u64, Timestamp)> = pending.map(|(run, clean_up)| (*run, clean_up.due)).collect();
        if pending.iter().any(|(_, due)| *due > limit) {
            return Err(service_error::TIMED_OUT.into());
        }
        for (run, _) in pending {
            self.clean_up(run);
        }
        Ok(())
    }
}
