//! Waiting for a backup or a restore.

mod started;

use std::time::Duration;

pub use started::{LongRunning, PollEvent};

use super::Moment;
use crate::model::progress::{BackupProgressInfo, BackupState, RestoreProgressInfo, RestoreState};

/// The phase of a backup or a restore, whatever its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Validated, not started. A restore can stay in this phase forever.
    Accepted,
    /// Running, or in a state that this library does not know.
    Running,
    /// Succeeded.
    Success,
    /// Failed.
    Failure,
    /// The server stopped waiting. The run can still have succeeded.
    Timeout,
}

impl Phase {
    /// Whether the run has ended.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Success | Self::Failure | Self::Timeout)
    }
}

/// The progress of a backup or a restore.
pub trait HasPhase: Clone + PartialEq {
    /// The phase of the run.
    fn phase(&self) -> Phase;
}

impl HasPhase for BackupProgressInfo {
    fn phase(&self) -> Phase {
        match self.backup_state {
            Some(BackupState::Accepted) => Phase::Accepted,
            Some(BackupState::Success) => Phase::Success,
            Some(BackupState::Failure) => Phase::Failure,
            Some(BackupState::Timeout) => Phase::Timeout,
            _ => Phase::Running,
        }
    }
}

impl HasPhase for RestoreProgressInfo {
    fn phase(&self) -> Phase {
        match self.restore_state {
            Some(RestoreState::Accepted) => Phase::Accepted,
            Some(RestoreState::Success) => Phase::Success,
            Some(RestoreState::Failure) => Phase::Failure,
            Some(RestoreState::Timeout) => Phase::Timeout,
            _ => Phase::Running,
        }
    }
}

/// Whether a run was started between two readings; `None` if the readings do not show it.
///
/// A server refuses a second run while one is running, so a different reading after a final one is a new run. After a reading
/// that was not final, it can be the same run in a later phase. An equal reading can also be of a new run, because only a
/// success has a time and an id.
pub fn new_run_started<P: HasPhase>(before: Option<&P>, now: Option<&P>) -> Option<bool> {
    let Some(before) = before else {
        return Some(now.is_some());
    };
    match (before.phase(), now) {
        // A record never disappears.
        (_, None) => None,
        (Phase::Success, Some(now)) if before == now => Some(false),
        (phase, Some(now)) if phase.is_final() && before != now => Some(true),
        // Back to the beginning: a new run.
        (Phase::Running, Some(now)) if now.phase() == Phase::Accepted => Some(true),
        (_, Some(_)) => None,
    }
}

/// What a reading shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// No progress of this run yet: no reading at all, or the result of the previous run.
    Nothing,
    /// This run, in this phase.
    Run(Phase),
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgressStep<P> {
    /// Read the progress, then call [`Progress::accept`].
    Poll,
    /// Wait this long.
    Wait(Duration),
    /// Waiting is over.
    Ended(WaitOutcome<P>),
}

/// How waiting ended. The run itself may go on after the last two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitOutcome<P> {
    /// The run reached a final phase: success, failure or timeout, see [`HasPhase::phase`].
    Final(P),
    /// The run was accepted, or not even visible, for too long, and will almost never start. This happens to a restore
    /// when the fault analysis service is down; it then blocks every later backup and restore of the partition.
    Stuck {
        /// The last reading, if there was one.
        last: Option<P>,
    },
    /// The caller's own deadline has passed.
    Deadline {
        /// The last reading, if there was one.
        last: Option<P>,
    },
}

/// Waits for one run of a backup or a restore. Its time counts from the first step, or from [`Self::started_at`].
///
/// ```text
///   ┌────▶ Poll ──accept──▶ Wait ──┐            final, and not the run before ──▶ WaitOutcome::Final
///   └──────────────────────────────┘            accepted or unseen for too long ─▶ WaitOutcome::Stuck
///                                               deadline passed ─────────────────▶ WaitOutcome::Deadline
/// ```
///
/// The server keeps the result of the last run until the next one is requested, so a first reading may show the
/// previous run. Read the progress **before** starting the run, and pass it as the baseline: equal readings are not
/// taken for the new run's until a different one arrives.
///
/// ```
/// use sf_backup_proto::flow::{WaitOutcome, Moment, Progress, ProgressStep};
/// use sf_backup_proto::model::progress::{BackupProgressInfo, BackupState};
///
/// let mut readings = [BackupState::Accepted, BackupState::BackupInProgress, BackupState::Success].into_iter();
/// let mut progress = Progress::new(None);
/// let mut now = Moment::START;
/// let ended = loop {
///     match progress.step(now) {
///         ProgressStep::Poll => {
///             let reading = readings.next().map(|state| BackupProgressInfo::new().backup_state(state));
///             progress.accept(reading, now);
///         }
///         ProgressStep::Wait(pause) => now = now + pause,
///         ProgressStep::Ended(ended) => break ended,
///     }
/// };
/// assert_eq!(ended, WaitOutcome::Final(BackupProgressInfo::new().backup_state(BackupState::Success)));
/// ```
#[derive(Debug, Clone)]
pub struct Progress<P> {
    /// The result of the previous run, while it can still be mistaken for this run's.
    baseline: Option<P>,
    last: Option<P>,
    stuck_after: Duration,
    deadline: Option<Duration>,
    started: Option<Moment>,
    /// Since when, from the start, the run has been accepted or invisible without a break.
    idle_since: Option<Duration>,
    pause: Duration,
    /// When the next poll is due, from the start.
    due: Duration,
}

impl<P: HasPhase> Progress<P> {
    /// The first pause between two readings.
    pub const FIRST_PAUSE: Duration = Duration::from_secs(1);
    /// The longest pause between two readings.
    pub const LONGEST_PAUSE: Duration = Duration::from_secs(15);
    /// Default of [`Self::stuck_after`]: the server's own time limit of a run (10 minutes by default, 30 for restores
    /// on late runtimes: see [`RestorePartition`](crate::RestorePartition)) and two minutes for its work queue.
    pub const STUCK_AFTER: Duration = Duration::from_secs(12 * 60);

    /// Waits for a run that is about to be started, or was just started. `baseline` is the progress from before.
    pub fn new(baseline: Option<P>) -> Self {
        Self {
            // While a run was going on, the server refused another one; only a result can be mistaken for the new
            // run's.
            baseline: baseline.filter(|before| before.phase().is_final()),
            last: None,
            stuck_after: Self::STUCK_AFTER,
            deadline: None,
            started: None,
            idle_since: Some(Duration::ZERO),
            pause: Self::FIRST_PAUSE,
            due: Duration::ZERO,
        }
    }

    /// Sets how long a run may be accepted, or not visible, before it counts as stuck. Use the timeout of the backup or
    /// restore and a margin.
    #[must_use]
    pub fn stuck_after(mut self, time: Duration) -> Self {
        self.stuck_after = time;
        self
    }

    /// Sets the time after which to stop waiting. The run itself goes on.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets when the run was started.
    #[must_use]
    pub fn started_at(mut self, moment: Moment) -> Self {
        self.started = Some(moment);
        self
    }

    /// Returns what to do next.
    pub fn step(&mut self, now: Moment) -> ProgressStep<P> {
        let elapsed = self.elapsed(now);
        if let Some(last) = self.last.as_ref().filter(|last| last.phase().is_final()) {
            return ProgressStep::Ended(WaitOutcome::Final(last.clone()));
        }
        if self.deadline.is_some_and(|deadline| elapsed >= deadline) {
            return ProgressStep::Ended(WaitOutcome::Deadline { last: self.last.clone() });
        }
        if self.idle_since.is_some_and(|since| elapsed.saturating_sub(since) >= self.stuck_after) {
            return ProgressStep::Ended(WaitOutcome::Stuck { last: self.last.clone() });
        }
        match self.due.checked_sub(elapsed) {
            None | Some(Duration::ZERO) => ProgressStep::Poll,
            Some(pause) => ProgressStep::Wait(self.not_past_deadline(pause, elapsed)),
        }
    }

    /// Takes a reading: the response of the progress operation.
    pub fn accept(&mut self, reading: Option<P>, now: Moment) -> Observed {
        let elapsed = self.elapsed(now);
        let seen = match reading.filter(|reading| self.baseline.as_ref() != Some(reading)) {
            None => Observed::Nothing,
            Some(reading) => {
                let phase = reading.phase();
                self.baseline = None;
                // After a change, poll again soon.
                if self.last.as_ref().map(P::phase) != Some(phase) {
                    self.pause = Self::FIRST_PAUSE;
                }
                self.idle_since = if phase == Phase::Accepted { self.idle_since.or(Some(elapsed)) } else { None };
                self.last = Some(reading);
                Observed::Run(phase)
            }
        };
        self.due = elapsed.saturating_add(self.pause);
        self.pause = (self.pause * 3 / 2).min(Self::LONGEST_PAUSE);
        seen
    }

    fn elapsed(&mut self, now: Moment) -> Duration {
        now.since(*self.started.get_or_insert(now))
    }

    fn not_past_deadline(&self, pause: Duration, elapsed: Duration) -> Duration {
        self.deadline.map_or(pause, |deadline| pause.min(deadline.saturating_sub(elapsed)))
    }
}

#[cfg(test)]
mod tests;
