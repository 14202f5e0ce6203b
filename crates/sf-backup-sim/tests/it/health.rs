//! The status and the health of partitions and services.

use std::time::Duration;

use serde_json::{Value, json};
use sf_backup_proto::inventory::{
    GetApplicationHealth, GetApplicationInfo, GetPartitionHealth, GetPartitionInfo, GetPartitionInfoList,
    GetServiceInfoList,
};
use sf_backup_proto::model::inventory::HealthState;
use sf_backup_proto::model::inventory::PartitionStatus;
use sf_backup_proto::{ApplicationId, PartitionId};
use sf_backup_sim::{Cluster, EffectKind, Runtime};

use crate::harness::{FIRST, SECOND, START, Test, blob, partition, topology};

fn id(text: &str) -> PartitionId {
    text.parse().unwrap()
}

fn ask(test: &Test, path: &str) -> Value {
    test.raw(&format!("GET {path}?api-version=6.0"), &[], "").ok_json()
}

/// Status and health from the list, the single query and the health query, which must agree.
fn state(test: &Test, partition: &str) -> (PartitionStatus, HealthState) {
    let single = test.send(&GetPartitionInfo::new(id(partition))).unwrap().unwrap();
    let service = "fabric:/CalcApp/CalcService".parse().unwrap();
    let listed = test.send(&GetPartitionInfoList::new(service)).unwrap().items;
    assert!(listed.contains(&single), "{listed:?}");
    let health = test.send(&GetPartitionHealth::new(id(partition))).unwrap();
    assert_eq!(health.aggregated_health_state, single.health_state);
    (single.partition_status.unwrap(), single.health_state.unwrap())
}

fn backup_event(test: &Test, partition: &str) -> Option<Value> {
    let health = ask(test, &format!("/Partitions/{partition}/$/GetHealth"));
    let mut events = health["HealthEvents"].as_array().unwrap().iter();
    events.find(|event| event["SourceId"] == "System.BackupRestoreManager").cloned()
}

#[test]
fn members_are_those_of_the_gateway() {
    let test = Test::new(Runtime::V6_4);
    let partitions = ask(&test, "/Services/CalcApp~CalcService/$/GetPartitions");
    let expected = json!({
        "ServiceKind": "Stateful",
        "PartitionInformation": {
            "ServicePartitionKind": "Int64Range", "Id": FIRST, "LowKey": "-9223372036854775808", "HighKey": "-1",
        },
        "TargetReplicaSetSize": 3, "MinReplicaSetSize": 2, "HealthState": "Ok", "PartitionStatus": "Ready",
        "LastQuorumLossDurationInSeconds": "0",
        "CurrentConfigurationEpoch": { "ConfigurationVersion": "8589934592", "DataLossVersion": "131992384400001234" },
    });
    assert_eq!(partitions["Items"][0], expected);
    let applications = ask(&test, "/Applications");
    let expected = json!({
        "Id": "CalcApp", "Name": "fabric:/CalcApp", "TypeName": "CalcAppType", "TypeVersion": "1.0.0",
        "Status": "Ready", "HealthState": "Ok", "ApplicationDefinitionKind": "ServiceFabricApplicationDescription",
        "Parameters": [],
    });
    assert_eq!(applications["Items"][0], expected);
    assert_eq!(ask(&test, "/Applications/CalcApp"), expected);
    let services = ask(&test, "/Applications/CalcApp/$/GetServices");
    let web = json!({
        "ServiceKind": "Stateless", "Id": "CalcApp~Web", "Name": "fabric:/CalcApp/Web", "TypeName": "WebType",
        "ManifestVersion": "1.0.0", "HealthState": "Ok", "ServiceStatus": "Active", "IsServiceGroup": false,
    });
    let names: Vec<_> = services["Items"].as_array().unwrap().iter().map(|item| item["Name"].clone()).collect();
    assert_eq!(names, ["Cache", "CalcService", "Deep/Down", "Web"].map(|name| format!("fabric:/CalcApp/{name}")));
    assert_eq!(services["Items"][3], web);
}

#[test]
fn a_failed_periodic_backup_is_a_health_event_until_one_succeeds() {
    for runtime in Runtime::ALL {
        let test = Test::new(runtime);
        test.protect("Services/CalcApp/CalcService", "PT1H", 0);
        assert_eq!(backup_event(&test, FIRST), None);
        let storage = serde_json::from_value(blob("c")).unwrap();
        test.cluster.break_storage(&storage, Some((0x8007_1C7D, "The share is full.")));
        test.pass(3_600);
        let event = backup_event(&test, FIRST).unwrap();
        assert_eq!((&event["Property"], &event["HealthState"]), (&json!("Backup"), &json!("Warning")));
        let description = event["Description"].as_str().unwrap();
        let expected = "Failed to take periodic backup for this partition with error: HRESULT 0x80071C7D";
        assert!(description.starts_with(expected) && description.ends_with("The share is full."), "{description}");
        assert_eq!(event["SourceUtcTimestamp"], "2024-01-01T01:00:00Z");
        assert_eq!(state(&test, FIRST), (PartitionStatus::Ready, HealthState::Warning));
        let calc: ApplicationId = "fabric:/CalcApp".parse().unwrap();
        let health = test.send(&GetApplicationHealth::new(calc.clone())).unwrap();
        assert_eq!(health.aggregated_health_state, Some(HealthState::Warning));
        let info = test.send(&GetApplicationInfo::new(calc.clone())).unwrap().unwrap();
        assert_eq!(info.health_state, Some(HealthState::Warning));
        let services = test.send(&GetServiceInfoList::new(calc)).unwrap().items;
        let ill = services.iter().filter(|service| service.health_state != Some(HealthState::Ok));
        assert_eq!(
            ill.map(|service| service.name.as_deref().unwrap()).collect::<Vec<_>>(),
            ["fabric:/CalcApp/CalcService"]
        );

        test.cluster.break_storage(&storage, None);
        test.pass(60);
        assert_eq!(test.count(EffectKind::BackupMade), 2);
        assert_eq!(backup_event(&test, FIRST), None);
        assert_eq!(state(&test, FIRST), (PartitionStatus::Ready, HealthState::Ok));
    }
}

#[test]
fn a_failed_backup_on_demand_is_no_health_event_and_suspension_clears_one() {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    let storage = serde_json::from_value(blob("c")).unwrap();
    test.cluster.break_storage(&storage, Some((0x8007_0035, "The network path was not found.")));
    test.act(&format!("Partitions/{FIRST}"), "Backup").done(202);
    test.pass(10);
    assert_eq!((test.count(EffectKind::BackupFailed), backup_event(&test, FIRST)), (1, None));
    test.pass(3_600);
    assert!(backup_event(&test, FIRST).is_some());
    test.act(&format!("Partitions/{FIRST}"), "SuspendBackup").done(202);
    assert_eq!(backup_event(&test, FIRST), None);
    assert!(backup_event(&test, SECOND).is_some());
}

#[test]
fn a_partition_without_quorum_is_not_backed_up_until_it_has_one_again() {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    assert!(test.cluster.lose_quorum(id(FIRST), Some(Duration::from_secs(5_400))));
    assert_eq!(state(&test, FIRST), (PartitionStatus::InQuorumLoss, HealthState::Error));
    assert_eq!(state(&test, SECOND), (PartitionStatus::Ready, HealthState::Ok));
    test.act(&format!("Partitions/{FIRST}"), "Backup").done(202);
    test.pass(3_600);
    assert_eq!((test.count(EffectKind::BackupMade), test.count(EffectKind::BackupFailed)), (1, 0));
    let progress = test.get(&format!("/Partitions/{FIRST}/$/GetBackupProgress")).ok_json();
    assert_eq!(progress["BackupState"], "Timeout");
    let lasts = |seconds: &str| {
        let info = ask(&test, &format!("/Partitions/{FIRST}"));
        assert_eq!(info["LastQuorumLossDurationInSeconds"], seconds, "{info}");
    };
    lasts("3600");
    test.pass(1_800);
    assert_eq!(state(&test, FIRST), (PartitionStatus::Ready, HealthState::Ok));
    assert_eq!((test.count(EffectKind::BackupMade), test.count(EffectKind::QuorumRegained)), (2, 1));
    lasts("5400");
}

#[test]
fn a_quorum_lost_for_good_comes_back_on_order_only() {
    let test = Test::of(Cluster::builder().topology(topology()).control().build());
    let order = |body: Value| test.raw("POST /$sim/quorum-loss", &[], &body.to_string());
    order(json!({ "PartitionId": FIRST })).ok_json();
    test.pass(86_400);
    assert_eq!(state(&test, FIRST).0, PartitionStatus::InQuorumLoss);
    order(json!({ "PartitionId": FIRST, "Ends": true })).ok_json();
    assert_eq!(state(&test, FIRST).0, PartitionStatus::Ready);
    for body in [json!({}), json!({ "PartitionId": partition(77) }), json!({ "PartitionId": FIRST, "Takes": "1h" })] {
        assert_eq!(order(body.clone()).status, 400, "{body}");
    }
}

#[test]
fn a_partition_that_waits_for_a_restore_is_reconfiguring_and_not_backed_up() {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    test.pass(3_600);
    let epoch = || ask(&test, &format!("/Partitions/{FIRST}"))["CurrentConfigurationEpoch"]["DataLossVersion"].clone();
    let before = epoch();
    assert!(test.cluster.lose_data(id(FIRST)));
    assert_ne!(epoch(), before);
    assert_eq!(state(&test, FIRST), (PartitionStatus::Reconfiguring, HealthState::Ok));
    test.pass(7_200);
    assert_eq!(state(&test, FIRST), (PartitionStatus::Reconfiguring, HealthState::Warning));
    assert_eq!(test.count(EffectKind::BackupMade), 2 + 2);
    let backup = test.backups(&format!("Partitions/{FIRST}"))[0].clone();
    let request = json!({ "BackupId": backup["BackupId"], "BackupLocation": backup["BackupLocation"] });
    test.post(&format!("/Partitions/{FIRST}/$/Restore"), request).done(202);
    test.pass(10);
    assert_eq!(test.count(EffectKind::Restored), 1);
    assert_eq!(state(&test, FIRST), (PartitionStatus::Ready, HealthState::Ok));
}

#[test]
fn a_partition_that_waits_goes_on_without_its_data_once_it_has_no_policy() {
    let test = Test::new(Runtime::V6_4);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    test.cluster.lose_data(id(FIRST));
    test.act("Services/CalcApp/CalcService", "DisableBackup").done(202);
    assert_eq!(state(&test, FIRST), (PartitionStatus::Ready, HealthState::Ok));
}

#[test]
fn a_failover_that_takes_long_is_a_warning() {
    let test = Test::new(Runtime::V6_4);
    test.cluster.fail_over_partition(id(FIRST), Duration::from_secs(600));
    assert_eq!(state(&test, FIRST), (PartitionStatus::Reconfiguring, HealthState::Ok));
    test.pass(300);
    assert_eq!(state(&test, FIRST), (PartitionStatus::Reconfiguring, HealthState::Warning));
    test.pass(300);
    assert_eq!(state(&test, FIRST), (PartitionStatus::Ready, HealthState::Ok));
}

#[test]
fn the_health_of_the_system_application_includes_the_backup_service() {
    let test = Test::of(Cluster::builder().topology(topology()).control().build());
    let system: ApplicationId = "fabric:/System".parse().unwrap();
    let services = || test.send(&GetServiceInfoList::new(system.clone())).unwrap().items;
    let backups = || {
        let found =
            services().into_iter().find(|info| info.name.as_deref() == Some("fabric:/System/BackupRestoreService"));
        found.unwrap().health_state.unwrap()
    };
    assert!(services().iter().all(|service| service.has_persisted_state == Some(true)));
    assert_eq!(backups(), HealthState::Ok);
    let body = json!({ "ServiceName": "fabric:/System/BackupRestoreService", "HealthState": "Error" });
    test.raw("POST /$sim/health", &[], &body.to_string()).ok_json();
    assert_eq!(backups(), HealthState::Error);
    let health = test.send(&GetApplicationHealth::new(system.clone())).unwrap();
    assert_eq!(health.aggregated_health_state, Some(HealthState::Error));
    assert!(test.cluster.report_health("fabric:/System/BackupRestoreService", HealthState::Ok));
    assert_eq!(backups(), HealthState::Ok);
    test.cluster.fail_over_backup_service(Duration::from_secs(60));
    assert_eq!(backups(), HealthState::Warning);
    let partitions = ask(&test, "/Services/System~BackupRestoreService/$/GetPartitions");
    assert_eq!(partitions["Items"].as_array().unwrap().len(), 1);
    let id = partitions["Items"][0]["PartitionInformation"]["Id"].as_str().unwrap();
    assert_eq!(ask(&test, &format!("/Partitions/{id}"))["PartitionStatus"], "Ready");
    assert_eq!(
        ask(&test, &format!("/Partitions/{id}/$/GetServiceName"))["Name"],
        "fabric:/System/BackupRestoreService"
    );
    for body in [
        json!({ "ServiceName": "fabric:/No/Such", "HealthState": "Ok" }),
        json!({ "ServiceName": "fabric:/Shop/Cart", "HealthState": "Ill" }),
    ] {
        assert_eq!(test.raw("POST /$sim/health", &[], &body.to_string()).status, 400, "{body}");
    }
}

#[test]
fn absent_entities_are_204_404_or_400_like_in_the_gateway() {
    let test = Test::new(Runtime::V6_4);
    let status = |path: &str| {
        let response = test.raw(&format!("GET {path}?api-version=6.0"), &[], "");
        (response.status.as_u16(), response.body)
    };
    let unknown = partition(77);
    assert_eq!(status("/Applications/None"), (204, String::new()));
    assert_eq!(status(&format!("/Partitions/{unknown}")), (204, String::new()));
    assert_eq!(test.send(&GetPartitionInfo::new(id(&unknown))).unwrap(), None);
    assert_eq!(test.send(&GetApplicationInfo::new("fabric:/None".parse().unwrap())).unwrap(), None);
    for path in ["/Applications/None/$/GetHealth", &format!("/Partitions/{unknown}/$/GetHealth")] {
        let (code, body) = status(path);
        assert!(code == 404 && body.contains("FABRIC_E_HEALTH_ENTITY_NOT_FOUND"), "{path}: {body}");
    }
    assert_eq!(status("/Partitions/x").0, 400);
}

#[test]
fn the_api_version_decides_on_ids_and_pages() {
    let test = Test::new(Runtime::V6_4);
    let line = |path: &str, version: &str| test.raw(&format!("GET {path}?api-version={version}"), &[], "");
    assert_eq!(line("/Applications/", "6.0").ok_json()["Items"][2]["Id"], "Shop~EU");
    assert_eq!(line("/Applications", "3.0").ok_json()["Items"][2]["Id"], "Shop/EU");
    assert_eq!(line("/Applications", "1.0").ok_json()[2]["Id"], "Shop/EU");
    for version in ["", "x", "6.5", "11.3", "0.9", "-6", "6.4-preview", "inf"] {
        let response = line("/Applications", version);
        assert_eq!(
            (response.status.as_u16(), &response.json()["Error"]["Code"]),
            (400, &json!("E_INVALIDARG")),
            "{version}"
        );
    }
    assert_eq!(test.raw("GET /Applications", &[], "").status, 400);
    assert_eq!(Test::new(Runtime::V11_3).raw("GET /Applications?api-version=11.3", &[], "").status, 200);
    // Tokens are full names, and a page begins after its token even if nothing has that name.
    let after = test.raw("GET /Applications?api-version=6.0&ContinuationToken=fabric:/CalcApp2", &[], "").ok_json();
    assert_eq!(after["Items"][0]["Id"], "Shop");
    let typed = test.raw("GET /Applications?api-version=6.0&ApplicationTypeName=ShopType", &[], "").ok_json();
    assert_eq!(typed["Items"].as_array().unwrap().len(), 1);
    let typed =
        test.raw("GET /Applications/Shop/$/GetServices?api-version=6.0&ServiceTypeName=Cart2Type", &[], "").ok_json();
    assert_eq!(typed["Items"].as_array().unwrap().len(), 1);
    assert_eq!(START, test.cluster.now().to_string());
}
