//! Many calls or other tasks, with bounded concurrency.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;

use sf_backup_proto::Operation;
use sf_backup_transport::Panicked;
use tokio::task::{AbortHandle, Id, JoinSet};

use crate::Error;
use crate::client::Client;

/// Runs a task for each item with bounded concurrency, and returns the results as they are ready.
///
/// Items are drawn one by one, so a list of any length takes no additional memory. Dropping a batch drops its tasks in
/// flight. [`Client::batch`] creates one for calls of one operation; [`Batch::new`] creates one for any tasks:
///
/// ```
/// use sf_backup_hyper::Batch;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut batch = Batch::new(1..=9, 4.try_into()?, |number: u32| async move { number * number });
/// let mut sum = 0;
/// while let Some((_, square)) = batch.next().await {
///     sum += square;
/// }
/// assert_eq!(sum, 285);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "no task is started until a result is asked for"]
pub struct Batch<'a, I: Iterator, T> {
    items: I,
    concurrency: NonZeroUsize,
    start: Box<Start<'a, I::Item, T>>,
    stops: fn(&T) -> bool,
    stopped: bool,
    tasks: JoinSet<T>,
    in_flight: HashMap<Id, I::Item>,
}

type Start<'a, I, T> = dyn Fn(&mut JoinSet<T>, I) -> AbortHandle + Send + 'a;

type TaskFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A call and its result.
pub type Completed<O> = (O, Result<<O as Operation>::Response, Error>);

/// The items of an abandoned batch that have no result.
#[derive(Debug)]
#[non_exhaustive]
pub struct Remaining<T, I> {
    /// Items whose task was in flight: the result is not known.
    pub in_flight: Vec<T>,
    /// Items whose task was not started.
    pub not_started: I,
}

impl Client {
    /// Makes these calls, up to `concurrency` at the same time.
    ///
    /// Stops after a call that is not allowed (401, 403, a refused identity), or that could not be sent because a
    /// credential is missing or settings are unusable: the next one would fail as well. The rest of the calls are in
    /// [`Batch::remaining`].
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
    pub fn batch<O: Operation, I: IntoIterator<Item = O>>(
        &self,
        calls: I,
        concurrency: NonZeroUsize,
    ) -> Batch<'static, I::IntoIter, Result<O::Response, Error>> {
        let client = self.clone();
        let mut batch = Batch::new(calls, concurrency, move |call| {
            let client = client.clone();
            async move { client.send(call).await }
        });
        batch.stops = |result| result.as_ref().is_err_and(|error| error.kind().is_about_access());
        batch
    }
}

impl<'a, I: Iterator<Item: Clone>, T: Send + 'static> Batch<'a, I, T> {
    /// Creates a batch that runs `task` for each of `items`, up to `concurrency` at the same time.
    pub fn new<F: Future<Output = T> + Send + 'static>(
        items: impl IntoIterator<IntoIter = I>,
        concurrency: NonZeroUsize,
        task: impl Fn(I::Item) -> F + Send + 'a,
    ) -> Self {
        Self {
            items: items.into_iter(),
            concurrency,
            // Boxed, so that the runtime's part of a task is compiled once per result type, not once per task.
            start: Box::new(move |tasks, item| tasks.spawn(Box::pin(task(item)) as TaskFuture<T>)),
            stops: |_| false,
            stopped: false,
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
        }
    }

    /// Returns the next item whose task is done, and its result, in no order; `None` when all are done, or no more are
    /// started.
    ///
    /// Nothing is lost if the future is dropped.
    ///
    /// # Panics
    /// If the task has panicked. [`catch_next`](Self::catch_next) returns the panic as a result instead.
    pub async fn next(&mut self) -> Option<(I::Item, T)> {
        let (item, result) = self.catch_next().await?;
        Some((item, result.unwrap_or_else(|panicked| panicked.resume())))
    }

    /// Like [`next`](Self::next), with the panic of a task as its result.
    pub async fn catch_next(&mut self) -> Option<(I::Item, Result<T, Panicked>)> {
        loop {
            while !self.stopped && self.tasks.len() < self.concurrency.get() {
                let Some(item) = self.items.next() else { break };
                let task = (self.start)(&mut self.tasks, item.clone());
                self.in_flight.insert(task.id(), item);
            }
            let (id, result) = match self.tasks.join_next_with_id().await? {
                Ok((id, result)) => (id, Ok(result)),
                Err(error) => {
                    let id = error.id();
                    (id, Err(Panicked::new(error.try_into_panic().unwrap_or_else(|error| Box::new(error.to_string())))))
                }
            };
            self.stopped |= result.as_ref().is_ok_and(self.stops);
            // Every task has its item.
            let Some(item) = self.in_flight.remove(&id) else { continue };
            return Some((item, result));
        }
    }

    /// Starts no further tasks. Those in flight go on.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether no further tasks are started: after [`stop`](Self::stop), or after a call that shows that the next one
    /// would fail as well.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// The items whose task is in flight, in no order.
    pub fn in_flight(&self) -> impl Iterator<Item = &I::Item> {
        self.in_flight.values()
    }

    /// Abandons the batch and drops the tasks in flight. After [`next`](Self::next) has returned `None`, there are
    /// none.
    pub fn remaining(self) -> Remaining<I::Item, I> {
        Remaining { in_flight: self.in_flight.into_values().collect(), not_started: self.items }
    }
}

impl<I: Iterator, T> fmt::Debug for Batch<'_, I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("concurrency", &self.concurrency)
            .field("in_flight", &self.in_flight.len())
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}
