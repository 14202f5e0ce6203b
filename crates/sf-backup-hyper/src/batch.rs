//! One operation over many entities.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;

use sf_backup_proto::Operation;
use tokio::task::{Id, JoinSet};

use crate::Error;
use crate::client::Client;

/// Many calls, some of them at once: results come as they are ready.
///
/// When one is not allowed (401, 403, a refused identity) no further one is begun, for the next would fare no better; what
/// is left is in [`remaining`](Self::remaining). Dropping it ends the calls in flight.
#[must_use = "no call is made until it is asked for"]
pub struct Batch<O: Operation, I> {
    client: Client,
    calls: I,
    concurrency: NonZeroUsize,
    stopped: bool,
    in_flight: JoinSet<Result<O::Response, Error>>,
    /// The calls in flight.
    begun: HashMap<Id, O>,
}

/// The calls of a batch that are left when it is given up.
#[derive(Debug)]
#[non_exhaustive]
pub struct Remaining<O, I> {
    /// Calls that were in flight: what became of them is not known.
    pub begun: Vec<O>,
    /// Calls that were not begun.
    pub not_begun: I,
}

/// A call, and what came of it.
pub type Completed<O> = (O, Result<<O as Operation>::Response, Error>);

impl Client {
    /// Makes these calls, up to `concurrency` at the same time. The calls are drawn one by one, so that a list of any length
    /// takes no more memory than that.
    ///
    /// ```
    /// use sf_backup_hyper::{Client, SuspendServiceBackup};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let simulated = sf_backup_sim::Cluster::builder().build().listen()?;
    /// # let client = Client::new(simulated.endpoint());
    /// let services = ["fabric:/CalcApp/CalcService", "fabric:/CalcApp/Other"];
    /// let calls: Vec<_> = services.iter().map(|id| id.parse().map(SuspendServiceBackup::new)).collect::<Result<_, _>>()?;
    /// let mut batch = client.batch(calls, 16.try_into()?);
    /// let mut refused = 0;
    /// while let Some((call, result)) = batch.next().await {
    ///     if let Err(error) = result {
    ///         eprintln!("{}: {error}", call.service);
    ///         refused += 1;
    ///     }
    /// }
    /// assert_eq!(refused, 2); // nothing is enabled there
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn batch<O, I>(&self, calls: I, concurrency: NonZeroUsize) -> Batch<O, I::IntoIter>
    where
        O: Operation,
        I: IntoIterator<Item = O>,
    {
        Batch {
            client: self.clone(),
            calls: calls.into_iter(),
            concurrency,
            stopped: false,
            in_flight: JoinSet::new(),
            begun: HashMap::new(),
        }
    }
}

impl<O: Operation, I: Iterator<Item = O>> Batch<O, I> {
    /// The next call that is done, in no order; `None` when all are.
    ///
    /// # Panics
    /// If a call has panicked, which only code of yours does: an observer, or a source of tokens.
    pub async fn next(&mut self) -> Option<Completed<O>> {
        loop {
            while !self.stopped && self.in_flight.len() < self.concurrency.get() {
                let Some(call) = self.calls.next() else { break };
                let (client, begun) = (self.client.clone(), call.clone());
                let task = self.in_flight.spawn(async move { client.send(call).await });
                self.begun.insert(task.id(), begun);
            }
            match self.in_flight.join_next_with_id().await? {
                Ok((id, result)) => {
                    self.stopped |= result.as_ref().is_err_and(|error| error.kind().is_about_the_caller());
                    // Every task has its call.
                    let Some(call) = self.begun.remove(&id) else { continue };
                    return Some((call, result));
                }
                // An observer, or whatever else runs in the call, has panicked: so does whoever waits for its result.
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // Ended without its result because the runtime is going down.
                    Err(_) => continue,
                },
            }
        }
    }

    /// Whether a refusal of the caller has ended it early.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// Gives the batch up: calls in flight are dropped. After [`next`](Self::next) has returned `None` there are none.
    pub fn remaining(self) -> Remaining<O, I> {
        Remaining { begun: self.begun.into_values().collect(), not_begun: self.calls }
    }
}

impl<O: Operation, I> fmt::Debug for Batch<O, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("concurrency", &self.concurrency)
            .field("in_flight", &self.in_flight.len())
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}
