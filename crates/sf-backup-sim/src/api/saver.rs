//! Writes the state file of a cluster, on a thread of its own. Changes that arrive while it writes share the next write.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sf_backup_proto::Timestamp;
use tokio::sync::watch;

use crate::api::state_file;
use crate::http::listen::Saved;

/// How often the time is saved while nothing else changes.
const INTERVAL: Duration = Duration::from_secs(10);

/// What is saved.
pub(crate) trait Snapshot: Send + Sync + 'static {
    /// The number of entries and the time, and the lines of the state file.
    fn snapshot(&self) -> ((u64, Timestamp), Vec<u8>);
}

/// The way to the thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Saver {
    path: PathBuf,
    changed: Option<Sender<()>>,
    saved: watch::Receiver<Saved>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    /// Writes the file, and starts the thread.
    ///
    /// # Errors
    /// If the file cannot be written, or no thread can be started.
    pub(crate) fn start<S: Snapshot>(simulation: &Arc<S>, path: &Path) -> io::Result<Self> {
        let (changed, changes) = mpsc::channel();
        let last = save(&**simulation, path)?;
        let (sender, saved) = watch::channel(Saved::Entries(last.0));
        let (simulation, file) = (Arc::downgrade(simulation), path.to_owned());
        let run = move || run(&simulation, &file, &changes, &sender, last);
        let thread = thread::Builder::new().name("sf-backup-sim state".into()).spawn(run)?;
        Ok(Self { path: path.to_owned(), changed: Some(changed), saved, thread: Some(thread) })
    }

    /// Asks for a write.
    pub(crate) fn changed(&self) {
        // The thread is gone only after a failure, which its receiver has.
        let _ = self.changed.as_ref().map(|changed| changed.send(()));
    }

    pub(crate) fn saved(&self) -> watch::Receiver<Saved> {
        self.saved.clone()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Waits for the thread, so that it cannot overwrite the file of a later cluster.
impl Drop for Saver {
    fn drop(&mut self) {
        self.changed = None;
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}

fn run<S: Snapshot>(
    simulation: &Weak<S>,
    file: &Path,
    changes: &Receiver<()>,
    sender: &watch::Sender<Saved>,
    mut last: (u64, Timestamp),
) {
    loop {
        match changes.recv_timeout(INTERVAL) {
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
        }
        while changes.try_recv().is_ok() {}
        // The simulation is not kept alive during the write.
        let Some((at, lines)) = simulation.upgrade().map(|simulation| simulation.snapshot()) else { return };
        if at == last {
            continue;
        }
        match state_file::replace(file, &state_file::encode(&lines)) {
            Ok(()) => {
                last = at;
                let _ = sender.send(Saved::Entries(at.0));
            }
            Err(error) => {
                let _ = sender.send(Saved::Failed(error.to_string()));
                return;
            }
        }
    }
}

/// Writes the state of a simulation.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn save(simulation: &impl Snapshot, path: &Path) -> io::Result<(u64, Timestamp)> {
    let (at, lines) = simulation.snapshot();
    state_file::replace(path, &state_file::encode(&lines))?;
    Ok(at)
}
