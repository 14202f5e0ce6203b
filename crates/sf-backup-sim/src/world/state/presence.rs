//! Fail-overs of the backup service and of partitions, and quorum loss.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use uuid::Uuid;

use super::store::FIRST_EPOCH;
use super::{Event, State};
use crate::world::effect::EffectKind;

/// Whether the backup service exists and has a primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Present,
    /// Its primary is moving until this time.
    MovesUntil(Timestamp),
    /// The cluster is configured without it.
    Absent,
}

/// A time without a primary, or without a quorum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outage {
    run: u64,
    pub(crate) since: Timestamp,
    /// Whether a scheduled backup was missed.
    pub(crate) missed: bool,
}

const SERVICE: &str = "fabric:/System/BackupRestoreService";

impl State {
    pub(crate) fn fail_over_service(&mut self, takes: Duration) {
        if self.presence != Presence::Absent {
            self.presence = Presence::MovesUntil(self.clock.later(takes));
            self.note(EffectKind::FailedOver, SERVICE.to_owned(), None);
        }
    }

    pub(crate) fn fail_over_partition(&mut self, partition: Uuid, takes: Duration) -> bool {
        let (run, now) = (self.next_run(), self.clock.now());
        let Some(agent) = self.agent(partition) else { return false };
        let (since, missed) = agent.moving.map_or((now, false), |moving| (moving.since, moving.missed));
        agent.moving = Some(Outage { run, since, missed });
        // A new primary counts as a new configuration of the replicas.
        agent.epoch.1 = agent.epoch.1.saturating_add(NEXT_CONFIGURATION);
        self.note(EffectKind::FailedOver, partition.to_string(), None);
        self.clock.plan(takes, Event::PrimaryIsBack { partition, run });
        true
    }

    /// The number of fail-overs of a partition so far.
    pub(crate) fn fail_overs(&self, partition: Uuid) -> i64 {
        let configuration = self.agents.get(&partition).map_or(FIRST_EPOCH.1, |agent| agent.epoch.1);
        configuration.saturating_sub(FIRST_EPOCH.1) / NEXT_CONFIGURATION
    }

    /// Ends the move of a primary. A missed scheduled backup starts immediately.
    pub(crate) fn primary_is_back(&mut self, partition: Uuid, run: u64) {
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        let Some(moving) = agent.moving.take_if(|moving| moving.run == run) else { return };
        let generation = agent.generation();
        if moving.missed {
            self.periodic(partition, generation);
        }
    }

    /// Removes the quorum of a partition for a time, or until [`Self::regain_quorum`].
    pub(crate) fn lose_quorum(&mut self, partition: Uuid, takes: Option<Duration>) -> bool {
        let stateful = self.topology.partition(partition).is_some_and(|(_, service, _)| service.is_stateful());
        let (run, now) = (self.next_run(), self.clock.now());
        let Some(agent) = self.agent(partition).filter(|_| stateful) else { return false };
        let (since, missed) = agent.quorum_loss.map_or((now, false), |loss| (loss.since, loss.missed));
        agent.quorum_loss = Some(Outage { run, since, missed });
        self.note(EffectKind::QuorumLost, partition.to_string(), None);
        if let Some(takes) = takes {
            self.clock.plan(takes, Event::QuorumIsBack { partition, run });
        }
        true
    }

    pub(crate) fn quorum_is_back(&mut self, partition: Uuid, run: u64) {
        let loss = self.agents.get(&partition).and_then(|agent| agent.quorum_loss);
        if loss.is_some_and(|loss| loss.run == run) {
            self.regain_quorum(partition);
        }
    }

    /// Restores the quorum. A missed scheduled backup starts immediately. Returns whether the partition exists.
    pub(crate) fn regain_quorum(&mut self, partition: Uuid) -> bool {
        let now = self.clock.now();
        let Some(agent) = self.agent(partition) else { return false };
        let Some(loss) = agent.quorum_loss.take() else { return true };
        agent.last_quorum_loss = now.since(loss.since);
        let generation = agent.generation();
        self.note(EffectKind::QuorumRegained, partition.to_string(), None);
        if loss.missed {
            self.periodic(partition, generation);
        }
        true
    }
}

const NEXT_CONFIGURATION: i64 = 1 << 32;
