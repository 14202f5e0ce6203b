//! Waits for several operations, until all have ended or waiting stops.

use std::pin::Pin;
use std::sync::Arc;

use sf_backup_hyper::Batch;
use sf_backup_proto::Operation;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::ending::{Ending, Left};
use super::progress_display::{ProgressDisplay, TICK};
use super::wait_target::{End, News, Subject, WaitTarget};
use crate::cluster::calls::{Calls, name};
use crate::cluster::session::Session;
use crate::options::ids::Concurrency;
use crate::options::waiting::Waiting;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, with_causes};

/// Reports the news of a task.
pub(super) type Reporter = Box<dyn Fn(News) + Send>;

/// A task that follows one target.
type Task<'a> = Arc<dyn Fn(Reporter) -> Pin<Box<dyn Future<Output = End> + Send>> + Send + Sync + 'a>;

impl Session<'_, '_> {
    /// Runs `task` for each call, and prints its progress and outcome. Calls `close` once no further one may start.
    pub(super) async fn wait_for<O, F>(
        &mut self,
        calls: &Calls<O>,
        concurrency: Concurrency,
        waiting: Waiting,
        subject: &Subject,
        task: impl Fn(O, Reporter) -> F + Sync,
        close: impl Fn(),
    ) -> Result<(), Failure>
    where
        O: Operation,
        F: Future<Output = End> + Send + 'static,
    {
        let tasks = calls.all().iter().map(|call| {
            let task: Task<'_> = Arc::new(|tell| Box::pin(task(call.clone(), tell)));
            (WaitTarget::new(name(call)), task)
        });
        self.wait_for_tasks(tasks.collect(), calls.are_several(), concurrency, waiting, subject, &close).await
    }

    /// Like [`wait_for`](Self::wait_for), but compiled once.
    async fn wait_for_tasks(
        &mut self,
        tasks: Vec<(WaitTarget, Task<'_>)>,
        are_several: bool,
        concurrency: Concurrency,
        waiting: Waiting,
        subject: &Subject,
        close: &dyn Fn(),
    ) -> Result<(), Failure> {
        let (mut targets, tasks): (Vec<_>, Vec<_>) = tasks.into_iter().unzip();
        let mut display = ProgressDisplay::new(self.terminal());
        let (sender, mut news) = mpsc::unbounded_channel();
        let numbered = move |(place, task): (usize, Task<'_>)| {
            let sender = sender.clone();
            // The receiver is closed only after waiting.
            task(Box::new(move |message| drop(sender.send((place, message)))))
        };
        let mut batch = Batch::new(tasks.into_iter().enumerate(), concurrency.parallel, numbered);
        let mut interrupts = self.take_interrupts();
        let deadline = waiting.timeout.map(|timeout| Instant::now() + timeout);
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let left = loop {
            let late = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = interrupts.any() => break Some(Left::Interrupted),
                Some((place, message)) = news.recv() => self.print_news(targets.get_mut(place), message, &mut display)?,
                next = batch.catch_next() => {
                    self.print_exchanges();
                    let Some(((place, _), end)) = next else { break None };
                    while let Ok((place, message)) = news.try_recv() {
                        self.print_news(targets.get_mut(place), message, &mut display)?;
                    }
                    let Some(target) = targets.get_mut(place) else { continue };
                    let end = end.unwrap_or_else(|panicked| End::NotStarted(Failure::panicked_with_change(&panicked)));
                    let ending = Ending::of(end, |error| self.blame(error));
                    let failed = ending.exit.filter(|exit| *exit != Exit::Done);
                    if failed == Some(Exit::NotAllowed) || (concurrency.fail_fast && failed.is_some()) {
                        batch.stop();
                        close();
                    }
                    display.over(&target.name, self.terminal());
                    target.end(ending);
                }
                () = late => break Some(Left::Deadline),
                _ = ticks.tick(), if display.moves() => display.tick(self.terminal()),
            }
        };
        if let Some(left) = left {
            for (place, _) in batch.in_flight() {
                if let Some(target) = targets.get_mut(*place) {
                    target.leave(|target| Ending::left(target, subject, left));
                }
            }
        }
        display.close(self.terminal());
        self.conclude(&mut targets, left, !are_several, subject)
    }

    /// Prints news.
    fn print_news(
        &mut self,
        target: Option<&mut WaitTarget>,
        message: News,
        display: &mut ProgressDisplay,
    ) -> Result<(), Failure> {
        self.print_exchanges();
        let Some(target) = target else { return Ok(()) };
        match target.update(message) {
            Ok(Some(change)) => display.print(change, self.terminal()),
            Ok(None) => Ok(()),
            Err(trouble) => {
                display.pause(self.terminal(), |terminal| {
                    terminal.warn(&format!("{}; trying again", with_causes(&trouble)));
                });
                Ok(())
            }
        }
    }
}
