use std::time::Duration;

use sf_backup_proto::flow::{LongRunning, Moment, Observed, PollEvent, Progress, ProgressStep};

/// The state of a `Poller`: waiting for a backup or a restore, without IO.
#[derive(Debug)]
pub struct Watch<O: LongRunning> {
    call: O,
    progress: Progress<O::Progress>,
}

impl<O: LongRunning> Watch<O> {
    /// Waits for the backup or restore that `call` started at `started`. `baseline` is the progress before.
    pub fn new(call: O, baseline: Option<O::Progress>, started: Moment) -> Self {
        Self { progress: call.progress(baseline).started_at(started), call }
    }

    /// Sets the time after which to stop waiting.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { progress: self.progress.deadline(deadline), ..self }
    }

    /// Sets how long the backup or restore may be accepted, or not visible, before it counts as stuck.
    #[must_use]
    pub fn stuck_after(self, time: Duration) -> Self {
        Self { progress: self.progress.stuck_after(time), ..self }
    }

    /// Returns the next step.
    pub fn step(&mut self, now: Moment) -> ProgressStep<O::Progress> {
        self.progress.step(now)
    }

    /// The call that reads the progress.
    pub fn read(&self) -> O::Read {
        self.call.read_progress()
    }

    /// Takes the result of that call.
    pub fn accept(&mut self, reading: Option<O::Progress>, now: Moment) -> PollEvent<O::Progress> {
        let seen: Observed = self.progress.accept(reading.clone(), now);
        PollEvent::Reading(seen, reading)
    }
}
