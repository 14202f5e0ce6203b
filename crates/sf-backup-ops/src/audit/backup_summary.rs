//! What a list of backups comes to, in a few numbers.

use std::collections::BTreeSet;
use std::time::Duration;

use sf_backup_proto::{PartitionId, Timestamp};
use uuid::Uuid;

use super::finding::Finding;
use crate::chain::{Backups, Chain, PartitionBackups};
use crate::schedule::History;

/// The backups of a partition, as far as an audit needs them: of a long list little is kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupSummary {
    /// How many are listed.
    pub count: usize,
    /// The start of the requested range; `None` for all backups.
    pub since: Option<Timestamp>,
    /// Whether the newest chain began before that, so that it is unknown what of it can be restored.
    pub cut: bool,
    /// When the newest were made that are listed without a failure.
    pub history: History,
    /// When the newest were made that can be restored.
    pub points: History,
    /// How many the newest chain has.
    pub chain_length: usize,
    /// How often the partition had lost data when the newest was made.
    pub data_loss: Option<i64>,
    /// The newest, in order, at most [`MADE`](Self::MADE).
    pub made: Vec<Made>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
    /// Whether the list itself reports a failure, so that it may lack something.
    pub failed: bool,
}

/// A backup, as a timeline shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// When.
    pub at: Timestamp,
    /// Whether it is full.
    pub full: bool,
    /// Whether it can be restored.
    pub sound: bool,
}

/// How far the clock of a node may be ahead.
const SKEW: Duration = Duration::from_secs(15 * 60);
/// The maximum number of flaws that are listed one by one.
const MOST_REPORTED: usize = 5;

impl BackupSummary {
    /// The most backups that are kept for a timeline.
    pub const MADE: usize = 60;

    /// What a list comes to at this time, of backups that were made after `since`, or of all. What is dated later than now
    /// counts for nothing: it would hide for long that backups have stopped.
    pub fn of(backups: &Backups, partition: PartitionId, since: Option<Timestamp>, now: Timestamp) -> Self {
        let mut backup_summary = Self { failed: !backups.failures.is_empty(), since, ..Self::default() };
        backup_summary.findings.extend(backups.failures.iter().take(MOST_REPORTED).map(Finding::of_failure));
        if let Some(own) = backups.partition(partition) {
            backup_summary.take(own, now.checked_add(SKEW).unwrap_or(now));
        }
        backup_summary
    }

    fn take(&mut self, backups: &PartitionBackups, horizon: Timestamp) {
        let points: BTreeSet<Uuid> = backups.chains.iter().flat_map(Chain::points).map(|point| point.id).collect();
        let mut made: Vec<Made> = Vec::new();
        let mut ahead = 0;
        for link in backups.links() {
            self.count += 1;
            let Some(at) = link.backup.creation_time_utc else { continue };
            if at > horizon {
                ahead += 1;
            } else if link.backup.failure_error.is_none() {
                let epoch = link.backup.epoch_of_last_backup_record.as_ref();
                self.data_loss = self.data_loss.max(epoch.and_then(|epoch| epoch.data_loss_version));
                let sound = link.backup.backup_id.is_some_and(|id| points.contains(&id));
                made.push(Made { at, full: link.is_full(), sound });
            }
        }
        made.sort_by_key(|made| made.at);
        self.history = History::of(made.iter().map(|made| made.at));
        self.points = History::of(made.iter().filter(|made| made.sound).map(|made| made.at));
        let newest = backups.chains.iter().filter(|chain| chain.id.is_some()).max_by_key(|chain| chain.ended());
        self.chain_length = newest.map_or(0, |chain| chain.links().count());
        // What began before the list did lacks its full backup for that reason alone.
        let first = backups.chains.iter().filter(|chain| self.since.is_some() && chain.full.is_none());
        let first = first
            .min_by_key(|chain| chain.began())
            .filter(|chain| backups.chains.iter().all(|other| other.began() >= chain.began()));
        self.cut = first.is_some_and(|first| newest.is_some_and(|newest| newest.id == first.id));
        self.made = made.split_off(made.len().saturating_sub(Self::MADE));
        let whole = backups.chains.iter().rev().filter(|chain| first.is_none_or(|first| first.id != chain.id));
        self.findings.extend(whole.flat_map(flaws).take(MOST_REPORTED));
        if ahead > 0 {
            self.findings.push(Finding::Ahead(ahead));
        }
    }
}

fn flaws(chain: &Chain) -> Vec<Finding> {
    let whole = chain.flaw().map(|flaw| Finding::of_chain(chain, &flaw));
    let links = chain.links().flat_map(|link| link.flaws.iter().map(move |flaw| Finding::of_link(link, flaw)));
    whole.into_iter().chain(links).collect()
}
