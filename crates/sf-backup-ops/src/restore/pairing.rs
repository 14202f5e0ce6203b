//! Finds the partition whose backups are restored into each partition.

use std::collections::BTreeMap;
use std::fmt;

use sf_backup_proto::ServiceId;

use crate::chain::PartitionBackups;
use crate::inventory::{Partition, PartitionKey};

/// A partition to restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its service.
    pub service: ServiceId,
    /// The partition.
    pub partition: Partition,
}

/// A partition with backups, in this cluster or another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its service.
    pub service: ServiceId,
    /// The service that its backups are restored into: its own, or another.
    pub into: ServiceId,
    /// The partition.
    pub partition: Partition,
    /// Its backups, or why they are unknown.
    pub backups: Result<Option<PartitionBackups>, String>,
}

/// A partition to restore, and the partitions whose backups match.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The partition to restore.
    pub target: Target,
    /// The matching partitions; several if a service was recreated and its storage has backups of both.
    pub sources: Vec<Source>,
}

/// Whether the sources are complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// They are all partitions of a service: any difference is a mismatch.
    Whole,
    /// They are the partitions on a storage: it lacks partitions without backups, and may have former ones.
    Partial,
}

/// Two services that are partitioned differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Partitions without a match.
    pub targets: Vec<Target>,
    /// Source partitions without a match, with the service that they would be restored into.
    pub sources: Vec<Target>,
    /// The compared services: a service and its partitioning, then the source and its partitioning.
    services: Vec<(ServiceId, Cut, ServiceId, Cut)>,
}

/// The partitioning of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Cut {
    ranges: usize,
    names: usize,
    singletons: usize,
    others: usize,
    /// The key of one partition.
    key: Option<PartitionKey>,
}

/// Finds the sources of each target: those of its service with the same key. With `by_id`, only the partition itself.
///
/// # Errors
/// If the partitions of two services differ.
pub fn pair(
    targets: Vec<Target>,
    sources: Vec<Source>,
    by_id: bool,
    whole: Completeness,
) -> Result<Vec<Pair>, Mismatch> {
    let cuts = if by_id { BTreeMap::new() } else { cuts(&targets, &sources) };
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
        Completeness::Whole => !left.is_empty() || !empty.is_empty(),
        Completeness::Partial => !left.is_empty() && !empty.is_empty(),
    };
    if !differs {
        return Ok(pairs);
    }
    let differing = |service: &ServiceId| empty.iter().chain(&left).any(|target| target.service == *service);
    let services = cuts.into_values().filter(|(service, ..)| differing(service)).collect();
    Err(Mismatch { targets: empty, sources: left, services })
}

/// The partitioning of each service, with that of its source.
fn cuts(targets: &[Target], sources: &[Source]) -> BTreeMap<String, (ServiceId, Cut, ServiceId, Cut)> {
    let mut cuts = BTreeMap::new();
    let empty = |into: &ServiceId, of: &ServiceId| (into.clone(), Cut::default(), of.clone(), Cut::default());
    for Target { service, partition } in targets {
        let (_, cut, ..) = cuts.entry(service.to_string()).or_insert_with(|| empty(service, service));
        cut.add(&partition.key);
    }
    for source in sources {
        let (_, _, of, cut) =
            cuts.entry(source.into.to_string()).or_insert_with(|| empty(&source.into, &source.service));
        *of = source.service.clone();
        cut.add(&source.partition.key);
    }
    cuts
}

impl Cut {
    fn add(&mut self, key: &PartitionKey) {
        *match key {
            PartitionKey::Int64Range { .. } => &mut self.ranges,
            PartitionKey::Named(_) => &mut self.names,
            PartitionKey::Singleton => &mut self.singletons,
            PartitionKey::Unknown => &mut self.others,
        } += 1;
        self.key.get_or_insert_with(|| key.clone());
    }

    fn is_like(&self, other: &Self) -> bool {
        let counts = |cut: &Self| (cut.ranges, cut.names, cut.singletons, cut.others);
        counts(self) == counts(other)
    }
}

impl fmt::Display for Cut {
    /// `12 ranges`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (self.ranges, "range", "ranges"),
            (self.names, "named partition", "named partitions"),
            (self.singletons, "partition without keys", "partitions without keys"),
            (self.others, "partition of an unknown kind", "partitions of an unknown kind"),
        ];
        let mut counted = kinds.into_iter().filter(|(count, ..)| *count > 0);
        let Some((count, one, many)) = counted.next() else { return f.write_str("no partitions") };
        write!(f, "{count} {}", if count == 1 { one } else { many })?;
        counted.try_for_each(|(count, one, many)| write!(f, " and {count} {}", if count == 1 { one } else { many }))
    }
}

/// Maximum number of services and partitions that are listed.
const NAMED: usize = 3;

impl fmt::Display for Mismatch {
    /// `the partitions differ: fabric:/Shop/Orders has 12 ranges, fabric:/Bank/Ledger has 16 ranges`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the partitions differ")?;
        for (at, (into, theirs, of, ours)) in self.services.iter().take(NAMED).enumerate() {
            f.write_str(if at == 0 { ": " } else { "; " })?;
            match (&ours.key, &theirs.key) {
                _ if !ours.is_like(theirs) && of == into => {
                    write!(f, "{into} has {theirs}, but the backups are of {ours}")?;
                }
                _ if !ours.is_like(theirs) => write!(f, "{of} has {ours}, {into} has {theirs}")?,
                (Some(our), Some(their)) if ours.is_like(&Cut::one(our)) => {
                    write!(f, "the keys {our} of {of} do not fit into the keys {their} of {into}")?;
                }
                _ => {
                    let unfit: Vec<String> = self.unfit(into).take(NAMED).collect();
                    let more = self.unfit(into).count().saturating_sub(NAMED);
                    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                    write!(f, "{into} has {theirs}, and no backup fits into {}{more}", unfit.join(", "))?;
                }
            }
        }
        match self.services.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more services"),
        }
    }
}

impl Mismatch {
    /// The keys of a service without a match.
    fn unfit(&self, service: &ServiceId) -> impl Iterator<Item = String> {
        let targets = self.targets.iter().filter(move |target| target.service == *service);
        targets.map(|target| target.partition.key.to_string())
    }
}

impl Cut {
    fn one(key: &PartitionKey) -> Self {
        let mut cut = Self::default();
        cut.add(key);
        cut
    }
}

impl std::error::Error for Mismatch {}
