//! The log of changes: JSON lines, one before a change is sent and one with its outcome.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sf_backup_proto::Timestamp;

use crate::output::atomic_write::open_private;
use crate::output::escape;
use crate::output::exit::Exit;
use crate::output::side_failure::SideFailures;

/// One line of the log. Both lines of a change have the same `requestId`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeRecord {
    /// When the line was written, by this machine's clock.
    pub(crate) time: String,
    pub(crate) outcome: ChangeOutcome,
    /// The system user who ran the command.
    pub(crate) user: String,
    pub(crate) operation: String,
    pub(crate) entity: Option<String>,
    /// The cluster's endpoints, separated by commas.
    pub(crate) endpoint: String,
    pub(crate) request_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// What is known about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ChangeOutcome {
    /// It is about to be sent. If no other line follows, the process ended before there was a result.
    Started,
    Succeeded,
    Failed,
    /// It was sent, but it could not be determined whether the cluster made it.
    Unknown,
    /// The command stopped waiting for the response.
    Interrupted,
}

impl ChangeOutcome {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A log that is appended to. The file is opened for the first change.
#[derive(Debug)]
pub(crate) struct ChangeLog {
    path: PathBuf,
    clock: fn() -> SystemTime,
    user: String,
    file: Mutex<Option<File>>,
    /// Collects warnings about outcomes that could not be logged.
    side_failures: SideFailures,
}

impl ChangeLog {
    pub(crate) fn new(path: &Path, clock: fn() -> SystemTime, side_failures: SideFailures) -> Self {
        let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        Self { path: path.to_owned(), clock, user, file: Mutex::default(), side_failures }
    }

    /// Opens the file, creating it if necessary.
    pub(crate) fn open(&self) -> io::Result<()> {
        self.with_file(|_| Ok(())).map_err(|error| self.blame(&error))
    }

    /// Appends a line. The returned entry appends the outcome.
    ///
    /// # Errors
    /// If the line is not completely in the file: the change must not be sent then.
    pub(crate) fn begin(
        &self,
        operation: &str,
        entity: Option<String>,
        endpoint: String,
        request_id: String,
    ) -> io::Result<Entry<'_>> {
        let record = ChangeRecord {
            time: self.now(),
            outcome: ChangeOutcome::Started,
            user: self.user.clone(),
            operation: operation.to_owned(),
            entity,
            endpoint,
            request_id,
            error: None,
        };
        self.append(&record).map_err(|error| self.blame(&error))?;
        Ok(Entry { log: self, record })
    }

    fn now(&self) -> String {
        Timestamp::try_from((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
    }

    fn blame(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("the log {} cannot be written: {error}", self.path.display()))
    }

    /// Appends with a single write, so that processes that share the file do not mix their lines. The same write ends a
    /// line that was truncated by a full disk or by the end of its process.
    fn append(&self, record: &ChangeRecord) -> io::Result<()> {
        let line = escape::json(serde_json::to_string(record)?) + "\n";
        self.with_file(|file| {
            let text = if ends_within_a_line(file)? { format!("\n{line}") } else { line };
            match file.write(text.as_bytes())? {
                written if written == text.len() => Ok(()),
                _ => Err(ErrorKind::WriteZero.into()),
            }
        })
    }

    fn with_file(&self, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut slot = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *slot {
            Some(file) => file,
            empty => {
                let opened = open_private(&self.path, File::options().read(true).append(true))?;
                opened.warning.into_iter().for_each(|warning| self.side_failures.warn(warning));
                empty.insert(opened.file)
            }
        };
        write(file)
    }
}

/// Whether the last line of a file has no line break.
pub(crate) fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    // Devices have no end.
    if !file.metadata()?.is_file() || file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// A change that was begun. If dropped without an outcome, it was interrupted.
#[derive(Debug)]
pub(crate) struct Entry<'l> {
    log: &'l ChangeLog,
    record: ChangeRecord,
}

impl Entry<'_> {
    pub(crate) fn end(mut self, outcome: ChangeOutcome, error: Option<String>) {
        self.record.outcome = outcome;
        self.record.error = error;
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if self.record.outcome == ChangeOutcome::Started {
            self.record.outcome = ChangeOutcome::Interrupted;
        }
        self.record.time = self.log.now();
        if let Err(error) = self.log.append(&self.record) {
            let problem = format!("{}; the outcome of a change is missing from it", self.log.blame(&error));
            self.log.side_failures.add(Exit::NotLogged, problem);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(path: &Path) -> ChangeLog {
        ChangeLog::new(path, || SystemTime::UNIX_EPOCH, SideFailures::default())
    }

    fn begin(log: &ChangeLog) -> io::Result<Entry<'_>> {
        log.begin(
            "SuspendServiceBackup",
            Some("fabric:/A/\u{202e}S".to_owned()),
            "http://a:1".to_owned(),
            "1".to_owned(),
        )
    }

    fn records(path: &Path) -> Vec<ChangeRecord> {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.ends_with('\n') && !text.contains('\u{202e}'), "{text:?}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_change_has_a_line_before_it_and_one_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes.jsonl");
        let log = log(&path);
        let entry = begin(&log).unwrap();
        assert_eq!(records(&path).len(), 1);
        entry.end(Failed, Some("no".to_owned()));
        drop(begin(&log).unwrap());
        let records = records(&path);
        let outcomes: Vec<_> = records.iter().map(|record| record.outcome).collect();
        use ChangeOutcome::*;
        assert_eq!(outcomes, [Started, Failed, Started, Interrupted]);
        assert_eq!(records.iter().filter_map(|record| record.error.as_deref()).collect::<Vec<_>>(), ["no"]);
        assert!(records.iter().all(|record| record.entity.as_deref() == Some("fabric:/A/\u{202e}S")));
        assert_eq!(records[0].time, "1970-01-01T00:00:00Z");
    }

    #[test]
    fn a_truncated_line_does_not_affect_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes.jsonl");
        std::fs::write(&path, "{\"time\":").unwrap();
        drop(begin(&log(&path)).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().filter(|line| serde_json::from_str::<ChangeRecord>(line).is_ok()).count(), 2, "{text}");
    }

    /// Another process that shares the file was stopped within a line.
    #[test]
    fn a_line_truncated_by_another_process_does_not_affect_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes.jsonl");
        let log = log(&path);
        let entry = begin(&log).unwrap();
        File::options().append(true).open(&path).unwrap().write_all(b"{\"time\":").unwrap();
        entry.end(ChangeOutcome::Succeeded, None);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().filter(|line| serde_json::from_str::<ChangeRecord>(line).is_ok()).count(), 2, "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_its_owners_and_a_full_disk_is_an_error() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("changes.jsonl");
        log(&path).open().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        if Path::new("/dev/full").exists() {
            let error = begin(&log(Path::new("/dev/full"))).unwrap_err().to_string();
            assert!(error.starts_with("the log /dev/full cannot be written: "), "{error}");
        }
        assert!(log(folder.path()).open().is_err());
    }
}
