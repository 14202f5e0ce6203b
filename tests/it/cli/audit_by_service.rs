//! `audit` of services with many partitions: few requests, and the same results as one by one.

use std::time::Duration;

use serde_json::Value;
use sf_backup_proto::{GetServiceBackupConfigurationInfo, Operation, Timestamp};
use sf_backup_sim::{Cluster, Fault, Listening, Speed, Topology};

use super::harness::{at, run_with};

const PARTITIONS: usize = 6;

fn id(number: usize) -> String {
    format!("6b1c2f7e-0000-4000-8000-{number:012}")
}

/// Two applications whose names begin alike, each with a service of six partitions.
fn topology() -> Topology {
    let partition = |number: usize| {
        let id = id(number);
        format!(r#"{{"ServicePartitionKind":"Int64Range","Id":"{id}","LowKey":"{number}","HighKey":"{number}"}}"#)
    };
    let application = |name: &str, first: usize| {
        let partitions: Vec<_> = (first..first + PARTITIONS).map(partition).collect();
        let partitions = partitions.join(",");
        format!(
            r#"{{"Name":"fabric:/{name}","Services":[{{"Name":"fabric:/{name}/S","ServiceKind":"Stateful",
                "HasPersistedState":true,"Partitions":[{partitions}]}}]}}"#
        )
    };
    let applications = [application("A", 0), application("A1", PARTITIONS)];
    Topology::from_json(&format!(r#"{{"Applications":[{}]}}"#, applications.join(","))).unwrap()
}

fn policy(name: &str, container: &str) -> String {
    format!(
        r#"{{"Name":"{name}","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,
            "Schedule":{{"ScheduleKind":"FrequencyBased","Interval":"PT1H"}},
            "Storage":{{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=x",
                        "ContainerName":"{container}"}}}}"#
    )
}

/// A cluster in which backups have been made for five hours after these commands.
fn cluster(commands: &[&str]) -> (Cluster, Listening) {
    let hours = 5;
    let now = Timestamp::try_from(std::time::SystemTime::now()).unwrap();
    let start = Timestamp::from_unix(now.unix() - hours * 3_600 - 60).unwrap();
    let cluster = Cluster::builder().topology(topology()).start(start).speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    for (name, container) in [("Hourly", "one"), ("Other", "another")] {
        run_with(&policy(name, container), false, &["-e", &url, "policy", "create"]).expect(0);
    }
    for command in commands {
        at(&url, &command.split(' ').collect::<Vec<_>>()).expect(0);
    }
    cluster.advance(Duration::from_secs(u64::try_from(hours).unwrap() * 3_600 + 60));
    (cluster, listening)
}

/// The members of a row that do not depend on the time of the audit.
const LASTING: [&str; 10] = [
    "PartitionId",
    "State",
    "ReasonCode",
    "PolicyName",
    "PolicyInheritedFrom",
    "SuspensionInheritedFrom",
    "Backups",
    "ChainLength",
    "LastSuccessUtc",
    "Findings",
];

/// The rows of an audit, and its number of requests by partition.
fn audit(url: &str) -> (Vec<Value>, usize) {
    let ran = at(url, &["-o", "json", "-v", "audit"]);
    let Value::Array(mut rows) = ran.json() else { panic!("{ran:?}") };
    for row in &mut rows {
        row.as_object_mut().unwrap().retain(|name, _| LASTING.contains(&name.as_str()));
        assert_eq!(row.as_object().unwrap().len(), LASTING.len());
    }
    assert_eq!(rows.len(), 2 * PARTITIONS);
    (rows, ran.err.lines().filter(|line| line.starts_with("GET /Partitions/")).count())
}

/// Audits as usual, and with a cluster that fails for the configuration of a service; returns the states, and the
/// requests per partition.
fn audit_twice(cluster: &Cluster, url: &str) -> (Vec<String>, usize) {
    let (rows, requests) = audit(url);
    let mut failure = http::Response::new(bytes::Bytes::from(r#"{"Error":{"Code":"E_UNEXPECTED","Message":"no"}}"#));
    *failure.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    cluster.inject(Fault::response(failure).on(&GetServiceBackupConfigurationInfo::SPEC).times(100));
    let (one_by_one, more) = audit(url);
    assert_eq!(rows, one_by_one);
    assert!(more >= 2 * PARTITIONS, "{more}");
    (rows.iter().map(|row| row["State"].as_str().unwrap().to_owned()).collect(), requests)
}

#[test]
fn a_protected_service_takes_no_request_for_a_partition() {
    for commands in [
        ["app enable A --policy Hourly", "app enable A1 --policy Hourly"],
        ["service enable A/S --policy Hourly", "service enable A1/S --policy Other"],
    ] {
        let (cluster, listening) = cluster(&commands);
        let (states, requests) = audit_twice(&cluster, &listening.url());
        assert_eq!((states, requests), (vec!["Protected".to_owned(); 2 * PARTITIONS], 0), "{commands:?}");
    }
}

/// A partition that differs from the others is read by itself, and so is each of them if the service's list would
/// include other storages than the partition's.
#[test]
fn differing_partitions_are_read_one_by_one() {
    let enabled = "app enable A --policy Hourly";
    for (commands, state, requests) in [
        (vec![enabled, "app enable A1 --policy Hourly", &format!("partition enable {} --policy Other", id(3))], 0, 12),
        (vec![enabled, "app enable A1 --policy Hourly", &format!("partition suspend {}", id(3))], 1, 12),
        (vec![enabled, "service enable A/S --policy Other", "app enable A1 --policy Hourly"], 0, 12),
        (vec![enabled, "service enable A/S --policy Hourly", "app enable A1 --policy Hourly"], 0, 0),
    ] {
        let (cluster, listening) = cluster(&commands);
        let (states, sent) = audit_twice(&cluster, &listening.url());
        let odd = states.iter().filter(|state| *state != "Protected").count();
        assert_eq!(odd, state, "{commands:?}: {states:?}");
        // For a suspended partition, its cause is read as well.
        assert!((requests..=requests + 2).contains(&sent), "{commands:?}: {sent}");
    }
}

#[test]
fn a_service_without_a_policy_and_one_that_is_suspended_are_read_one_by_one() {
    let (cluster, listening) = cluster(&["app enable A --policy Hourly", "service suspend A/S"]);
    let (mut states, requests) = audit_twice(&cluster, &listening.url());
    states.dedup();
    assert_eq!(states, ["NotCovered", "Suspended"]);
    assert!(requests >= 3 * PARTITIONS, "{requests}");
}
