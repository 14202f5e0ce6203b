//! `--wait` of backups and restores: against simulated clusters with fast time, and against doubles.

use serde_json::{Value, json};
use sf_backup_proto::RestorePartition;
use sf_backup_sim::{Cluster, Fault, Listening};

use super::doubles::{Canned, CannedResponse, Untouched};
use super::harness::{DAILY, OneFile, PARTITION, Ran, at, run, run_with};

const OTHER: &str = "6b1c2f7e-0000-4000-8000-000000000002";
const NOBODYS: &str = "6b1c2f7e-0000-4000-8000-00000000000f";

/// The built-in cluster with a policy that is enabled on its service; an hour passes in a second.
fn protected() -> (Cluster, Listening) {
    let cluster = Cluster::builder().speed("3600x".parse().unwrap()).build();
    let simulated = cluster.listen().unwrap();
    let (url, policy) = (simulated.url(), OneFile::new("daily.json", DAILY));
    at(&url, &["policy", "create", "-f", policy.path()]).expect(0);
    at(&url, &["service", "enable", "CalcApp/CalcService", "--policy", "DailyAzureBackupPolicy"]).expect(0);
    (cluster, simulated)
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {ran:?}")))
        .collect()
}

/// One response per request. A change that is waited for is preceded by two reads: of the previous run, and as the
/// baseline for a lost response.
fn script<const N: usize>(responses: [(u16, &str); N]) -> Canned {
    Canned::script(responses.map(|(status, body)| CannedResponse::Reply(status, body.to_owned())))
}

#[test]
fn a_backup_is_waited_for_and_then_restored() {
    let (_cluster, simulated) = protected();
    let url = simulated.url();
    let ran = at(&url, &["partition", "backup", PARTITION, "--wait"]).expect(0);
    assert!(ran.out.starts_with("State:") && ran.out.contains("Success") && ran.out.contains("LSN:"), "{ran:?}");
    assert!(ran.err.contains(&format!("{PARTITION}: ")) && ran.err.contains("Success, "), "{ran:?}");
    let backups = at(&url, &["-o", "json", "partition", "backups", PARTITION, "--latest"]).expect(0).json();
    let text = |member: &str| backups[0][member].as_str().unwrap().to_owned();
    let (id, location) = (text("BackupId"), text("BackupLocation"));
    let restore =
        ["partition", "restore", PARTITION, "--yes", "--wait", "--backup-id", &id, "--location", &location, "-ojson"];
    let ran = at(&url, &restore).expect(0);
    let lines = lines(&ran);
    let (last, changes) = lines.split_last().unwrap();
    assert!(!changes.is_empty(), "{ran:?}");
    for change in changes {
        assert_eq!((&change["event"], &change["entity"]), (&json!("progress"), &json!(PARTITION)));
        assert_eq!(change["progress"]["RestoreState"], change["state"]);
        assert!(change["elapsedSeconds"].is_u64() && change["hint"].is_null(), "{change}");
    }
    assert_eq!((&last["event"], &last["exit"]), (&json!("end"), &json!(0)));
    let outcome = &last["outcomes"][0];
    assert_eq!((&outcome["outcome"], &outcome["state"]), (&json!("done"), &json!("Success")));
    assert_eq!((&outcome["exit"], &outcome["error"]), (&json!(0), &Value::Null));
    assert_eq!(ran.err, "");
}

#[test]
fn several_are_waited_for_together() {
    let (_cluster, simulated) = protected();
    let ran = at(&simulated.url(), &["partition", "backup", PARTITION, NOBODYS, OTHER, "--wait"]).expect(3);
    let rows: Vec<Vec<&str>> = ran.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ENTITY", "OUTCOME", "STATE", "TOOK", "LSN", "ERROR"]);
    assert_eq!(rows[1][..3], [PARTITION, "done", "Success"]);
    assert_eq!(rows[2][..2], [NOBODYS, "failed"]);
    assert_eq!(rows[3][..3], [OTHER, "done", "Success"]);
    let ran = at(&simulated.url(), &["-oyaml", "partition", "backup-progress", OTHER, PARTITION, "--wait"]).expect(0);
    let outcomes: Value = serde_saphyr::from_str(&ran.out).unwrap();
    assert_eq!((&outcomes[0]["entity"], &outcomes[1]["state"]), (&json!(OTHER), &json!("Success")));
}

#[test]
fn attaching_to_an_ended_operation_reports_it_immediately() {
    for (state, code) in [("Success", 0), ("Failure", 8), ("Timeout", 6)] {
        let response = format!(r#"{{"BackupState":"{state}","FailureError":{{"Code":"E_FAIL","Message":"no room"}}}}"#);
        let cluster = Canned::response(200, response);
        let ran = at(&cluster.url(), &["partition", "backup-progress", PARTITION, "--wait"]).expect(code);
        assert!(ran.out.contains(state), "{ran:?}");
        let ran = at(&cluster.url(), &["-ojson", "partition", "backup-progress", PARTITION, "--wait"]).expect(code);
        let last = lines(&ran).pop().unwrap();
        assert_eq!((&last["exit"], &last["outcomes"][0]["state"]), (&json!(code), &json!(state)));
        assert_eq!(last["outcomes"][0]["error"].is_null(), code == 0);
        if code == 8 {
            assert!(last["outcomes"][0]["error"]["message"].as_str().unwrap().contains("no room"), "{last}");
            assert_eq!(ran.error()["kind"], "failure");
        }
    }
}

/// The server keeps the last result until the next run is requested.
#[test]
fn the_result_of_the_run_before_is_not_taken_for_this_one() {
    let before = r#"{"BackupState":"Failure","TimeStampUtc":"2024-03-09T04:10:22Z"}"#;
    let after = r#"{"BackupState":"Success","TimeStampUtc":"2024-03-09T05:10:22Z"}"#;
    let cluster = script([(200, before), (202, ""), (200, before), (200, after)]);
    let ran = at(&cluster.url(), &["-ojson", "partition", "backup", PARTITION, "--wait"]).expect(0);
    assert_eq!(lines(&ran)[0]["state"], "Success");
}

#[test]
fn without_an_operation_there_is_nothing_to_wait_for() {
    let cluster = Canned::response(200, "null");
    let ran = at(&cluster.url(), &["partition", "restore-progress", PARTITION, "--wait"]).expect(3);
    assert!(ran.err.contains("no restore") && ran.err.contains(PARTITION), "{ran:?}");
}

#[test]
fn a_timeout_prints_the_command_that_continues_the_wait() {
    let (cluster, simulated) = protected();
    let url = simulated.url();
    cluster.inject(Fault::stuck().on(&<RestorePartition as sf_backup_proto::Operation>::SPEC));
    at(&url, &["partition", "backup", PARTITION, "--wait"]).expect(0);
    let backups = at(&url, &["-o", "json", "partition", "backups", PARTITION]).expect(0).json();
    let text = |member: &str| backups[0][member].as_str().unwrap().to_owned();
    let (id, location) = (text("BackupId"), text("BackupLocation"));
    let restore = ["partition", "restore", PARTITION, "--backup-id", &id, "--location", &location, "--yes", "--wait"];
    let ran = at(&url, &[&restore[..], &["--wait-timeout", "1"]].concat()).expect(6);
    assert!(ran.err.contains("continues in the cluster"), "{ran:?}");
    let again = format!("sf-backup --endpoint {url} partition restore-progress {PARTITION} --wait");
    assert!(ran.err.contains(&again), "{again} is not in {ran:?}");
    assert!(ran.out.contains("Accepted"), "{ran:?}");
    // The printed command can be typed.
    let mut words: Vec<&str> = again.split(' ').skip(1).collect();
    words.extend(["--wait-timeout", "1", "-ojson"]);
    let ran = run(&words).expect(6);
    let last = lines(&ran).pop().unwrap();
    assert_eq!((&last["exit"], &last["outcomes"][0]["outcome"]), (&json!(6), &json!("unknown")));
    assert_eq!(ran.error()["kind"], "deadline");
    assert_eq!(ran.error()["mayHaveChanged"], true);
}

#[test]
fn failed_reads_are_retried() {
    let running = (200, r#"{"RestoreState":"SecondariesInProgress"}"#);
    let busy = (400, r#"{"Error":{"Code":"E_UNEXPECTED","Message":"busy"}}"#);
    let cluster = script([running, busy, (200, r#"{"RestoreState":"Success"}"#)]);
    let args = ["--max-attempts", "1", "partition", "restore-progress", PARTITION, "--wait"];
    let ran = at(&cluster.url(), &args).expect(0);
    assert!(ran.err.contains("SecondariesInProgress") && ran.err.contains("trying again"), "{ran:?}");
}

#[test]
fn refused_reads_end_the_wait_and_not_the_operation() {
    let cluster = script([(200, "null"), (202, ""), (403, "")]);
    let ran = at(&cluster.url(), &["partition", "backup", PARTITION, "--wait"]).expect(5);
    assert!(ran.err.contains("the backup continues") && ran.err.contains("to wait again: "), "{ran:?}");
}

#[test]
fn a_failed_start_is_reported_without_waiting() {
    let cluster = script([(200, "null"), (409, r#"{"Error":{"Code":"FABRIC_E_BACKUP_IN_PROGRESS","Message":"m"}}"#)]);
    let ran = at(&cluster.url(), &["partition", "backup", PARTITION, "--wait"]).expect(4);
    assert!(ran.err.contains("409") && !ran.err.contains("wait again"), "{ran:?}");
}

#[test]
fn on_a_terminal_a_line_moves_and_disappears() {
    let (_cluster, simulated) = protected();
    let url = simulated.url();
    let ran = run_with("", true, &["-e", &url, "partition", "backup", PARTITION, "--wait"]).expect(0);
    assert!(ran.err.contains(&format!("{PARTITION}: ")), "{ran:?}");
    assert!(ran.err.contains("\u{1b}[2K") && ran.err.contains(": Success, "), "{ran:?}");
    let ran = run_with("", true, &["-q", "-e", &url, "partition", "backup-progress", PARTITION, "--wait"]).expect(0);
    assert_eq!(ran.err, "");
}

#[test]
fn a_dry_run_waits_for_nothing() {
    let cluster = Untouched::new();
    let ran = at(&cluster.url(), &["--dry-run", "-q", "partition", "backup", PARTITION, "--wait"]).expect(0);
    assert!(ran.out.starts_with("POST ") && ran.err.is_empty(), "{ran:?}");
    let ran = at(&cluster.url(), &["partition", "backup", PARTITION, "--wait-timeout", "5"]).expect(2);
    assert!(ran.err.contains("--wait"), "{ran:?}");
    cluster.assert_untouched();
}
