//! Carries a plan out: facts come in, orders go out.

mod facts;

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::time::Duration;

use sf_backup_proto::flow::{Ended, Phase, Progress, ProgressStep};
use sf_backup_proto::model::progress::RestoreProgressInfo;
use sf_backup_proto::{PartitionId, Timestamp};

use super::journal::{Entry, JournalError, Record};
use super::replay::replay;
use super::stage::{Place, Stage};
use super::{Line, Outcome, Plan};

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many partitions are restored at the same time. What an earlier run has begun counts, and is not held back.
    pub parallel: NonZeroUsize,
    /// Whether further partitions are begun after one has failed.
    pub keep_going: bool,
    /// How long a restore that an earlier run was about to send may still be on its way: the gateway holds requests while the
    /// backup service moves. [`Limits::SETTLE`], unless longer timeouts were asked for.
    pub settle: Duration,
    /// How long a restore may be accepted, or not visible, before it counts as stuck.
    pub stuck_after: Duration,
}

impl Limits {
    /// The gateway's own two minutes, and a margin.
    pub const SETTLE: Duration = Duration::from_secs(130);
}

impl Default for Limits {
    fn default() -> Self {
        Self { parallel: NonZeroUsize::MIN, keep_going: false, settle: Self::SETTLE, stuck_after: STUCK_AFTER }
    }
}

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
    /// Add this to the journal, and see that it is on the disk; then tell [`Run::written`]. Nothing else is ordered before.
    Write(Entry),
    /// Read how far the partition's last restore is; then tell [`Run::read`].
    Read(PartitionId),
    /// Send the restore; then tell [`Run::started`].
    Start(PartitionId),
    /// Nothing, until there is a fact to tell, or this much time has passed.
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
    pub what: What,
}

/// What is new about a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
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
/// is never sent again before reading has told that it was not begun: not at once, and not as long as it may be on its way.
#[derive(Debug)]
pub struct Run {
    plan: Plan,
    limits: Limits,
    places: Vec<Place>,
    index: BTreeMap<PartitionId, usize>,
    /// What is to be written, in order.
    queue: VecDeque<(Option<usize>, Record)>,
    /// What is being written.
    writing: Option<(Option<usize>, Record)>,
    /// The number of the next line.
    next: u64,
    /// Whether no further partition is begun.
    stopping: bool,
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
        let places = replay(&plan, journal, limits.stuck_after)?;
        let index = plan.restores.iter().enumerate().map(|(at, restore)| (restore.partition.id, at)).collect();
        let mut queue = VecDeque::new();
        if journal.is_empty() {
            queue.push_back((None, Record::begun(&plan.fingerprint(), plan.restores.len())));
        }
        let next = journal.len() as u64 + 1;
        Ok(Self {
            plan,
            limits,
            places,
            index,
            queue,
            writing: None,
            next,
            stopping: false,
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
            let sent = |place: &Place| matches!(place.stage, Stage::Sending { sent: true, .. });
            return if self.places.iter().any(sent) { Order::Wait(None) } else { Order::Done };
        }
        let mut pause: Option<Duration> = None;
        for at in 0..self.places.len() {
            match self.watch(at, now) {
                Watched::Order(order) => return order,
                Watched::Wait(time) => pause = Some(pause.map_or(time, |pause| pause.min(time))),
                Watched::Nothing => {}
            }
            if !self.queue.is_empty() {
                return self.next(now);
            }
        }
        let active = self.places.iter().filter(|place| place.is_active()).count();
        if !self.stopping && active < self.limits.parallel.get() {
            let pending = self.places.iter().position(|place| matches!(place.stage, Stage::Pending));
            if let Some((at, id)) = pending.and_then(|at| Some((at, self.id(at)?))) {
                self.set(at, Stage::Looking);
                return Order::Read(id);
            }
        }
        if active == 0 { Order::Done } else { Order::Wait(pause) }
    }

    /// What is new since the last call.
    pub fn news(&mut self) -> Vec<News> {
        self.news.drain(..).collect()
    }

    /// Each partition of the plan, in its order, and what became of it so far.
    pub fn lines(&self) -> Vec<Line> {
        let restores = self.plan.restores.iter().zip(&self.places);
        restores
            .map(|(restore, place)| Line {
                service: restore.service.clone(),
                partition: restore.partition.id,
                backup: restore.point.id(),
                created: restore.point.created(),
                outcome: place.outcome(),
                started: place.started,
                ended: place.ended,
            })
            .collect()
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether another run with the same journal could do more: something is not begun, or not known to have ended.
    pub fn is_resumable(&self) -> bool {
        let ended =
            |place: &Place| matches!(place.outcome(), Outcome::Restored | Outcome::Failed(_) | Outcome::TimedOut);
        !self.places.iter().all(ended)
    }

    /// What a partition needs now.
    fn watch(&mut self, at: usize, now: Now) -> Watched {
        let (Some(id), Some(place)) = (self.id(at), self.places.get_mut(at)) else { return Watched::Nothing };
        match &mut place.stage {
            Stage::Sending { sent, .. } if !*sent => {
                *sent = true;
                Watched::Order(Order::Start(id))
            }
            Stage::Doubt { watch, .. } if !watch.reading => match watch.due.checked_sub(now.elapsed) {
                Some(pause) if !pause.is_zero() => Watched::Wait(pause),
                _ => {
                    watch.reading = true;
                    Watched::Order(Order::Read(id))
                }
            },
            Stage::Waiting { progress, watch } if !watch.reading => {
                let pause = watch.due.saturating_sub(now.elapsed);
                match progress.step(now.elapsed.saturating_sub(watch.since)) {
                    ProgressStep::Poll if pause.is_zero() => {
                        watch.reading = true;
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
        if let Some(place) = self.places.get_mut(at) {
            place.stage = stage;
        }
    }

    fn tell(&mut self, at: usize, what: What) {
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

type Waited = Ended<RestoreProgressInfo>;

const STUCK_AFTER: Duration = Progress::<RestoreProgressInfo>::STUCK_AFTER;
const FIRST_PAUSE: Duration = Progress::<RestoreProgressInfo>::FIRST_PAUSE;
const LONGEST_PAUSE: Duration = Progress::<RestoreProgressInfo>::LONGEST_PAUSE;
