//! Grouping of a list of backups into chains.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sf_backup_proto::PartitionId;
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use uuid::Uuid;

use super::{Backups, Chain, Flaw, Link, PartitionBackups};

pub(super) fn sort(list: impl IntoIterator<Item = BackupInfo>) -> Backups {
    let mut partitions: BTreeMap<PartitionId, Vec<BackupInfo>> = BTreeMap::new();
    let mut failures = Vec::new();
    for backup in list {
        let partition = backup.partition_information.as_ref().and_then(|information| information.id());
        match partition {
            Some(id) if !id.is_nil() => partitions.entry(id.into()).or_default().push(clean(backup)),
            _ => failures.push(clean(backup)),
        }
    }
    failures.sort_by(in_order);
    failures.dedup();
    let partitions = partitions.into_iter();
    Backups {
        partitions: partitions.map(|(partition, list)| PartitionBackups { partition, chains: chains(list) }).collect(),
        failures,
    }
}

/// The epoch and sequence number of a backup's last record, which increase along a chain.
pub(super) fn record(backup: &BackupInfo) -> Option<(i64, i64, i64)> {
    let epoch = backup.epoch_of_last_backup_record.as_ref()?;
    Some((epoch.data_loss_version?, epoch.configuration_version?, backup.lsn_of_last_backup_record?))
}

/// Removes all-zero ids. They can only occur in values that were not read from a cluster.
fn clean(mut backup: BackupInfo) -> BackupInfo {
    backup.backup_id = backup.backup_id.filter(|id| !id.is_nil());
    backup.backup_chain_id = backup.backup_chain_id.filter(|id| !id.is_nil());
    backup
}

fn chains(mut list: Vec<BackupInfo>) -> Vec<Chain> {
    list.sort_by(in_order);
    list.dedup();
    let mut chains: BTreeMap<Option<Uuid>, Vec<Link>> = BTreeMap::new();
    for link in once_each(list) {
        chains.entry(chain_of(&link.backup)).or_default().push(link);
    }
    let mut chains: Vec<_> = chains.into_iter().map(|(id, links)| chain(id, links)).collect();
    // Backups without a chain id come last.
    chains.sort_by_key(|chain| (chain.id.is_none(), chain.began(), chain.id));
    chains
}

/// Merges duplicates and returns each backup once, sorted, with its defects. A backup can be listed once per storage.
fn once_each(list: Vec<BackupInfo>) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut places: BTreeMap<Uuid, usize> = BTreeMap::new();
    for backup in list {
        let place = backup.backup_id.and_then(|id| places.get(&id)).copied();
        match place.and_then(|place| links.get_mut(place)) {
            Some(first) => first.merge(backup),
            None => {
                places.extend(backup.backup_id.map(|id| (id, links.len())));
                links.push(Link { flaws: Flaw::of(&backup), backup });
            }
        }
    }
    // Merging can change the time of a backup.
    links.sort_by(|one, other| in_order(&one.backup, &other.backup));
    links
}

impl Link {
    /// Merges a duplicate: keeps the better of the two.
    fn merge(&mut self, twin: BackupInfo) {
        let contradictory = self.flaws.contains(&Flaw::Contradictory)
            || (!self.failed() && twin.failure_error.is_none() && facts(&self.backup) != facts(&twin));
        let flaws = Flaw::of(&twin);
        if flaws.len() < Flaw::of(&self.backup).len() {
            *self = Self { backup: twin, flaws };
        }
        if contradictory && !self.flaws.contains(&Flaw::Contradictory) {
            self.flaws.push(Flaw::Contradictory);
        }
    }
}

/// The chain id of a backup. A full backup always starts its own chain.
fn chain_of(backup: &BackupInfo) -> Option<Uuid> {
    match backup.backup_type {
        Some(BackupType::Full) => backup.backup_id.or(backup.backup_chain_id),
        _ => backup.backup_chain_id,
    }
}

fn chain(id: Option<Uuid>, mut links: Vec<Link>) -> Chain {
    let full = links.iter().position(|link| id.is_some() && link.is_full() && link.backup.backup_id == id);
    let full = full.or_else(|| links.iter().position(|link| id.is_some() && link.is_full()));
    let full = full.map(|place| links.remove(place));
    let mut before = full.as_ref();
    for link in &mut links {
        if before.is_some_and(|before| disordered(&before.backup, &link.backup)) {
            link.flaws.push(Flaw::Disorder);
        }
        before = Some(link);
    }
    Chain { id, full, incrementals: links }
}

/// Whether time and record disagree about the order of two backups.
fn disordered(before: &BackupInfo, after: &BackupInfo) -> bool {
    let by_time = before.creation_time_utc.zip(after.creation_time_utc).is_some_and(|(before, after)| before > after);
    let by_record = record(before).zip(record(after)).is_some_and(|(before, after)| before > after);
    by_time || by_record
}

/// The details of a backup that must not differ between duplicates. The location may.
fn facts(backup: &BackupInfo) -> impl PartialEq {
    let record = (backup.epoch_of_last_backup_record.clone(), backup.lsn_of_last_backup_record);
    (backup.backup_chain_id, backup.backup_type.clone(), backup.creation_time_utc, record)
}

/// Orders by age, and backups of the same age independently of the order in the list.
fn in_order(one: &BackupInfo, other: &BackupInfo) -> Ordering {
    let key =
        |backup: &BackupInfo| (backup.creation_time_utc, record(backup), backup.backup_id, backup.backup_chain_id);
    key(one)
        .cmp(&key(other))
        .then_with(|| one.backup_location.cmp(&other.backup_location))
        .then_with(|| written(one).cmp(&written(other)))
}

fn written(backup: &BackupInfo) -> String {
    serde_json::to_string(backup).unwrap_or_default()
}
