//! Lists only as many backups of a partition as needed: the gateway times out before a storage with very many backups
//! can list all of them, and would again.

use std::time::Duration;

use sf_backup_hyper::{Error, RetryPolicy};
use sf_backup_ops::chain::{Backups, PartitionBackups};
use sf_backup_ops::schedule;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{ErrorKind, GetPartitionBackupList, PartitionId, Timestamp};

use crate::cluster::client::Client;
use crate::output::clock::Clock;

/// A list of backups.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) items: Vec<BackupInfo>,
    /// The start of the list; `None` if there is nothing older.
    pub(crate) since: Option<Timestamp>,
    /// When the list was received.
    pub(crate) at: Timestamp,
}

/// How far back to list if the schedule is not known.
const REACH: Duration = Duration::from_secs(35 * 86_400);
/// Factor by which the range is shortened after a timeout.
const NARROWER: u32 = 4;
/// How often a list is extended to find the start of the newest chain.
const LONGER: u32 = 3;
/// Maximum number of items kept per partition; longer lists are narrowed.
const ITEMS: usize = 20_000;

/// Why there is no list.
enum Unlisted {
    TooMuch,
    Failed(Error),
}

/// The newest backups of a partition, including the whole newest chain, as far as they can be listed.
pub(crate) async fn recent(
    client: &Client,
    partition: PartitionId,
    policy: Option<&BackupPolicyDescription>,
    clock: &Clock,
) -> Result<Listed, Error> {
    recent_and_history(client, partition, policy, Duration::ZERO, clock).await
}

/// As [`recent`], and at least the backups of the last `history`.
pub(crate) async fn recent_and_history(
    client: &Client,
    partition: PartitionId,
    policy: Option<&BackupPolicyDescription>,
    history: Duration,
    clock: &Clock,
) -> Result<Listed, Error> {
    let reader = BackupReader { client, once: client.with_retry(RetryPolicy::never()), partition, clock };
    let reach = reach(policy, history);
    let now = clock.whole();
    for reach in [reach, reach / NARROWER] {
        match reader.since(before(now, reach)).await {
            Ok(listed) if listed.items.is_empty() => return reader.older(reach).await,
            Ok(listed) => return Ok(reader.whole(listed, reach).await),
            Err(Unlisted::Failed(error)) => return Err(error),
            Err(Unlisted::TooMuch) => {}
        }
    }
    reader.newest().await
}

/// How far back to list at first.
pub(crate) fn reach(policy: Option<&BackupPolicyDescription>, history: Duration) -> Duration {
    policy.and_then(schedule::reach).unwrap_or(REACH).max(history)
}

struct BackupReader<'r> {
    client: &'r Client,
    /// The client without retries.
    once: Client,
    partition: PartitionId,
    clock: &'r Clock,
}

impl BackupReader<'_> {
    /// Finds older backups: the newest one, and those before it.
    async fn older(&self, reach: Duration) -> Result<Listed, Error> {
        let newest = self.newest().await?;
        let made = newest.items.iter().filter_map(|backup| backup.creation_time_utc).max();
        let Some(made) = made else {
            return Ok(Listed { since: None, ..newest });
        };
        match self.since(before(made, reach)).await {
            Ok(listed) if !listed.items.is_empty() => Ok(self.whole(listed, reach).await),
            Ok(_) | Err(Unlisted::TooMuch) => Ok(newest),
            Err(Unlisted::Failed(error)) => Err(error),
        }
    }

    /// Lists only the newest backup.
    async fn newest(&self) -> Result<Listed, Error> {
        let mut call = GetPartitionBackupList::new(self.partition);
        call.latest = Some(true);
        let items = crate::cluster::pages::all(self.client, call).await?;
        let since = items.iter().filter_map(|backup| backup.creation_time_utc).max();
        Ok(Listed { items, since, at: self.clock.whole() })
    }

    /// Extends a list that starts within the newest chain until it contains the full backup.
    async fn whole(&self, mut listed: Listed, reach: Duration) -> Listed {
        for times in 1..=LONGER {
            let backups = Backups::of(listed.items.iter().cloned());
            let is_cut = backups.partitions.iter().any(begins_in_the_newest_chain);
            let Some(since) = listed.since.filter(|_| is_cut) else { break };
            match self.since(before(since, reach * times)).await {
                Ok(longer) => listed = longer,
                Err(_) => break,
            }
        }
        listed
    }

    async fn since(&self, since: Timestamp) -> Result<Listed, Unlisted> {
        let mut call = GetPartitionBackupList::new(self.partition);
        call.start_date_time_filter = Some(since);
        let items = match self.pages(&self.once, call.clone()).await {
            Err(Unlisted::Failed(error)) if error.kind() == ErrorKind::Timeout => {
                return Err(Unlisted::TooMuch);
            }
            // A transient error is no reason to shorten the range.
            Err(Unlisted::Failed(error)) if error.is_transient() || error.kind() == ErrorKind::ResponseLost => {
                self.pages(self.client, call).await?
            }
            items => items?,
        };
        Ok(Listed { items, since: Some(since), at: self.clock.whole() })
    }

    async fn pages(&self, client: &Client, call: GetPartitionBackupList) -> Result<Vec<BackupInfo>, Unlisted> {
        let mut items = Vec::new();
        let mut pages = client.pager(call).into_pages();
        while let Some(page) = pages.next().await {
            items.append(&mut page.map_err(Unlisted::Failed)?);
            if items.len() > ITEMS {
                return Err(Unlisted::TooMuch);
            }
        }
        Ok(items)
    }
}

/// Whether the list starts within the newest chain: its full backup is missing, and nothing older is listed.
pub(crate) fn begins_in_the_newest_chain(backups: &PartitionBackups) -> bool {
    let newest = backups.chains.iter().filter(|chain| chain.id.is_some()).max_by_key(|chain| chain.ended());
    newest.is_some_and(|newest| {
        newest.full.is_none() && backups.chains.iter().all(|other| other.began() >= newest.began())
    })
}

pub(crate) fn before(at: Timestamp, length: Duration) -> Timestamp {
    // There are no backups before 1970.
    at.checked_sub(length).unwrap_or(Timestamp::UNIX_EPOCH)
}
