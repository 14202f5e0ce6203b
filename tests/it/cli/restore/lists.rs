//! The inputs of a plan: lists that fail or take too long, other storages, other types, other clocks.

use sf_backup_proto::GetServiceBackupList;

use super::*;

fn timeout() -> Fault {
    Fault::empty(http::StatusCode::GATEWAY_TIMEOUT).on(GetPartitionBackupList::spec())
}

/// The plan and the exit code report the partition: 504 means neither "no backups" nor a complete plan.
#[test]
fn a_partition_that_cannot_be_listed_is_not_left_out() {
    for (count, restored) in [(2, 1), (1, 0)] {
        let stage = Stage::protected(count);
        // However short the requested list is.
        stage.cluster.inject(timeout().times(4));
        let args = ["-o", "json", "-v", "restore", "plan", "--service", CART, "--latest", "--parallel", "1"];
        let ran = stage.ran(&args).expect(6);
        let plan = ran.json();
        assert_eq!(plan["restores"].as_array().unwrap().len(), restored, "{plan}");
        assert_eq!(plan["missing"][0]["Cause"], "NotListed");
        assert!(plan["missing"][0]["Reason"].as_str().unwrap().contains("its backups cannot be listed: "), "{plan}");
        assert!(ran.err.contains("whose backups could not be listed"), "{ran:?}");
    }
    // A partition without backups is different.
    let stage = Stage::new(CART, 1, 1, &Storages::default());
    stage.protect("Shop/Cart");
    let ran = stage.ran(&["-o", "json", "restore", "plan", "--service", CART, "--latest"]).expect(3);
    assert_eq!(ran.json()["missing"][0]["Cause"], "NoBackup");
}

/// A list that took too long is requested for a shorter range.
#[test]
fn a_slow_list_is_narrowed_and_not_repeated() {
    let stage = Stage::protected(1);
    stage.cluster.inject(timeout().times(3));
    let ran = stage.ran(&["-v", "restore", "plan", "--service", CART, "--latest"]).expect(0);
    let lists: Vec<&str> = ran.err.lines().filter(|line| line.contains("GetBackups")).collect();
    assert_eq!(lists.len(), 4, "{ran:?}");
    let mut filters: Vec<&str> = lists
        .iter()
        .map(|line| line.split("StartDateTimeFilter=").nth(1).unwrap().split(['&', ' ']).next().unwrap())
        .collect();
    filters.dedup();
    assert_eq!(filters.len(), 4, "{lists:?}");
    assert_eq!(ran.out.matches("BackupLocation").count(), 1, "{ran:?}");
}

#[test]
fn backups_on_another_storage_are_mentioned() {
    let stage = Stage::new(CART, 1, 2, &Storages::default());
    stage.protect("Shop/Cart");
    stage.cluster.advance(Duration::from_secs(2 * 3_600 + 60));
    // One partition gets its own policy, with another storage.
    let other =
        HOURLY.replace("Hourly", "Other").replace(r#""ContainerName":"backups""#, r#""ContainerName":"others""#);
    run_with(&other, false, &["-e", &stage.url(), "policy", "create"]).expect(0);
    let id = "00000000-0000-4000-8000-000000000001";
    stage.ran(&["partition", "enable", id, "--policy", "Other"]).expect(0);
    let ran = stage.ran(&["restore", "plan", "--service", CART, "--latest"]).expect(0);
    assert!(ran.err.contains("another storage of this service has one created at 2024-01-01T02:0"), "{ran:?}");
    assert!(
        ran.err.contains("hint: --from-storage <FILE> finds backups on a storage that the policy used before"),
        "{ran:?}"
    );
    // A failure to list it does not stop the command.
    stage.cluster.inject(Fault::empty(http::StatusCode::NOT_FOUND).on(GetServiceBackupList::spec()).times(9));
    let ran = stage.ran(&["restore", "plan", "--service", CART, "--latest"]).expect(0);
    assert!(!ran.err.contains("another storage of this service"), "{ran:?}");
}

#[test]
fn a_service_of_another_type_requires_force() {
    let topology = COPIES.replace("fabric:/Copy/Cart", "fabric:/Copy/Ledger");
    let cluster = Cluster::builder().topology(serde_json::from_str(&topology).unwrap()).build();
    let listening = cluster.listen().unwrap();
    let stage = Stage { cluster, listening, folder: TempDir::new().unwrap() };
    stage.protect("Shop/Cart");
    stage.ran(&["service", "enable", "Copy/Ledger", "--policy", "Hourly"]).expect(0);
    stage.cluster.advance(Duration::from_secs(2 * 3_600 + 60));
    let plan = ["restore", "plan", "--service", CART, "--into", "Copy/Ledger", "--latest"];
    let ran = stage.ran(&plan).expect(2);
    assert!(
        ran.err.contains("fabric:/Shop/Cart is of type CartType and fabric:/Copy/Ledger of type LedgerType"),
        "{ran:?}"
    );
    assert!(ran.err.contains("--force") && ran.out.is_empty(), "{ran:?}");
    let ran = stage.ran(&[&plan[..], &["--force"]].concat()).expect(0);
    assert!(ran.err.contains("warning: fabric:/Shop/Cart is of type CartType"), "{ran:?}");
}

#[test]
fn a_plan_has_a_summary() {
    let stage = Stage::protected(3);
    let ran = stage.ran(&["restore", "plan", "--service", CART, "--at", "2024-01-01T04:30:00Z"]).expect(0);
    let table: Vec<&str> = ran.err.lines().take(4).collect();
    assert_eq!(table[0].split_whitespace().collect::<Vec<_>>(), ["PARTITION", "BACKUP", "CREATED", "AGE", "TYPE"]);
    for line in &table[1..] {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(&words[1..4], ["2024-01-01", "04:00", "UTC"], "{line}");
        assert!(words[words.len() - 1] == "incremental" && line.len() <= 80, "{line}");
    }
    // Only the plan is on standard output.
    assert!(ran.out.starts_with("apiVersion: sf-backup/v1\n"), "{ran:?}");
    let many = Stage::protected(40);
    let ran = many.ran(&["restore", "plan", "--service", CART, "--latest"]).expect(0);
    assert!(ran.err.contains("\nand 20 more partitions\n"), "{ran:?}");
}

/// The cluster's day, not this machine's.
#[test]
fn times_are_the_clusters() {
    let stage = Stage::protected(1);
    let ran = stage.ran(&["-o", "json", "-v", "restore", "plan", "--service", CART, "--at", "3h"]).expect(0);
    let plan = ran.json();
    assert_eq!(plan["clock"], "Cluster");
    assert!(plan["clockOffsetSeconds"].as_i64().unwrap() < -86_400, "{plan}");
    // Five hours and a minute after midnight: the backup is two hours old.
    assert!(
        plan["restores"][0]["Backup"]["CreationTimeUtc"].as_str().unwrap().starts_with("2024-01-01T02:00:"),
        "{plan}"
    );
    assert!(ran.err.contains("this machine's clock is"), "{ran:?}");
    let kept = stage.keep(&ran.out);
    stage.ran(&["restore", "run", &kept, "--yes"]).expect(0);
    stage.ran(&["restore", "plan", "--service", CART, "--at", "yesterday 04:00"]).expect(3);
    stage.ran(&["restore", "plan", "--service", CART, "--at", "whenever"]).expect(2);
}
