//! One operation over many entities.

use std::fmt;
use std::num::NonZeroUsize;

use sf_backup_proto::Operation;
use tokio::task::JoinSet;

use crate::Error;
use crate::client::Client;

/// Many calls, some of them at once: results come as they are ready.
///
/// When one is not allowed (401, 403, a refused identity) no further one is begun, for the next would fare no better; what
/// is left can be had from [`rest`](Self::rest). Dropping it ends the calls under way.
#[must_use = "no call is made until it is asked for"]
pub struct Many<O: Operation, I> {
    client: Client,
    calls: I,
    at_once: NonZeroUsize,
    stopped: bool,
    under_way: JoinSet<Done<O>>,
}

/// A call, and what came of it.
pub type Done<O> = (O, Result<<O as Operation>::Response, Error>);

impl Client {
    /// Makes these calls, up to `at_once` at the same time. The calls are drawn one by one, so that a list of any length
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
    /// let mut many = client.many(calls, 16.try_into()?);
    /// let mut refused = 0;
    /// while let Some((call, result)) = many.next().await {
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
    pub fn many<O, I>(&self, calls: I, at_once: NonZeroUsize) -> Many<O, I::IntoIter>
    where
        O: Operation,
        I: IntoIterator<Item = O>,
    {
        Many { client: self.clone(), calls: calls.into_iter(), at_once, stopped: false, under_way: JoinSet::new() }
    }
}

impl<O: Operation, I: Iterator<Item = O>> Many<O, I> {
    /// The next call that is done, in no order; `None` when all are.
    ///
    /// # Panics
    /// If a call has panicked, which only code of yours does: an observer, or a source of tokens.
    pub async fn next(&mut self) -> Option<Done<O>> {
        loop {
            while !self.stopped && self.under_way.len() < self.at_once.get() {
                let Some(call) = self.calls.next() else { break };
                let client = self.client.clone();
                self.under_way.spawn(async move {
                    let result = client.send(call.clone()).await;
                    (call, result)
                });
            }
            match self.under_way.join_next().await? {
                Ok(done) => {
                    self.stopped |= done.1.as_ref().is_err_and(|error| error.kind().is_about_the_caller());
                    return Some(done);
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

    /// The calls that were not begun.
    pub fn rest(self) -> I {
        self.calls
    }
}

impl<O: Operation, I> fmt::Debug for Many<O, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Many")
            .field("at_once", &self.at_once)
            .field("under_way", &self.under_way.len())
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}
