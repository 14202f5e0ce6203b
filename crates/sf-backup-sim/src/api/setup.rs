//! The setup of a cluster, as state files have it.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use sf_backup_proto::Timestamp;

/// Everything that a cluster starts with.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Setup {
    pub(super) runtime: String,
    pub(super) start: Timestamp,
    pub(super) seed: u64,
    pub(super) reader: bool,
    pub(super) utc_offset_hours: i8,
    pub(super) jitter: bool,
    pub(super) date_header: Option<i64>,
    pub(super) megabytes_per_second: Option<NonZeroU32>,
    pub(super) without_fault_analysis: bool,
    pub(super) without_backup_service: bool,
    pub(super) scenarios: Vec<String>,
    pub(super) topology: serde_json::Value,
}

impl Setup {
    /// The first line of a journal.
    pub(crate) fn line(&self) -> Vec<u8> {
        // Writing these types to memory is infallible.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}
