//! The status of partitions, and the health of everything.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::backup::Epoch;
use sf_backup_proto::model::inventory::PartitionStatus;
use sf_backup_proto::model::inventory::{HealthEvent, HealthState};
use uuid::Uuid;

use super::State;
use super::agent::Agent;
use super::presence::Presence;
use super::restore::Restore;
use super::store::{FIRST_EPOCH, StoreFailure, epoch};
use crate::world::topology::{Application, Service};

/// A reconfiguration that takes longer is reported as slow.
const RECONFIGURATION_LIMIT: Duration = Duration::from_secs(300);

/// The full name of the backup service.
pub(crate) const BACKUP_SERVICE: &str = "fabric:/System/BackupRestoreService";

impl State {
    /// The status of a partition.
    pub(crate) fn partition_status(&self, partition: Uuid) -> PartitionStatus {
        let Some(agent) = self.agents.get(&partition) else { return PartitionStatus::Ready };
        if agent.quorum_loss.is_some() {
            PartitionStatus::InQuorumLoss
        } else if agent.is_down() || agent.restore.as_deref().is_some_and(Restore::is_under_way) {
            PartitionStatus::Reconfiguring
        } else {
            PartitionStatus::Ready
        }
    }

    /// The duration of the current quorum loss, or of the last one.
    pub(crate) fn quorum_loss(&self, partition: Uuid) -> Duration {
        let agent = self.agents.get(&partition);
        let lasts = agent.and_then(|agent| agent.quorum_loss).map(|loss| self.clock.now().since(loss.since));
        lasts.or_else(|| agent.map(|agent| agent.last_quorum_loss)).unwrap_or_default()
    }

    /// The current epoch of a partition.
    pub(crate) fn current_epoch(&self, partition: Uuid) -> Epoch {
        epoch(self.agents.get(&partition).map_or(FIRST_EPOCH, |agent| agent.epoch))
    }

    /// The health events of a partition: its status, and the failure of its periodic backups.
    pub(crate) fn partition_events(&self, partition: Uuid) -> Vec<HealthEvent> {
        let agent = self.agents.get(&partition).map(|agent| &**agent);
        let mut events = vec![self.status_event(agent)];
        if let Some((at, failure)) = agent.and_then(|agent| agent.backup_failure.as_deref()) {
            events.push(event(("System.BackupRestoreManager", "Backup"), HealthState::Warning, failed(failure), *at));
        }
        events
    }

    /// The event of the failover manager.
    fn status_event(&self, agent: Option<&Agent>) -> HealthEvent {
        let (state, description, since) = match agent {
            Some(Agent { quorum_loss: Some(loss), .. }) => {
                (HealthState::Error, "Partition is in quorum loss.", loss.since)
            }
            Some(Agent { moving, waiting, .. }) => match moving.map(|moving| moving.since).or(*waiting) {
                Some(since) if self.clock.now().since(since) >= RECONFIGURATION_LIMIT => {
                    (HealthState::Warning, "Partition reconfiguration is taking longer than expected.", since)
                }
                Some(since) => (HealthState::Ok, "Partition is being reconfigured.", since),
                None => (HealthState::Ok, "Partition is healthy.", self.begun),
            },
            None => (HealthState::Ok, "Partition is healthy.", self.begun),
        };
        event(("System.FM", "State"), state, description.to_owned(), since)
    }

    pub(crate) fn partition_health(&self, partition: Uuid) -> HealthState {
        // Most partitions have no state of their own.
        if !self.agents.contains_key(&partition) {
            return HealthState::Ok;
        }
        worst(self.partition_events(partition).into_iter().filter_map(|event| event.health_state))
    }

    pub(crate) fn service_health(&self, service: &Service) -> HealthState {
        let partitions = service.partitions().iter().map(|partition| self.partition_health(partition.id()));
        worst(partitions.chain(self.reported.get(service.name()).cloned()))
    }

    pub(crate) fn application_health(&self, application: &Application) -> HealthState {
        worst(application.services().iter().map(|service| self.service_health(service)))
    }

    /// The health of a system service.
    pub(crate) fn system_health(&self, name: &str) -> HealthState {
        let moves = match self.presence {
            Presence::MovesUntil(there) if name == BACKUP_SERVICE => self.clock.now() < there,
            _ => false,
        };
        let moving = if moves { HealthState::Warning } else { HealthState::Ok };
        worst(self.reported.get(name).cloned().into_iter().chain([moving]))
    }

    /// Reports the health of a service or system service. Returns whether it exists.
    pub(crate) fn report_health(&mut self, name: &str, state: HealthState) -> bool {
        let known =
            self.topology.service(name).is_some() || self.system_services().any(|service| service.name() == name);
        if known {
            self.reported.insert(name.to_owned(), state);
        }
        known
    }
}

/// The description by the replica.
fn failed(failure: &StoreFailure) -> String {
    let StoreFailure { hresult, message } = failure;
    format!("Failed to take periodic backup for this partition with error: HRESULT 0x{hresult:08X}: {message}")
}

/// An infinite time to live, as .NET writes it.
const FOREVER: &str = r#""P10675199DT2H48M5.4775807S""#;

fn event((source, property): (&str, &str), state: HealthState, description: String, at: Timestamp) -> HealthEvent {
    let mut event = HealthEvent::new()
        .source_id(source)
        .property(property)
        .health_state(state)
        .description(description)
        .source_utc_timestamp(at)
        .last_modified_utc_timestamp(at)
        .is_expired(false);
    // The numbers only have to increase.
    let number = format!("\"{}\"", at.unix());
    for (name, json) in
        [("TimeToLiveInMilliSeconds", FOREVER), ("SequenceNumber", number.as_str()), ("RemoveWhenExpired", "false")]
    {
        // Literals, and a number in quotes.
        let _ = event.extra.set_json(name, json);
    }
    event
}

pub(crate) fn worst(states: impl Iterator<Item = HealthState>) -> HealthState {
    let rank = |state: &HealthState| match state {
        HealthState::Ok => 0,
        HealthState::Warning => 1,
        HealthState::Error => 2,
        _ => 3,
    };
    states.max_by_key(rank).unwrap_or(HealthState::Ok)
}
