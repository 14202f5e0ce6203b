//! What a run has done and is about to do, as lines of JSON that are only ever added.
//!
//! ```text
//! {"n":1,"at":"2024-03-09T12:00:00Z","record":{"event":"Begun","journal":"sf-backup/v1","plan":"sha256:…","partitions":2}}
//! {"n":2,"at":"2024-03-09T12:00:01Z","record":{"event":"Starting","partition":"6b1c…","baseline":null}}
//! {"n":3,"at":"2024-03-09T12:00:01Z","record":{"event":"Started","partition":"6b1c…","found":false}}
//! {"n":4,"at":"2024-03-09T12:00:09Z","record":{"event":"Ended","partition":"6b1c…","end":"Restored"}}
//! ```
//!
//! `Starting` is on the disk before the restore is sent, with what the cluster reported about the partition's last restore until then:
//! so it can be found out later whether it was begun. A line that was cut off at the end was never acted upon; anything else
//! that cannot be read is an error, because its content is unknown.

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
    /// Its number: 1, 2, 3, …
    pub n: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub record: Record,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", deny_unknown_fields)]
#[non_exhaustive]
pub enum Record {
    /// The first line: whose journal it is.
    Begun {
        /// Its form: [`API_VERSION`].
        journal: String,
        /// The plan's [`fingerprint`](super::Plan::fingerprint).
        plan: String,
        /// How many partitions the plan restores.
        partitions: usize,
    },
    /// A restore is about to be sent.
    Starting {
        /// The partition.
        partition: Uuid,
        /// The cluster's report of the partition's last restore until then.
        baseline: Option<RestoreProgressInfo>,
    },
    /// The restore that was about to be sent was begun.
    Started {
        /// The partition.
        partition: Uuid,
        /// Whether that was found out later.
        found: bool,
    },
    /// The restore that was about to be sent was certainly not begun.
    NotStarted {
        /// The partition.
        partition: Uuid,
        /// Why.
        problem: String,
    },
    /// Whether the restore was begun, or what became of it, could not be found out so far.
    Unknown {
        /// The partition.
        partition: Uuid,
        /// Why.
        problem: String,
    },
    /// The restore was accepted, and nothing has come of it for too long.
    Stuck {
        /// The partition.
        partition: Uuid,
    },
    /// The restore has ended.
    Ended {
        /// The partition.
        partition: Uuid,
        /// How.
        end: End,
        /// Why it failed, if the cluster reports it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
}

/// How a restore ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The partition holds what the backup held.
    Restored,
    /// The cluster reports a failure.
    Failed,
    /// The cluster has given up on it; it may have been done anyway.
    TimedOut,
}

/// A journal as it was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// Its lines.
    pub entries: Vec<Entry>,
    /// How many bytes they take. What lies behind was cut off, and is to be cut away before anything is added.
    pub whole: usize,
}

/// Why a journal cannot be relied on.
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
    /// The line, with its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        writeln!(f, "{line}")
    }
}

/// Reads a journal. A last line without its end is left out, if a journal can end like that.
///
/// # Errors
/// If any other line is not the one that should stand there, or the file does not begin as a journal does.
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

/// Whether a first line is that of a journal, or could become it: what was cut off must be our own, for it is cut away.
fn may_begin(line: &[u8]) -> bool {
    let mut rest = line;
    /// Whether a byte may stand in the value behind a fixed part.
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
