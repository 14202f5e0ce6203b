//! From end to end: reads files, compares them with clusters, and makes the changes in a model of the server.

mod model;
mod reading;
mod same;
mod strategies;
mod walks;

use serde_json::{Value, json};
use sf_backup_proto::model::policy::BackupPolicyDescription;

use super::*;

/// A file with these sections.
fn file(sections: &Value) -> Value {
    let mut file = json!({ "apiVersion": "sf-backup/v1", "kind": "BackupConfiguration" });
    let both = file.as_object_mut().unwrap();
    both.extend(sections.as_object().unwrap().clone());
    file
}

fn read(sections: &Value) -> Manifest {
    Manifest::read(&file(sections)).unwrap()
}

fn problem(sections: &Value) -> String {
    Manifest::read(&file(sections)).unwrap_err().to_string()
}

/// A policy with this storage, as JSON.
fn policy(name: &str, storage: &Value) -> Value {
    json!({ "Name": name, "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "P1D" }, "Storage": storage })
}

fn share() -> Value {
    json!({ "StorageKind": "FileShare", "Path": "\\\\nas\\b" })
}

fn blob(secret: &str) -> Value {
    json!({ "StorageKind": "AzureBlobStore", "ConnectionString": secret, "ContainerName": "c" })
}

fn description(value: &Value) -> BackupPolicyDescription {
    serde_json::from_value(value.clone()).unwrap()
}

/// A cluster with this one policy.
fn with_policy(value: &Value) -> Actual {
    let policy = description(value);
    Actual { policies: [(policy.name.parse().unwrap(), policy)].into(), ..Actual::default() }
}
