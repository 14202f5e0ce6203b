//! Tables of backups.

use sf_backup_ops::chain::Backups;
use sf_backup_ops::inventory::PartitionKey;
use sf_backup_proto::model::backup::BackupInfo;

use super::cell::Cell;
use super::{Table, cell, describe};
use crate::output::render::{Listed, View};
use crate::output::shell::word;

/// The columns of a wide list.
const MORE: &[&str] = &["KEYS", "EPOCH", "MANIFEST VERSION", "APPLICATION"];

impl Listed for BackupInfo {
    const NOTHING: &'static str = "there are no backups";
    const IS_SORTED_HERE: bool = true;

    fn table(items: &[Self], view: &View) -> Table {
        let services = view.wide || several(items, |backup| backup.service_name.as_ref());
        let usual =
            ["CREATED", "AGE", "TYPE", "SERVICE", "PARTITION", "BACKUP ID", "CHAIN", "LSN", "LOCATION", "FAILURE"];
        let one_partition = !several(items, |backup| backup.partition_information.as_ref().and_then(|p| p.id()));
        let mut table = Table::new(&[&usual[..], MORE].concat())
            .cutting(&["FAILURE"])
            .ids(&["PARTITION", "BACKUP ID"])
            .dropping(if one_partition { OF_ONE } else { OF_SEVERAL })
            .named(&["BACKUP ID"])
            .wide_only(MORE, view.wide);
        for backup in items {
            let partition = backup.partition_information.as_ref();
            let service = backup.service_name.as_ref().filter(|_| services);
            let chain_of = backup.backup_chain_id;
            table.row([
                Cell::time(backup.creation_time_utc),
                view.age_cell(backup.creation_time_utc),
                cell(backup.backup_type.as_ref()).into(),
                cell(service).into(),
                cell(partition.and_then(|partition| partition.id())).into(),
                cell(backup.backup_id).into(),
                if view.wide { cell(chain_of) } else { cell(chain_of.map(chain)) }.into(),
                cell(backup.lsn_of_last_backup_record).into(),
                cell(backup.backup_location.as_ref()).into(),
                backup.failure_error.as_ref().map(describe::failure).unwrap_or_default().into(),
                cell(partition.map(PartitionKey::of)).into(),
                cell(backup.epoch_of_last_backup_record.as_ref().map(describe::epoch)).into(),
                cell(backup.service_manifest_version.as_ref()).into(),
                cell(backup.application_name.as_ref()).into(),
            ]);
        }
        table
    }

    /// Sorts by time, with unreadable ones last.
    fn sort(items: &mut [Self]) {
        items.sort_by_key(|backup| {
            (
                backup.failure_error.is_some(),
                backup.creation_time_utc,
                backup.partition_information.as_ref().and_then(|p| p.id()),
            )
        });
    }

    fn warnings(items: &[Self]) -> Vec<String> {
        let failures = items.iter().filter_map(|item| item.failure_error.as_ref());
        failures.map(describe::unreadable).collect()
    }

    /// The command that restores the newest backup of a single partition.
    fn next(items: &[Self]) -> Option<String> {
        let backups = Backups::of(items.iter().cloned());
        let [partition] = backups.partitions.as_slice() else { return None };
        let point = partition.newest_point()?;
        let (id, location) = (point.id, word(point.location));
        let partition = partition.partition;
        Some(format!(
            "the newest can be restored with: sf-backup partition restore {partition} --backup-id {id} --location {location} --wait"
        ))
    }
}

/// The columns that a narrow screen omits for the backups of one partition, and of several.
const OF_ONE: &[&str] = &["LOCATION", "LSN", "PARTITION", "CREATED", "CHAIN"];
const OF_SEVERAL: &[&str] = &["LOCATION", "LSN", "CREATED", "CHAIN", "SERVICE"];

/// Whether the backups differ in something.
fn several<'b, T: PartialEq>(items: &'b [BackupInfo], of: impl Fn(&'b BackupInfo) -> Option<T>) -> bool {
    let mut found = items.iter().filter_map(of);
    let first = found.next();
    found.any(|other| Some(&other) != first.as_ref())
}

/// A part of a chain's id, enough to see which backups belong together.
fn chain(id: impl std::fmt::Display) -> String {
    id.to_string().chars().take(8).collect()
}
