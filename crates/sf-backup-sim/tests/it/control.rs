//! The simulator's own HTTP interface.

use serde_json::{Value, json};
use sf_backup_proto::{GetBackupPolicyList, Operation};
use sf_backup_sim::{Cluster, EffectKind, Runtime};

use crate::harness::{FIRST, RawResponse, Test, blob, topology};

fn controlled() -> Test {
    Test::of(Cluster::builder().topology(topology()).control().build())
}

fn order(test: &Test, what: &str, body: impl ToString) -> RawResponse {
    test.raw(&format!("POST /$sim/{what}"), &[], &body.to_string())
}

fn ask(test: &Test, what: &str) -> Value {
    test.raw(&format!("GET /$sim/{what}"), &[], "").ok_json()
}

#[test]
fn it_is_off_unless_asked_for() {
    let response = Test::new(Runtime::V6_4).raw("GET /$sim/", &[], "");
    assert_eq!(response.json()["Error"]["Code"], "E_INVALIDARG");
}

#[test]
fn it_lists_itself_and_each_offer_is_there() {
    let test = controlled();
    for offer in ask(&test, "").as_array().unwrap() {
        let line = format!("{} {}", offer["Method"].as_str().unwrap(), offer["Path"].as_str().unwrap());
        assert!(!test.raw(&line, &[], "").body.contains("there is no"), "{line}");
    }
    assert!(test.raw("GET /$sim/nothing", &[], "").body.contains("there is no GET /$sim/nothing"));
}

#[test]
fn it_moves_the_clock_and_lists_effects() {
    let test = controlled();
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    assert_eq!(order(&test, "clock", json!({ "Advance": "PT4H" })).ok_json(), json!({ "Now": "2024-01-01T04:00:00Z" }));
    assert_eq!(ask(&test, "clock")["Now"], "2024-01-01T04:00:00Z");
    let effects = ask(&test, "effects");
    let made: Vec<_> = effects.as_array().unwrap().iter().filter(|effect| effect["Kind"] == "BackupMade").collect();
    assert_eq!(made.len(), 8);
    assert_eq!(made[0]["At"], "2024-01-01T01:00:00Z");
    for body in
        [json!({ "Advance": "4h" }), json!({ "Advance": "-PT1H" }), json!({}), json!({ "Advance": "PT1H", "x": 1 })]
    {
        order(&test, "clock", &body);
        assert_eq!(order(&test, "clock", &body).status, 400, "{body}");
    }
}

#[test]
fn it_orders_faults() {
    let test = controlled();
    let fault = json!({
        "Operation": "GetBackupPolicyList", "Times": 2, "Status": 500, "Body": "<x/>", "ContentType": "application/xml",
    });
    order(&test, "faults", fault).ok_json();
    for _ in 0..2 {
        let response = test.get("/BackupRestore/BackupPolicies");
        assert_eq!((response.status.as_u16(), response.body.as_str()), (500, "<x/>"));
        assert_eq!(response.header("content-type"), Some("application/xml"));
    }
    assert!(test.get("/BackupRestore/BackupPolicies").items().is_empty());
    for body in [json!({ "Operation": "Nonsense" }), json!({ "Status": 99 }), json!({ "ContentType": "\n" })] {
        assert_eq!(order(&test, "faults", body).status, 400);
    }
    // Faults never affect the control interface.
    order(&test, "faults", json!({ "Cut": true })).ok_json();
    ask(&test, "clock");
    assert_eq!(test.get("/BackupRestore/BackupPolicies").status, 502);
}

#[test]
fn it_orders_faults_of_the_gateways_own_queries() {
    let test = controlled();
    let applications = || test.raw("GET /Applications?api-version=6.0", &[], "");
    order(&test, "faults", json!({ "Operation": "GetPartitionHealth", "Status": 504 })).ok_json();
    assert_eq!(applications().status, 200);
    assert_eq!(test.raw(&format!("GET /Partitions/{FIRST}/$/GetHealth?api-version=6.0"), &[], "").status, 504);
    order(&test, "faults", json!({ "Operation": "GetApplicationInfoList", "Tokens": "Empty", "Times": 2 })).ok_json();
    let tokens = [applications(), applications()].map(|response| {
        let page = response.ok_json();
        assert_eq!(page["Items"], json!([]));
        page["ContinuationToken"].as_str().unwrap().to_owned()
    });
    assert!(!tokens[0].is_empty() && tokens[0] != tokens[1], "{tokens:?}");
    assert_eq!(applications().ok_json()["Items"].as_array().unwrap().len(), 4);
}

#[test]
fn it_loses_data_and_breaks_storages() {
    let test = controlled();
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    order(&test, "data-loss", json!({ "PartitionId": FIRST })).ok_json();
    assert_eq!(test.count(EffectKind::DataLost), 1);
    assert_eq!(order(&test, "data-loss", json!({ "PartitionId": "x" })).status, 400);
    let failure = json!({ "Code": 2_148_734_496_u32, "Message": "no" });
    order(&test, "storage", json!({ "Storage": blob("c"), "Failure": failure })).ok_json();
    test.pass(3600);
    // The first partition waits for a restore.
    assert_eq!((test.count(EffectKind::BackupFailed), test.count(EffectKind::BackupMade)), (1, 0));
    order(&test, "storage", json!({ "Storage": blob("c") })).ok_json();
    test.pass(60);
    assert_eq!(test.count(EffectKind::BackupMade), 1);
}

#[test]
fn it_changes_the_role() {
    let test = controlled();
    order(&test, "role", json!({ "Role": "User" })).ok_json();
    assert_eq!(test.act("Services/CalcApp/CalcService", "ResumeBackup").status, 403);
    order(&test, "role", json!({ "Role": "Admin" })).ok_json();
    assert_eq!(test.act("Services/CalcApp/CalcService", "ResumeBackup").status, 404);
    assert_eq!(order(&test, "role", json!({ "Role": "Owner" })).status, 400);
}

#[test]
fn it_forgets_faults() {
    let test = controlled();
    order(&test, "faults", json!({ "Cut": true, "Times": 9 })).ok_json();
    assert_eq!(test.get("/BackupRestore/BackupPolicies").status, 502);
    test.raw("DELETE /$sim/faults", &[], "").ok_json();
    assert!(test.get("/BackupRestore/BackupPolicies").items().is_empty());
}

#[test]
fn it_moves_primaries() {
    let test = controlled();
    order(&test, "fail-over", json!({ "PartitionId": FIRST, "Takes": "PT1M" })).ok_json();
    order(&test, "fail-over", json!({ "Takes": "PT1M" })).ok_json();
    assert_eq!(test.count(EffectKind::FailedOver), 2);
    assert_eq!(test.act("Services/CalcApp/CalcService", "ResumeBackup").status, 503);
    for body in [json!({ "PartitionId": "00000000-0000-4000-8000-000000000099" }), json!({ "Takes": "soon" })] {
        assert_eq!(order(&test, "fail-over", body).status, 400);
    }
}

#[test]
fn it_orders_every_kind_of_fault_and_one_at_a_time() {
    let test = controlled();
    for (fault, status, begin) in [
        (json!({}), 503, ""),
        (json!({ "Body": "{" }), 503, "{"),
        (json!({ "Latency": "PT1H" }), 200, r#"{"ContinuationToken":null"#),
        (json!({ "Tokens": "Repeat" }), 200, r#"{"ContinuationToken":"again""#),
        (json!({ "UnknownValues": true }), 200, "{"),
        (json!({ "WrongTypes": true }), 200, "{"),
        (json!({ "Stuck": true }), 200, "{"),
        (json!({ "Status": 503, "FromService": true, "Times": 2 }), 200, "{"),
    ] {
        order(&test, "faults", &fault).ok_json();
        let response = test.get("/BackupRestore/BackupPolicies");
        assert_eq!(response.status, status, "{fault}");
        assert!(response.body.starts_with(begin), "{fault}: {}", response.body);
    }
    assert!(ask(&test, "clock")["Now"].as_str().unwrap().starts_with("2024-01-01T01:00:"));
    assert_eq!(order(&test, "faults", json!({ "Cut": true, "Stuck": true })).status, 400);
}

#[test]
fn a_scenario_file_sets_the_stage_and_its_events_come_in_time() {
    let text = r#"
        Seed = 3
        Role = "User"
        [[Events]]
        At = "PT1H"
        Role = "Admin"
        [[Events]]
        At = "PT2H"
        Fault = { Operation = "GetBackupPolicyList", Status = 418, Times = 5 }
        [[Events]]
        At = "PT3H"
        ClearFaults = true
        [[Events]]
        At = "PT4H"
        [Events.Storage]
        Storage = { StorageKind = "AzureBlobStore", ConnectionString = "AccountKey=k", ContainerName = "c" }
        Failure = { Code = 2148734496, Message = "no" }
    "#;
    let test = Test::of(Cluster::builder().topology(topology()).scenario(text).unwrap().build());
    let list = || test.get("/BackupRestore/BackupPolicies").status.as_u16();
    assert_eq!(test.act("Services/CalcApp/CalcService", "ResumeBackup").status, 403);
    test.pass(3600);
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    assert_eq!(list(), 200);
    test.pass(3600);
    assert_eq!(list(), 418);
    test.pass(3600);
    assert_eq!(list(), 200);
    assert_eq!((test.count(EffectKind::BackupFailed), test.count(EffectKind::BackupMade)), (0, 4));
    test.pass(3600);
    assert_eq!((test.count(EffectKind::BackupFailed), test.count(EffectKind::BackupMade)), (2, 4));
}

#[test]
fn it_reads_without_faults_and_without_being_counted() {
    let test = controlled();
    let expected = test.cluster.expect(GetBackupPolicyList::spec()).at_most(0);
    order(&test, "faults", json!({ "Status": 500, "Times": 2 })).ok_json();
    let now = test.cluster.now();
    let read = |path: &str| test.raw(&format!("GET /$sim/read{path}"), &[], "");
    assert_eq!(read("/BackupRestore/BackupPolicies?api-version=6.4").ok_json()["Items"], json!([]));
    assert_eq!(read("/Nodes?api-version=6.0").ok_json()["Items"].as_array().unwrap().len(), 5);
    assert_eq!(read("/Applications/None?api-version=6.0").status, 204);
    assert_eq!(ask(&test, "faults")[0]["Times"], 2);
    expected.check().unwrap();
    test.cluster.fail_over_backup_service(std::time::Duration::from_secs(30));
    let moving = read("/BackupRestore/BackupPolicies?api-version=6.4");
    assert_eq!(
        (moving.status.as_u16(), &moving.json()["Message"]),
        (400, &json!("the backup service is moving to another node"))
    );
    assert_eq!(test.cluster.now(), now);
    // Only GET is allowed.
    assert!(
        test.raw("POST /$sim/read/BackupRestore/BackupPolicies/P/$/Delete?api-version=6.4", &[], "")
            .body
            .contains("there is no POST")
    );
}
