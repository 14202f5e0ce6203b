//! Carries a plan out: facts come in, orders go out.

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

/// The time, as facts and orders need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// How long this run has lasted, by a clock that never goes back.
    pub elapsed: Duration,
    /// What time it is.
    pub at: Timestamp,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Add this to the journal, sync it to the disk, then call [`Run::written`]. Nothing else is ordered before.
    Write(Entry),
    /// Read how far the partition's last restore is; then call [`Run::read`].
    Read(PartitionId),
    /// Send the restore, then call [`Run::started`].
    Start(PartitionId),
    /// Wait until there is a result to report, or until this much time has passed.
    Wait(Option<Duration>),
    /// The run is over.
    Done,
}

/// Something that a person may want to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The partition.
    pub partition: PartitionId,
    /// What is new.
    pub what: RunEvent,
}

/// What is new about a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEvent {
    /// Its restore was begun: by this run, or, as is found out now, by an earlier one.
    Started {
        /// Whether it was an earlier one.
        found: bool,
    },
    /// An earlier run did not begin it after all.
    NotStarted,
    /// It is in another phase.
    Phase(Phase),
    /// This run has done with it.
    Over(Outcome),
}

/// A run of a plan.
///
/// ```text
/// pending ─Read─▶ looked at ─Write Starting─▶ written down ─Start─▶ sent ─Write Started─▶ waiting ─Read…─▶ Write Ended
///    ▲                                                                                       ▲
///    │ certainly not begun                                                                   │ begun
///    └───────────────────────── about to be sent, says the journal ─Read…────────────────────┘
/// ```
///
/// A partition is sent only right after its `Starting` is on the disk, and what stands as `Starting` without what became of it
/// is never sent again before reading has shown that it was not begun: not at once, and not as long as it may be on its way.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    limits: Limits,
    partitions: Vec<PartitionRun>,
    /// Which of them need something.
    agenda: Agenda,
    index: BTreeMap<PartitionId, usize>,
    /// How many partitions are restored.
    restored: usize,
    /// What is to be written, in order.
    queue: VecDeque<(Option<usize>, Record)>,
    /// What is being written.
    writing: Option<(Option<usize>, Record)>,
    /// The number of the next line.
    next: u64,
    /// Whether no further partition is begun.
    stopping: bool,
    /// Whether what was not sent yet has been taken back.
    withdrawn: bool,
    /// Whether the journal takes no more.
    halted: bool,
    interrupted: bool,
    news: VecDeque<News>,
}

impl Run {
    /// A run that goes on where the journal ends; from the beginning if it is empty.
    ///
    /// # Errors
    /// If the journal is not this plan's, or says what cannot be.
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

    /// What to do next.
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

    /// What is new since the last call.
    pub fn news(&mut self) -> Vec<News> {
        self.news.drain(..).collect()
    }

    /// Each partition of the plan, in its order, and what became of it so far; then those for which the plan has no backup.
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

    /// How many partitions are restored so far, by this run and by earlier ones.
    pub fn restored(&self) -> usize {
        self.restored
    }

    /// Whether this run has nothing to do: every restore of the plan has ended, and none is tried again.
    pub fn is_over(&self) -> bool {
        self.agenda.active() == 0 && self.agenda.first_pending().is_none()
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether another run with the same journal could do more: something is not begun, or not known to have ended.
    pub fn is_resumable(&self) -> bool {
        !self.partitions.iter().all(|place| place.outcome().has_ended())
    }

    /// How often a partition was taken up.
    #[cfg(test)]
    pub(super) fn looks(&self) -> u64 {
        self.agenda.looks
    }

    #[cfg(test)]
    pub(super) fn is_started(&self, partition: PartitionId) -> bool {
        let place = self.index.get(&partition).and_then(|at| self.partitions.get(*at));
        place.is_some_and(|place| matches!(place.stage, Stage::Waiting { .. }))
    }

    /// What a partition needs now.
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
