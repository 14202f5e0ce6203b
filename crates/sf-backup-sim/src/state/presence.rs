//! Where the primaries are: the backup service's own, and those of the partitions.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use uuid::Uuid;

use super::{Event, State};
use crate::effect::EffectKind;

/// Whether the backup service is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Present,
    /// Its primary is there again at this time.
    MovesUntil(Timestamp),
    /// The cluster was set up without it.
    Absent,
}

/// A partition's primary that is on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moving {
    run: u64,
    /// Whether a scheduled backup fell due meanwhile.
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
        let run = self.next_run();
        let Some(agent) = self.agent(partition) else { return false };
        let missed = agent.moving.is_some_and(|moving| moving.missed);
        agent.moving = Some(Moving { run, missed });
        // A new primary counts as a new configuration of the replicas.
        agent.epoch.1 = agent.epoch.1.saturating_add(NEXT_CONFIGURATION);
        self.note(EffectKind::FailedOver, partition.to_string(), None);
        self.clock.plan(takes, Event::PrimaryIsBack { partition, run });
        true
    }

    /// A scheduled backup that was missed is made up for at once.
    pub(crate) fn primary_is_back(&mut self, partition: Uuid, run: u64) {
        let Some(agent) = self.agents.get_mut(&partition) else { return };
        let Some(moving) = agent.moving.take_if(|moving| moving.run == run) else { return };
        let generation = agent.generation();
        if moving.missed {
            self.periodic(partition, generation);
        }
    }
}

const NEXT_CONFIGURATION: i64 = 1 << 32;
