//! The duration of backups by the size of a partition.

use std::num::NonZeroU32;

use serde_json::json;
use sf_backup_sim::{Cluster, EffectKind};

use crate::harness::{FIRST, SECOND, Test, each, partition, topology};

/// One megabyte per second: sizes are seconds.
fn slow() -> Test {
    let one = NonZeroU32::new(1).unwrap();
    Test::of(Cluster::builder().topology(topology()).megabytes_per_second(one).control().build())
}

fn times(test: &Test, partition: &str) -> Vec<String> {
    let backups = test.backups(&format!("Partitions/{partition}"));
    each(&backups, "CreationTimeUtc").into_iter().map(ToOwned::to_owned).collect()
}

#[test]
fn an_hourly_backup_that_takes_an_hour_is_made_every_other_hour() {
    let test = slow();
    assert!(test.cluster.set_partition_size(Some(FIRST.parse().unwrap()), 3_600));
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    test.pass(2 * 3_600 - 1);
    assert_eq!(times(&test, FIRST), Vec::<String>::new());
    assert_eq!(times(&test, SECOND), ["2024-01-01T01:00:00Z"]);
    // It is listed once it is complete, with the time of its start; the next one is due an hour later.
    test.pass(1);
    assert_eq!(times(&test, FIRST), ["2024-01-01T01:00:00Z"]);
    test.pass(4 * 3_600);
    assert_eq!(times(&test, FIRST), ["01", "03", "05"].map(|hour| format!("2024-01-01T{hour}:00:00Z")));
}

#[test]
fn an_incremental_backup_takes_a_tenth_of_a_full_one() {
    let test = slow();
    test.cluster.set_partition_size(None, 6_000);
    test.protect("Services/CalcApp/CalcService", "PT1H", 1);
    // Full: 1:00:00 to 2:40:00. Incremental: 3:40:00 to 3:50:00.
    test.pass(3_600 + 6_000 + 3_600 + 599);
    assert_eq!(times(&test, FIRST).len(), 1);
    test.pass(1);
    assert_eq!(times(&test, FIRST).len(), 2);
}

#[test]
fn a_backup_that_is_under_way_when_it_is_suspended_is_not_kept() {
    let test = slow();
    test.cluster.set_partition_size(None, 600);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    test.pass(3_600 + 300);
    test.act(&format!("Partitions/{FIRST}"), "SuspendBackup").done(202);
    test.pass(3_600);
    assert_eq!(test.count(EffectKind::BackupMade), 1);
    assert_eq!((times(&test, FIRST).len(), times(&test, SECOND).len()), (0, 1));
}

#[test]
fn a_backup_on_demand_takes_its_time_as_well() {
    let test = slow();
    test.protect("Services/CalcApp/CalcService", "P1D", 0);
    let order = |body: serde_json::Value| test.raw("POST /$sim/size", &[], &body.to_string());
    order(json!({ "PartitionId": FIRST, "Megabytes": 300 })).ok_json();
    test.act(&format!("Partitions/{FIRST}"), "Backup").done(202);
    let state = || test.get(&format!("/Partitions/{FIRST}/$/GetBackupProgress")).ok_json()["BackupState"].clone();
    test.pass(300);
    assert_eq!(state(), "BackupInProgress");
    test.pass(10);
    assert_eq!(state(), "Success");
    assert_eq!(order(json!({ "PartitionId": partition(77), "Megabytes": 1 })).status, 400);
    assert_eq!(order(json!({ "Megabytes": -1 })).status, 400);
}
