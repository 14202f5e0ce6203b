//! Runs many calls concurrently.

use std::sync::Arc;

use sf_backup_hyper::Batch;
use tokio::time::{Instant, sleep_until};

use super::{BatchResult, CallOutcome};
use crate::cluster::calls::{AnyCall, Sending};
use crate::cluster::client::Client;
use crate::cluster::session::{PATIENCE, STILL_AT_IT, Session};
use crate::cluster::verify::Effect;
use crate::options::ids::Concurrency;
use crate::output::exit::Exit;
use crate::output::failure::Failure;

impl Session<'_, '_> {
    /// Runs `task` for each call. Starts no further calls after one was refused, because the others would be as well,
    /// or, with --fail-fast, after one has failed.
    pub(crate) async fn run<R: 'static, T: Send + 'static>(
        &mut self,
        calls: &[AnyCall<R>],
        concurrency: Concurrency,
        task: impl Fn(Client, &AnyCall<R>) -> Sending<T> + Send + Sync,
    ) -> BatchResult<T> {
        let changes = calls.first().is_some_and(|call| call.spec().changes());
        let client = self.client().clone();
        let mut interrupts = self.take_interrupts();
        let mut outcomes: Vec<_> = calls.iter().map(|_| CallOutcome::NotSent).collect();
        let start = |(_, call)| task(client.clone(), call);
        let mut batch = Batch::new(calls.iter().enumerate(), concurrency.parallel, start);
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

    /// Runs calls that return nothing, and prints a line for each.
    pub(super) async fn change_all(
        &mut self,
        calls: Vec<AnyCall<()>>,
        concurrency: Concurrency,
        verb: &str,
    ) -> Result<(), Failure> {
        let verified = Arc::new(self.verified.clone());
        let is_open = |call: &&AnyCall<()>| verified.refusal(&call.name()).is_none();
        let open: Vec<AnyCall<()>> = calls.iter().filter(is_open).cloned().collect();
        // With --fail-fast, a call that fails a check stops all others.
        let stopped = concurrency.fail_fast && verified.refuses();
        let shared = Arc::clone(&verified);
        let send = move |client: Client, call: &AnyCall<()>| {
            let (verified, name, sending) = (Arc::clone(&shared), call.name(), call.send(client.clone()));
            Box::pin(async move {
                sending.await?;
                Ok(verified.effect(client, name).await)
            }) as Sending<Effect>
        };
        let sent = self.run(if stopped { &[] } else { &open }, concurrency, send).await;
        let (mut outcomes, mut done) = (Vec::new(), Vec::new());
        let mut results = sent.outcomes.into_iter();
        for call in &calls {
            outcomes.push(match verified.refusal(&call.name()) {
                Some(refusal) => CallOutcome::Failed(refusal),
                None => match results.next().unwrap_or(CallOutcome::NotSent) {
                    CallOutcome::Done(effect) => {
                        done.push(call.name());
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
        let printed = self.show_outcomes(&calls, &run, verb);
        self.conclude_change(&done);
        printed
    }
}
