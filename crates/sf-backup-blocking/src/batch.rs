//! One operation over many entities.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope};

use sf_backup_proto::Operation;

use crate::Error;
use crate::client::Client;

/// A call, and what came of it.
pub type Completed<O> = (O, Result<<O as Operation>::Response, Error>);

impl Client {
    /// Makes these calls on up to `concurrency` threads, and hands each to `done` as it is ready, in no order, on the calling
    /// thread. The calls are drawn one by one, so that a list of any length takes no more memory than that.
    ///
    /// When one is not allowed (401, 403, a refused identity) no further one is begun, for the next would fare no better.
    /// Gives the calls that were not begun.
    ///
    /// ```
    /// use sf_backup_blocking::{Client, SuspendServiceBackup};
    ///
    /// # let simulated = sf_backup_sim::Cluster::builder().build().listen()?;
    /// # let client = Client::new(simulated.endpoint());
    /// let services = ["fabric:/CalcApp/CalcService", "fabric:/CalcApp/Other"];
    /// let calls: Vec<_> = services.iter().map(|id| id.parse().map(SuspendServiceBackup::new)).collect::<Result<_, _>>()?;
    /// let mut refused = 0;
    /// let remaining = client.batch(calls, 16.try_into()?, |(call, result)| {
    ///     if let Err(error) = result {
    ///         eprintln!("{}: {error}", call.service);
    ///         refused += 1;
    ///     }
    /// });
    /// assert_eq!((refused, remaining.count()), (2, 0)); // nothing is enabled there
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn batch<O, I>(&self, calls: I, concurrency: NonZeroUsize, mut done: impl FnMut(Completed<O>)) -> I::IntoIter
    where
        O: Operation,
        I: IntoIterator<Item = O>,
        I::IntoIter: Send,
    {
        let work = Work {
            client: self,
            calls: Mutex::new(calls.into_iter()),
            stopped: AtomicBool::new(false),
            threads: AtomicUsize::new(1),
            concurrency: concurrency.get(),
        };
        let (sender, results) = sync_channel(concurrency.get().min(MOST_RESULTS));
        thread::scope(|scope| {
            scope.spawn(|| work.run(scope, sender));
            results.into_iter().for_each(&mut done);
        });
        work.calls.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many results wait for their receiver.
const MOST_RESULTS: usize = 64;

struct Work<'a, I> {
    client: &'a Client,
    calls: Mutex<I>,
    stopped: AtomicBool,
    threads: AtomicUsize,
    concurrency: usize,
}

impl<O: Operation, I: Iterator<Item = O> + Send> Work<'_, I> {
    /// Makes calls until there are none. As long as there are, one more thread does so, up to the limit.
    fn run<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, sender: SyncSender<Completed<O>>) {
        while !self.stopped.load(Ordering::Relaxed) {
            let Some(call) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
            let one_more = |threads| (threads < self.concurrency).then_some(threads + 1);
            if self.threads.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok() {
                let sender = sender.clone();
                // Where the system has no more threads, those that run do it all.
                let _ = thread::Builder::new().spawn_scoped(scope, move || self.run(scope, sender));
            }
            let result = self.client.send(call.clone());
            if result.as_ref().is_err_and(|error| error.kind().is_about_access()) {
                self.stopped.store(true, Ordering::Relaxed);
            }
            // Nobody listens only when `done` has panicked.
            if sender.send((call, result)).is_err() {
                return;
            }
        }
    }
}
