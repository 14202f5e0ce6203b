//! The cluster's response determines the exit code, and the error names the operation and the entity.

use serde_json::Value;

use super::doubles::{Canned, CannedResponse, dead};
use super::harness::{DAILY, PARTITION, at, run, run_with};

/// Status, code, exit code, kind.
const RESPONSES: &[(u16, &str, u8, &str)] = &[
    (404, "FABRIC_E_SERVICE_DOES_NOT_EXIST", 3, "entity-not-found"),
    (404, "FABRIC_E_BACKUP_POLICY_NOT_EXISTING", 3, "policy-not-found"),
    (404, "FABRIC_E_BACKUP_NOT_ENABLED", 3, "backup-not-enabled"),
    (404, "FABRIC_E_SOMETHING_NEW", 3, "not-found"),
    (409, "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING", 4, "policy-exists"),
    (409, "FABRIC_E_BACKUP_IN_PROGRESS", 4, "backup-in-progress"),
    (409, "FABRIC_E_RESTORE_IN_PROGRESS", 4, "restore-in-progress"),
    (400, "FABRIC_E_INVALID_FOR_STATELESS_SERVICES", 4, "not-stateful"),
    (400, "FABRIC_E_BACKUP_IS_ENABLED", 4, "conflict"),
    (403, "E_ACCESSDENIED", 5, "forbidden"),
    (504, "FABRIC_E_TIMEOUT", 6, "timeout"),
    (404, "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING", 10, "fault-analysis-service-missing"),
    (400, "E_INVALIDARG", 1, "invalid-argument"),
];

#[test]
fn codes() {
    for (status, code, exit, kind) in RESPONSES {
        let cluster = Canned::fabric(*status, code, "What the server says.");
        let url = cluster.url();
        let args = ["--api-version", "6.4", "service", "suspend", "fabric:/A/S"];

        let result = at(&url, &args).expect(*exit);
        for part in ["SuspendServiceBackup", "fabric:/A/S", &url, &status.to_string(), code, "What the server says."] {
            assert!(result.err.contains(part), "{part} is missing in {result:?}");
        }
        assert_eq!(result.out, "");

        let error = at(&url, &[&["-o", "json"], &args[..]].concat()).expect(*exit).error();
        assert_eq!(error["kind"], *kind, "{error}");
        assert_eq!(error["code"], *code);
        assert_eq!(error["status"], *status);
        assert_eq!(error["message"], "What the server says.");
    }
}

#[test]
fn responses_without_a_code() {
    let exit = |status, body: &str| {
        let cluster = Canned::response(status, body);
        at(&cluster.url(), &["service", "suspend", "A/S"])
    };
    let ran = exit(404, "").expect(10);
    assert!(ran.err.contains("hint: ") && ran.err.contains("BackupRestoreService"), "{ran:?}");
    exit(401, "").expect(5);
    exit(403, "").expect(5);
    exit(409, "").expect(4);
    exit(504, "").expect(6);
    exit(500, "").expect(1);
    exit(503, "").expect(1);
    // An HTML page of another server shows nothing about the service.
    exit(404, "<html>not found</html>").expect(1);
    // Another success status, and a success response that cannot be read.
    exit(200, "").expect(1);
}

#[test]
fn the_json_error_has_every_member() {
    let cluster = Canned::fabric(404, "FABRIC_E_BACKUP_NOT_ENABLED", "Not enabled.");
    let url = cluster.url();
    let error = at(&url, &["-o", "json", "service", "suspend", "fabric:/A/S"]).expect(3).error();
    let members: Vec<&String> = error.as_object().unwrap().keys().collect();
    let mut expected = [
        "operation",
        "entity",
        "endpoint",
        "kind",
        "status",
        "code",
        "message",
        "attempts",
        "requestId",
        "mayHaveChanged",
        "hint",
    ];
    expected.sort_unstable();
    assert_eq!(members, expected);
    assert_eq!(error["operation"], "SuspendServiceBackup");
    assert_eq!(error["entity"], "fabric:/A/S");
    assert_eq!(error["endpoint"], url);
    assert_eq!(error["attempts"], 1);
    assert_eq!(error["mayHaveChanged"], false);
    assert!(error["requestId"].is_string());
}

/// Whatever else there is to print, a program reads a single object.
#[test]
fn the_json_error_stands_alone() {
    let cluster = Canned::fabric(409, "FABRIC_E_BACKUP_POLICY_ALREADY_EXISTING", "It is there.");
    let endpoints = format!("{},{}", dead(), cluster.url());
    let careless = DAILY.replace("false", "true");
    let ran = run_with(&careless, false, &["-e", &endpoints, "-o", "json", "policy", "create"]).expect(4);
    assert!((1..=2).contains(&ran.error()["attempts"].as_u64().unwrap()), "{ran:?}");
    let ran = run_with(&careless, false, &["-e", &endpoints, "policy", "create"]).expect(4);
    assert!(ran.err.contains("warning: "), "{ran:?}");
}

#[test]
fn usage_errors_have_the_same_members() {
    let cluster = Canned::fabric(404, "FABRIC_E_BACKUP_NOT_ENABLED", "Not enabled.");
    let of_the_server = at(&cluster.url(), &["-o", "json", "policy", "list"]).error();
    let of_ours = at(&cluster.url(), &["-o", "json", "policy", "delete", "x"]).expect(2).error();
    let members = |error: &Value| error.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&of_the_server), members(&of_ours));
    assert_eq!(of_ours["mayHaveChanged"], false);
    assert_eq!(of_ours["status"], Value::Null);
}

#[test]
fn progress_exits_with_the_result_of_the_operation() {
    let states = [("Success", 0), ("BackupInProgress", 0), ("Accepted", 0), ("Failure", 8), ("Timeout", 6)];
    for (state, exit) in states {
        let cluster = Canned::response(
            200,
            format!(r#"{{"BackupState":"{state}","RestoreState":"{state}","FailureError":{{"Code":"E_FAIL"}}}}"#),
        );
        for verb in ["backup-progress", "restore-progress"] {
            let ran = at(&cluster.url(), &["partition", verb, PARTITION]).expect(exit);
            assert!(ran.out.contains(state) && ran.out.contains("Failure:"), "{ran:?}");
            assert_eq!(ran.err, "");
            let ran = at(&cluster.url(), &["-o", "json", "partition", verb, PARTITION]).expect(exit);
            assert!(ran.json().is_object());
        }
    }
}

#[test]
fn a_cut_connection_is_no_result() {
    let cluster = Canned::new(CannedResponse::Hangup);
    let url = cluster.url();
    let read = at(&url, &["-o", "json", "--max-attempts", "2", "service", "config", "A/S"]).expect(1);
    assert!(read.err.contains(&url) && read.err.contains("response-lost"), "{read:?}");
}

/// The cluster was not reached, so its address is not the cause.
#[test]
fn without_the_token_the_hint_is_about_the_token() {
    let args = ["-e", "https://localhost:1", "--token-file", "no-such-token", "-o", "json", "policy", "list"];
    let error = run(&args).expect(5).error();
    assert!(error["message"].as_str().unwrap().contains("no-such-token"), "{error}");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("token") && !hint.contains("port"), "{error}");
}
