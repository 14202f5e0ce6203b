//! The files of a drill: the history, and the plan and journal of an unfinished drill.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use sf_backup_ops::drill::{DrillOutcome, DrillRecord};
use sf_backup_ops::restore::Plan;

use super::super::run::{journal_beside, read_plan};
use super::with_ending;
use crate::cluster::change_log::ends_within_a_line;
use crate::cluster::drill_history::{LIMIT, records_of};
use crate::options::files::Source;
use crate::output::atomic_write::open_private;
use crate::output::console::Terminal;
use crate::output::escape;
use crate::output::failure::Failure;

/// The history file of a drill, locked against other drills.
#[derive(Debug)]
pub(super) struct DrillState {
    file: File,
    path: PathBuf,
    records: Vec<DrillRecord>,
}

impl DrillState {
    /// Opens or creates the history, and locks it until this is dropped.
    pub(super) fn open(path: &Path, terminal: &mut Terminal<'_>) -> Result<Self, Failure> {
        let fail = |problem: String| failure(path, &problem);
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(fail("is not a regular file".to_owned()));
        }
        let opened = open_private(path, File::options().read(true).append(true));
        let opened = opened.map_err(|error| fail(format!("cannot be written: {error}")))?;
        if let Some(warning) = opened.warning {
            terminal.warn(&warning);
        }
        let mut file = opened.file;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(fail("another drill is using it".to_owned())),
            Err(TryLockError::Error(error)) => return Err(fail(format!("cannot be locked: {error}"))),
        }
        let mut text = String::new();
        let read = file.rewind().and_then(|()| (&mut file).take(LIMIT + 1).read_to_string(&mut text));
        read.map_err(|error| fail(format!("cannot be read: {error}")))?;
        if text.len() as u64 > LIMIT {
            return Err(fail(format!("has more than {} MiB", LIMIT / 1024 / 1024)));
        }
        Ok(Self { file, path: path.to_owned(), records: records_of(&text, path, terminal) })
    }

    /// The path of the plan of an unfinished drill.
    pub(super) fn plan(&self) -> PathBuf {
        with_ending(&self.path, ".plan")
    }

    /// The path of its journal.
    pub(super) fn journal(&self) -> PathBuf {
        journal_beside(&self.plan())
    }

    /// The plan of an interrupted drill. Removes remains of a drill that is already recorded.
    pub(super) fn interrupted(&self, terminal: &mut Terminal<'_>) -> Result<Option<Plan>, Failure> {
        let path = self.plan();
        if !path.exists() {
            return Ok(None);
        }
        let plan = read_plan(&Source::File(path), terminal)?;
        let fingerprint = plan.fingerprint();
        let is_over = |record: &DrillRecord| record.plan == fingerprint && record.outcome != DrillOutcome::Unfinished;
        if self.records.iter().any(is_over) {
            self.clear()?;
            return Ok(None);
        }
        Ok(Some(plan))
    }

    /// Appends a record; returns once it is on disk.
    pub(super) fn add(&mut self, record: &DrillRecord) -> Result<(), Failure> {
        let added = self.append(record);
        added.map_err(|error| {
            Failure::Other(format!("drill history {}: cannot be written: {error}", self.path.display()))
        })
    }

    /// Appends with a single write, which also ends a truncated line.
    fn append(&mut self, record: &DrillRecord) -> io::Result<()> {
        let cut = if ends_within_a_line(&mut self.file)? { "\n" } else { "" };
        let line = escape::json(serde_json::to_string(record)?);
        self.file.write_all(format!("{cut}{line}\n").as_bytes())?;
        self.file.sync_data()
    }

    /// Removes plan and journal of a recorded drill. The plan last, because a journal without its plan would block the
    /// next drill.
    pub(super) fn clear(&self) -> Result<(), Failure> {
        for path in [self.journal(), self.plan()] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Failure::Other(format!("{}: cannot be removed: {error}", path.display())));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn failure(path: &Path, problem: &str) -> Failure {
    Failure::Usage(format!("drill history {}: {problem}", path.display()))
}
