//! What the backups so far show about the next one.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

use super::next_after;

/// When the newest backups of a partition were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// In order, at most [`KEPT`](Self::KEPT).
    made: Vec<Timestamp>,
}

/// A backup that comes later than that took no time: its run was missed.
const LONGEST: Duration = Duration::from_secs(90 * 60);
/// A delay that is not worth mentioning.
const SHORTEST: Duration = Duration::from_secs(60);
/// So many long gaps in a row show that the schedule was another.
const ALIKE: usize = 3;

impl History {
    /// The most backups that are kept.
    pub const KEPT: usize = 6;

    /// Of these backups, in any order.
    pub fn of(made: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut made: Vec<_> = made.into_iter().collect();
        made.sort_unstable();
        made.dedup();
        Self { made: made.split_off(made.len().saturating_sub(Self::KEPT)) }
    }

    /// When the newest was made.
    pub fn last(&self) -> Option<Timestamp> {
        self.made.last().copied()
    }

    /// How much later than due backups come as a rule, for they take time: the middle one of the newest. `None` without two
    /// backups.
    pub(super) fn delay(&self, schedule: &BackupScheduleDescription) -> Option<Duration> {
        let mut delays: Vec<Duration> =
            self.gaps().filter_map(|gap| gap.delay(schedule)).filter(|delay| *delay <= LONGEST).collect();
        delays.sort_unstable();
        match delays.get(delays.len() / 2) {
            Some(delay) => Some(if *delay < SHORTEST { Duration::ZERO } else { *delay }),
            None => (self.made.len() > 1).then_some(Duration::ZERO),
        }
    }

    /// The shortest of the newest times between two backups, if all of them are longer than the schedule and `grace` allow.
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
    /// How much later than due the second one came; nothing for one that came early, as one on demand does.
    fn delay(&self, schedule: &BackupScheduleDescription) -> Option<Duration> {
        Some(self.to.since(next_after(schedule, self.from)?))
    }
}
