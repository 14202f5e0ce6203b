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

/// Declares the `Poller` of a `Client`, with everything but its waiting.
#[doc(hidden)]
#[macro_export]
macro_rules! poller {
    ($(#[$meta:meta])* $Client:ty) => {
        $(#[$meta])*
        #[must_use = "does nothing until `wait` is called"]
        #[derive(Debug)]
        pub struct Poller<O: $crate::proto::flow::LongRunning> {
            client: $Client,
            watch: $crate::Watch<O>,
        }

        impl $Client {
            /// Waits for a backup or restore that the same call has started before, whichever one the cluster reports.
            pub fn attach<O: $crate::proto::flow::LongRunning>(&self, call: O) -> Poller<O> {
                self.poller(call, None)
            }

            /// Waits for what `call` has just started. `baseline` is the progress before.
            fn poller<O: $crate::proto::flow::LongRunning>(&self, call: O, baseline: Option<O::Progress>) -> Poller<O> {
                Poller { client: self.clone(), watch: $crate::Watch::new(call, baseline, self.0.shared().now()) }
            }
        }

        impl<O: $crate::proto::flow::LongRunning> Poller<O> {
            /// Stops waiting after this time, counted from the start. The backup or restore continues in the cluster.
            pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
                self.watch = self.watch.deadline(deadline);
                self
            }

            /// Sets how long the backup or restore may be accepted, or not visible, before it counts as stuck.
            pub fn stuck_after(mut self, time: std::time::Duration) -> Self {
                self.watch = self.watch.stuck_after(time);
                self
            }
        }
    };
}
