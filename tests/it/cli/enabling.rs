//! `enable --wait` and `--first-backup`, against simulated clusters.

use serde_json::{Value, json};
use sf_backup_sim::{Cluster, Listening};

use super::doubles::Untouched;
use super::harness::{OneFile, PARTITION, Ran, at};

const OTHER: &str = "6b1c2f7e-0000-4000-8000-000000000002";
const SERVICE: &str = "CalcApp/CalcService";

/// A policy that backs up every quarter of an hour.
const POLICY: &str = r#"{"Name":"NAME","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
  "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT15M"},
  "Storage":{"StorageKind":"FileShare","Path":"\\\\s\\b"}}"#;

/// The built-in cluster with the policies `P` and `Q`, at this speed.
fn cluster(speed: &str) -> Listening {
    let simulated = Cluster::builder().speed(speed.parse().unwrap()).build().listen().unwrap();
    for name in ["P", "Q"] {
        let policy = OneFile::new("policy.json", &POLICY.replace("NAME", name));
        at(&simulated.url(), &["policy", "create", "-f", policy.path()]).expect(0);
    }
    simulated
}

/// Runs a command that prints lines of JSON, and returns the outcomes in the last one.
fn outcomes(url: &str, args: &[&str], code: u8) -> (Ran, Value) {
    let ran = at(url, &[&["-o", "json"], args].concat()).expect(code);
    let last: Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["exit"]), (&json!("end"), &json!(code)));
    (ran, last["outcomes"].clone())
}

#[test]
fn it_returns_once_the_policy_is_in_effect_on_every_partition() {
    let simulated = cluster("0x");
    let ran = at(&simulated.url(), &["service", "enable", SERVICE, "--policy", "P", "--wait"]).expect(0);
    assert_eq!(ran.out, "Policy:      P\nPartitions:  2\nIn effect:   2\n");
    assert!(ran.err.contains("fabric:/CalcApp/CalcService: 2 of 2 in effect, 0s"), "{ran:?}");
    let (_, outcomes) = outcomes(&simulated.url(), &["partition", "enable", PARTITION, "--policy", "Q", "--wait"], 0);
    let progress = json!({ "PolicyName": "Q", "Partitions": 1, "Ready": 1, "Missing": [], "Overridden": [],
        "Suspended": [] });
    assert_eq!((&outcomes[0]["outcome"], &outcomes[0]["progress"]), (&json!("done"), &progress));
}

#[test]
fn a_closer_policy_is_reported_and_not_awaited() {
    let simulated = cluster("0x");
    at(&simulated.url(), &["partition", "enable", OTHER, "--policy", "Q"]).expect(0);
    let ran = at(&simulated.url(), &["app", "enable", "CalcApp", "--policy", "P", "--wait"]).expect(0);
    assert!(ran.err.contains("1 of 2 in effect, 1 under another policy"), "{ran:?}");
    assert!(ran.out.contains(&format!("{OTHER} (Q)")), "{ran:?}");
}

#[test]
fn suspended_partitions_are_not_waited_for() {
    let simulated = cluster("0x");
    let url = simulated.url();
    at(&url, &["service", "enable", SERVICE, "--policy", "Q"]).expect(0);
    at(&url, &["service", "suspend", SERVICE]).expect(0);
    let ran = at(&url, &["service", "enable", SERVICE, "--policy", "P", "--first-backup", "--yes"]).expect(4);
    for part in ["backups are suspended", PARTITION, "resume"] {
        assert!(ran.err.contains(part), "{part} is missing in {ran:?}");
    }
    assert!(ran.out.contains("Suspended:") && ran.out.contains("(Service)"), "{ran:?}");
    let (ran, outcomes) = outcomes(&url, &["service", "enable", SERVICE, "--policy", "P", "--wait"], 4);
    assert_eq!(outcomes[0]["error"]["kind"], "suspended");
    assert_eq!(ran.error()["kind"], "suspended");
}

#[test]
fn the_first_backup_of_each_is_waited_for_and_must_be_new() {
    let simulated = cluster("3600x");
    let url = simulated.url();
    let enable = ["service", "enable", SERVICE, "--policy", "P", "--first-backup"];
    let ran = at(&url, &enable).expect(0);
    assert!(ran.out.contains("Backed up:   2"), "{ran:?}");
    let backups =
        || at(&url, &["-o", "json", "service", "backups", SERVICE]).expect(0).json().as_array().unwrap().len();
    let before = backups();
    assert!(before >= 2);
    at(&url, &enable).expect(0);
    assert!(backups() >= before + 2);
}

#[test]
fn a_timeout_reports_the_missing_partitions() {
    let simulated = cluster("0x");
    let url = simulated.url();
    at(&url, &["partition", "enable", OTHER, "--policy", "Q"]).expect(0);
    let enable = ["app", "enable", "CalcApp", "--policy", "P", "--first-backup", "--wait-timeout", "1"];
    let ran = at(&url, &enable).expect(6);
    assert!(
        ran.err.contains("stays enabled") && ran.err.contains(&format!("not backed up yet: {PARTITION}")),
        "{ran:?}"
    );
    let again = format!("sf-backup --endpoint {url} app enable fabric:/CalcApp --policy P --first-backup");
    assert!(ran.err.contains(&again), "{again} is not in {ran:?}");
    assert!(ran.out.contains("Under another policy:") && ran.out.contains(&format!("{OTHER} (Q)")), "{ran:?}");
}

#[test]
fn several_are_enabled_together_and_each_is_reported() {
    let simulated = cluster("0x");
    let url = simulated.url();
    let ran = at(&url, &["service", "enable", SERVICE, "No/Such", "--policy", "P", "--wait"]).expect(3);
    let rows: Vec<&str> = ran.out.lines().collect();
    assert!(rows[1].contains("done") && rows[1].contains("2 of 2 in effect"), "{ran:?}");
    assert!(rows[2].contains("fabric:/No/Such") && rows[2].contains("failed"), "{ran:?}");
    let ran = at(&url, &["service", "enable", SERVICE, "--policy", "None", "--wait"]).expect(3);
    assert!(ran.err.contains("EnableServiceBackup") && !ran.err.contains("wait again"), "{ran:?}");
}

#[test]
fn a_dry_run_waits_for_no_policy() {
    let cluster = Untouched::new();
    let args = ["--dry-run", "-q", "service", "enable", SERVICE, "--policy", "P", "--first-backup"];
    let ran = at(&cluster.url(), &args).expect(0);
    assert!(ran.out.starts_with("POST ") && ran.err.is_empty(), "{ran:?}");
    let ran = at(&cluster.url(), &["service", "enable", SERVICE, "--policy", "P", "--wait-timeout", "5"]).expect(2);
    assert!(ran.err.contains("--first-backup"), "{ran:?}");
    cluster.assert_untouched();
}

/// Partitions with another policy of their own are not covered.
#[test]
fn what_a_policy_covers_is_backed_up_at_once() {
    let simulated = cluster("3600x");
    let url = simulated.url();
    at(&url, &["partition", "enable", OTHER, "--policy", "Q"]).expect(0);
    let log = OneFile::new("log.jsonl", "");
    let enable = ["--log", log.path(), "service", "enable", SERVICE, "--policy", "P", "--backup-now", "--wait"];
    let ran = at(&url, &enable).expect(0);
    let (policy, backups) = ran.out.split_once("ENTITY").unwrap();
    assert!(policy.contains("In effect:") && policy.contains(&format!("{OTHER} (Q)")), "{ran:?}");
    assert!(backups.contains(PARTITION) && backups.contains("Success") && !backups.contains(OTHER), "{ran:?}");
    let operations: Vec<String> = std::fs::read_to_string(log.path())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["outcome"] == "succeeded")
        .map(|line| line["operation"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(operations, ["EnableServiceBackup", "BackupPartition"]);
}

#[test]
fn backups_are_started_without_waiting_for_them() {
    let simulated = cluster("0x");
    let url = simulated.url();
    let ran = at(&url, &["app", "enable", "CalcApp", "--policy", "P", "--backup-now"]).expect(0);
    let backups = ran.out.split_once("ENTITY").unwrap().1;
    assert!([PARTITION, OTHER].iter().all(|id| backups.contains(&format!("{id}  done"))), "{ran:?}");
    for id in [PARTITION, OTHER] {
        let progress = at(&url, &["-o", "json", "partition", "backup-progress", id]).expect(0).json();
        assert_eq!(progress["BackupState"], "Accepted", "{progress}");
    }
    at(&url, &["app", "enable", "CalcApp", "--policy", "P", "--backup-now", "--first-backup"]).expect(2);
}
