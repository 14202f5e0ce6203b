//! The journal of a run: what it did and is about to do, as lines of JSON that are only appended.
//!
//! ```text
//! {"n":1,"at":"2024-03-09T12:00:00Z","record":{"event":"Begun","journal":"sf-backup/v1","plan":"sha256:…","partitions":2}}
//! {"n":2,"at":"2024-03-09T12:00:01Z","record":{"event":"Starting","partition":"6b1c…","baseline":null}}
//! {"n":3,"at":"2024-03-09T12:00:01Z","record":{"event":"Started","partition":"6b1c…","found":false}}
//! {"n":4,"at":"2024-03-09T12:00:09Z","record":{"event":"Ended","partition":"6b1c…","end":"Restored"}}
//! ```
//!
//! `Starting` is on disk before the restore is sent, with the progress of the partition's last restore until then, so
//! that it can be determined later whether the new one was started. A truncated last line was never acted upon; any
//! other line that cannot be read is an error, because its content is unknown.

use std::fmt;

use serde::{Deserialize, Serialize};
use sf_backup_proto::Timestamp;
use sf_backup_proto::model::progress::RestoreProgressInfo;
use uuid::Uuid;

use super::API_VERSION;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The number: 1, 2, 3, …
    pub n: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The content.
    pub record: Record,
}

/// The content of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", deny_unknown_fields)]
#[non_exhaustive]
pub enum Record {
    /// The first line, which identifies the plan.
    Begun {
        /// The format: [`API_VERSION`].
        journal: String,
        /// The plan's [`fingerprint`](super::Plan::fingerprint).
        plan: String,
        /// The number of partitions that the plan restores.
        partitions: usize,
    },
    /// A restore is about to be sent.
    Starting {
        /// The partition.
        partition: Uuid,
        /// The progress of the partition's last restore until then.
        baseline: Option<RestoreProgressInfo>,
    },
    /// The restore was started.
    Started {
        /// The partition.
        partition: Uuid,
        /// Whether that was determined by a later run.
        found: bool,
    },
    /// The restore was certainly not started.
    NotStarted {
        /// The partition.
        partition: Uuid,
        /// Why.
        problem: String,
    },
    /// It could not be determined so far whether the restore was started, or how it ended.
    Unknown {
        /// The partition.
        partition: Uuid,
        /// Why.
        problem: String,
    },
    /// The restore was accepted, but did not progress for too long.
    Stuck {
        /// The partition.
        partition: Uuid,
    },
    /// The restore has ended.
    Ended {
        /// The partition.
        partition: Uuid,
        /// The result.
        end: End,
        /// Why it failed, if the cluster returns a reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
}

/// How a restore ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The partition has the contents of the backup.
    Restored,
    /// The cluster reports a failure.
    Failed,
    /// The cluster stopped waiting; the restore may have succeeded.
    TimedOut,
}

/// The parsed contents of a journal file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// Its lines.
    pub entries: Vec<Entry>,
    /// The length of the complete lines in bytes. The rest is truncated; remove it before appending.
    pub whole: usize,
}

/// Why a journal is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct JournalError {
    line: u64,
    problem: String,
}

impl JournalError {
    pub(super) fn new(line: u64, problem: impl Into<String>) -> Self {
        Self { line, problem: problem.into() }
    }
}

impl Record {
    /// The first line of a plan's journal.
    pub(super) fn begun(plan: &str, partitions: usize) -> Self {
        Self::Begun { journal: API_VERSION.to_owned(), plan: plan.to_owned(), partitions }
    }
}

impl fmt::Display for Entry {
    /// Formats the line with its line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        writeln!(f, "{line}")
    }
}

/// Reads a journal. An incomplete last line is ignored if it can be the beginning of a line of a journal.
///
/// # Errors
/// If another line is not the expected one, or the file does not begin like a journal.
pub fn read(bytes: &[u8]) -> Result<Journal, JournalError> {
    let mut journal = Journal::default();
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !may_begin(first) {
        return Err(JournalError::new(1, "is not a restore journal; the file was not changed"));
    }
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(text) = line.strip_suffix(b"\n") else { break };
        let n = journal.entries.len() as u64 + 1;
        let entry: Entry =
            serde_json::from_slice(text).map_err(|error| JournalError::new(n, format!("cannot be read: {error}")))?;
        if entry.n != n {
            return Err(JournalError::new(n, format!("is numbered {}: lines are missing, or not in order", entry.n)));
        }
        journal.entries.push(entry);
        journal.whole += line.len();
    }
    Ok(journal)
}

/// Whether a first line is that of a journal, or a truncated one. It will be removed, so it must not be another file's.
fn may_begin(line: &[u8]) -> bool {
    let mut rest = line;
    /// Whether a byte may occur in the value after a fixed part.
    type Allowed = fn(&u8) -> bool;
    let parts: &[(&[u8], Allowed)] = &[
        (br#"{"n":1,"at":""#, |byte| byte.is_ascii_digit() || b"-:.TZ".contains(byte)),
        (br#"","record":{"event":"Begun","journal":""#, |byte| byte.is_ascii_graphic() && *byte != b'"'),
        (br#"","plan":""#, |byte| byte.is_ascii_alphanumeric() || *byte == b':'),
        (br#"","partitions":"#, u8::is_ascii_digit),
        (b"}}", |_| false),
    ];
    for (text, value) in parts {
        let common = rest.iter().zip(*text).take_while(|(a, b)| a == b).count();
        rest = rest.get(common..).unwrap_or_default();
        if rest.is_empty() {
            return true;
        }
        if common < text.len() {
            return false;
        }
        let end = rest.iter().position(|byte| !value(byte)).unwrap_or(rest.len());
        rest = rest.get(end..).unwrap_or_default();
    }
    rest.is_empty()
}
