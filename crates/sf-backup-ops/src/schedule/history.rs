//! What earlier backups show about the next one.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

use super::next_after;

/// The creation times of a partition's newest backups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// In order, at most [`KEPT`](Self::KEPT).
    made: Vec<Timestamp>,
}

/// A longer delay is not the duration of a backup: its run was missed.
const LONGEST: Duration = Duration::from_secs(90 * 60);
/// A shorter delay is ignored.
const SHORTEST: Duration = Duration::from_secs(60);
/// This many consecutive long gaps show that the schedule was different.
const ALIKE: usize = 3;

impl History {
    /// Maximum number of backups that are kept.
    pub const KEPT: usize = 6;

    /// Creates a history of these creation times, in any order.
    pub fn of(made: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut made: Vec<_> = made.into_iter().collect();
        made.sort_unstable();
        made.dedup();
        Self { made: made.split_off(made.len().saturating_sub(Self::KEPT)) }
    }

    /// The creation time of the newest backup.
    pub fn last(&self) -> Option<Timestamp> {
        self.made.last().copied()
    }

    /// How much later than due backups usually are, because they take time: the median of the newest. `None` with fewer
    /// than two backups.
    pub(super) fn delay(&self, schedule: &BackupScheduleDescription) -> Option<Duration> {
        let mut delays: Vec<Duration> =
            self.gaps().filter_map(|gap| gap.delay(schedule)).filter(|delay| *delay <= LONGEST).collect();
        delays.sort_unstable();
        match delays.get(delays.len() / 2) {
            Some(delay) => Some(if *delay < SHORTEST { Duration::ZERO } else { *delay }),
            None => (self.made.len() > 1).then_some(Duration::ZERO),
        }
    }

    /// The shortest of the newest gaps, if all of them are longer than the schedule and `grace` allow.
    pub(super) fn longer_gap(&self, schedule: &BackupScheduleDescription, grace: Duration) -> Option<Duration> {
        let newest: Vec<Gap> = self.gaps().rev().take(ALIKE).collect();
        let longer = newest.iter().all(|gap| gap.delay(schedule).is_some_and(|delay| delay > grace));
        newest.iter().map(|gap| gap.to.since(gap.from)).min().filter(|_| longer)
    }

    fn gaps(&self) -> impl DoubleEndedIterator<Item = Gap> {
        let pairs = self.made.iter().zip(self.made.iter().skip(1));
        pairs.map(|(from, to)| Gap { from: *from, to: *to })
    }
}

/// The time between two backups.
#[derive(Debug, Clone, Copy)]
struct Gap {
    from: Timestamp,
    to: Timestamp,
}

impl Gap {
    /// How much later than due the second one was; zero for an early one, such as an on-demand backup.
    fn delay(&self, schedule: &BackupScheduleDescription) -> Option<Duration> {
        Some(self.to.since(next_after(schedule, self.from)?))
    }
}
