//! `audit`: states, streams and exit codes, over a socket.

use std::time::Duration;

use sf_backup_proto::inventory::GetPartitionInfoList;
use sf_backup_proto::{GetPartitionBackupConfigurationInfo, GetPartitionBackupList, Operation};
use sf_backup_sim::{Cluster, Fault, Listening, Speed, Topology};

use super::harness::{OneFile, PARTITION, Ran, at, run_with};

const HOURLY: &str = r#"{"Name":"Hourly","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
    "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=x","ContainerName":"backups"}}"#;
const TOPOLOGY: &str = r#"{"Applications":[{"Name":"fabric:/CalcApp","Services":[
  {"Name":"fabric:/CalcApp/CalcService","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
    {"ServicePartitionKind":"Int64Range","Id":"6b1c2f7e-0000-4000-8000-000000000001","LowKey":"0","HighKey":"1"},
    {"ServicePartitionKind":"Int64Range","Id":"6b1c2f7e-0000-4000-8000-000000000002","LowKey":"2","HighKey":"3"}]},
  {"Name":"fabric:/CalcApp/Web","ServiceKind":"Stateless","Partitions":[
    {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000003"}]}]},
  {"Name":"fabric:/Other","Services":[
  {"Name":"fabric:/Other/Bare","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
    {"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-000000000004"}]}]}]}"#;

/// A cluster with this machine's time, which the command uses; backups have been made for five hours.
fn cluster() -> (Cluster, Listening) {
    let hours = 5;
    let now = sf_backup_proto::Timestamp::try_from(std::time::SystemTime::now()).unwrap();
    let start = sf_backup_proto::Timestamp::from_unix(now.unix() - hours * 3_600 - 60).unwrap();
    let topology: Topology = serde_json::from_str(TOPOLOGY).unwrap();
    let cluster = Cluster::builder().topology(topology).start(start).speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    run_with(HOURLY, false, &["-e", &url, "policy", "create"]).expect(0);
    at(&url, &["service", "enable", "CalcApp/CalcService", "--policy", "Hourly"]).expect(0);
    cluster.advance(Duration::from_secs(u64::try_from(hours).unwrap() * 3_600 + 60));
    (cluster, listening)
}

fn states(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let rows = ran.json();
    rows.as_array().unwrap().iter().map(|row| (text(&row["State"]), text(&row["PartitionId"]))).collect()
}

#[test]
fn every_partition_has_a_state_and_the_worst_is_first() {
    let (_cluster, listening) = cluster();
    let ran = at(&listening.url(), &["-o", "json", "audit"]).expect(20);
    let rows = ran.json();
    let states: Vec<_> = states(&ran).into_iter().map(|(state, _)| state).collect();
    assert_eq!(states, ["NotCovered", "Protected", "Protected", "NotApplicable"], "{rows}");
    let protected = &rows[1];
    assert_eq!(protected["ServiceName"], "fabric:/CalcApp/CalcService");
    assert_eq!(protected["PolicyName"], "Hourly");
    assert_eq!(protected["PolicyInheritedFrom"], "Service");
    assert_eq!(protected["ExpectedAgeSeconds"], 4_500);
    assert_eq!((&protected["Backups"], &protected["ChainLength"]), (&5.into(), &2.into()));
    assert!(protected["LastSuccessUtc"].is_string() && protected["Reason"].is_string(), "{protected}");
    assert_eq!(rows[0]["LastSuccessUtc"], serde_json::Value::Null);
    // The same for people, with the summary at the end.
    let ran = at(&listening.url(), &["audit", "--all"]).expect(20);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("STATE") && lines[1].starts_with("NotCovered"), "{}", ran.out);
    assert_eq!(lines[5], "4 partitions: 1 not covered, 2 protected, 1 not applicable");
    assert_eq!(ran.err, "");
}

#[test]
fn a_part_of_the_cluster_can_be_audited() {
    let (_cluster, listening) = cluster();
    let url = listening.url();
    let count = |args: &[&str], code| states(&at(&url, &[&["-o", "json", "audit"], args].concat()).expect(code)).len();
    assert_eq!(count(&["--app", "CalcApp"], 0), 3);
    assert_eq!(count(&["--service", "fabric:/CalcApp/CalcService"], 0), 2);
    assert_eq!(count(&["--partition", PARTITION], 0), 1);
    assert_eq!(count(&["--app", "fabric:/Other"], 20), 1);
    assert_eq!(count(&["--state", "protected", "--state", "Unknown"], 20), 2);
    // The summary counts all partitions, even if the filter hides them.
    let none = at(&url, &["audit", "--state", "Failing"]).expect(20);
    assert_eq!(none.out, "4 partitions: 1 not covered, 2 protected, 1 not applicable\n");
    for command in ["audit", "metrics"] {
        for (scope, like) in [
            (["--app", "fabric:/CalcAp"], "fabric:/CalcApp"),
            (["--service", "fabric:/CalcApp/CalcServ"], "fabric:/CalcApp/CalcService"),
        ] {
            let ran = at(&url, &[&[command], scope.as_slice()].concat()).expect(3);
            assert!(ran.out.is_empty() && ran.err.contains(like), "{ran:?}");
        }
        let nobody = "00000000-0000-4000-8000-000000000009";
        assert!(at(&url, &[command, "--partition", nobody]).expect(3).out.is_empty());
    }
    at(&url, &["audit", "--state", "fine"]).expect(2);
    at(&url, &["audit", "--max-age", "soon"]).expect(2);
    assert_eq!(count(&["--app", "CalcApp", "--max-age", "1s"], 20), 3);
}

#[test]
fn unreadable_parts_are_reported_and_not_protected() {
    let (cluster, listening) = cluster();
    let url = listening.url();
    let refused = |status| {
        let mut response =
            http::Response::new(bytes::Bytes::from(r#"{"Error":{"Code":"E_UNEXPECTED","Message":"no"}}"#));
        *response.status_mut() = status;
        Fault::response(response)
    };
    let audit = || at(&url, &["-o", "json", "audit", "--app", "CalcApp"]);
    for spec in [&GetPartitionBackupConfigurationInfo::SPEC, &GetPartitionBackupList::SPEC] {
        cluster.inject(refused(http::StatusCode::INTERNAL_SERVER_ERROR).on(spec));
        let ran = audit().expect(21);
        assert_eq!(states(&ran)[0].0, "Unknown", "{}", spec.name);
        assert!(ran.json()[0]["Reason"].as_str().unwrap().contains("E_UNEXPECTED (0x8000FFFF): no"), "{ran:?}");
    }
    // A service with unknown partitions cannot be assessed as protected.
    cluster.inject(refused(http::StatusCode::INTERNAL_SERVER_ERROR).on(&GetPartitionInfoList::SPEC).times(2));
    let ran = audit().expect(21);
    assert_eq!(ran.json()[0]["PartitionId"], serde_json::Value::Null, "{ran:?}");
    // A caller without read access gets no audit.
    let mut response = http::Response::new(bytes::Bytes::from(r#"{"Error":{"Code":"E_ACCESSDENIED","Message":"no"}}"#));
    *response.status_mut() = http::StatusCode::FORBIDDEN;
    cluster.inject(Fault::response(response).on(&GetPartitionBackupConfigurationInfo::SPEC));
    assert_eq!(audit().expect(5).out, "");
}

#[test]
fn a_dry_run_sends_nothing() {
    let ran = at("http://localhost:1", &["--dry-run", "audit"]).expect(0);
    assert!(ran.out.starts_with("GET http://localhost:1/BackupRestore/BackupPolicies?"), "{ran:?}");
}

/// The cluster returns the same error for an empty share and an unreachable one.
#[test]
fn a_share_without_a_backup_waits_for_the_first() {
    let cluster = Cluster::builder().build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    let policy = OneFile::new(
        "p.json",
        r#"{"Name":"S","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,
            "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},"Storage":{"StorageKind":"FileShare","Path":"\\\\s\\b"}}"#,
    );
    at(&url, &["policy", "create", "-f", policy.path()]).expect(0);
    at(&url, &["app", "enable", "CalcApp", "--policy", "S"]).expect(0);
    let ran = at(&url, &["-o", "json", "audit"]).expect(21);
    assert_eq!(states(&ran)[0].0, "Pending");
    let reason = ran.json()[0]["Reason"].to_string();
    assert!(reason.contains("no backup yet; the first is expected by 2024-01-0"), "{reason}");
    assert!(
        reason.contains("the share is unreadable: HTTP 500 E_UNEXPECTED (0x8000FFFF): Index was out of range"),
        "{reason}"
    );
    at(&url, &["app", "suspend", "CalcApp"]).expect(0);
    let ran = at(&url, &["-o", "json", "audit"]).expect(20);
    assert_eq!(ran.json()[0]["Reason"], "backups are suspended on the application");
}

/// After data loss, the partition waits for a restore, however new its backups are.
#[test]
fn a_partition_that_waits_for_a_restore_is_not_protected() {
    let (cluster, listening) = cluster();
    let url = listening.url();
    assert!(cluster.lose_data(PARTITION.parse().unwrap()));
    let ran = at(&url, &["-o", "json", "audit", "--app", "CalcApp"]).expect(20);
    assert_eq!(states(&ran)[0], ("Unavailable".to_owned(), PARTITION.to_owned()), "{ran:?}");
    assert_eq!(ran.json()[0]["ReasonCode"], "WaitingForRestore");
    let why = at(&url, &["why", PARTITION]).expect(0);
    assert!(why.out.contains("the partition has lost data and waits for a restore"), "{why:?}");
    let backups = at(&url, &["-o", "json", "partition", "backups", PARTITION]).expect(0).json();
    let newest = backups.as_array().unwrap().last().unwrap();
    let [id, location] = ["BackupId", "BackupLocation"].map(|member| newest[member].as_str().unwrap());
    at(&url, &["--yes", "partition", "restore", PARTITION, "--backup-id", id, "--location", location]).expect(0);
    // While it is being restored, it no longer waits.
    assert!(!at(&url, &["audit", "--app", "CalcApp"]).out.contains("waits for a restore"));
    cluster.advance(Duration::from_secs(600));
    at(&url, &["audit", "--app", "CalcApp"]).expect(0);
}
