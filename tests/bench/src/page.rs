//! Parsing a page of backups, against serde_json with structs of exactly this form.

use http::Response;
use serde::Deserialize;
use sf_backup_proto::model::backup::BackupInfo;
use sf_backup_proto::{GetServiceBackupList, Operation, Page};

use crate::pair;
use crate::row::{Mark, Row, rounds};

const ROUNDS: usize = 11;
pub const ITEMS: usize = 10_000;
pub const PEER: &str = "serde_json::from_slice into plain structs";

/// A page in the form of the server.
pub fn page(items: usize, first: usize, token: Option<&str>) -> Vec<u8> {
    let mut text = String::with_capacity(items * 720);
    text.push_str(r#"{"Items":["#);
    for item in first..first + items {
        let (chain, hour) = (item / 6, item % 24);
        let kind = if item % 6 == 0 { "Full" } else { "Incremental" };
        let comma = if item == first { "" } else { "," };
        text.push_str(&format!(
            r#"{comma}{{"BackupId":"{item:08x}-27c1-4f0e-9a0a-2b7f4f4a1c11","BackupChainId":"{chain:08x}-27c1-4f0e-9a0a-2b7f4f4a1c11","ApplicationName":"fabric:/Shop","ServiceName":"fabric:/Shop/Cart","PartitionInformation":{{"ServicePartitionKind":"Int64Range","LowKey":"-9223372036854775808","HighKey":"9223372036854775807","Id":"3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0aa"}},"BackupLocation":"Shop\\Cart\\3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0aa\\2024-03-09 {hour:02}.10.22.zip","BackupType":"{kind}","EpochOfLastBackupRecord":{{"DataLossVersion":"131992384400001234","ConfigurationVersion":"8589934592"}},"LsnOfLastBackupRecord":"{item}","CreationTimeUtc":"2024-03-09T{hour:02}:10:22Z","FailureError":null,"ServiceManifestVersion":"1.0.3"}}"#
        ));
    }
    match token {
        Some(token) => text.push_str(&format!(r#"],"ContinuationToken":"{token}"}}"#)),
        None => text.push_str(r#"],"ContinuationToken":null}"#),
    }
    text.into_bytes()
}

pub fn call() -> GetServiceBackupList {
    GetServiceBackupList::new("fabric:/Shop/Cart".parse().unwrap())
}

pub fn ours(call: &GetServiceBackupList, page: &Response<Vec<u8>>) -> Page<BackupInfo> {
    call.parse(page).unwrap()
}

/// Structs for the server's exact form.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)] // only parsing is measured
pub struct Plain {
    items: Vec<Backup>,
    continuation_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Backup {
    backup_id: String,
    backup_chain_id: String,
    application_name: String,
    service_name: String,
    partition_information: Partition,
    backup_location: String,
    backup_type: String,
    epoch_of_last_backup_record: Epoch,
    lsn_of_last_backup_record: String,
    creation_time_utc: String,
    failure_error: Option<Failure>,
    service_manifest_version: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Partition {
    service_partition_kind: String,
    low_key: String,
    high_key: String,
    id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Epoch {
    data_loss_version: String,
    configuration_version: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(dead_code)]
struct Failure {
    code: String,
    message: String,
}

pub fn theirs(page: &Response<Vec<u8>>) -> Plain {
    serde_json::from_slice(page.body()).unwrap()
}

pub fn rows() -> Vec<Row> {
    let (call, page) = (call(), Response::new(page(ITEMS, 0, None)));
    assert_eq!((ours(&call, &page).items.len(), theirs(&page).items.len()), (ITEMS, ITEMS));
    let figures = pair::times(rounds(ROUNDS), || ours(&call, &page), || theirs(&page));
    vec![Row::new("read a page of 10,000 backups", PEER, "× time", figures, Mark::AtMost(1.25))]
}
