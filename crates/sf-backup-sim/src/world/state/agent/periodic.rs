//! Scheduled backups: when a replica starts one, retries it, or skips it.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use uuid::Uuid;

use super::Agent;
use crate::world::entity::Key;
use crate::world::state::restore::Restore;
use crate::world::state::store::StoreKey;
use crate::world::state::{Event, State};

const RETRY: Duration = Duration::from_secs(60);
const RETRIES: u32 = 5;
/// How many seconds a scheduled backup may start early or late.
const JITTER: u64 = 10;

impl State {
    /// Applies the effective policies to the replicas of an entity.
    pub(crate) fn refresh(&mut self, key: &Key) {
        for id in self.partitions_of(key) {
            self.refresh_partition(id);
        }
    }

    /// Restarts schedule and chain if the policy, its unique id or the suspension has changed.
    pub(crate) fn refresh_partition(&mut self, id: Uuid) {
        let Some(entity) = self.partition_entity(id) else { return };
        let active = self.suspension(&entity).is_none();
        let protected = self.effective(&entity).is_some();
        let wanted = self.effective(&entity).filter(|_| active).and_then(|(_, mapping)| {
            let policy = self.policies.get(&mapping.policy)?;
            Some((mapping.policy.as_str().into(), policy.unique_id))
        });
        if wanted.is_none() && !self.agents.contains_key(&id) {
            return;
        }
        let Some(agent) = self.agent(id) else { return };
        if !protected {
            // Without a policy, no restore is expected.
            agent.waiting = None;
        }
        if agent.running == wanted {
            return;
        }
        if wanted.is_none() {
            agent.backup_failure = None;
        }
        agent.running = wanted;
        agent.restart_schedule();
        self.plan_next(id);
    }

    /// Restarts schedule and chain, as after a restore, when the service applies the policy again.
    pub(crate) fn restart(&mut self, id: Uuid) {
        if let Some(agent) = self.agent(id) {
            agent.restart_schedule();
            self.plan_next(id);
        }
    }

    fn plan_next(&mut self, partition: Uuid) {
        let now = self.clock.now();
        let early_or_late = if self.jitter { self.random_times.next() % (2 * JITTER + 1) } else { JITTER };
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(&**name));
        // After a backup that started early, the next one must not be in the same slot.
        let slot = policy.and_then(|policy| policy.schedule.next_slot(agent.slot, now));
        agent.slot = slot;
        if let Some(slot) = slot {
            agent.failures = 0;
            let wait = slot.since(now) + Duration::from_secs(early_or_late);
            let wait = wait.saturating_sub(Duration::from_secs(JITTER));
            self.clock.plan(wait, Event::Periodic { partition, generation: agent.generation });
        }
    }

    /// Starts a scheduled backup. It is retried a few times, and then skipped until the next slot.
    pub(crate) fn periodic(&mut self, partition: Uuid, generation: u64) {
        if self.topology.partition(partition).is_none() {
            self.agents.remove(&partition);
        }
        let Some(agent) = self.agents.get_mut(&partition).filter(|agent| agent.generation == generation) else {
            return;
        };
        if agent.is_down() {
            agent.miss();
            return;
        }
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(&**name));
        if policy.is_some_and(|policy| policy.unreadable) {
            return;
        }
        let Some(max) = policy.map(|policy| policy.max_incremental_backups) else { return };
        let takes = self.sizes.backup_takes(partition, agent.wants_full(max));
        let begun = self.clock.now();
        if takes.is_zero() {
            self.periodic_ends(partition, generation, begun);
        } else {
            self.clock.plan(takes, Event::PeriodicEnds { partition, generation, begun });
        }
    }

    /// Ends a scheduled backup, successful or not. Its time in lists is the time of its start.
    pub(crate) fn periodic_ends(&mut self, partition: Uuid, generation: u64, begun: Timestamp) {
        let Some(agent) = self.agents.get_mut(&partition).filter(|agent| agent.generation == generation) else {
            return;
        };
        if agent.is_down() {
            agent.miss();
            return;
        }
        let policy = agent.running.as_ref().and_then(|(name, _)| self.policies.get(&**name));
        let Some((store, max)) = policy.map(|policy| (StoreKey::of(&policy.storage), policy.max_incremental_backups))
        else {
            return;
        };
        let unavailable = agent.restore.as_deref().is_some_and(Restore::is_active);
        let full = agent.wants_full(max);
        let made = if unavailable { None } else { Some(self.make_backup(partition, store, full, begun)) };
        let now = self.clock.now();
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        match made {
            Some(Ok(_)) => {
                agent.backup_failure = None;
                self.plan_next(partition);
                return;
            }
            Some(Err(failure)) => agent.backup_failure = Some(Box::new((now, failure))),
            // A replica during a restore reports nothing.
            None => {}
        }
        agent.failures += 1;
        if agent.failures > RETRIES {
            self.plan_next(partition);
        } else {
            self.clock.plan(RETRY, Event::Periodic { partition, generation });
        }
    }
}

impl Agent {
    /// Records that a scheduled backup was missed.
    fn miss(&mut self) {
        for outage in [&mut self.moving, &mut self.quorum_loss].into_iter().flatten() {
            outage.missed = true;
        }
    }

    fn restart_schedule(&mut self) {
        self.generation += 1;
        self.slot = None;
        self.failures = 0;
        self.chain = None;
    }
}
