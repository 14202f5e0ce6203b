//! Differences between the releases.

use serde_json::{Value, json};
use sf_backup_proto::{
    EnableServiceBackup, GetServiceBackupConfigurationInfo, GetServiceBackupList, IsoDuration, Operation, Paged, Pager,
};
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, Test, blob, policy};

const CREATE: &str = "/BackupRestore/BackupPolicies/$/Create";

fn preview() -> Test {
    let test = Test::new(Runtime::V6_2);
    test.policy("P");
    test
}

#[test]
fn runtime_6_2_takes_nothing_but_its_preview() {
    let test = Test::new(Runtime::V6_2);
    test.raw("GET /BackupRestore/BackupPolicies?api-version=6.4", &[], "").refused(
        400,
        "E_INVALIDARG",
        "Invalid API Version",
    );
    let response = test.raw("GET /BackupRestore/BackupPolicies?api-version=6.2-preview", &[], "");
    assert_eq!(response.ok_json(), json!({ "ContinuationToken": "", "Items": [] }));
}

#[test]
fn runtime_6_2_takes_a_tilde_for_a_slash() {
    let test = preview();
    test.enable("Services/CalcApp~CalcService", "P");
    let page = test.config("Services/CalcApp/CalcService").ok_json();
    assert_eq!(page["Items"][0]["ServiceName"], "fabric:/CalcApp/CalcService");
    // Not in the name of a policy.
    test.policy("a~b");
    assert_eq!(test.get("/BackupRestore/BackupPolicies/a~b").ok_json()["Name"], "a~b");
}

#[test]
fn runtime_6_2_knows_no_retention() {
    let test = preview();
    let mut view = policy("R");
    view["RetentionPolicy"] = json!({ "RetentionPolicyType": "Nonsense" });
    test.post(CREATE, view).done(201);
    assert_eq!(test.get("/BackupRestore/BackupPolicies/R").ok_json().get("RetentionPolicy"), None);
}

#[test]
fn runtime_6_2_reads_no_body_of_a_disable() {
    let test = preview();
    for body in ["{}", "[", r#"{"CleanBackup":true}"#] {
        test.enable("Services/CalcApp/CalcService", "P");
        test.post("/Services/CalcApp/CalcService/$/DisableBackup", body).done(202);
    }
}

#[test]
fn runtime_6_2_names_epochs_as_it_first_did() {
    let test = Test::new(Runtime::V6_2);
    test.policy_on("P", blob("c"));
    test.enable("Services/CalcApp/CalcService", "P");
    let storage = serde_json::from_value(blob("c")).unwrap();
    let kind = sf_backup_proto::model::backup::BackupType::Full;
    let time = "2024-03-09T04:10:22Z".parse().unwrap();
    test.cluster.plant_backup(FIRST.parse().unwrap(), &storage, time, &kind).unwrap();
    let item = test.get("/Services/CalcApp/CalcService/$/GetBackups").ok_json()["Items"][0].clone();
    assert_eq!(
        item["EpochOfLastBackupRecord"],
        json!({ "DataLossNumber": "131992384400001234", "ConfigurationNumber": "8589934592" })
    );
    assert_eq!(item.get("ServiceManifestVersion"), None);
}

#[test]
fn storages_came_one_by_one() {
    let dsms =
        json!({ "StorageKind": "DsmsAzureBlobStore", "StorageCredentialsSourceLocation": "x", "ContainerName": "c" });
    let managed = json!({
        "StorageKind": "ManagedIdentityAzureBlobStore", "ManagedIdentityType": "VMSS", "BlobServiceUri": "https://b",
        "ContainerName": "c",
    });
    for (storage, since) in [(dsms, Runtime::V6_4), (managed, Runtime::V11_3)] {
        for runtime in Runtime::ALL {
            let mut view = policy("P");
            view["Storage"] = storage.clone();
            let response = Test::new(runtime).post(CREATE, view);
            assert_eq!(response.status.is_success(), runtime >= since, "{runtime}: {}", response.body);
        }
    }
}

#[test]
fn runtime_11_3_keeps_the_later_members_of_a_policy() {
    let mut view = policy("P");
    view["CompressionType"] = "ZSTANDARD".into();
    view["QuickRecovery"] = "FromPrimary".into();
    for (runtime, kept) in [(Runtime::V6_4, Value::Null), (Runtime::V11_3, json!("ZSTANDARD"))] {
        let test = Test::new(runtime);
        test.post(CREATE, &view).done(201);
        assert_eq!(test.get("/BackupRestore/BackupPolicies/P").ok_json()["CompressionType"], kept, "{runtime}");
    }
}

/// The main workflow by operations, on every release.
#[test]
fn the_main_job_by_operations() {
    for runtime in Runtime::ALL {
        let test = Test::new(runtime);
        let service: sf_backup_proto::ServiceId = "fabric:/CalcApp/CalcService".parse().unwrap();
        let create = sf_backup_proto::CreateBackupPolicy::new(description());
        test.send(&create).unwrap();
        let error = test.send(&create).unwrap_err();
        assert_eq!(error.kind(), sf_backup_proto::ErrorKind::PolicyExists, "{runtime}");
        test.send(&EnableServiceBackup::new(service.clone(), "Daily".parse().unwrap())).unwrap();
        let infos = all(&test, GetServiceBackupConfigurationInfo::new(service.clone()));
        assert_eq!(infos[0].policy_name(), Some("Daily"));
        assert!(all(&test, GetServiceBackupList::new(service)).is_empty());
        let listed = all(&test, sf_backup_proto::GetBackupPolicyList::new());
        assert_eq!(listed[0].name, "Daily");
    }
}

fn all<O: Paged + Operation>(test: &Test, operation: O) -> Vec<O::Item> {
    let mut pages = Pager::new(operation);
    let mut items = Vec::new();
    while let Some(call) = pages.next_call() {
        items.extend(pages.accept(test.send(&call)).unwrap());
    }
    items
}

fn description() -> sf_backup_proto::model::policy::BackupPolicyDescription {
    use sf_backup_proto::model::schedule::FrequencyBasedBackupScheduleDescription;
    use sf_backup_proto::model::storage::AzureBlobBackupStorageDescription;
    sf_backup_proto::model::policy::BackupPolicyDescription::new(
        "Daily",
        false,
        5_u8,
        FrequencyBasedBackupScheduleDescription::new(IsoDuration::hours(24)),
        AzureBlobBackupStorageDescription::new("AccountKey=k", "c"),
    )
}
