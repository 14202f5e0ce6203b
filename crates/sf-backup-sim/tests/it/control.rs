//! The simulator's own HTTP interface.

use serde_json::{Value, json};
use sf_backup_sim::{Cluster, EffectKind, Runtime};

use crate::harness::{Answer, FIRST, Test, blob, topology};

fn controlled() -> Test {
    Test::of(Cluster::builder().topology(topology()).control().build())
}

fn order(test: &Test, what: &str, body: impl ToString) -> Answer {
    test.raw(&format!("POST /$sim/{what}"), &[], &body.to_string())
}

fn ask(test: &Test, what: &str) -> Value {
    test.raw(&format!("GET /$sim/{what}"), &[], "").told()
}

#[test]
fn it_is_off_unless_asked_for() {
    let answer = Test::new(Runtime::V6_4).raw("GET /$sim/", &[], "");
    assert_eq!(answer.json()["Error"]["Code"], "E_INVALIDARG");
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
fn it_moves_the_clock_and_tells_what_happened() {
    let test = controlled();
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    assert_eq!(order(&test, "clock", json!({ "Advance": "PT4H" })).told(), json!({ "Now": "2024-01-01T04:00:00Z" }));
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
    order(&test, "faults", fault).told();
    for _ in 0..2 {
        let answer = test.get("/BackupRestore/BackupPolicies");
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (500, "<x/>"));
        assert_eq!(answer.header("content-type"), Some("application/xml"));
    }
    assert!(test.get("/BackupRestore/BackupPolicies").items().is_empty());
    for body in [json!({ "Operation": "Nonsense" }), json!({ "Status": 99 }), json!({ "ContentType": "\n" })] {
        assert_eq!(order(&test, "faults", body).status, 400);
    }
    // The interface itself is never struck.
    order(&test, "faults", json!({ "Cut": true })).told();
    ask(&test, "clock");
    assert_eq!(test.get("/BackupRestore/BackupPolicies").status, 502);
}

#[test]
fn it_loses_data_and_breaks_storages() {
    let test = controlled();
    test.protect("Services/CalcApp/CalcService", "PT1H", 0);
    order(&test, "data-loss", json!({ "PartitionId": FIRST })).told();
    assert_eq!(test.count(EffectKind::DataLost), 1);
    assert_eq!(order(&test, "data-loss", json!({ "PartitionId": "x" })).status, 400);
    let failure = json!({ "Code": 2_148_734_496_u32, "Message": "no" });
    order(&test, "storage", json!({ "Storage": blob("c"), "Failure": failure })).told();
    test.pass(3600);
    assert_eq!((test.count(EffectKind::BackupFailed), test.count(EffectKind::BackupMade)), (2, 0));
    order(&test, "storage", json!({ "Storage": blob("c") })).told();
    test.pass(60);
    assert_eq!(test.count(EffectKind::BackupMade), 2);
}
