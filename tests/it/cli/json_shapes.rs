//! The JSON output matches `JSON.md`.

use serde_json::{Value, json};
use sf_backup_cli::Environment;
use sf_backup_sim::{Cluster, Speed};

use super::doubles::{Canned, CannedResponse};
use super::harness::{DAILY, OneFile, PARTITION, at, run, run_in, run_with};

const DOCUMENT: &str = include_str!("../../../crates/sf-backup-cli/JSON.md");

/// The examples below a heading, in order.
fn examples(heading: &str) -> Vec<Value> {
    let section = DOCUMENT.split("\n## ").find(|section| section.lines().next() == Some(heading));
    let section = section.unwrap_or_else(|| panic!("there is no heading {heading}"));
    let blocks = section.split("```json\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.map(|block| serde_json::from_str(block).unwrap_or_else(|error| panic!("{heading}: {error}"))).collect()
}

/// Asserts that a value has exactly the members of an example, at any depth. `"<…>"` represents an object of the API.
fn same_shape(example: &Value, real: &Value, path: &str) {
    match (example, real) {
        (Value::String(text), _) if text.starts_with('<') => {
            assert!(real.is_object() || real.is_null(), "{path}: {real}")
        }
        // A member that may be null can be null in some runs.
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(members), Value::Object(others)) => {
            let names = |members: &serde_json::Map<String, Value>| members.keys().cloned().collect::<Vec<_>>();
            // Headers depend on the request.
            if !path.ends_with(".headers") && !path.ends_with(".body") {
                assert_eq!(names(members), names(others), "{path}");
                members.iter().for_each(|(name, member)| same_shape(member, &others[name], &format!("{path}.{name}")));
            }
        }
        (Value::Array(items), Value::Array(others)) => {
            for (number, other) in others.iter().enumerate() {
                match items.first() {
                    Some(item) => same_shape(item, other, &format!("{path}[{number}]")),
                    None => assert!(other.is_string(), "{path}: {other}"),
                }
            }
        }
        _ => assert_eq!(std::mem::discriminant(example), std::mem::discriminant(real), "{path}: {example} and {real}"),
    }
}

/// Asserts that an output has the shape of an example.
pub(super) fn holds(heading: &str, real: &Value) {
    same_shape(&examples(heading)[0], real, heading);
}

#[test]
fn errors() {
    let cluster = Canned::fabric(404, "FABRIC_E_BACKUP_NOT_ENABLED", "no");
    holds("Errors", &at(&cluster.url(), &["-o", "json", "service", "config", "A/S"]).error());
    holds("Errors", &run(&["-o", "json", "service", "config"]).error());
}

#[test]
fn dry_runs() {
    let line = ["-o", "json", "--dry-run", "service", "enable", "A/S", "--policy", "p"];
    holds("Dry runs", &run(&line).expect(0).json());
}

#[test]
fn several_ids() {
    let response = |status, text: &str| CannedResponse::Reply(status, text.to_owned());
    let refusal = r#"{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"no"}}"#;
    let cluster = Canned::script([response(202, ""), response(404, refusal)]);
    let line = ["-o", "json", "service", "suspend", "A/S", "A/T", "--parallel", "1"];
    let real = at(&cluster.url(), &line).json();
    holds("Several ids", &real);
    assert_eq!(real.as_array().unwrap().len(), 2);
    let failed = real.as_array().unwrap().iter().find(|line| line["outcome"] == "failed").unwrap();
    holds("Errors", &failed["error"]);
}

#[test]
fn waiting() {
    let cluster = Canned::response(200, r#"{"BackupState":"Success","TimeStampUtc":"2024-03-09T04:10:22Z"}"#);
    let out = at(&cluster.url(), &["-o", "json", "partition", "backup-progress", PARTITION, "--wait"]).expect(0).out;
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let examples = examples("--wait");
    assert!(lines.len() >= 2, "{out}");
    for line in &lines {
        let example = examples.iter().find(|example| example["event"] == line["event"]).unwrap();
        same_shape(example, line, "--wait");
    }
}

#[test]
fn waiting_for_a_policy() {
    let listening = Cluster::builder().speed(Speed::FROZEN).build().listen().unwrap();
    let policy = OneFile::new("daily.json", DAILY);
    at(&listening.url(), &["policy", "create", "-f", policy.path()]).expect(0);
    let line = ["-o", "json", "app", "enable", "CalcApp", "--policy", "DailyAzureBackupPolicy", "--wait"];
    let out = at(&listening.url(), &line).expect(0).out;
    for line in out.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let progress = if line["event"] == "end" { &line["outcomes"][0]["progress"] } else { &line["progress"] };
        same_shape(&examples("--wait")[2], progress, "--wait");
    }
}

/// Applies one file and then another, so that every kind of change occurs.
#[test]
fn changes_of_the_configuration() {
    let listening = Cluster::builder().build().listen().unwrap();
    let policy = |name: &str, interval: &str| {
        json!({ "Name": name, "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 2,
            "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": interval },
            "Storage": { "StorageKind": "FileShare", "Path": "p" } })
    };
    let file = |policies: Value, enablement: Value, suspensions: Value| {
        json!({ "apiVersion": "sf-backup/v1", "kind": "BackupConfiguration", "policies": policies,
            "enablement": enablement, "suspensions": suspensions })
        .to_string()
    };
    let app = |policy: &str| json!({ "EntityKind": "Application", "ApplicationName": "fabric:/CalcApp", "BackupPolicyName": policy });
    let service = json!({ "EntityKind": "Service", "ServiceName": "fabric:/CalcApp/CalcService" });
    let mut enabled = service.clone();
    enabled["BackupPolicyName"] = json!("A");
    let first = file(
        json!([policy("A", "PT1H"), policy("B", "PT1H"), policy("C", "PT1H")]),
        json!([app("A"), enabled]),
        json!([service]),
    );
    let second = file(json!([policy("A", "PT2H"), policy("B", "PT1H")]), json!([app("B")]), json!([]));
    let examples = examples("diff, apply");
    let mut seen = std::collections::BTreeSet::new();
    for text in [first, second] {
        for verb in ["diff", "apply"] {
            let line = ["-e", &listening.url(), "-o", "json", "-y", verb, "-f", "-", "--prune"];
            for mut change in run_with(&text, false, &line).json().as_array().unwrap().clone() {
                if verb == "apply" {
                    assert_eq!(change.as_object_mut().unwrap().remove("Outcome"), Some(json!("Done")));
                }
                let example =
                    examples[0].as_array().unwrap().iter().find(|example| example["Change"] == change["Change"]);
                same_shape(example.unwrap(), &change, "diff, apply");
                seen.insert(change["Change"].to_string());
            }
        }
    }
    // The suspension of an entity that is no longer enabled is not visible.
    assert!(seen.len() >= examples[0].as_array().unwrap().len() - 1, "{seen:?}");
}

#[test]
fn explanations() {
    holds("explain", &run(&["-o", "json", "explain", "E_INVALIDARG"]).json());
    holds("explain", &run(&["-o", "json", "explain"]).json()[0]);
}

/// A cluster in which each of these has something to report.
fn busy() -> (Cluster, sf_backup_sim::Listening) {
    let cluster = Cluster::builder().speed(Speed::FROZEN).build();
    let listening = cluster.listen().unwrap();
    let url = listening.url();
    let hourly = r#"{"Name":"Hourly","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":2,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},"Storage":{"StorageKind":"FileShare","Path":"p"}}"#;
    run_with(hourly, false, &["-e", &url, "policy", "create"]).expect(0);
    at(&url, &["app", "enable", "CalcApp", "--policy", "Hourly"]).expect(0);
    at(&url, &["partition", "enable", PARTITION, "--policy", "Hourly"]).expect(0);
    at(&url, &["partition", "backup", PARTITION]).expect(0);
    let hours = |hours: u64| cluster.advance(std::time::Duration::from_secs(hours * 3_600 + 30));
    hours(2);
    at(&url, &["partition", "suspend", PARTITION]).expect(0);
    hours(4);
    at(&url, &["partition", "resume", PARTITION]).expect(0);
    hours(2);
    (cluster, listening)
}

#[test]
fn why() {
    let (_cluster, listening) = busy();
    for id in [PARTITION, "CalcApp/CalcService", "CalcApp"] {
        let real = at(&listening.url(), &["-o", "json", "why", id]).expect(0).json();
        assert!(!real["Policy"].is_null() && !real["LastBackups"].as_array().unwrap().is_empty(), "{real}");
        holds("why", &real);
    }
}

#[test]
fn chains() {
    let (_cluster, listening) = busy();
    let real = at(&listening.url(), &["-o", "json", "app", "backups", "CalcApp", "--chains"]).expect(0).json();
    assert!(!real["Partitions"][0]["Gaps"].as_array().unwrap().is_empty(), "{real}");
    holds("backups --chains", &real);
    let flawed = json!({ "Items": [
        { "BackupChainId": PARTITION, "PartitionInformation": { "ServicePartitionKind": "Singleton", "Id": PARTITION } },
        { "BackupType": "Invalid", "FailureError": { "Code": "FABRIC_E_TIMEOUT", "Message": "no" } },
    ] });
    let cluster =
        Canned::script([CannedResponse::Reply(200, flawed.to_string()), CannedResponse::Reply(200, "null".to_owned())]);
    let real = at(&cluster.url(), &["-o", "json", "app", "backups", "CalcApp", "--chains"]).expect(0).json();
    assert!(!real["Partitions"][0]["Chains"][0]["Backups"][0]["Flaws"].as_array().unwrap().is_empty(), "{real}");
    assert_eq!(real["Failures"].as_array().unwrap().len(), 1);
    holds("backups --chains", &real);
}

#[test]
fn audits() {
    let listening = Cluster::builder().build().listen().unwrap();
    let url = listening.url();
    run_with(&DAILY.replace("false", "true"), false, &["-e", &url, "policy", "create"]).expect(0);
    at(&url, &["service", "enable", "CalcApp/CalcService", "--policy", "DailyAzureBackupPolicy"]).expect(0);
    let real = at(&url, &["-o", "json", "audit"]).expect(21).json();
    assert_eq!(
        (&real[0]["ReasonCode"], &real[0]["Findings"][0]["Finding"]),
        (&json!("NoBackupYet"), &json!("AutoRestore"))
    );
    holds("audit", &real);
    holds("status", &at(&url, &["-o", "json", "status"]).expect(21).json());
}

#[test]
fn findings() {
    let real = run_with(&DAILY.replace("false", "true"), false, &["-o", "json", "policy", "lint", "-"]).json();
    assert!(!real.as_array().unwrap().is_empty());
    holds("policy lint", &real);
}

#[test]
fn steps_of_doctor() {
    let listening = Cluster::builder().build().listen().unwrap();
    let real = at(&listening.url(), &["-o", "json", "doctor"]).json();
    assert!(!real.as_array().unwrap().is_empty());
    holds("doctor, context test", &real);
}

#[test]
fn contexts() {
    let home = tempfile::tempdir().unwrap();
    let environment = Environment::none().home(home.path()).folder(home.path()).variable("APPDATA", home.path());
    run_in(&environment, &["-e", "http://localhost:19080", "context", "add", "prod"]).expect(0);
    let examples = examples("context list, context show");
    for (example, line) in examples.iter().zip(["context list", "context show"]) {
        let line: Vec<&str> = line.split(' ').collect();
        let real = run_in(&environment, &[&["-o", "json"], &line[..]].concat()).expect(0).json();
        assert!(!real.as_array().unwrap().is_empty(), "{line:?}");
        same_shape(example, &real, "context");
    }
}
