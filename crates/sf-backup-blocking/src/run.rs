//! Starting a backup or a restore, and waiting for its end.

use std::fmt;
use std::time::{Duration, Instant};

use sf_backup_proto::flow::{Ended, Progress, ProgressStep, Starts, Watched};

use crate::client::Client;
use crate::http::Error;

/// A backup or a restore that was started: wait for its end, or go from reading to reading.
///
/// Dropping it stops the waiting; the run goes on in the cluster.
///
/// ```
/// use sf_backup_blocking::flow::{Ended, Phase, Progressed};
/// use sf_backup_blocking::{BackupPartition, Client};
/// # use sf_backup_blocking::model::storage::FileShareBackupStorageDescription;
///
/// # let simulated = sf_backup_sim::Cluster::builder().speed("60x".parse()?).build().listen()?;
/// # let client = Client::new(simulated.endpoint());
/// let share = FileShareBackupStorageDescription::new(r"\\nas\backups");
/// let backup = BackupPartition::new("6b1c2f7e-0000-4000-8000-000000000001".parse()?).storage(share.into());
/// match client.start(backup)?.ended()? {
///     Ended::Final(progress) => assert_eq!(progress.phase(), Phase::Success),
///     Ended::Stuck { .. } | Ended::Deadline { .. } => panic!("the cluster goes on without us"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "nothing waits for the run's end unless asked to"]
pub struct Run<O: Starts> {
    client: Client,
    call: O,
    progress: Progress<O::Progress>,
    started: Instant,
}

impl Client {
    /// Starts a backup or a restore. Its progress is read before, so that the run can be told from the one before it.
    ///
    /// # Errors
    /// As [`Client::send`], of either call. If there is one, nothing was started, unless
    /// [`may_have_changed`](sf_backup_proto::Error::may_have_changed) says so.
    pub fn start<O: Starts>(&self, call: O) -> Result<Run<O>, Error> {
        let baseline = self.send(call.read_progress())?;
        self.send(call.clone())?;
        Ok(Run { client: self.clone(), progress: call.progress(baseline), call, started: Instant::now() })
    }

    /// Waits for a run that was started earlier, by a call like this one: takes whatever the cluster shows for it.
    pub fn attach<O: Starts>(&self, call: O) -> Run<O> {
        Run { client: self.clone(), progress: call.progress(None), call, started: Instant::now() }
    }
}

impl<O: Starts> Run<O> {
    /// Stops waiting after this time, counted from the start. The run goes on in the cluster.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.progress = self.progress.deadline(deadline);
        self
    }

    /// Sets how long the run may be accepted, or not visible, before it counts as stuck.
    pub fn stuck_after(mut self, time: Duration) -> Self {
        self.progress = self.progress.stuck_after(time);
        self
    }

    /// The next reading, after a pause that grows from 1 s to 15 s; or how it ended, again and again.
    ///
    /// # Errors
    /// As [`Client::send`]. The run is not lost by it: the next call reads again.
    pub fn next_reading(&mut self) -> Result<Watched<O::Progress>, Error> {
        loop {
            match self.progress.step(self.started.elapsed()) {
                ProgressStep::Ended(ended) => return Ok(Watched::Ended(ended)),
                ProgressStep::Wait(pause) => std::thread::sleep(pause),
                ProgressStep::Poll => {
                    let reading = self.client.send(self.call.read_progress())?;
                    let seen = self.progress.accept(reading.clone(), self.started.elapsed());
                    return Ok(Watched::Reading(seen, reading));
                }
            }
        }
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// As [`Client::send`], of a reading.
    pub fn ended(mut self) -> Result<Ended<O::Progress>, Error> {
        loop {
            if let Watched::Ended(ended) = self.next_reading()? {
                return Ok(ended);
            }
        }
    }
}

impl<O: Starts> fmt::Debug for Run<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("call", &self.call).field("started", &self.started).finish_non_exhaustive()
    }
}
