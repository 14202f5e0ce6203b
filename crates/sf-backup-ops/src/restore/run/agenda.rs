//! Which partitions of a run need attention, so that an order does not require a walk over the whole plan.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::restore::stage::{PartitionRun, Stage};

/// An index of the partitions by stage, updated with the stages.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// Not started.
    pending: BTreeSet<usize>,
    /// Number of running partitions, and of those about to start.
    active: usize,
    /// Number of sent restores without a response.
    in_flight: usize,
    /// The times at which partitions are due, with the partition.
    due: BTreeSet<(Duration, usize)>,
    /// The same by partition.
    times: BTreeMap<usize, Duration>,
    /// How often a partition was visited: the cost of a run.
    #[cfg(test)]
    pub(super) looks: u64,
}

impl Agenda {
    pub(super) fn of(partitions: &[PartitionRun]) -> Self {
        let mut agenda = Self::default();
        for (at, place) in partitions.iter().enumerate() {
            agenda.enters(at, &place.stage);
        }
        agenda
    }

    /// Moves a partition from one stage to another.
    pub(super) fn moves(&mut self, at: usize, from: &Stage, to: &Stage) {
        self.pending.remove(&at);
        self.active -= usize::from(from.is_active());
        self.in_flight -= usize::from(from.is_in_flight());
        self.forget(at);
        self.enters(at, to);
    }

    /// Schedules a visit of a partition.
    pub(super) fn plan(&mut self, at: usize, due: Duration) {
        self.forget(at);
        self.times.insert(at, due);
        self.due.insert((due, at));
    }

    /// The next partition that is due.
    pub(super) fn take_due(&mut self, elapsed: Duration) -> Option<usize> {
        let (due, at) = self.due.first().copied().filter(|(due, _)| *due <= elapsed)?;
        self.due.remove(&(due, at));
        self.times.remove(&at);
        #[cfg(test)]
        {
            self.looks += 1;
        }
        Some(at)
    }

    /// The time at which the next partition is due.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.first().map(|(due, _)| *due)
    }

    pub(super) fn first_pending(&self) -> Option<usize> {
        self.pending.first().copied()
    }

    pub(super) fn active(&self) -> usize {
        self.active
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }

    fn enters(&mut self, at: usize, stage: &Stage) {
        if matches!(stage, Stage::Pending) {
            self.pending.insert(at);
        }
        self.active += usize::from(stage.is_active());
        self.in_flight += usize::from(stage.is_in_flight());
        if let Some(due) = stage.due() {
            self.plan(at, due);
        }
    }

    fn forget(&mut self, at: usize) {
        if let Some(due) = self.times.remove(&at) {
            self.due.remove(&(due, at));
        }
    }
}
