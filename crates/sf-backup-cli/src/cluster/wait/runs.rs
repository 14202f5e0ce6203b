//! Waits for backups and restores of one or several partitions.

use std::num::NonZeroUsize;

use super::follow::follow;
use super::kind::{Kind, Watches};
use super::wait_target::Subject;
use crate::cluster::calls::Calls;
use crate::cluster::session::Session;
use crate::options::ids::Concurrency;
use crate::options::waiting::Waiting;
use crate::output::failure::Failure;
use crate::output::render::SingleView;

/// Maximum number of operations that are followed concurrently: occasional reads are cheap.
const FOLLOWED: usize = 256;

impl Session<'_, '_> {
    /// Runs an operation that starts a backup or restore; `done` is the message if its end is not waited for.
    pub(crate) async fn start<O: Kind>(&mut self, calls: Calls<O>, verb: &str, done: &str) -> Result<(), Failure> {
        match calls.waiting() {
            None => self.change(calls, verb, done).await,
            Some(waiting) => self.wait_for_runs(calls, waiting, false).await,
        }
    }

    /// Reads the progress, once or until the end.
    pub(crate) async fn watch<O>(&mut self, calls: Calls<O>, verb: &str) -> Result<(), Failure>
    where
        O: Watches,
        O::Response: SingleView,
    {
        match calls.waiting() {
            None => self.one(calls, verb).await,
            Some(waiting) => self.wait_for_runs(calls.map(Watches::started), waiting, true).await,
        }
    }

    async fn wait_for_runs<O: Kind>(&mut self, calls: Calls<O>, waiting: Waiting, attach: bool) -> Result<(), Failure> {
        let subject = Subject {
            what: O::OF,
            stays: "continues in the cluster",
            perhaps: "may have been started",
            many: O::MANY,
            again: (O::AGAIN, "--wait".to_owned()),
        };
        let Concurrency { parallel, fail_fast } = calls.concurrency();
        let followed = NonZeroUsize::new(calls.all().len().min(FOLLOWED)).unwrap_or(parallel);
        let concurrency = Concurrency { parallel: if attach { parallel.max(followed) } else { parallel }, fail_fast };
        let (client, view) = (self.client().clone(), self.terminal().view());
        let task = |call, report| follow(client.clone(), call, attach, view, report);
        self.wait_for(&calls, concurrency, waiting, &subject, task, || ()).await
    }
}
