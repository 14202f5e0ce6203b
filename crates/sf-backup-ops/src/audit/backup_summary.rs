//! The summary of a list of backups.

use std::collections::BTreeSet;
use std::time::Duration;

use sf_backup_proto::{PartitionId, Timestamp};
use uuid::Uuid;

use super::finding::Finding;
use crate::chain::{Backups, Chain, PartitionBackups};
use crate::schedule::History;

/// The summary of a partition's backups for an audit. Small, however long the list is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BackupSummary {
    /// Number of listed backups.
    pub count: usize,
    /// The start of the requested range; `None` for all backups.
    pub since: Option<Timestamp>,
    /// Whether the newest chain began before the start of the range, so that it is unknown which of its backups can be
    /// restored.
    pub cut: bool,
    /// Creation times of the newest backups that are listed without a failure.
    pub history: History,
    /// Creation times of the newest backups that can be restored.
    pub points: History,
    /// Number of backups in the newest chain.
    pub chain_length: usize,
    /// The data loss number of the newest backup.
    pub data_loss: Option<i64>,
    /// The newest backups, oldest first, at most [`MADE`](Self::MADE).
    pub made: Vec<Made>,
    /// The defects of the backups.
    pub findings: Vec<Finding>,
    /// Whether the list itself reports a failure, so that it may be incomplete.
    pub failed: bool,
}

/// A backup on a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The creation time.
    pub at: Timestamp,
    /// Whether it is full.
    pub full: bool,
    /// Whether it can be restored.
    pub sound: bool,
}

/// How far the clock of a node may be ahead.
const SKEW: Duration = Duration::from_secs(15 * 60);
/// Maximum number of defects that are listed one by one.
const MOST_REPORTED: usize = 5;

impl BackupSummary {
    /// Maximum number of backups that are kept for a timeline.
    pub const MADE: usize = 60;

    /// Summarizes a list of backups that were created after `since`, or of all. Ignores backups dated after `now`: they
    /// would hide for a long time that backups have stopped.
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
        // A chain that began before the range lacks its full backup only for that reason.
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
