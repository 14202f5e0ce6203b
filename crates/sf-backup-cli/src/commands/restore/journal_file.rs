//! The journal file: locked, append-only, and synced to disk before the run continues.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sf_backup_ops::restore::journal::{self, Entry, Journal};

use crate::output::atomic_write::{Unsynced, open_private, sync_folder};
use crate::output::failure::Failure;

/// Maximum size of a journal: more than a run of a hundred thousand partitions. Stops reading of other files.
const LIMIT: u64 = 256 * 1024 * 1024;

const BUSY: &str = "another run is using it";

/// A journal that no other process writes.
#[derive(Debug)]
pub(super) struct JournalFile {
    file: File,
    path: PathBuf,
    /// The length of its complete lines in bytes.
    whole: u64,
    /// The warning if others have access.
    exposed: Option<String>,
}

impl JournalFile {
    /// Opens or creates a journal and reads it. Does not change it before [`begin`](Self::begin).
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Entry>), Failure> {
        let fail = |problem: String| failure(path, &problem);
        plain(path)?;
        let opened = open_private(path, File::options().read(true));
        let opened = opened.map_err(|error| fail(format!("cannot be written: {error}")))?;
        let mut file = opened.file;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(failure(path, BUSY)),
            Err(TryLockError::Error(error)) => return Err(fail(format!("cannot be locked: {error}"))),
        }
        let journal = read(path, &mut file)?;
        Ok((
            Self { file, path: path.to_owned(), whole: journal.whole as u64, exposed: opened.warning },
            journal.entries,
        ))
    }

    /// Removes a truncated last line, and syncs the file itself. Returns warnings if the file may not survive a power
    /// failure, or others have access to it.
    pub(super) fn begin(&mut self) -> Result<Vec<String>, Failure> {
        let cut = self.file.set_len(self.whole).and_then(|()| self.file.seek(SeekFrom::End(0)));
        let cut = cut.and_then(|_| self.file.sync_all());
        cut.map_err(|error| failure(&self.path, &format!("cannot be written: {error}")))?;
        let mut warnings: Vec<_> = self.exposed.take().into_iter().collect();
        match sync_folder(&self.path) {
            Ok(()) => {}
            Err(Unsynced::Unsupported(error)) => warnings.push(format!(
                "journal {}: its folder cannot be synced to disk here ({error}); a power cut may lose the journal",
                self.path.display()
            )),
            Err(Unsynced::Failed(error)) => {
                return Err(Failure::Other(format!(
                    "journal {}: its folder cannot be synced to disk: {error}; nothing was sent, because a power cut \
                        might lose the journal",
                    self.path.display()
                )));
            }
        }
        Ok(warnings)
    }

    /// Reads a journal without changing it; empty if there is none.
    pub(super) fn peek(path: &Path) -> Result<Vec<Entry>, Failure> {
        plain(path)?;
        match File::open(path) {
            Ok(mut file) => {
                if matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
                    return Err(failure(path, BUSY));
                }
                Ok(read(path, &mut file)?.entries)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failure(path, &format!("cannot be read: {error}"))),
        }
    }

    /// Appends a line; returns once it is on disk.
    pub(super) fn add(&mut self, entry: &Entry) -> io::Result<()> {
        self.file.write_all(entry.to_string().as_bytes())?;
        self.file.sync_data()
    }
}

/// Rejects devices and pipes, which keep nothing.
fn plain(path: &Path) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(failure(path, "is not a regular file")),
        _ => Ok(()),
    }
}

fn read(path: &Path, file: &mut File) -> Result<Journal, Failure> {
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| failure(path, &format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LIMIT {
        return Err(failure(path, &format!("has more than {} MiB", LIMIT / 1024 / 1024)));
    }
    journal::read(&bytes).map_err(|error| failure(path, &error.to_string()))
}

pub(super) fn failure(path: &Path, problem: &str) -> Failure {
    Failure::Usage(format!("journal {}: {problem}", path.display()))
}

#[cfg(test)]
mod tests {
    use sf_backup_ops::restore::journal::Record;

    use super::*;

    fn entry(n: u64) -> Entry {
        let record = Record::Begun { journal: "sf-backup/v1".to_owned(), plan: "sha256:0".to_owned(), partitions: 1 };
        Entry { n, at: "2024-03-09T12:00:00Z".parse().unwrap(), record }
    }

    fn problem(path: &Path) -> String {
        match JournalFile::open(path) {
            Err(Failure::Usage(problem)) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_are_appended_and_a_truncated_one_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        assert_eq!(JournalFile::peek(&path).unwrap(), []);
        let (mut file, found) = JournalFile::open(&path).unwrap();
        assert_eq!(found, []);
        assert!(file.begin().unwrap().is_empty());
        file.add(&entry(1)).unwrap();
        drop(file);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&whole[..], b"{\"n\":2,\"at\""].concat()).unwrap();
        assert_eq!(JournalFile::peek(&path).unwrap(), [entry(1)]);
        let (mut file, found) = JournalFile::open(&path).unwrap();
        assert_eq!(found, [entry(1)]);
        // It may be the journal of another plan, so it must not be changed.
        assert!(std::fs::read(&path).unwrap().ends_with(b"\"at\""));
        file.begin().unwrap();
        file.add(&entry(2)).unwrap();
        drop(file);
        assert_eq!(JournalFile::peek(&path).unwrap(), [entry(1), entry(2)]);
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_is_its_owners() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        JournalFile::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn two_runs_cannot_share_a_journal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        let (file, _) = JournalFile::open(&path).unwrap();
        assert!(problem(&path).ends_with("another run is using it"));
        assert!(JournalFile::peek(&path).is_err());
        drop(file);
        assert!(JournalFile::open(&path).is_ok());
    }

    #[test]
    fn other_files_are_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j");
        for letter in ["a letter\nto a friend\n", "a letter without an end", "{\"n\":1,\"note\":"] {
            std::fs::write(&path, letter).unwrap();
            let problem = problem(&path);
            assert!(problem.ends_with("line 1: is not a restore journal; the file was not changed"), "{problem}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
        }
        assert!(problem(folder.path()).ends_with("is not a regular file"));
        assert!(problem(&folder.path().join("none/j")).contains("cannot be written"));
    }
}
