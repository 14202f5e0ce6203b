//! Enabling, disabling, suspending and resuming, at every level.

use serde_json::json;
use sf_backup_sim::Runtime;

use crate::harness::{FIRST, Test, partition};

const NOT_ENABLED: &str = "Backup has not been configured/ enabled for this specific partition/ service/ application.";

fn with_policy() -> Test {
    let test = Test::new(Runtime::V6_4);
    test.policy("P");
    test
}

fn enable(test: &Test, entity: &str, policy: &str) -> crate::harness::RawResponse {
    test.post(&format!("/{entity}/$/EnableBackup"), json!({ "BackupPolicyName": policy }))
}

fn is_suspended(test: &Test, entity: &str) -> bool {
    test.config(entity).items()[0]["SuspensionInfo"]["IsSuspended"].as_bool().unwrap()
}

#[test]
fn rule_enable_needs_a_body_then_the_entity_then_the_policy_then_a_valid_entity() {
    let test = with_policy();
    let line = "/Partitions/x/$/EnableBackup";
    test.post(line, "").refused(400, "E_INVALIDARG", "Invalid Arguments.");
    assert_eq!(test.post(line, json!({ "BackupPolicyName": "No" })).json()["Error"]["Code"], 2_148_734_263_u32);
    let missing = "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST";
    enable(&test, "Services/No/Such", "No").refused(404, missing, "Fabric Backup Policy doesn't exist");
    enable(&test, "Services/No/Such", "P").refused(404, "FABRIC_E_SERVICE_DOES_NOT_EXIST", "Service not found");
    enable(&test, "Applications/No", "P").refused(404, "FABRIC_E_APPLICATION_NOT_FOUND", "Application not found");
    test.post("/Services/CalcApp/CalcService/$/EnableBackup", "{}")
        .invalid("backupMapping.BackupPolicyName:[The BackupPolicyName field is required.]");
}

#[test]
fn error_partition_not_found() {
    let test = with_policy();
    let unknown = "Partitions/00000000-0000-4000-8000-00000000ffff";
    enable(&test, unknown, "P").refused(404, "FABRIC_E_PARTITION_NOT_FOUND", "Partition not found");
    enable(&test, &format!("Partitions/{FIRST}/x"), "P").refused(400, "E_INVALIDARG", "Invalid Arguments.");
}

#[test]
fn error_a_malformed_guid_is_a_number() {
    let test = with_policy();
    for action in ["EnableBackup", "DisableBackup", "SuspendBackup", "ResumeBackup"] {
        let body = if action == "EnableBackup" { r#"{"BackupPolicyName":"P"}"# } else { "" };
        let response = test.post(&format!("/Partitions/x/$/{action}"), body);
        assert_eq!(
            (response.status.as_u16(), &response.json()["Error"]["Code"]),
            (500, &json!(2_148_734_263_u32)),
            "{action}"
        );
    }
    for action in ["GetBackupConfigurationInfo", "GetBackups"] {
        let response = test.get(&format!("/Partitions/x/$/{action}"));
        assert_eq!(
            (response.status.as_u16(), &response.json()["Error"]["Code"]),
            (500, &json!(2_148_734_263_u32)),
            "{action}"
        );
    }
}

#[test]
fn error_invalid_for_stateless_services() {
    let test = with_policy();
    let code = "FABRIC_E_INVALID_FOR_STATELESS_SERVICES";
    let message = "Not applicable for stateless or non persisted stateful services.";
    for entity in
        ["Services/CalcApp/Web".to_owned(), "Services/CalcApp/Cache".into(), format!("Partitions/{}", partition(30))]
    {
        enable(&test, &entity, "P").refused(400, code, message);
    }
    // An application is enabled even without any stateful service.
    enable(&test, "Applications/CalcApp", "P").done(202);
}

#[test]
fn rule_enabling_again_replaces_and_moves() {
    let test = with_policy();
    test.policy("Q");
    let service = "Services/CalcApp/CalcService";
    for policy in ["P", "P", "Q"] {
        enable(&test, service, policy).done(202);
    }
    assert_eq!(test.config(service).items()[0]["PolicyName"], "Q");
    let entities = |policy: &str| {
        let path = format!("/BackupRestore/BackupPolicies/{policy}/$/GetBackupEnabledEntities");
        test.get(&path).items().len()
    };
    assert_eq!((entities("P"), entities("Q")), (0, 1));
}

#[test]
fn rule_a_service_with_more_segments_is_looked_up() {
    let test = with_policy();
    enable(&test, "Services/CalcApp/Deep/Down", "P").done(202);
    let item = test.config("Services/CalcApp/Deep/Down").items();
    assert_eq!(item[0]["ServiceName"], "fabric:/CalcApp/Deep/Down");
    enable(&test, "Services/CalcApp/Deep/Up", "P").refused(404, "FABRIC_E_SERVICE_DOES_NOT_EXIST", "Service not found");
}

#[test]
fn rule_disable_needs_a_mapping_on_that_very_entity() {
    let test = with_policy();
    test.enable("Applications/CalcApp", "P");
    let service = "Services/CalcApp/CalcService";
    for entity in [service, &format!("Partitions/{FIRST}")] {
        test.act(entity, "DisableBackup").refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", NOT_ENABLED);
    }
    test.enable(service, "P");
    test.act("Applications/CalcApp", "DisableBackup").done(202);
    assert_eq!(test.config(service).items().len(), 1);
    test.act(service, "DisableBackup").done(202);
    test.act(service, "DisableBackup").refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", NOT_ENABLED);
}

#[test]
fn rule_disable_does_not_ask_whether_the_entity_exists() {
    let test = with_policy();
    test.enable("Services/CalcApp/CalcService", "P");
    test.cluster.remove_service("fabric:/CalcApp/CalcService");
    test.act("Services/CalcApp/CalcService", "DisableBackup").done(202);
}

#[test]
fn trap_11_a_disable_body_must_say_clean_backup() {
    let test = with_policy();
    let line = "/Services/CalcApp/CalcService/$/DisableBackup";
    test.post(line, "{}").invalid("cleanBackupView:[An error has occurred.]");
    test.post(line, r#"{"CleanBackup":null}"#).invalid("cleanBackupView.CleanBackup:[An error has occurred.]");
    for body in ["null", r#"{"CleanBackup":false}"#, r#"{"cleanbackup":"true"}"#] {
        test.enable("Services/CalcApp/CalcService", "P");
        test.post(line, body).done(202);
    }
}

#[test]
fn rule_suspend_needs_something_of_the_application_enabled() {
    let test = with_policy();
    for action in ["SuspendBackup", "ResumeBackup"] {
        test.act("Services/CalcApp/CalcService", action).refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", NOT_ENABLED);
    }
    test.enable(&format!("Partitions/{FIRST}"), "P");
    // Neither the existence of the entity nor its own policy matters.
    for entity in ["Services/CalcApp/CalcService", "Services/CalcApp/NoSuch", "Applications/CalcApp"] {
        test.act(entity, "SuspendBackup").done(202);
        test.act(entity, "SuspendBackup").done(202);
        test.act(entity, "ResumeBackup").done(202);
        test.act(entity, "ResumeBackup").done(202);
    }
}

#[test]
fn trap_20_prefixes_see_neighbours() {
    let test = with_policy();
    test.enable("Applications/Shop10", "P");
    test.act("Applications/Shop1", "SuspendBackup").done(202);
    test.act("Applications/Shop1", "ResumeBackup").done(202);
    test.enable("Applications/Shop", "P");
    test.enable("Services/Shop/EU/Cart", "P");
    let names: Vec<_> = test.config("Applications/Shop").items().iter().map(|item| item["Kind"].clone()).collect();
    assert_eq!(names, ["Application", "Service", "Application"]);
}

#[test]
fn trap_12_a_suspension_survives_disable_and_enable() {
    let test = with_policy();
    let service = "Services/CalcApp/CalcService";
    test.enable(service, "P");
    test.act(service, "SuspendBackup").done(202);
    test.act(service, "DisableBackup").done(202);
    // Nothing in the application is enabled now, so it cannot be resumed, either.
    test.act(service, "ResumeBackup").refused(404, "FABRIC_E_BACKUP_NOT_ENABLED", NOT_ENABLED);
    test.enable(service, "P");
    assert!(is_suspended(&test, service));
    test.act(service, "ResumeBackup").done(202);
    assert!(!is_suspended(&test, service));
}

#[test]
fn rule_resume_lifts_only_its_own_level() {
    let test = with_policy();
    let service = "Services/CalcApp/CalcService";
    test.enable("Applications/CalcApp", "P");
    test.act("Applications/CalcApp", "SuspendBackup").done(202);
    test.act(service, "ResumeBackup").done(202);
    assert!(is_suspended(&test, service));
    test.act("Applications/CalcApp", "ResumeBackup").done(202);
    assert!(!is_suspended(&test, service));
}

#[test]
fn trap_02_a_tilde_is_not_a_slash() {
    let test = with_policy();
    enable(&test, "Services/CalcApp~CalcService", "P").refused(
        404,
        "FABRIC_E_SERVICE_DOES_NOT_EXIST",
        "Service not found",
    );
    enable(&test, "Services/CalcApp%2FCalcService", "P").done(202);
    assert_eq!(test.config("Services/CalcApp/CalcService").items().len(), 1);
}

#[test]
fn trap_15_another_spelling_of_a_partition_is_another_key() {
    let test = with_policy();
    let upper = FIRST.to_uppercase();
    test.enable(&format!("Partitions/{upper}"), "P");
    assert_eq!(test.config(&format!("Partitions/{FIRST}")).ok_json(), serde_json::Value::Null);
    let info = test.config(&format!("Partitions/{upper}")).ok_json();
    assert_eq!(info["PartitionId"], upper);
}

#[test]
fn trap_23_what_is_not_idempotent() {
    let test = with_policy();
    let service = "Services/CalcApp/CalcService";
    test.enable(service, "P");
    test.act(service, "DisableBackup").done(202);
    assert_eq!(test.act(service, "DisableBackup").status, 404);
    test.act("BackupRestore/BackupPolicies/P", "Delete").done(200);
    assert_eq!(test.act("BackupRestore/BackupPolicies/P", "Delete").status, 404);
}
