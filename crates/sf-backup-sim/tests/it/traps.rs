//! Traps of the real server that no other file has.

use serde_json::json;
use sf_backup_sim::Runtime;

use crate::harness::{Test, policy, user};

#[test]
fn trap_04_errors_come_in_several_shapes() {
    let test = Test::new(Runtime::V6_4);
    let service = test.get("/BackupRestore/BackupPolicies/No");
    assert_eq!(service.header("content-type"), Some("text/plain; charset=utf-8"));
    let framework = test.get("/BackupRestore/BackupPolicies?timeout=0");
    assert_eq!(framework.json(), json!({ "Message": "An error has occurred." }));
    let empty = test.raw("POST /BackupRestore/Nothing", &[], "");
    assert_eq!((empty.header("content-type"), empty.header("content-length")), (None, Some("0")));
}

#[test]
fn trap_05_a_code_may_be_a_number() {
    let test = Test::new(Runtime::V6_4);
    let response = test.config("Partitions/x");
    assert!(response.json()["Error"]["Code"].is_u64(), "{}", response.body);
}

#[test]
fn trap_16_a_reader_gets_403_on_every_post() {
    let test = user(Runtime::V11_3);
    for operation in sf_backup_proto::OPERATIONS {
        let path = operation.path.replace(['{', '}'], "");
        let response = test.raw(&format!("{} {path}?api-version=6.4", operation.method()), &[], "");
        assert_eq!(response.status == 403, operation.method() == "POST", "{operation}");
    }
}

#[test]
fn trap_17_several_404s_mean_different_things() {
    let test = Test::new(Runtime::V6_4);
    let code = |response: crate::harness::RawResponse| {
        assert_eq!(response.status, 404);
        response.json()["Error"]["Code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(test.config("Applications/CalcApp")), "FABRIC_E_BACKUP_NOT_ENABLED");
    assert_eq!(code(test.get("/BackupRestore/BackupPolicies/No")), "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST");
    assert_eq!(code(test.config("Services/a/b/c")), "FABRIC_E_SERVICE_DOES_NOT_EXIST");
}

#[test]
fn trap_19_credentials_are_not_tried() {
    let test = Test::new(Runtime::V6_4);
    let mut view = policy("P");
    view["Storage"] = json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "nonsense", "ContainerName": "?" });
    test.post("/BackupRestore/BackupPolicies/$/Create?ValidateConnection=true", view).done(201);
    test.enable("Applications/CalcApp", "P");
}

#[test]
fn policy_names_may_hold_what_urls_escape() {
    let test = Test::new(Runtime::V6_4);
    for (name, encoded) in [("a b", "a%20b"), ("50%25", "50%2525"), ("å&?", "%C3%A5%26%3F"), ("x+y", "x+y")] {
        test.policy(name);
        let stored = test.get(&format!("/BackupRestore/BackupPolicies/{encoded}")).ok_json();
        assert_eq!(stored["Name"], name);
    }
}
