//! Which partitions of a run need something, so that no order costs a walk over the whole plan.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::restore::stage::{PartitionRun, Stage};

/// What each partition's stage asks for, kept in step with the stages.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// Not begun.
    pending: BTreeSet<usize>,
    /// Under way, or about to be.
    active: usize,
    /// Sent, without a response yet.
    in_flight: usize,
    /// When to look at a partition, and which.
    due: BTreeSet<(Duration, usize)>,
    /// The same by partition.
    times: BTreeMap<usize, Duration>,
    /// How often a partition was taken up: what a run costs.
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

    /// A partition goes from one stage to another.
    pub(super) fn moves(&mut self, at: usize, from: &Stage, to: &Stage) {
        self.pending.remove(&at);
        self.active -= usize::from(from.is_active());
        self.in_flight -= usize::from(from.is_in_flight());
        self.forget(at);
        self.enters(at, to);
    }

    /// A partition is to be looked at then.
    pub(super) fn plan(&mut self, at: usize, due: Duration) {
        self.forget(at);
        self.times.insert(at, due);
        self.due.insert((due, at));
    }

    /// The next partition that is to be looked at by now.
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

    /// When the next one is to be looked at.
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
