//! One operation over many entities.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use sf_backup_proto::Operation;

use crate::Error;
use crate::client::Client;

/// A call, and what came of it.
pub type Done<O> = (O, Result<<O as Operation>::Response, Error>);

impl Client {
    /// Makes these calls on up to `at_once` threads, and hands each to `done` as it is ready, in no order, on the calling
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
    /// let rest = client.many(calls, 16.try_into()?, |(call, result)| {
    ///     if let Err(error) = result {
    ///         eprintln!("{}: {error}", call.service);
    ///         refused += 1;
    ///     }
    /// });
    /// assert_eq!((refused, rest.count()), (2, 0)); // nothing is enabled there
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn many<O, I>(&self, calls: I, at_once: NonZeroUsize, mut done: impl FnMut(Done<O>)) -> I::IntoIter
    where
        O: Operation,
        I: IntoIterator<Item = O>,
        I::IntoIter: Send,
    {
        let calls = Mutex::new(calls.into_iter());
        let stopped = AtomicBool::new(false);
        let (sender, results) = sync_channel(at_once.get());
        let work = |sender: SyncSender<Done<O>>| {
            while !stopped.load(Ordering::Relaxed) {
                let Some(call) = calls.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
                let result = self.send(call.clone());
                if result.as_ref().is_err_and(|error| error.kind().is_about_the_caller()) {
                    stopped.store(true, Ordering::Relaxed);
                }
                // Nobody listens only when `done` has panicked.
                if sender.send((call, result)).is_err() {
                    return;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..at_once.get() {
                let sender = sender.clone();
                scope.spawn(|| work(sender));
            }
            drop(sender);
            results.into_iter().for_each(&mut done);
        });
        calls.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
