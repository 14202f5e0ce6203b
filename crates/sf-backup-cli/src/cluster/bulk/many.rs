//! Goes through many calls, some at a time.

use std::pin::Pin;
use std::sync::Arc;

use sf_backup_hyper::{Batch, Error};
use sf_backup_proto::Operation;
use tokio::time::{Instant, sleep_until};

use super::{BatchResult, CallOutcome};
use crate::cluster::calls::name;
use crate::cluster::client::Client;
use crate::cluster::session::{PATIENCE, STILL_AT_IT, Session};
use crate::options::ids::Concurrency;
use crate::output::exit::Exit;
use crate::output::failure::Failure;

type Task<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// Makes the task of one call.
type Start<T> = Arc<dyn Fn() -> Task<T> + Send + Sync>;

impl Session<'_, '_> {
    /// Runs `task` for each call. None is begun any more once the caller was refused, for the next would fare no better; or
    /// once one has failed, if that is asked for.
    pub(crate) async fn run<O, T, F>(
        &mut self,
        calls: &[O],
        concurrency: Concurrency,
        task: impl Fn(Client, O) -> F + Send + Sync + 'static,
    ) -> BatchResult<T>
    where
        O: Operation,
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let (client, task) = (self.client().clone(), Arc::new(task));
        let starts = calls.iter().map(|call| {
            let (client, task, call) = (client.clone(), Arc::clone(&task), call.clone());
            Arc::new(move || Box::pin(task(client.clone(), call.clone())) as Task<T>) as Start<T>
        });
        let mut starts = starts.enumerate();
        let changes = O::SPEC.changes();
        self.run_tasks(&mut starts, calls.len(), concurrency, changes).await
    }

    /// As [`run`](Self::run), compiled once for each result.
    async fn run_tasks<T: Send + 'static>(
        &mut self,
        starts: &mut (dyn Iterator<Item = (usize, Start<T>)> + Send),
        count: usize,
        concurrency: Concurrency,
        changes: bool,
    ) -> BatchResult<T> {
        let mut interrupts = self.take_interrupts();
        let mut outcomes: Vec<_> = (0..count).map(|_| CallOutcome::NotSent).collect();
        let mut batch = Batch::new(starts, concurrency.parallel, |(_, start): (usize, Start<T>)| start());
        let mut patience = Some(Instant::now() + PATIENCE);
        let interrupted = loop {
            let silence = async {
                match patience {
                    Some(end) => sleep_until(end).await,
                    None => std::future::pending().await,
                }
            };
            let next = tokio::select! {
                () = interrupts.any() => break true,
                line = self.next_exchange() => {
                    self.terminal().note(&line);
                    continue;
                }
                next = batch.catch_next() => next,
                () = silence => {
                    patience = None;
                    self.print_exchanges();
                    self.terminal().note(STILL_AT_IT);
                    continue;
                }
            };
            self.print_exchanges();
            let Some(((place, _), result)) = next else { break false };
            patience = patience.map(|_| Instant::now() + PATIENCE);
            let result = match result {
                Ok(response) => response.map_err(|error| self.blame(error)),
                Err(panicked) if changes => Err(Failure::panicked_with_change(&panicked)),
                Err(panicked) => Err(panicked.into()),
            };
            let outcome = match result {
                Ok(value) => CallOutcome::Done(value),
                Err(failure) => {
                    if concurrency.fail_fast || failure.exit() == Exit::NotAllowed {
                        batch.stop();
                    }
                    CallOutcome::Failed(failure)
                }
            };
            if let Some(slot) = outcomes.get_mut(place) {
                *slot = outcome;
            }
        };
        for (place, _) in batch.in_flight() {
            if let Some(slot) = outcomes.get_mut(*place) {
                *slot = CallOutcome::UnderWay;
            }
        }
        BatchResult { outcomes, interrupted }
    }

    /// Runs calls that answer nothing, and shows a line for each.
    pub(crate) async fn change_all<O>(
        &mut self,
        calls: Vec<O>,
        concurrency: Concurrency,
        verb: &str,
    ) -> Result<(), Failure>
    where
        O: Operation<Response = ()>,
    {
        let verified = Arc::new(self.verified.clone());
        let open: Vec<O> = calls.iter().filter(|call| verified.refusal(*call).is_none()).cloned().collect();
        // What was to end with the first failure has failed before it began.
        let stopped = concurrency.fail_fast && verified.refuses();
        let shared = Arc::clone(&verified);
        let send = move |client: Client, call: O| {
            let verified = Arc::clone(&shared);
            async move {
                let name = name(&call);
                client.send(call).await?;
                Ok(Box::pin(verified.effect(client, name)).await)
            }
        };
        let sent = self.run(if stopped { &[] } else { &open }, concurrency, send).await;
        let (mut outcomes, mut done) = (Vec::new(), Vec::new());
        let mut results = sent.outcomes.into_iter();
        for call in &calls {
            outcomes.push(match verified.refusal(call) {
                Some(refusal) => CallOutcome::Failed(refusal),
                None => match results.next().unwrap_or(CallOutcome::NotSent) {
                    CallOutcome::Done(effect) => {
                        done.push(name(call));
                        for warning in effect.warnings {
                            self.terminal().warn(&warning);
                        }
                        effect.failure.map_or(CallOutcome::Done(()), CallOutcome::Failed)
                    }
                    CallOutcome::Failed(failure) => CallOutcome::Failed(failure),
                    CallOutcome::UnderWay => CallOutcome::UnderWay,
                    CallOutcome::NotSent => CallOutcome::NotSent,
                },
            });
        }
        let run = BatchResult { outcomes, interrupted: sent.interrupted };
        let shown = self.show_outcomes(&calls, &run, verb);
        self.conclude_change(&done);
        shown
    }
}
