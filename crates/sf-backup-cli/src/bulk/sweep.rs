//! Goes through many calls, some at a time.

use sf_backup_hyper::{Client, Error};
use sf_backup_proto::Operation;
use tokio::time::{Instant, sleep_until};

use super::{AtOnce, Outcome};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::parallel::Crowd;
use crate::session::{PATIENCE, STILL_AT_IT, Session};

/// What came of each of many calls, in their order.
#[derive(Debug)]
pub(crate) struct Sweep<T> {
    pub(crate) outcomes: Vec<Outcome<T>>,
    pub(crate) interrupted: bool,
}

impl Session<'_, '_> {
    /// Runs `task` for each call. None is begun any more once the caller was refused, for the next would fare no better; or
    /// once one has failed, if that is asked for.
    pub(crate) async fn sweep<O, T, F>(
        &mut self,
        calls: &[O],
        at_once: AtOnce,
        task: impl Fn(Client, O) -> F,
    ) -> Sweep<T>
    where
        O: Operation,
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let mut interrupts = self.take_interrupts();
        let client = self.client().clone();
        let mut outcomes: Vec<_> = calls.iter().map(|_| Outcome::NotSent).collect();
        let mut crowd = Crowd::new(calls.iter().cloned(), at_once.parallel, |call| task(client.clone(), call));
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
                next = crowd.next() => next,
                () = silence => {
                    patience = None;
                    self.tell_exchanges();
                    self.terminal().note(STILL_AT_IT);
                    continue;
                }
            };
            self.tell_exchanges();
            let Some((place, result)) = next else { break false };
            patience = patience.map(|_| Instant::now() + PATIENCE);
            let result = match result {
                Ok(answer) => answer.map_err(|error| self.blame(error)),
                Err(panicked) if O::SPEC.changes() => Err(Failure::panicked_with_change(&panicked)),
                Err(panicked) => Err(panicked.into()),
            };
            let outcome = match result {
                Ok(value) => Outcome::Done(value),
                Err(failure) => {
                    if at_once.fail_fast || failure.exit() == Exit::NotAllowed {
                        crowd.close();
                    }
                    Outcome::Failed(failure)
                }
            };
            if let Some(slot) = outcomes.get_mut(place) {
                *slot = outcome;
            }
        };
        for place in crowd.under_way() {
            if let Some(slot) = outcomes.get_mut(place) {
                *slot = Outcome::UnderWay;
            }
        }
        Sweep { outcomes, interrupted }
    }

    /// Runs calls that answer nothing, and shows a line for each.
    pub(crate) async fn change_all<O>(&mut self, calls: Vec<O>, at_once: AtOnce, verb: &str) -> Result<(), Failure>
    where
        O: Operation<Response = ()>,
    {
        let send = |client: Client, call: O| async move { client.send(call).await };
        let sweep = self.sweep(&calls, at_once, send).await;
        self.show_outcomes(&calls, &sweep, verb)
    }
}
