//! Limits on the number of allocations for building a request and parsing a response.

#![allow(clippy::unwrap_used)] // a panic fails the test

use allocation_counter::measure;
use http::Response;
use sf_backup_proto::{ContinuationToken, EnableServiceBackup, GetServiceBackupList, Operation, Target};

fn target() -> Target {
    Target::new("http://localhost:19080".parse().unwrap()).request_id("8e2f1f0a-5a5e-4d6e-9c2b-3f0c2a51aa01")
}

#[test]
fn a_request_is_built_in_few_allocations() {
    let to = target();
    let service: sf_backup_proto::ServiceId = "fabric:/CalcApp/CalcService".parse().unwrap();
    let enable = EnableServiceBackup::new(service.clone(), "Daily".parse().unwrap());
    let counted = measure(|| drop(enable.to_request(&to).unwrap()));
    assert!(counted.count_total <= 9, "{counted:?}");

    let mut list = GetServiceBackupList::new(service);
    list.start_date_time_filter = "2024-03-01T00:00:00Z".parse().ok();
    list.max_results = Some(100);
    list.continuation_token = ContinuationToken::new("0f5a3b1c+CalcApp+CalcService");
    let counted = measure(|| drop(list.to_request(&to).unwrap()));
    assert!(counted.count_total <= 5, "{counted:?}");
}

#[test]
fn parsing_a_page_allocates_little_more_than_its_texts() {
    const ITEMS: usize = 1_000;
    let item = r#"{"BackupId":"5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11","BackupChainId":"5d7b1c1e-27c1-4f0e-9a0a-2b7f4f4a1c11",
        "ApplicationName":"fabric:/Shop","ServiceName":"fabric:/Shop/Cart","PartitionInformation":
        {"ServicePartitionKind":"Int64Range","LowKey":"-1","HighKey":"1","Id":"3f0c2a51-9d3e-4c52-8a64-6d3a9be1c0aa"},
        "BackupLocation":"Shop\\Cart\\x.zip","BackupType":"Full","EpochOfLastBackupRecord":
        {"DataLossVersion":"131","ConfigurationVersion":"8"},"LsnOfLastBackupRecord":"4711",
        "CreationTimeUtc":"2024-03-09T04:10:22Z","FailureError":null,"ServiceManifestVersion":"1.0.3"}"#;
    let page = format!(r#"{{"Items":[{}],"ContinuationToken":null}}"#, vec![item; ITEMS].join(","));
    let list = GetServiceBackupList::new("fabric:/Shop/Cart".parse().unwrap());
    let response = Response::new(page.into_bytes());
    let counted = measure(|| drop(list.parse(&response).unwrap()));
    // Application, service, location, manifest version, and two temporary ones.
    let each = u64::try_from(ITEMS).unwrap() * 6;
    assert!(counted.count_total <= each + 30, "{counted:?}");
    // A growing list exists twice.
    let bytes = u64::try_from(ITEMS * 2 * size_of::<sf_backup_proto::model::backup::BackupInfo>()).unwrap();
    assert!(counted.bytes_max <= bytes + u64::try_from(ITEMS).unwrap() * 200, "{counted:?}");
}
