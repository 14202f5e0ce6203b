//! Enables a policy, and waits for its effect on every partition below.

mod backup_now;
mod enables;
mod messages;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use enables::Enables;
use sf_backup_hyper::Error;
use sf_backup_ops::inventory::ServiceState;
use sf_backup_proto::model::configuration::BackupConfigurationInfo;
use sf_backup_proto::{ErrorKind, GetPartitionBackupConfigurationInfo, GetPartitionBackupList, Operation, PartitionId};
use tokio::sync::Semaphore;
use uuid::Uuid;

use self::messages::{ending, sight};
use super::follow::{PATIENCE, may_pass};
use super::gather::Reporter;
use super::protection::Protection;
use super::wait_target::{End, News, Subject};
use crate::cluster::batch;
use crate::cluster::calls::{Calls, name};
use crate::cluster::client::Client;
use crate::cluster::inventory;
use crate::cluster::session::Session;
use crate::options::ids::Concurrency;
use crate::options::waiting::{BackupNow, Waiting};
use crate::output::failure::Failure;
use crate::output::shell::word;

/// The first pause between two rounds of reads, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// Shared by all targets: limits concurrent calls, and blocks new ones.
#[derive(Debug, Clone)]
struct Gate {
    client: Client,
    /// Concurrent calls of one target.
    each: NonZeroUsize,
    turns: Arc<Semaphore>,
    /// Closed once no further policy may be enabled.
    begins: Arc<Semaphore>,
}

impl Session<'_, '_> {
    /// Runs an operation that enables a policy; `done` is the message if its effect is not waited for.
    pub(crate) async fn enable<O: Enables>(
        &mut self,
        calls: Calls<O>,
        verb: &'static str,
        done: &str,
    ) -> Result<(), Failure> {
        let Some(waiting) = calls.waiting() else {
            return self.change(calls, verb, done).await;
        };
        let policy = calls.all().first().map(|call| word(call.policy())).unwrap_or_default();
        let option = match waiting.then {
            _ if waiting.first_backup => "--first-backup",
            None => "--wait",
            Some(BackupNow { waits: true }) => "--backup-now --wait",
            Some(BackupNow { waits: false }) => "--backup-now",
        };
        let begun = Instant::now();
        let subject = Subject {
            what: "the policy of",
            stays: "stays enabled",
            perhaps: "may have been enabled",
            many: "policies stay enabled",
            again: (verb, format!("--policy {policy} {option}")),
        };
        let Concurrency { parallel, fail_fast } = calls.concurrency();
        let begins = Arc::new(Semaphore::new(parallel.get()));
        let turns = Arc::new(Semaphore::new(parallel.get()));
        let each = if calls.are_several() { NonZeroUsize::MIN } else { parallel };
        let gate = Gate { client: self.client().clone(), each, turns, begins: begins.clone() };
        let verified = Arc::new(self.verified.clone());
        let task = |call: O, report| {
            let (gate, refusal) = (gate.clone(), verified.refusal(&name(&call)));
            async move {
                match refusal {
                    Some(refusal) => End::NotStarted(refusal),
                    None => enable(gate, call, waiting.first_backup, report).await,
                }
            }
        };
        // All are enabled at once: none may wait for the first backup of another.
        let all = NonZeroUsize::new(calls.all().len()).unwrap_or(parallel);
        let concurrency = Concurrency { parallel: all, fail_fast };
        let waited = self.wait_for(&calls, concurrency, waiting, &subject, task, || begins.close()).await;
        waited?;
        let done: Vec<String> = calls.all().iter().map(name).collect();
        self.conclude_change(&done);
        match waiting.then {
            Some(now) => {
                let timeout = waiting.timeout.map(|timeout| timeout.saturating_sub(begun.elapsed()));
                Box::pin(self.back_up_covered(&calls, Waiting { timeout, ..waiting }, now)).await
            }
            None => Ok(()),
        }
    }
}

impl Gate {
    async fn send<O: Operation>(&self, call: O) -> Result<O::Response, Error> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await;
        self.client.send(call).await
    }

    async fn configuration(&self, partition: PartitionId) -> Result<Option<BackupConfigurationInfo>, Error> {
        self.send(GetPartitionBackupConfigurationInfo::new(partition)).await
    }

    /// The newest backup of a partition; also none if backup is not enabled yet.
    async fn newest(&self, partition: PartitionId) -> Result<Option<Uuid>, Error> {
        let mut list = GetPartitionBackupList::new(partition);
        list.latest = Some(true);
        match self.send(list).await {
            Ok(page) => Ok(page.items.into_iter().find_map(|backup| backup.backup_id)),
            Err(error) if error.kind() == ErrorKind::BackupNotEnabled => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Enables the policy on one entity, and waits.
async fn enable<O: Enables>(gate: Gate, call: O, first_backup: bool, report: Reporter) -> End {
    let entity = name(&call);
    let policy = call.policy().to_owned();
    let mut protection = {
        let Ok(_turn) = gate.begins.acquire().await else { return End::NotBegun };
        let found = match inventory::read(&gate.client, &call.scope(), gate.each).await {
            Ok(found) => found,
            Err(failure) => return End::NotStarted(failure),
        };
        let persisted = found.partitions().filter(|(_, service, _)| service.state == ServiceState::Persisted);
        let partitions = persisted.map(|(_, _, partition)| partition.id);
        let mut protection = Protection::new(policy.clone(), O::LEVEL, first_backup, partitions);
        if first_backup {
            look_before(&gate, &mut protection).await;
        }
        if gate.begins.is_closed() {
            return End::NotBegun;
        }
        report(News::Begins);
        if let Err(error) = gate.send(call).await {
            return End::NotStarted(error.into());
        }
        report(News::Started);
        protection
    };
    let (mut pause, mut failed) = (PAUSES.0, 0);
    loop {
        match read(&gate, &mut protection, first_backup).await {
            Ok(()) => failed = 0,
            Err(error) => {
                failed += 1;
                if failed > PATIENCE || !may_pass(error.kind()) {
                    let sentence = format!("policy {policy} is enabled; could not check whether it is in effect");
                    return End::Lost(error, sentence);
                }
                report(News::Trouble(error));
            }
        }
        report(News::Seen(sight(&policy, first_backup, &protection)));
        if protection.is_over() {
            return End::Ended(ending(&entity, &protection));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(PAUSES.1);
    }
}

/// Records the existing backups. What cannot be read is determined later.
async fn look_before(gate: &Gate, protection: &mut Protection) {
    let look = |partition| {
        let gate = gate.clone();
        async move {
            // Only with a policy is it known where backups are.
            let known = gate.configuration(partition).await.ok().flatten().is_some();
            let newest = if known { gate.newest(partition).await.ok() } else { None };
            (partition, newest)
        }
    };
    batch::each(protection.open(), gate.each, look, |_, looked| {
        // Otherwise it is determined later.
        if let Ok((partition, Some(newest))) = looked {
            protection.before(partition, newest);
        }
        true
    })
    .await;
}

/// One round of reads, of each partition that is not final. Returns the first error. A read that panicked is repeated
/// in the next round.
async fn read(gate: &Gate, protection: &mut Protection, first_backup: bool) -> Result<(), Error> {
    let look = |partition| {
        let gate = gate.clone();
        async move {
            let info = gate.configuration(partition).await;
            let backups = match &info {
                Ok(Some(_)) if first_backup => Some(gate.newest(partition).await),
                _ => None,
            };
            (partition, info, backups)
        }
    };
    let mut problem = None;
    batch::each(protection.open(), gate.each, look, |_, looked| {
        let Ok((partition, info, backups)) = looked else { return true };
        match info {
            Ok(info) => protection.configured(partition, info.as_ref()),
            Err(error) if error.kind() == ErrorKind::EntityNotFound => protection.gone(partition),
            Err(error) => problem = Some(error),
        }
        match backups {
            None => {}
            Some(Ok(newest)) => protection.newest(partition, newest),
            Some(Err(error)) => problem = Some(error),
        }
        true
    })
    .await;
    problem.map_or(Ok(()), Err)
}
