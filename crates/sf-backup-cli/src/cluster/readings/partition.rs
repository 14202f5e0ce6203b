//! Reads and assesses one partition.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sf_backup_hyper::{Error, ErrorKind, HttpError};
use sf_backup_ops::audit::{
    Assessment, BackupEvent, BackupSummary, Coverage, OnDemand, Partition, Policies, Reading, Rules, State, assess,
};
use sf_backup_ops::inventory::ServiceState;
use sf_backup_proto::inventory::GetPartitionHealth;
use sf_backup_proto::model::progress::{RestoreProgressInfo, RestoreState};
use sf_backup_proto::{
    GetPartitionBackupConfigurationInfo, GetPartitionBackupProgress, GetPartitionRestoreProgress, ServiceId, Timestamp,
};

use crate::cluster::backups::{self, Listed};
use crate::cluster::client::Client;
use crate::cluster::service_reading::ServiceReading;
use crate::output::clock::Clock;

/// Reads and assesses partitions, one at a time.
#[derive(Debug, Clone)]
pub(super) struct PartitionReader {
    pub(super) common: Arc<HashMap<ServiceId, ServiceReading>>,
    pub(super) client: Client,
    pub(super) policies: Arc<Policies>,
    pub(super) rules: Rules,
    pub(super) history: Duration,
    pub(super) clock: Clock,
}

impl PartitionReader {
    /// Assesses one partition.
    ///
    /// # Errors
    /// With an error that ends the audit; any other one is part of the assessment.
    pub(super) async fn assess(&self, partition: Partition) -> Result<Assessment, Error> {
        let client = &self.client;
        let id = partition.id;
        if partition.holds != ServiceState::Persisted {
            return Ok(self.weigh(Reading::not_applicable(partition), self.clock.whole()));
        }
        if let Some(assessed) = self.assess_by_service(&partition) {
            return Ok(assessed);
        }
        let coverage = Coverage::read(unless_fatal(client.send(GetPartitionBackupConfigurationInfo::new(id)).await)?);
        let (backups, now) = match &coverage {
            Ok(Some(coverage)) => {
                let policy = self.policies.get(&coverage.policy);
                match of_this_partition(
                    backups::recent_and_history(client, id, policy, self.history, &self.clock).await,
                )? {
                    Ok(Listed { items, since, at }) => (BackupSummary::read::<HttpError>(id, Ok(items), since, at), at),
                    Err(error) => {
                        let now = self.clock.whole();
                        (BackupSummary::read(id, Err(error), None, now), now)
                    }
                }
            }
            _ => (Ok(BackupSummary::default()), self.clock.whole()),
        };
        let mut reading = Reading::of(partition, coverage, backups);
        let assessed = self.weigh(reading.clone(), now);
        if !assessed.needs_cause() {
            return Ok(assessed);
        }
        // None of the following responses makes the partition protected.
        if let Ok(health) = of_this_partition(client.send(GetPartitionHealth::new(id)).await)? {
            reading.failing = BackupEvent::of(&health);
            reading.partition.condition = reading.partition.condition.with(&health);
        }
        let waits = self.weigh(reading.clone(), now).partition.condition.waits_for_restore;
        if waits && let Ok(progress) = of_this_partition(client.send(GetPartitionRestoreProgress::new(id)).await)? {
            reading.restoring = progress.as_ref().is_some_and(is_running);
        }
        if assessed.state != State::Protected
            && let Ok(progress) = of_this_partition(client.send(GetPartitionBackupProgress::new(id)).await)?
        {
            reading.on_demand = OnDemand::read(progress.as_ref());
        }
        Ok(self.weigh(reading, now))
    }

    /// Assesses by the responses about its service; `None` if the partition itself must be read. Only returns
    /// [`State::Protected`]: every other state requires responses about the partition itself.
    fn assess_by_service(&self, partition: &Partition) -> Option<Assessment> {
        let common = self.common.get(&partition.service)?;
        let backups = common.backups.get(&partition.id)?.clone();
        let reading = Reading::of(partition.clone(), Ok(Some(common.coverage.clone())), Ok(backups));
        let assessed = self.weigh(reading, common.at);
        (assessed.state == State::Protected && !assessed.needs_cause()).then_some(assessed)
    }

    /// Assesses what was read, as of `now`.
    pub(super) fn weigh(&self, reading: Reading, now: Timestamp) -> Assessment {
        assess(reading, &self.policies, &self.rules, now)
    }
}

/// Ends the audit after an error that every other request would also get.
fn unless_fatal<T>(response: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match response {
        Err(error) if is_fatal(&error) => Err(error),
        response => Ok(response),
    }
}

/// Like [`unless_fatal`], after the caller was allowed to read the partition's configuration: a refusal then concerns
/// this request alone.
fn of_this_partition<T>(response: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match response {
        Err(error) if error.kind() != ErrorKind::Forbidden && is_fatal(&error) => Err(error),
        response => Ok(response),
    }
}

/// Whether every other request would fail in the same way.
pub(super) fn is_fatal(error: &Error) -> bool {
    error.kind().is_about_access() || matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::BackupServiceMissing)
}

/// Whether a restore is running.
pub(crate) fn is_running(progress: &RestoreProgressInfo) -> bool {
    matches!(progress.restore_state, Some(RestoreState::Accepted | RestoreState::RestoreInProgress))
}
