//! `why`: effective policies and suspensions on a simulated cluster with its quirks.

use std::time::Duration;

use serde_json::{Value, json};
use sf_backup_proto::{GetPartitionBackupList, GetServiceBackupList, Operation};
use sf_backup_sim::{Cluster, Fault, Listening, Speed, Topology};

use super::harness::{PARTITION, Ran, at, at_noon, run_with};

const SERVICE: &str = "CalcApp/CalcService";

/// A cluster at seven in the morning of 2024-03-09 whose time stands still, with two policies.
struct Morning {
    cluster: Cluster,
    listening: Listening,
}

impl Morning {
    fn new(topology: Option<&str>) -> Self {
        let start = "2024-03-09T07:00:00Z".parse().unwrap();
        let mut builder = Cluster::builder().start(start).speed(Speed::FROZEN);
        if let Some(topology) = topology {
            builder = builder.topology(Topology::from_json(topology).unwrap());
        }
        let cluster = builder.build();
        let morning = Self { listening: cluster.listen().unwrap(), cluster };
        let hourly = r#"{"ScheduleKind":"FrequencyBased","Interval":"PT1H"}"#;
        let daily = r#"{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunTimes":["18:00"]}"#;
        for (name, schedule) in [("Hourly", hourly), ("Daily", daily)] {
            let policy = format!(
                r#"{{"Name":"{name}","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,"Schedule":{schedule},
                    "Storage":{{"StorageKind":"FileShare","Path":"p"}}}}"#
            );
            run_with(&policy, false, &["-e", &morning.listening.url(), "policy", "create"]).expect(0);
        }
        morning
    }

    fn do_(&self, args: &[&str]) -> Ran {
        at(&self.listening.url(), args).expect(0)
    }

    fn why(&self, id: &str) -> Value {
        at_noon(&self.listening.url(), None, &["-o", "json", "why", id]).expect(0).json()
    }

    /// Advances to noon, the time of `seen`.
    fn advance_to_noon(&self) {
        self.cluster.advance(Duration::from_secs(5 * 3_600));
    }
}

/// For each level: its own policy, and whether it is suspended itself.
fn levels(why: &Value) -> Vec<(Option<&str>, Option<bool>)> {
    let levels = why["Levels"].as_array().unwrap().iter();
    levels.map(|level| (level["PolicyName"].as_str(), level["IsSuspended"].as_bool())).collect()
}

#[test]
fn the_nearest_policy_wins_and_every_level_is_listed() {
    let morning = Morning::new(None);
    morning.do_(&["app", "enable", "CalcApp", "--policy", "Daily"]);
    morning.do_(&["service", "enable", SERVICE, "--policy", "Hourly"]);
    morning.do_(&["app", "suspend", "CalcApp"]);
    let why = morning.why(PARTITION);
    assert_eq!(levels(&why), [(Some("Daily"), Some(true)), (Some("Hourly"), Some(false)), (None, Some(false))]);
    assert_eq!((&why["PolicyName"], &why["PolicyInheritedFrom"]), (&json!("Hourly"), &json!("Service")));
    assert_eq!((&why["IsSuspended"], &why["SuspensionInheritedFrom"]), (&json!(true), &json!("Application")));
    assert_eq!(why["NextRun"]["State"], "Suspended");
    let table = at_noon(&morning.listening.url(), None, &["why", PARTITION]).expect(0).out;
    for text in [
        "Effective policy:  Hourly (from the service)",
        "Suspended:         yes, on the application; 'app resume' resumes it",
        "Next run:          none while suspended",
        "every 1h, up to 2 incremental backups between full ones; kept forever; on share p",
    ] {
        assert!(table.contains(text), "{text} is missing in {table}");
    }
    let service = table.lines().find(|line| line.starts_with("  Service")).unwrap();
    assert!(service.contains("Hourly *") && service.ends_with("no"), "{table}");
}

#[test]
fn the_next_run_follows_from_the_last_backup_or_is_uncertain() {
    let morning = Morning::new(None);
    morning.do_(&["service", "enable", SERVICE, "--policy", "Hourly"]);
    let why = morning.why(PARTITION);
    assert_eq!(why["NextRun"], json!({ "State": "Within", "DueUtc": null, "NextUtc": null, "WithinSeconds": 3600 }));
    assert!(why["Problems"][0].as_str().unwrap().contains("no backups found"), "{why}");
    morning.advance_to_noon();
    let why = morning.why(PARTITION);
    assert_eq!(why["NextRun"]["State"], "Expected", "{why}");
    assert!(why["NextRun"]["NextUtc"].as_str().unwrap().starts_with("2024-03-09T1"), "{why}");
    assert_eq!(why["LastBackups"].as_array().unwrap().len(), 1);
    assert_eq!(morning.why(SERVICE)["LastBackups"].as_array().unwrap().len(), 2);
    let table = at_noon(&morning.listening.url(), None, &["why", SERVICE]).expect(0).out;
    assert!(table.contains("Last backup:       the newest backups of 2 partitions are from 2024-03-09T1"), "{table}");
    morning.do_(&["service", "enable", SERVICE, "--policy", "Daily", "--yes"]);
    assert_eq!(morning.why("CalcApp/CalcService")["NextRun"]["NextUtc"], "2024-03-09T18:00:00Z");
}

#[test]
fn a_backup_that_does_not_come_is_overdue() {
    let morning = Morning::new(None);
    morning.do_(&["partition", "enable", PARTITION, "--policy", "Hourly"]);
    morning.cluster.advance(Duration::from_secs(3_620));
    assert!(morning.cluster.make_policy_unreadable("Hourly"));
    morning.cluster.advance(Duration::from_secs(4 * 3_600));
    let why = morning.why(PARTITION);
    assert_eq!(why["NextRun"]["State"], "Overdue", "{why}");
    let table = at_noon(&morning.listening.url(), None, &["why", PARTITION]).expect(0).out;
    assert!(table.contains("overdue: a backup was due 2024-03-09T09:00"), "{table}");
}

#[test]
fn the_last_backup_on_demand_is_reported() {
    let morning = Morning::new(None);
    morning.do_(&["partition", "enable", PARTITION, "--policy", "Hourly"]);
    morning.do_(&["partition", "backup", PARTITION]);
    let why = morning.why(PARTITION);
    assert_eq!(why["BackupProgress"]["BackupState"], "Accepted");
    let table = at_noon(&morning.listening.url(), None, &["why", PARTITION]).expect(0).out;
    assert!(table.contains("Last on-demand backup:  Accepted; not started"), "{table}");
    morning.cluster.advance(Duration::from_secs(60));
    assert_eq!(morning.why(PARTITION)["BackupProgress"]["BackupState"], "Success");
}

/// The service's response is a null reference; what it lacks follows from other responses.
#[test]
fn a_suspended_partition_below_a_service_whose_application_has_no_policy() {
    let morning = Morning::new(None);
    morning.do_(&["service", "enable", SERVICE, "--policy", "Hourly"]);
    morning.do_(&["partition", "suspend", PARTITION]);
    let why = morning.why(PARTITION);
    assert_eq!((&why["PolicyName"], &why["SuspensionInheritedFrom"]), (&json!("Hourly"), &json!("Partition")));
    assert_eq!(levels(&why)[1].0, Some("Hourly"));
    assert!(why["Problems"][0].as_str().unwrap().contains("the service's configuration"), "{why}");
    let other = "6b1c2f7e-0000-4000-8000-000000000002";
    assert_eq!(morning.why(other)["IsSuspended"], false);
}

/// The server computes the responses for a service and an application from those of their partitions.
#[test]
fn one_suspended_partition_hides_nothing_of_what_stands_above_it() {
    let morning = Morning::new(None);
    morning.do_(&["service", "enable", SERVICE, "--policy", "Hourly"]);
    morning.do_(&["partition", "suspend", PARTITION]);
    let why = morning.why(SERVICE);
    assert_eq!((&why["PolicyName"], &why["PolicyInheritedFrom"]), (&json!("Hourly"), &json!("Service")), "{why}");
    assert_eq!((&why["IsSuspended"], &why["NextRun"]["State"]), (&json!(false), &json!("Within")), "{why}");
    assert_eq!(why["Overrides"][0]["PartitionId"], PARTITION, "{why}");
    let why = morning.why("CalcApp");
    assert_eq!(why["Overrides"][0]["PartitionId"], PARTITION, "{why}");
    for config in [&["service", "config", SERVICE] as &[&str], &["app", "config", "CalcApp"]] {
        let ran = morning.do_(&[&["-o", "json"], config].concat());
        let own = ran.json().as_array().unwrap().iter().any(|info| {
            info["PartitionId"] == PARTITION && info["SuspensionInfo"]["SuspensionInheritedFrom"] == "Partition"
        });
        assert!(own && ran.err.contains("the cluster cannot return the list"), "{ran:?}");
    }
}

#[test]
fn backups_that_cannot_be_listed_are_not_none() {
    let morning = Morning::new(None);
    morning.do_(&["service", "enable", SERVICE, "--policy", "Hourly"]);
    let responses = [(http::StatusCode::GATEWAY_TIMEOUT, "", 6), (http::StatusCode::INTERNAL_SERVER_ERROR, "no", 21)];
    for (status, text, exit) in responses {
        for (id, spec) in [(PARTITION, GetPartitionBackupList::spec()), (SERVICE, GetServiceBackupList::spec())] {
            let body = format!(r#"{{"Error":{{"Code":"E_UNEXPECTED","Message":"{text}"}}}}"#);
            let mut response =
                http::Response::new(bytes::Bytes::from(if text.is_empty() { String::new() } else { body }));
            *response.status_mut() = status;
            morning.cluster.inject(Fault::response(response).on(spec).times(20));
            let ran = at(&morning.listening.url(), &["--max-attempts", "1", "why", id]).expect(exit);
            assert!(ran.out.contains("Effective policy:  Hourly"), "{ran:?}");
            assert!(ran.out.contains("unknown: the backups could not be listed"), "{ran:?}");
            morning.cluster.clear_faults();
        }
    }
}

/// A partition with backups on two storages.
#[test]
fn the_newest_of_all_storages_counts() {
    let backup = |number: u32, made: &str| {
        json!({ "BackupId": format!("00000000-0000-4000-8000-00000000000{number}"), "BackupType": "Full",
            "BackupChainId": format!("00000000-0000-4000-8000-00000000000{number}"), "CreationTimeUtc": made,
            "BackupLocation": "l", "ServiceName": "fabric:/CalcApp/CalcService",
            "PartitionInformation": { "ServicePartitionKind": "Singleton", "Id": PARTITION } })
    };
    let morning = Morning::new(None);
    morning.do_(&["app", "enable", "CalcApp", "--policy", "Daily"]);
    morning.do_(&["service", "enable", SERVICE, "--policy", "Hourly"]);
    let list = json!({ "ContinuationToken": null, "Items":
        [backup(1, "2024-03-09T06:30:00Z"), backup(2, "2024-03-01T06:00:00Z")] });
    let response = || http::Response::new(bytes::Bytes::from(list.to_string()));
    morning.cluster.inject(Fault::response(response()).on(GetServiceBackupList::spec()));
    morning.cluster.inject(Fault::response(response()).on(GetPartitionBackupList::spec()));
    let ran = at(&morning.listening.url(), &["-o", "json", "why", SERVICE]).expect(0);
    let why = ran.json();
    assert_eq!(why["LastBackups"].as_array().unwrap().len(), 1, "{why}");
    assert_eq!(why["LastBackups"][0]["CreationTimeUtc"], "2024-03-09T06:30:00Z");
    assert_eq!(
        (&why["NextRun"]["State"], &why["NextRun"]["NextUtc"]),
        (&json!("Expected"), &json!("2024-03-09T07:30:00Z"))
    );
    assert!(why["Hints"][0].as_str().unwrap().contains("--from-storage"), "{why}");
}

const NEIGHBOURS: &str = r#"{"Applications":[
  {"Name":"fabric:/App1","Services":[{"Name":"fabric:/App1/S","ServiceKind":"Stateful","HasPersistedState":true,
    "Partitions":[{"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-00000000000a"}]}]},
  {"Name":"fabric:/App10","Services":[{"Name":"fabric:/App10/S","ServiceKind":"Stateful","HasPersistedState":true,
    "Partitions":[{"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-00000000000b"}]}]},
  {"Name":"fabric:/Shop","Services":[]},
  {"Name":"fabric:/Shop/EU","Services":[{"Name":"fabric:/Shop/EU/Cart","ServiceKind":"Stateful","HasPersistedState":true,
    "Partitions":[{"ServicePartitionKind":"Singleton","Id":"6b1c2f7e-0000-4000-8000-00000000000c"}]}]}]}"#;

#[test]
fn entities_with_similar_names_are_distinguished() {
    let morning = Morning::new(Some(NEIGHBOURS));
    morning.do_(&["app", "enable", "App10", "--policy", "Hourly"]);
    morning.do_(&["app", "enable", "fabric:/Shop/EU", "--policy", "Daily"]);
    for bare in ["App1", "fabric:/App1/S", "Shop"] {
        let why = morning.why(bare);
        assert_eq!((&why["PolicyName"], &why["Overrides"]), (&Value::Null, &json!([])), "{bare}");
        assert_eq!(why["NextRun"]["State"], "NoPolicy");
    }
    let nested = morning.why("fabric:/Shop/EU/Cart");
    assert_eq!((&nested["ApplicationName"], &nested["PolicyName"]), (&json!("fabric:/Shop/EU"), &json!("Daily")));
    assert_eq!(morning.why("Shop/EU")["Kind"], "Application");
}

#[test]
fn what_lies_below_with_something_of_its_own_is_listed() {
    let morning = Morning::new(None);
    morning.do_(&["app", "enable", "CalcApp", "--policy", "Daily"]);
    morning.do_(&["partition", "enable", PARTITION, "--policy", "Hourly"]);
    let why = morning.why("CalcApp");
    assert_eq!(why["Overrides"][0]["PartitionId"], PARTITION);
    let table = at_noon(&morning.listening.url(), None, &["why", "fabric:/CalcApp"]).expect(0).out;
    assert!(table.contains("Entities below with their own policy or suspension:\nKIND"), "{table}");
}

#[test]
fn absent_entities_are_reported() {
    let morning = Morning::new(None);
    let url = morning.listening.url();
    for none in ["NoApp", "fabric:/NoApp/None", "6b1c2f7e-0000-4000-8000-000000000009"] {
        let ran = at(&url, &["why", none]).expect(3);
        assert!(ran.out.is_empty() && ran.err.contains(none.trim_start_matches("fabric:/")), "{ran:?}");
    }
    let ran = at(&url, &["-o", "json", "why", "NoApp"]).expect(3);
    assert_eq!(ran.error()["kind"], "entity-not-found");
    let ran = at(&url, &["why", "a//b"]).expect(2);
    assert!(ran.err.contains("<ID>"), "{ran:?}");
    let ran = at(&url, &["--dry-run", "why", "CalcApp"]).expect(0);
    assert!(ran.out.contains("/Applications/CalcApp/$/GetServices"), "{ran:?}");
}
