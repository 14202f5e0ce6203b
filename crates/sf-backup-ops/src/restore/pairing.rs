//! Whose backups go into which partition.

use std::collections::BTreeMap;
use std::fmt;

use sf_backup_proto::ServiceId;

use crate::chain::PartitionBackups;
use crate::inventory::{Partition, PartitionKey};

/// A partition that is to be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its service.
    pub service: ServiceId,
    /// The partition.
    pub partition: Partition,
}

/// A partition that has been backed up, here or elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The service that its backups go into: its own, or the one that takes its place.
    pub into: ServiceId,
    /// The partition.
    pub partition: Partition,
    /// Its backups, or why they are not known.
    pub backups: Result<Option<PartitionBackups>, String>,
}

/// A partition, and those whose backups fit into it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The partition that is restored.
    pub target: Target,
    /// None, one, or several where a service was made anew and its storage knows both.
    pub sources: Vec<Source>,
}

/// Whether the sources are all that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// They are a service's partitions: any difference is a mismatch.
    Yes,
    /// They are what a storage has: a partition without backups does not show, and partitions of long ago may.
    No,
}

/// Two services that are not cut alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Partitions that nothing fits into.
    pub targets: Vec<Target>,
    /// Partitions that fit into nothing: the service that they would go into, and the partition.
    pub sources: Vec<Target>,
}

/// Finds the sources of each target: those of its service that have the same share of the keys. `by_id` takes only the
/// partition itself.
///
/// # Errors
/// If the partitions of two services differ.
pub fn pair(targets: Vec<Target>, sources: Vec<Source>, by_id: bool, whole: Whole) -> Result<Vec<Pair>, Mismatch> {
    let mut slots: BTreeMap<(String, PartitionKey), Vec<Source>> = BTreeMap::new();
    let mut ids = BTreeMap::new();
    for source in sources {
        if by_id {
            ids.insert(source.partition.id, source);
        } else {
            slots.entry((source.into.to_string(), source.partition.key.clone())).or_default().push(source);
        }
    }
    let mut pairs = Vec::with_capacity(targets.len());
    for target in targets {
        let sources = if by_id {
            ids.remove(&target.partition.id).into_iter().collect()
        } else if target.partition.key == PartitionKey::Unknown {
            Vec::new()
        } else {
            slots.remove(&(target.service.to_string(), target.partition.key.clone())).unwrap_or_default()
        };
        pairs.push(Pair { target, sources });
    }
    if by_id {
        return Ok(pairs);
    }
    let left: Vec<Target> = slots
        .into_values()
        .flatten()
        .map(|source| Target { service: source.into, partition: source.partition })
        .collect();
    let empty: Vec<Target> =
        pairs.iter().filter(|pair| pair.sources.is_empty()).map(|pair| pair.target.clone()).collect();
    let differs = match whole {
        Whole::Yes => !left.is_empty() || !empty.is_empty(),
        Whole::No => !left.is_empty() && !empty.is_empty(),
    };
    if differs { Err(Mismatch { targets: empty, sources: left }) } else { Ok(pairs) }
}

/// The most partitions that are named one by one.
const NAMED: usize = 10;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |partitions: &[Target]| {
            let named = partitions.iter().take(NAMED);
            let mut named: Vec<String> =
                named.map(|target| format!("{} of {}", target.partition.key, target.service)).collect();
            if partitions.len() > NAMED {
                named.push(format!("and {} more", partitions.len() - NAMED));
            }
            named.join(", ")
        };
        f.write_str("the partitions differ")?;
        if !self.targets.is_empty() {
            write!(f, "; nothing fits into {}", named(&self.targets))?;
        }
        if !self.sources.is_empty() {
            write!(f, "; nothing takes the backups of {}", named(&self.sources))?;
        }
        Ok(())
    }
}

impl std::error::Error for Mismatch {}
