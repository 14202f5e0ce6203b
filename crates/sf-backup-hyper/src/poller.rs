//! Starting a backup or a restore, and waiting for its end.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use sf_backup_proto::RequestOptions;
use sf_backup_proto::flow::{LongRunning, PollEvent, ProgressStep, WaitOutcome};

use crate::Error;
use crate::client::{Client, run};

sf_backup_transport::poller! {
    /// A started backup or restore: wait for its end, or read its status from time to time.
    ///
    /// Dropping it stops waiting; the backup or restore continues in the cluster.
    ///
    /// ```
    /// use sf_backup_hyper::flow::{WaitOutcome, Phase, HasPhase};
    /// use sf_backup_hyper::{BackupPartition, Client};
    /// # use sf_backup_hyper::model::storage::FileShareBackupStorageDescription;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let simulated = sf_backup_sim::Cluster::builder().speed("60x".parse()?).build().listen()?;
    /// # let client = Client::new(simulated.endpoint());
    /// let share = FileShareBackupStorageDescription::new(r"\\nas\backups");
    /// let backup = BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse()?).storage(share.into());
    /// match client.start(backup).await?.wait().await? {
    ///     WaitOutcome::Final(progress) => assert_eq!(progress.phase(), Phase::Success),
    ///     WaitOutcome::Stuck { .. } | WaitOutcome::Deadline { .. } => panic!("not completed"),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Client
}

impl Client {
    /// Starts a backup or a restore. Reads the progress before, to distinguish it from an earlier one.
    ///
    /// # Errors
    /// As [`Client::send`], for both calls. Nothing was started, unless
    /// [`may_have_changed`](sf_backup_proto::Error::may_have_changed) is true.
    pub async fn start<O: LongRunning>(&self, call: O) -> Result<Poller<O>, Error> {
        let before = self.send(call.read_progress()).await?;
        let (change, http) = self.0.call(call.clone(), RequestOptions::new())?;
        run(change.baseline(before.clone()), http).await?;
        Ok(self.poller(call, before))
    }
}

impl<O: LongRunning> Poller<O> {
    /// Reads the next status, after a pause that grows from 1 s to 15 s. After the end, returns the outcome again.
    ///
    /// # Errors
    /// As [`Client::send`]. The next call reads again.
    pub async fn next_status(&mut self) -> Result<PollEvent<O::Progress>, Error> {
        loop {
            match self.watch.step(self.client.0.shared().now()) {
                ProgressStep::Ended(ended) => return Ok(PollEvent::Ended(ended)),
                ProgressStep::Wait(pause) => tokio::time::sleep(pause).await,
                ProgressStep::Poll => {
                    let reading = self.client.send(self.watch.read()).await?;
                    return Ok(self.watch.accept(reading, self.client.0.shared().now()));
                }
            }
        }
    }

    /// Waits for the end and returns the outcome.
    ///
    /// # Errors
    /// As [`Client::send`], for a status.
    pub async fn wait(mut self) -> Result<WaitOutcome<O::Progress>, Error> {
        loop {
            if let PollEvent::Ended(ended) = self.next_status().await? {
                return Ok(ended);
            }
        }
    }
}

/// The statuses of a backup or restore up to its outcome: a [`Stream`].
#[must_use = "no status is read until it is polled"]
pub struct Statuses<O: LongRunning>(Option<Reading<O>>);

type Status<O> = Result<PollEvent<<O as LongRunning>::Progress>, Error>;
type Reading<O> = Pin<Box<dyn Future<Output = (Poller<O>, Status<O>)> + Send>>;

impl<O: LongRunning> Poller<O> {
    /// The statuses as a stream, which ends after [`PollEvent::Ended`]. An error does not end it; the next status is
    /// read again.
    pub fn statuses(self) -> Statuses<O> {
        Statuses(Some(self.reading()))
    }

    /// Reads nothing until it is polled.
    fn reading(mut self) -> Reading<O> {
        Box::pin(async move {
            let status = self.next_status().await;
            (self, status)
        })
    }
}

impl<O: LongRunning> Stream for Statuses<O> {
    type Item = Status<O>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Status<O>>> {
        let Some(reading) = &mut self.0 else { return Poll::Ready(None) };
        let (poller, status) = ready!(reading.as_mut().poll(context));
        self.0 = if matches!(status, Ok(PollEvent::Ended(_))) { None } else { Some(poller.reading()) };
        Poll::Ready(Some(status))
    }
}

impl<O: LongRunning> fmt::Debug for Statuses<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statuses").finish_non_exhaustive()
    }
}
