//! Carries out a plan, as a state machine: takes facts and returns orders.

mod agenda;
mod facts;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use sf_backup_proto::flow::{Moment, Phase, Progress, ProgressStep, WaitOutcome};
use sf_backup_proto::model::progress::RestoreProgressInfo;
use sf_backup_proto::{PartitionId, Timestamp};

use super::journal::{Entry, JournalError, Record};
use super::limits::Limits;
use super::replay::replay;
use super::stage::{PartitionRun, Stage};
use super::{Line, Outcome, Plan};
use agenda::Agenda;

/// The current time, by two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The time since the start of the run, monotonic.
    pub elapsed: Duration,
    /// The current time of day.
    pub at: Timestamp,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Append this to the journal, sync it to disk, then call [`Run::written`]. No other order is returned before.
    Write(Entry),
    /// Read the progress of the partition's last restore, then call [`Run::read`].
    Read(PartitionId),
    /// Send the restore, then call [`Run::started`].
    Start(PartitionId),
    /// Wait until there is a result to report, or until this much time has passed.
    Wait(Option<Duration>),
    /// The run is over.
    Done,
}

/// An event to report to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The partition.
    pub partition: PartitionId,
    /// The event.
    pub what: RunEvent,
}

/// An event of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEvent {
    /// Its restore was started, by this run or an earlier one.
    Started {
        /// Whether an earlier run started it.
        found: bool,
    },
    /// An earlier run did not start it.
    NotStarted,
    /// It entered another phase.
    Phase(Phase),
    /// This run is done with it.
    Over(Outcome),
}

/// A run of a plan, as a state machine.
///
/// ```text
/// pending ─Read─▶ looked at ─Write Starting─▶ written down ─Start─▶ sent ─Write Started─▶ waiting ─Read…─▶ Write Ended
///    ▲                                                                                       ▲
///    │ certainly not begun                                                                   │ begun
///    └───────────────────────── about to be sent, says the journal ─Read…────────────────────┘
/// ```
///
/// A restore is sent only right after its `Starting` is on disk. A partition with a `Starting` but no result is not
/// sent again until reading shows that the restore was not started and cannot be on its way any more.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    limits: Limits,
    partitions: Vec<PartitionRun>,
    /// Which partitions need attention.
    agenda: Agenda,
    index: BTreeMap<PartitionId, usize>,
    /// Number of restored partitions.
    restored: usize,
    /// Records to write, in order.
    queue: VecDeque<(Option<usize>, Record)>,
    /// The record that is being written.
    writing: Option<(Option<usize>, Record)>,
    /// The number of the next line.
    next: u64,
    /// Whether no further partition is started.
    stopping: bool,
    /// Whether partitions that were not sent yet have been reset.
    withdrawn: bool,
    /// Whether the journal cannot be written any more.
    halted: bool,
    interrupted: bool,
    news: VecDeque<News>,
}

impl Run {
    /// Creates a run that continues where the journal ends, or at the beginning if it is empty.
    ///
    /// # Errors
    /// If the journal belongs to another plan, or contradicts itself.
    pub fn new(plan: Plan, journal: &[Entry], limits: Limits) -> Result<Self, JournalError> {
        let partitions = replay(&plan, journal, limits)?;
        let agenda = Agenda::of(&partitions);
        let restored = partitions.iter().filter(|place| place.outcome() == Outcome::Restored).count();
        let index = plan.restores.iter().enumerate().map(|(at, restore)| (restore.partition.id, at)).collect();
        let mut queue = VecDeque::new();
        if journal.is_empty() {
            queue.push_back((None, Record::begun(&plan.fingerprint(), plan.restores.len())));
        }
        let next = journal.len() as u64 + 1;
        Ok(Self {
            plan,
            limits,
            partitions,
            agenda,
            index,
            restored,
            queue,
            writing: None,
            next,
            stopping: false,
            withdrawn: false,
            halted: false,
            interrupted: false,
            news: VecDeque::new(),
        })
    }

    /// Returns the next order.
    pub fn next(&mut self, now: Now) -> Order {
        if self.halted {
            return Order::Done;
        }
        if self.writing.is_none() {
            self.writing = self.queue.pop_front();
        }
        if let Some((_, record)) = &self.writing {
            return Order::Write(Entry { n: self.next, at: now.at, record: record.clone() });
        }
        if self.interrupted {
            return if self.agenda.in_flight() > 0 { Order::Wait(None) } else { Order::Done };
        }
        while let Some(at) = self.agenda.take_due(now.elapsed) {
            match self.watch(at, now) {
                Watched::Order(order) => return order,
                Watched::Wait(pause) => self.agenda.plan(at, now.elapsed.saturating_add(pause)),
                Watched::Nothing => {}
            }
            if !self.queue.is_empty() {
                return self.next(now);
            }
        }
        if !self.stopping
            && self.agenda.active() < self.limits.parallel.get()
            && let Some((at, id)) = self.agenda.first_pending().and_then(|at| Some((at, self.id(at)?)))
        {
            self.set(at, Stage::CheckingBaseline);
            return Order::Read(id);
        }
        if self.agenda.active() == 0 {
            return Order::Done;
        }
        Order::Wait(self.agenda.next_due().map(|due| due.saturating_sub(now.elapsed)))
    }

    /// Returns the events since the last call.
    pub fn news(&mut self) -> Vec<News> {
        self.news.drain(..).collect()
    }

    /// The outcome of each partition so far, in the order of the plan, then the partitions without a backup.
    pub fn lines(&self) -> Vec<Line> {
        let restores = self.plan.restores.iter().zip(&self.partitions);
        let restores = restores.map(|(restore, place)| Line {
            service: restore.service.clone(),
            partition: restore.partition.id,
            backup: Some(restore.point.id()),
            created: Some(restore.point.created()),
            outcome: place.outcome(),
            condition: None,
            started: place.started,
            ended: place.ended,
        });
        restores.chain(self.plan.missing.iter().map(Line::skipped)).collect()
    }

    /// Number of partitions restored so far, by this run and earlier ones.
    pub fn restored(&self) -> usize {
        self.restored
    }

    /// Whether this run has nothing to do: every restore of the plan has ended, and none is retried.
    pub fn is_over(&self) -> bool {
        self.agenda.active() == 0 && self.agenda.first_pending().is_none()
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether another run with the same journal could continue: a restore was not started, or is not known to have
    /// ended.
    pub fn is_resumable(&self) -> bool {
        !self.partitions.iter().all(|place| place.outcome().has_ended())
    }

    /// How often a partition was visited.
    #[cfg(test)]
    pub(super) fn looks(&self) -> u64 {
        self.agenda.looks
    }

    #[cfg(test)]
    pub(super) fn is_started(&self, partition: PartitionId) -> bool {
        let place = self.index.get(&partition).and_then(|at| self.partitions.get(*at));
        place.is_some_and(|place| matches!(place.stage, Stage::Waiting { .. }))
    }

    /// Determines what a partition needs now.
    fn watch(&mut self, at: usize, now: Now) -> Watched {
        let (Some(id), Some(stage)) = (self.id(at), self.partitions.get(at).map(|place| place.stage.clone())) else {
            return Watched::Nothing;
        };
        match stage {
            Stage::Sending { baseline, sent: false } => {
                self.set(at, Stage::Sending { baseline, sent: true });
                Watched::Order(Order::Start(id))
            }
            Stage::Unverified { baseline, mut watch } if !watch.reading => match watch.due.checked_sub(now.elapsed) {
                Some(pause) if !pause.is_zero() => Watched::Wait(pause),
                _ => {
                    watch.reading = true;
                    self.set(at, Stage::Unverified { baseline, watch });
                    Watched::Order(Order::Read(id))
                }
            },
            Stage::Waiting { mut progress, mut watch } if !watch.reading => {
                let pause = watch.due.saturating_sub(now.elapsed);
                match progress.step(Moment::after(now.elapsed.saturating_sub(watch.since))) {
                    ProgressStep::Poll if pause.is_zero() => {
                        watch.reading = true;
                        self.set(at, Stage::Waiting { progress, watch });
                        Watched::Order(Order::Read(id))
                    }
                    ProgressStep::Poll => Watched::Wait(pause),
                    ProgressStep::Wait(other) => Watched::Wait(other.max(pause)),
                    ProgressStep::Ended(ended) => {
                        self.ended(at, ended, now);
                        Watched::Nothing
                    }
                }
            }
            _ => Watched::Nothing,
        }
    }

    fn id(&self, at: usize) -> Option<PartitionId> {
        Some(self.plan.restores.get(at)?.partition.id)
    }

    fn set(&mut self, at: usize, stage: Stage) {
        if let Some(place) = self.partitions.get_mut(at) {
            self.agenda.moves(at, &place.stage, &stage);
            place.stage = stage;
        }
    }

    fn report(&mut self, at: usize, what: RunEvent) {
        if let Some(partition) = self.id(at) {
            self.news.push_back(News { partition, what });
        }
    }

    fn write(&mut self, at: usize, record: impl FnOnce(uuid::Uuid) -> Record) {
        if let Some(id) = self.id(at) {
            self.queue.push_back((Some(at), record(id.uuid())));
        }
    }
}

/// What a partition needs.
enum Watched {
    Order(Order),
    Wait(Duration),
    Nothing,
}

type Waited = WaitOutcome<RestoreProgressInfo>;

const FIRST_PAUSE: Duration = Progress::<RestoreProgressInfo>::FIRST_PAUSE;
const LONGEST_PAUSE: Duration = Progress::<RestoreProgressInfo>::LONGEST_PAUSE;
