//! Writes the state file of a cluster, on a thread of its own. Changes that arrive while it writes share the next write.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
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

/// The file and its contents. A writer holds the lock from the snapshot to the end of the write, so that an older state
/// never replaces a newer one.
#[derive(Debug)]
struct StateFile {
    path: PathBuf,
    last: Mutex<Option<(u64, Timestamp)>>,
}

impl StateFile {
    /// Writes the state, unless the file contains it already. Returns the number of entries in the file.
    fn write(&self, simulation: &impl Snapshot) -> io::Result<u64> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, lines) = simulation.snapshot();
        if *last != Some(at) {
            state_file::replace(&self.path, &state_file::encode(&lines))?;
            *last = Some(at);
        }
        Ok(at.0)
    }
}

enum Message {
    Changed,
    Stop,
}

/// Asks the thread for a write.
#[derive(Debug, Clone)]
pub(crate) struct Changes(Sender<Message>);

impl Changes {
    pub(crate) fn changed(&self) {
        // The thread is gone only after a failure, which its receiver has, or once the cluster is dropped.
        let _ = self.0.send(Message::Changed);
    }
}

/// The thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Saver {
    file: Arc<StateFile>,
    changes: Changes,
    saved: watch::Receiver<Saved>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    /// Writes the file, and starts the thread.
    ///
    /// # Errors
    /// If the file cannot be written, or no thread can be started.
    pub(crate) fn start<S: Snapshot>(simulation: &Arc<S>, path: &Path) -> io::Result<Self> {
        let file = Arc::new(StateFile { path: path.to_owned(), last: Mutex::new(None) });
        let (sender, saved) = watch::channel(Saved::Entries(file.write(&**simulation)?));
        let (changes, messages) = mpsc::channel();
        let (simulation, written) = (Arc::clone(simulation), Arc::clone(&file));
        let run = move || run(&*simulation, &written, &messages, &sender);
        let thread = thread::Builder::new().name("sf-backup-sim state".into()).spawn(run)?;
        Ok(Self { file, changes: Changes(changes), saved, thread: Some(thread) })
    }

    pub(crate) fn changes(&self) -> Changes {
        self.changes.clone()
    }

    pub(crate) fn saved(&self) -> watch::Receiver<Saved> {
        self.saved.clone()
    }

    /// Writes the state now.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn save(&self, simulation: &impl Snapshot) -> io::Result<()> {
        self.file.write(simulation).map(drop)
    }
}

/// Waits for the thread, so that it cannot overwrite the file of a later cluster.
impl Drop for Saver {
    fn drop(&mut self) {
        let _ = self.changes.0.send(Message::Stop);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn run(simulation: &impl Snapshot, file: &StateFile, messages: &Receiver<Message>, sender: &watch::Sender<Saved>) {
    loop {
        match messages.recv_timeout(INTERVAL) {
            Ok(Message::Changed) | Err(RecvTimeoutError::Timeout) => {}
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
        }
        // Changes so far share this write. The cluster is dropped only after its last change.
        let mut stop = false;
        for message in messages.try_iter() {
            stop |= matches!(message, Message::Stop);
        }
        match file.write(simulation) {
            Ok(entries) => {
                let _ = sender.send(Saved::Entries(entries));
            }
            Err(error) => {
                let _ = sender.send(Saved::Failed(error.to_string()));
                return;
            }
        }
        if stop {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;

    /// A snapshot whose lines are whether another writer could write meanwhile.
    struct Probe(OnceLock<Arc<StateFile>>);

    impl Snapshot for Probe {
        fn snapshot(&self) -> ((u64, Timestamp), Vec<u8>) {
            let is_free = self.0.get().unwrap().last.try_lock().is_ok();
            ((1, Timestamp::UNIX_EPOCH), is_free.to_string().into_bytes())
        }
    }

    /// Otherwise an older state could replace a newer one.
    #[test]
    fn no_change_comes_between_a_snapshot_and_its_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let probe = Probe(OnceLock::new());
        let file = probe.0.get_or_init(|| Arc::new(StateFile { path: path.clone(), last: Mutex::new(None) }));
        file.write(&probe).unwrap();
        let text = std::fs::read(&path).unwrap();
        assert_eq!(state_file::decode(&text).unwrap(), b"false");
    }
}
