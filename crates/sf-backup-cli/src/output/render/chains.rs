//! Backups by partition and chain, as tables and as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use sf_backup_ops::chain::{Backups, Chain, Flaw, Gap, Link, PartitionBackups, RestorePoint};
use sf_backup_ops::inventory::PartitionKey;
use sf_backup_proto::model::backup::{BackupInfo, BackupType};
use sf_backup_proto::model::partition::PartitionInformation;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{PartitionId, Timestamp};

use super::View;
use super::table::cell::Cell;
use super::table::{Table, cell, describe, plain};

/// The effective policies, as far as known.
pub(crate) type Policies = BTreeMap<PartitionId, BackupPolicyDescription>;

/// The list as `-o json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Grouped<'b> {
    partitions: Vec<GroupedPartition<'b>>,
    /// Items without a partition.
    failures: &'b [BackupInfo],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupedPartition<'b> {
    partition_id: String,
    application_name: Option<&'b str>,
    service_name: Option<&'b str>,
    partition_information: Option<&'b PartitionInformation>,
    /// The current effective policy; `None` if it could not be read.
    policy_name: Option<&'b str>,
    newest_restore_point: Option<Point<'b>>,
    chains: Vec<GroupedChain<'b>>,
    /// Scheduled runs of that policy without a backup; `None` if the policy is not known.
    gaps: Option<Vec<GroupedGap>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Point<'b> {
    backup_id: String,
    backup_location: &'b str,
    creation_time_utc: Timestamp,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupedChain<'b> {
    backup_chain_id: Option<String>,
    flaws: Vec<CountedFlaw>,
    backups: Vec<GroupedBackup<'b>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupedBackup<'b> {
    /// Whether it can be restored, as far as a list shows.
    restorable: bool,
    flaws: Vec<CountedFlaw>,
    backup: &'b BackupInfo,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CountedFlaw {
    flaw: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GroupedGap {
    after_utc: Timestamp,
    expected_utc: Timestamp,
    before_utc: Timestamp,
}

impl<'b> Grouped<'b> {
    pub(crate) fn new(backups: &'b Backups, policies: &'b Policies) -> Self {
        let partitions = backups.partitions.iter();
        let partitions = partitions.map(|partition| GroupedPartition::new(partition, policies));
        Self { partitions: partitions.collect(), failures: &backups.failures }
    }

    /// A heading and a table for each partition.
    pub(crate) fn tables(&self, view: &View) -> impl Iterator<Item = (String, Table)> {
        self.partitions.iter().map(|partition| {
            let mut table = table(view);
            partition.add_to(&mut table, view);
            (plain(&partition.heading(view)), table)
        })
    }

    /// All partitions in one table.
    pub(crate) fn table(&self, view: &View) -> Table {
        let mut table = table(view);
        self.partitions.iter().for_each(|partition| partition.add_to(&mut table, view));
        table
    }
}

/// The columns of backups by chain.
fn table(view: &View) -> Table {
    Table::new(&["BACKUP", "CREATED", "AGE", "BACKUP ID", "LOCATION", "NOTE", "LSN", "EPOCH", "SERVICE", "PARTITION"])
        .cutting(&["NOTE"])
        .ids(&["BACKUP ID"])
        .dropping(&["LOCATION", "CREATED"])
        .named(&["BACKUP ID"])
        .wide_only(&["LSN", "EPOCH", "SERVICE", "PARTITION"], view.wide)
}

impl<'b> GroupedPartition<'b> {
    fn new(partition: &'b PartitionBackups, policies: &'b Policies) -> Self {
        let policy = policies.get(&partition.partition);
        let gaps = policy.map(|policy| partition.gaps(&policy.schedule));
        Self {
            partition_id: partition.partition.to_string(),
            application_name: partition.application_name(),
            service_name: partition.service_name(),
            partition_information: partition.information(),
            policy_name: policy.map(|policy| policy.name.as_str()),
            newest_restore_point: partition.newest_point().map(Point::from),
            chains: partition.chains.iter().map(GroupedChain::new).collect(),
            gaps: gaps.map(|gaps| gaps.into_iter().map(GroupedGap::from).collect()),
        }
    }

    fn heading(&self, view: &View) -> String {
        let mut text = format!("partition {}", self.partition_id);
        if let Some(service) = self.service_name {
            text.push_str(&format!(" of {service}"));
        }
        if let Some(information) = self.partition_information {
            text.push_str(&format!(" ({})", PartitionKey::of(information)));
        }
        if let Some(policy) = self.policy_name {
            text.push_str(&format!(", policy {policy}"));
        }
        match &self.newest_restore_point {
            Some(point) => text.push_str(&format!("; newest restore point {}", view.ago(point.creation_time_utc))),
            None => text.push_str("; nothing can be restored"),
        }
        text
    }

    fn add_to(&self, table: &mut Table, view: &View) {
        let none = Cell::default;
        let of = || [cell(self.service_name).into(), self.partition_id.clone().into()];
        for chain in &self.chains {
            for flaw in &chain.flaws {
                let name = if chain.backup_chain_id.is_some() { "(full, missing)" } else { "(no chain)" };
                let (id, note) = (cell(chain.backup_chain_id.as_ref()), flaw.message.clone());
                table.row(
                    [name.into(), none(), none(), id.into(), none(), note.into(), none(), none()]
                        .into_iter()
                        .chain(of()),
                );
            }
            for link in &chain.backups {
                let backup = link.backup;
                let cells = [
                    link.indented().into(),
                    Cell::time(backup.creation_time_utc),
                    view.age_cell(backup.creation_time_utc),
                    cell(backup.backup_id).into(),
                    cell(backup.backup_location.as_ref()).into(),
                    link.note().into(),
                    cell(backup.lsn_of_last_backup_record).into(),
                    cell(backup.epoch_of_last_backup_record.as_ref().map(describe::epoch)).into(),
                ];
                table.row(cells.into_iter().chain(of()));
                for gap in self.gaps_after(backup.creation_time_utc) {
                    let (at, age) = (Cell::time(Some(gap.expected_utc)), view.age_cell(Some(gap.expected_utc)));
                    let cells = ["  (gap)".into(), at, age, none(), none(), gap.note().into(), none(), none()];
                    table.row(cells.into_iter().chain(of()));
                }
            }
        }
    }

    fn gaps_after(&self, at: Option<Timestamp>) -> impl Iterator<Item = &GroupedGap> {
        self.gaps.iter().flatten().filter(move |gap| Some(gap.after_utc) == at)
    }
}

impl<'b> GroupedChain<'b> {
    fn new(chain: &'b Chain) -> Self {
        let points: Vec<_> = chain.points().map(|point| point.id).collect();
        let good = |link: &Link| link.backup.backup_id.is_some_and(|id| points.contains(&id));
        let backups = chain.links().map(|link| GroupedBackup {
            restorable: good(link),
            flaws: link.flaws.iter().map(CountedFlaw::from).collect(),
            backup: &link.backup,
        });
        let backups = backups.collect();
        Self {
            backup_chain_id: chain.id.map(|id| id.to_string()),
            flaws: chain.flaw().iter().map(CountedFlaw::from).collect(),
            backups,
        }
    }
}

impl GroupedBackup<'_> {
    fn indented(&self) -> String {
        match &self.backup.backup_type {
            Some(BackupType::Full) => "Full".to_owned(),
            other => format!("  {}", other.as_ref().map_or("?", BackupType::as_str)),
        }
    }

    fn note(&self) -> String {
        let mut notes: Vec<&str> = self.flaws.iter().map(|flaw| flaw.message.as_str()).collect();
        if !self.restorable {
            notes.push("cannot be restored");
        }
        notes.join("; ")
    }
}

impl GroupedGap {
    fn note(&self) -> String {
        format!("a scheduled backup is missing; the next one was made at {}", self.before_utc)
    }
}

impl From<&Flaw> for CountedFlaw {
    fn from(flaw: &Flaw) -> Self {
        Self { flaw: flaw.name(), message: flaw.to_string() }
    }
}

impl<'b> From<RestorePoint<'b>> for Point<'b> {
    fn from(point: RestorePoint<'b>) -> Self {
        Self { backup_id: point.id.to_string(), backup_location: point.location, creation_time_utc: point.created }
    }
}

impl From<Gap> for GroupedGap {
    fn from(gap: Gap) -> Self {
        Self { after_utc: gap.after, expected_utc: gap.expected, before_utc: gap.before }
    }
}
