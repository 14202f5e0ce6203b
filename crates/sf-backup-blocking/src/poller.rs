//! Starting a backup or a restore, and waiting for its end.

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
    /// use sf_backup_blocking::flow::{WaitOutcome, Phase, HasPhase};
    /// use sf_backup_blocking::{BackupPartition, Client};
    /// # use sf_backup_blocking::model::storage::FileShareBackupStorageDescription;
    ///
    /// # let simulated = sf_backup_sim::Cluster::builder().speed("60x".parse()?).build().listen()?;
    /// # let client = Client::new(simulated.endpoint());
    /// let share = FileShareBackupStorageDescription::new(r"\\nas\backups");
    /// let backup = BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse()?).storage(share.into());
    /// match client.start(backup)?.wait()? {
    ///     WaitOutcome::Final(progress) => assert_eq!(progress.phase(), Phase::Success),
    ///     WaitOutcome::Stuck { .. } | WaitOutcome::Deadline { .. } => panic!("not completed"),
    /// }
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
    pub fn start<O: LongRunning>(&self, call: O) -> Result<Poller<O>, Error> {
        let before = self.send(call.read_progress())?;
        let (change, http) = self.0.call(call.clone(), RequestOptions::new())?;
        run(change.baseline(before.clone()), http)?;
        Ok(self.poller(call, before))
    }
}

impl<O: LongRunning> Poller<O> {
    /// Reads the next status, after a pause that grows from 1 s to 15 s. After the end, returns the outcome again.
    ///
    /// # Errors
    /// As [`Client::send`]. The next call reads again.
    pub fn next_status(&mut self) -> Result<PollEvent<O::Progress>, Error> {
        loop {
            match self.watch.step(self.client.0.shared().now()) {
                ProgressStep::Ended(ended) => return Ok(PollEvent::Ended(ended)),
                ProgressStep::Wait(pause) => std::thread::sleep(pause),
                ProgressStep::Poll => {
                    let reading = self.client.send(self.watch.read())?;
                    return Ok(self.watch.accept(reading, self.client.0.shared().now()));
                }
            }
        }
    }

    /// Waits for the end and returns the outcome.
    ///
    /// # Errors
    /// As [`Client::send`], for a status.
    pub fn wait(mut self) -> Result<WaitOutcome<O::Progress>, Error> {
        loop {
            if let PollEvent::Ended(ended) = self.next_status()? {
                return Ok(ended);
            }
        }
    }
}

/// The statuses of a backup or restore up to its outcome: an iterator.
#[derive(Debug)]
#[must_use = "no status is read until it is iterated"]
pub struct Statuses<O: LongRunning>(Option<Poller<O>>);

impl<O: LongRunning> Poller<O> {
    /// The statuses as an iterator, which ends after [`PollEvent::Ended`]. An error does not end it; the next status is
    /// read again.
    pub fn statuses(self) -> Statuses<O> {
        Statuses(Some(self))
    }
}

impl<O: LongRunning> Iterator for Statuses<O> {
    type Item = Result<PollEvent<O::Progress>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let status = self.0.as_mut()?.next_status();
        if matches!(status, Ok(PollEvent::Ended(_))) {
            self.0 = None;
        }
        Some(status)
    }
}
