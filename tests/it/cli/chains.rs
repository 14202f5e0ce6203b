//! `backups --chains`: by partition and chain, with what is missing.

use std::time::Duration;

use serde_json::{Value, json};
use sf_backup_sim::{Cluster, Listening, Speed};

use super::doubles::{Canned, CannedResponse};
use super::harness::{OneFile, PARTITION, at, at_noon, run_with};

const HOURLY: &str = r#"{"Name":"Hourly","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
    "Storage":{"StorageKind":"FileShare","Path":"\\\\s\\b"}}"#;
const STORAGE: &str = r#"{"StorageKind":"FileShare","Path":"\\\\s\\b"}"#;

/// A backup every hour since five in the morning, except from nine to eleven, when backups were suspended. It is noon.
fn morning() -> (Cluster, Listening) {
    let start = "2024-03-09T05:00:00Z".parse().unwrap();
    let cluster = Cluster::builder().start(start).speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    let hours = |hours: u64| cluster.advance(Duration::from_secs(hours * 3_600 + 20));
    run_with(HOURLY, false, &["-e", &url, "policy", "create"]).expect(0);
    at(&url, &["service", "enable", "CalcApp/CalcService", "--policy", "Hourly"]).expect(0);
    hours(4);
    at(&url, &["service", "suspend", "CalcApp/CalcService"]).expect(0);
    hours(2);
    at(&url, &["service", "resume", "CalcApp/CalcService"]).expect(0);
    hours(1);
    (cluster, listening)
}

#[test]
fn people_see_a_tree_of_every_partition() {
    let (_cluster, listening) = morning();
    let ran = at_noon(&listening.url(), None, &["partition", "backups", PARTITION, "--chains"]).expect(0);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with(&format!("partition {PARTITION} of fabric:/CalcApp/CalcService (")), "{}", ran.out);
    assert!(lines[0].contains("policy Hourly; newest restore point 2024-03-09T12:0"), "{}", ran.out);
    let kinds: Vec<&str> = lines[1..].iter().map(|line| line.get(..15).unwrap_or(line).trim_end()).collect();
    assert_eq!(kinds, ["BACKUP", "Full", "  Incremental", "  Incremental", "Full", "  (gap)", "Full"], "{}", ran.out);
    assert!(
        lines[6].contains("a scheduled backup is missing") && !ran.out.contains("cannot be restored"),
        "{}",
        ran.out
    );
}

#[test]
fn programs_see_partitions_chains_and_gaps() {
    let (_cluster, listening) = morning();
    for args in [
        &["service", "backups", "CalcApp/CalcService", "--chains"][..],
        &["app", "backups", "CalcApp", "--chains"],
        &["partition", "backups", PARTITION, "--chains"],
    ] {
        let grouped = at(&listening.url(), &[&["-o", "json"], args].concat()).expect(0).json();
        let partitions = grouped["Partitions"].as_array().unwrap();
        assert_eq!(partitions.len(), if args[0] == "partition" { 1 } else { 2 });
        let partition = &partitions[0];
        let lengths: Vec<usize> = partition["Chains"]
            .as_array()
            .unwrap()
            .iter()
            .map(|chain| chain["Backups"].as_array().unwrap().len())
            .collect();
        assert_eq!(lengths, [3, 1, 1], "{partition}");
        assert_eq!(partition["Gaps"].as_array().unwrap().len(), 1, "{partition}");
        assert_eq!(partition["PolicyName"], "Hourly");
    }
}

/// A chain that reaches into the window is printed from its start.
#[test]
fn a_window_cuts_no_chain() {
    let (_cluster, listening) = morning();
    let args = ["-o", "json", "partition", "backups", PARTITION, "--chains", "--from", "2024-03-09T08:00:00Z"];
    let grouped = at(&listening.url(), &args).expect(0).json();
    let chains = grouped["Partitions"][0]["Chains"].as_array().unwrap();
    assert_eq!(chains.len(), 3);
    assert_eq!(chains[0]["Flaws"], json!([]));
    let late = at(&listening.url(), &[&args[..7], &["2024-03-09T09:30:00Z"]].concat()).expect(0).json();
    assert_eq!(late["Partitions"][0]["Chains"].as_array().unwrap().len(), 1);
    for other in [&["--latest"][..], &["--continue-from", "x"]] {
        let ran = at(&listening.url(), &[&args[2..6], other].concat()).expect(2);
        assert!(ran.err.contains("--chains"), "{ran:?}");
    }
}

/// No policy is requested for backups that another cluster may have made.
#[test]
fn a_storage_is_grouped_as_well() {
    let (_cluster, listening) = morning();
    let storage = OneFile::new("s.json", STORAGE);
    let args = ["storage", "backups", "--storage-file", storage.path(), "--app", "CalcApp", "--chains"];
    let grouped = at(&listening.url(), &[&["-o", "json"], &args[..]].concat()).expect(0).json();
    assert_eq!(grouped["Partitions"].as_array().unwrap().len(), 2);
    assert_eq!(grouped["Partitions"][0]["Gaps"], Value::Null);
    at(&listening.url(), &args).expect(0);
}

#[test]
fn missing_and_unreadable_backups_are_flagged() {
    let backup = |id: &str, chain: &str, time: &str| {
        json!({ "BackupId": id, "BackupChainId": chain, "BackupType": if id == chain { "Full" } else { "Incremental" },
            "PartitionInformation": { "ServicePartitionKind": "Singleton", "Id": PARTITION },
            "BackupLocation": "A\\S\\x.zip", "CreationTimeUtc": time })
    };
    let (a, b, c) = (
        "0f5a3b1c-0000-4000-8000-00000000000a",
        "0f5a3b1c-0000-4000-8000-00000000000b",
        "0f5a3b1c-0000-4000-8000-00000000000c",
    );
    let mut broken = backup(c, b, "2024-03-09T07:00:00Z");
    broken["FailureError"] = json!({ "Code": "FABRIC_E_TIMEOUT", "Message": "too slow" });
    let items = json!({ "Items": [
        backup(a, "0f5a3b1c-0000-4000-8000-000000000009", "2024-03-09T05:00:00Z"),
        backup(b, b, "2024-03-09T06:00:00Z"),
        broken,
        { "BackupType": "Invalid", "FailureError": { "Code": 2_148_734_496_u32, "Message": "Unable to enumerate" } },
    ] });
    let response = |status, text: &str| CannedResponse::Reply(status, text.to_owned());
    let cluster = || Canned::script([response(200, &items.to_string()), response(200, "null")]);
    let ran = at_noon(&cluster().url(), None, &["partition", "backups", PARTITION, "--chains"]).expect(0);
    let out = &ran.out;
    assert!(out.contains("(full, missing)") && out.contains("the full backup is missing"), "{out}");
    assert_eq!(out.matches("cannot be restored").count(), 2, "{out}");
    assert!(out.contains("could not be read: FABRIC_E_TIMEOUT (0x80071BFF): too slow; cannot be restored"), "{out}");
    assert!(ran.err.contains("Unable to enumerate"), "{ran:?}");
    let grouped =
        at_noon(&cluster().url(), None, &["-o", "yaml", "partition", "backups", PARTITION, "--chains"]).expect(0);
    let grouped: Value = serde_saphyr::from_str(&grouped.out).unwrap();
    assert_eq!(grouped["Failures"].as_array().unwrap().len(), 1);
    assert_eq!(grouped["Partitions"][0]["Chains"][0]["Flaws"][0]["Flaw"], "MissingFull");
}

#[test]
fn an_empty_list_prints_a_message() {
    let cluster = Canned::response(200, r#"{"Items":[]}"#);
    let ran = at(&cluster.url(), &["service", "backups", "A/S", "--chains"]).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "there are no backups\n"));
    let json = at(&cluster.url(), &["-o", "json", "service", "backups", "A/S", "--chains"]).expect(0).json();
    assert_eq!(json, json!({ "Partitions": [], "Failures": [] }));
}
