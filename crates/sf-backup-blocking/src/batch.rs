//! Many calls of one operation, with bounded concurrency.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope};

use sf_backup_proto::Operation;
use sf_backup_transport::Panicked;

use crate::Error;
use crate::client::Client;

/// A call and its result.
pub type Completed<O> = (O, Result<<O as Operation>::Response, Error>);

type Caught<O> = (O, Result<Result<<O as Operation>::Response, Error>, Panicked>);

impl Client {
    /// Makes these calls on up to `concurrency` threads. Passes each result to `done` when it is ready, in no order, on
    /// the calling thread.
    ///
    /// Calls are drawn one by one, so a list of any length takes no additional memory. Stops after a call that is not
    /// allowed (401, 403, a refused identity), or that could not be sent because a credential is missing or settings
    /// are unusable: the next one would fail as well. Returns the calls that were not started.
    ///
    /// # Panics
    /// If a call has panicked, for example in an observer or a source of tokens.
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
        let (sender, results) = sync_channel(concurrency.get().min(MAX_RESULTS));
        thread::scope(|scope| {
            scope.spawn(|| work.run(scope, sender));
            results
                .into_iter()
                .for_each(|(call, result)| done((call, result.unwrap_or_else(|panicked| panicked.resume()))));
        });
        work.calls.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Maximum number of results that wait for their receiver.
const MAX_RESULTS: usize = 64;

struct Work<'a, I> {
    client: &'a Client,
    calls: Mutex<I>,
    stopped: AtomicBool,
    threads: AtomicUsize,
    concurrency: usize,
}

impl<O: Operation, I: Iterator<Item = O> + Send> Work<'_, I> {
    /// Makes calls until there are none. Each call starts one more thread, up to the limit.
    fn run<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, sender: SyncSender<Caught<O>>) {
        while !self.stopped.load(Ordering::Relaxed) {
            let Some(call) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
            let one_more = |threads| (threads < self.concurrency).then_some(threads + 1);
            if self.threads.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok() {
                let sender = sender.clone();
                // If the system has no more threads, the running ones make all calls.
                let _ = thread::Builder::new().spawn_scoped(scope, move || self.run(scope, sender));
            }
            let send = AssertUnwindSafe(|| self.client.send(call.clone()));
            let result = catch_unwind(send).map_err(Panicked::new);
            if matches!(&result, Ok(Err(error)) if error.kind().is_about_access()) {
                self.stopped.store(true, Ordering::Relaxed);
            }
            // The receiver is gone after a panic, in `done` or in another call.
            if sender.send((call, result)).is_err() {
                return;
            }
        }
    }
}
