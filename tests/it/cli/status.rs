//! `status`, the short form of an audit, and partitions by name and by the start of their id.

use std::time::Duration;

use sf_backup_sim::{Cluster, Listening, Speed, Topology};

use super::harness::{Ran, at, at_noon, run_with};

const NIGHTLY: &str = r#"{"Name":"Nightly","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"P1D"},
    "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=x","ContainerName":"backups"}}"#;

/// The time of [`seen`].
const NOON: i64 = 1_709_985_600;

/// Three applications with eight services and 60 partitions, after twenty days: one service has been suspended for nine
/// of them, one application is not covered.
fn cluster() -> (Cluster, Listening) {
    let service = |application: u32, number: u32, partitions: u32| {
        let partition = |place: u32| {
            format!(
                r#"{{"ServicePartitionKind":"Int64Range","Id":"{:08x}-0000-4000-8000-{place:012x}","LowKey":"{place}","HighKey":"{place}"}}"#,
                0xab00_0000 + application * 0x1_0000 + number * 0x100 + place,
            )
        };
        let partitions: Vec<_> = (0..partitions).map(partition).collect();
        format!(
            r#"{{"Name":"fabric:/App{application}/Service{number}","ServiceKind":"Stateful","HasPersistedState":true,
                "Partitions":[{}]}}"#,
            partitions.join(",")
        )
    };
    let application = |number: u32, services: &[u32]| {
        let services =
            services.iter().enumerate().map(|(place, partitions)| service(number, place as u32, *partitions));
        format!(r#"{{"Name":"fabric:/App{number}","Services":[{}]}}"#, services.collect::<Vec<_>>().join(","))
    };
    let applications = [application(1, &[8, 8, 8]), application(2, &[8, 8, 8]), application(3, &[8, 4])].join(",");
    let topology: Topology = serde_json::from_str(&format!(r#"{{"Applications":[{applications}]}}"#)).unwrap();
    let start = sf_backup_proto::Timestamp::from_unix(NOON - 20 * 86_400).unwrap();
    let cluster = Cluster::builder().topology(topology).start(start).speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    run_with(NIGHTLY, false, &["-e", &url, "policy", "create"]).expect(0);
    at(&url, &["app", "enable", "App1", "App2", "--policy", "Nightly"]).expect(0);
    cluster.advance(Duration::from_secs(11 * 86_400));
    at(&url, &["service", "suspend", "App1/Service0"]).expect(0);
    cluster.advance(Duration::from_secs(9 * 86_400));
    (cluster, listening)
}

fn lines(ran: &Ran) -> Vec<&str> {
    ran.out.lines().collect()
}

#[test]
fn a_cluster_of_sixty_partitions_fits_on_a_screen() {
    let (_cluster, listening) = cluster();
    for command in ["status", "audit"] {
        for width in [80, 120, 200] {
            let ran = at_noon(&listening.url(), Some(width), &[command]).expect(20);
            let lines = lines(&ran);
            assert!(lines.len() <= 40, "{command}, {width}: {} lines\n{}", lines.len(), ran.out);
            assert!(lines.iter().all(|line| line.chars().count() <= width), "{command}, {width}:\n{}", ran.out);
            assert!(lines[0].starts_with("SERVICE "), "{}", ran.out);
            assert!(ran.out.contains("60 partitions: 12 not covered, 8 suspended, 40 protected\n"), "{}", ran.out);
        }
    }
}

#[test]
fn status_shows_what_each_service_has_and_the_worst_last() {
    let (_cluster, listening) = cluster();
    let ran = at_noon(&listening.url(), Some(80), &["status"]).expect(20);
    let lines = lines(&ran);
    let row = |service: &str| *lines.iter().find(|line| line.starts_with(service)).unwrap();
    // Suspended nine days ago, with daily backups before.
    assert!(row("App1/Service0 ").contains("0 of 8     !!!!!!!!!!  9d"), "{}", ran.out);
    assert!(row("App1/Service0 ").ends_with("█████·········"), "{}", ran.out);
    assert!(row("App2/Service2 ").contains("8 of 8     ██████████"), "{}", ran.out);
    assert!(row("App2/Service2 ").ends_with("██████████████"), "{}", ran.out);
    assert!(row("App3/Service1 ").contains("0 of 4"), "{}", ran.out);
    let problems: Vec<_> = lines.iter().skip_while(|line| !line.starts_with("STATE ")).skip(1).collect();
    assert!(problems[0].starts_with("Suspended   App1/Service0 (all 8)  9d"), "{}", ran.out);
    assert!(problems[2].starts_with("NotCovered  App3/Service0 (all 8)"), "{}", ran.out);
    // A part of it.
    let ran = at_noon(&listening.url(), Some(80), &["status", "App2"]).expect(0);
    assert!(ran.out.ends_with("\n24 partitions: 24 protected\n") && !ran.out.contains("REASON"), "{}", ran.out);
    at_noon(&listening.url(), Some(80), &["status", "App2/Service1"]).expect(0);
    at_noon(&listening.url(), Some(80), &["status", "App1/Service0#3"]).expect(20);
}

#[test]
fn status_is_a_document_for_programs() {
    let (_cluster, listening) = cluster();
    let status = at_noon(&listening.url(), None, &["status", "-o", "json"]).expect(20).json();
    let services = status["Services"].as_array().unwrap();
    assert_eq!(services.len(), 8);
    assert_eq!(services[0]["ServiceName"], "fabric:/App1/Service0");
    assert_eq!(services[0]["States"], serde_json::json!([{ "State": "Suspended", "Count": 8 }]));
    assert_eq!(services[0]["Days"].as_array().unwrap().len(), 14);
    let problems = status["Problems"].as_array().unwrap();
    assert_eq!(problems.len(), 3);
    assert_eq!(problems[0]["Partitions"].as_array().unwrap().len(), 8);
    assert_eq!(problems[0]["Partitions"][0]["PartitionName"], "App1/Service0#0");
}

#[test]
fn a_watch_needs_a_terminal() {
    let ran = at("http://127.0.0.1:9", &["status", "--watch"]).expect(2);
    assert!(ran.err.contains("--watch needs a terminal"), "{}", ran.err);
}

#[test]
fn problems_that_differ_within_a_service_name_its_partitions() {
    let (cluster, listening) = cluster();
    let url = listening.url();
    for name in ["App2/Service1#2", "App2/Service1#5"] {
        at(&url, &["partition", "suspend", name]).expect(0);
    }
    cluster.advance(Duration::from_secs(60));
    let ran = at_noon(&url, Some(80), &["audit"]).expect(20);
    assert!(ran.out.contains("Suspended   App2/Service1#2 #5 "), "{}", ran.out);
    let all = at_noon(&url, Some(80), &["audit", "--all", "--service", "App2/Service1"]).expect(20);
    assert_eq!(lines(&all).iter().filter(|line| line.starts_with("Protected ")).count(), 6, "{}", all.out);
    assert!(all.out.contains("\nSuspended  App2/Service1#2 "), "{}", all.out);
}

#[test]
fn a_partition_is_found_by_its_name_and_by_the_start_of_its_id() {
    let (_cluster, listening) = cluster();
    let url = listening.url();
    let id = "ab010100-0000-4000-8000-000000000000";
    for typed in [id, "App1/Service1#0", "fabric:/App1/Service1#0", "ab010100", "AB010100-0000-40"] {
        let config = at(&url, &["-o", "json", "partition", "config", typed]).expect(0).json();
        assert_eq!(config["PartitionId"], id, "{typed}");
        let audit = at(&url, &["-o", "json", "audit", "--partition", typed]).json();
        assert_eq!(audit[0]["PartitionId"], id, "{typed}");
        assert_eq!(audit[0]["PartitionName"], "App1/Service1#0", "{typed}");
        at(&url, &["why", typed]).expect(0);
    }
    let list = run_with("App1/Service1#0\nab010101\n", false, &["-e", &url, "-o", "json", "partition", "config", "-"]);
    assert_eq!(list.expect(0).json().as_array().unwrap().len(), 2);
}

#[test]
fn a_name_of_several_partitions_or_none_is_refused() {
    let (_cluster, listening) = cluster();
    let url = listening.url();
    let several = at(&url, &["partition", "suspend", "App3/Service1"]).expect(2);
    assert!(several.err.contains("matches 4 partitions: App3/Service1#0 (ab030100-"), "{}", several.err);
    for nowhere in ["App3/Service1#9", "App3/Service9", "No/Such", "deadbeef"] {
        at(&url, &["partition", "suspend", nowhere]).expect(3);
    }
    // A dry run sends nothing, also no look-up.
    let dry = at("http://127.0.0.1:9", &["partition", "suspend", "App3/Service1#1", "--dry-run"]).expect(2);
    assert!(dry.err.contains("give its whole id"), "{}", dry.err);
}
