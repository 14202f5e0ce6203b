//! The sizes of partitions, and the duration of their backups.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use uuid::Uuid;

use super::State;

const DEFAULT_THROUGHPUT: u32 = 100;
/// An incremental backup has one part in this many of a full one.
const INCREMENTAL_PART: u64 = 10;

/// Sizes in megabytes.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    throughput: Option<NonZeroU32>,
    /// The size of partitions without their own.
    usual: u64,
    own: HashMap<Uuid, u64>,
}

impl Sizes {
    pub(crate) fn new(throughput: Option<NonZeroU32>) -> Self {
        Self { throughput, ..Self::default() }
    }

    /// The duration of a backup of the partition.
    pub(crate) fn backup_takes(&self, partition: Uuid, full: bool) -> Duration {
        let megabytes = self.own.get(&partition).copied().unwrap_or(self.usual);
        let throughput = self.throughput.map_or(DEFAULT_THROUGHPUT, NonZeroU32::get);
        let milliseconds = megabytes.saturating_mul(1_000) / u64::from(throughput);
        Duration::from_millis(if full { milliseconds } else { milliseconds / INCREMENTAL_PART })
    }
}

impl State {
    /// Sets a size. Returns whether the partition exists.
    pub(crate) fn set_size(&mut self, partition: Option<Uuid>, megabytes: u64) -> bool {
        match partition {
            None => {
                self.sizes.usual = megabytes;
                self.sizes.own.clear();
            }
            Some(id) if self.topology.partition(id).is_none() => return false,
            Some(id) => _ = self.sizes.own.insert(id, megabytes),
        }
        true
    }
}
