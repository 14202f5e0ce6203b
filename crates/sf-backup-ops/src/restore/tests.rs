//! Plans as files, pairs, journals, and sequences of a run that no simulator produces.

mod journals;
mod plans;
mod runs;

use serde_json::json;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::model::progress::RestoreProgressInfo;

use super::journal::{Entry, Record};
use super::*;
use crate::chain::Backups;
use crate::inventory::PartitionKey;

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_700_000_000 + seconds).unwrap()
}

/// A full backup of this partition, created at this second.
fn backup(partition: u128, second: i64) -> BackupInfo {
    let json = json!({
        "BackupId": id(u128::try_from(second).unwrap()), "BackupChainId": id(u128::try_from(second).unwrap()),
        "ServiceName": "fabric:/A/S", "BackupLocation": format!("A\\S\\{partition}\\{second}"), "BackupType": "Full",
        "PartitionInformation": { "ServicePartitionKind": "Named", "Id": id(partition), "Name": partition.to_string() },
        "EpochOfLastBackupRecord": { "DataLossVersion": "1", "ConfigurationVersion": "2" },
        "LsnOfLastBackupRecord": second.to_string(), "CreationTimeUtc": at(second).to_string(),
    });
    serde_json::from_value(json).unwrap()
}

fn partition(number: u128) -> Partition {
    Partition { id: id(number).into(), key: PartitionKey::Named(number.to_string()) }
}

fn service() -> ServiceId {
    "fabric:/A/S".parse().unwrap()
}

fn target(number: u128) -> Target {
    Target { service: service(), partition: partition(number) }
}

fn source(number: u128, backups: &[BackupInfo]) -> Source {
    let backups = Backups::of(backups.to_vec()).partition(id(number).into()).cloned();
    Source { service: service(), into: service(), partition: partition(number), backups: Ok(backups) }
}

fn choice(when: When) -> Choice {
    let endpoints = "http://n1:19080,http://n2:19080".parse().unwrap();
    Choice { when, now: at(10_000), clock: Clock::Cluster { ahead: -21_600 }, endpoints, storage: None }
}

/// Partitions 1 to `count`, each with a backup created at the second of a hundred times its number.
fn some_plan(count: u32) -> Plan {
    let numbers = || (1..=count).map(u128::from);
    let sources = numbers().map(|n| source(n, &[backup(n, i64::try_from(n).unwrap() * 100)])).collect();
    let pairs = pair(numbers().map(target).collect(), sources, true, Completeness::Whole).unwrap();
    plan(choice(When::Latest), pairs).0
}

fn entry(n: u64, record: Record) -> Entry {
    Entry { n, at: at(0), record }
}

fn starting(partition: u128, baseline: Option<RestoreProgressInfo>) -> Record {
    Record::Starting { partition: id(partition), baseline }
}

fn progress(state: &str, lsn: i64) -> RestoreProgressInfo {
    let time = if state == "Success" { "2024-01-01T00:00:00Z" } else { "0001-01-01T00:00:00Z" };
    let epoch = json!({ "DataLossVersion": "1", "ConfigurationVersion": "2" });
    let json = json!({ "RestoreState": state, "TimeStampUtc": time, "RestoredEpoch": epoch, "RestoredLsn": lsn });
    serde_json::from_value(json).unwrap()
}
