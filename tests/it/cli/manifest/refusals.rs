//! Invalid files, failures in the middle, and their messages.

use http::StatusCode;
use sf_backup_proto::{
    DisableServiceBackup, EnableServiceBackup, GetBackupPolicyList, Operation, SuspendServiceBackup,
};
use sf_backup_sim::Fault;

use super::super::doubles::dead;
use super::*;

const BLOB: &str = r"
apiVersion: sf-backup/v1
kind: BackupConfiguration
policies:
- Name: Blob
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 5
  Schedule: {ScheduleKind: FrequencyBased, Interval: PT24H}
  Storage: {StorageKind: AzureBlobStore, ConnectionString: SECRET, ContainerName: backups}
";

#[test]
fn an_exported_placeholder_is_refused_when_it_would_be_written() {
    let first = Simulated::new();
    first.apply(&BLOB.replace("SECRET", "'cmd:echo AccountName=a;AccountKey=hunter2'"), &[]).expect(0);
    let exported = first.run(&["export"]).expect(0);
    assert!(
        exported.err.contains("the cluster masks secrets") && exported.err.contains("the secrets of Blob"),
        "{exported:?}"
    );
    assert!(!exported.out.contains("****"), "{exported:?}");
    // It is harmless if nothing is to be written.
    first.apply(&exported.out, &[]).expect(0);
    assert_eq!(first.export(), exported.out);

    let second = Simulated::new();
    let refused = second.apply(&exported.out, &[]).expect(2);
    for message in [
        "standard input: policy Blob: Storage.ConnectionString: the cluster masks this secret",
        "write env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS in its place",
    ] {
        assert!(refused.err.contains(message), "{refused:?}");
    }
    assert_eq!(second.changes(0), [] as [&str; 0]);
    first.apply(&exported.out, &["--rewrite-secrets"]).expect(2);
}

#[test]
fn stars_and_secrets_themselves_are_refused_by_both() {
    let simulated = Simulated::new();
    for secret in ["'****'", "AccountKey=hunter2"] {
        for verb in ["diff", "apply"] {
            let ran = simulated.with(&BLOB.replace("SECRET", secret), verb, &[]).expect(2);
            assert!(ran.err.starts_with("error: standard input: policies[0].Storage.ConnectionString: "), "{ran:?}");
            assert!(ran.err.contains("env:NAME") && !ran.err.contains("hunter2"), "{ran:?}");
        }
    }
}

#[test]
fn a_missing_secret_is_reported_before_anything_is_sent() {
    let simulated = Simulated::new();
    let file = BLOB.replace("SECRET", "env:SF_BACKUP_TESTS_HAVE_NO_SUCH_VARIABLE");
    let ran = simulated
        .apply(&format!("{file}{}", &FULL[FULL.find("- Name: Daily").unwrap()..FULL.find("enablement").unwrap()]), &[])
        .expect(2);
    assert!(
        ran.err.contains(
            "policy Blob: Storage.ConnectionString: env:SF_BACKUP_TESTS_HAVE_NO_SUCH_VARIABLE: the variable is not set"
        ),
        "{ran:?}"
    );
    assert_eq!(simulated.changes(0), [] as [&str; 0]);
    // Comparing requires none.
    simulated.diff(&file, &[]).expect(1);
    simulated.apply(&file, &["--dry-run"]).expect(0);
}

#[test]
fn secrets_are_resent_on_request() {
    let simulated = Simulated::new();
    let file = BLOB.replace("SECRET", "'cmd:echo AccountName=a;AccountKey=hunter2'");
    simulated.apply(&file, &[]).expect(0);
    let other = BLOB.replace("SECRET", "'cmd:echo AccountName=a;AccountKey=hunter3'");
    let differs = simulated.diff(&other, &[]).expect(0);
    assert!(differs.err.contains("secrets of Blob cannot be compared"), "{differs:?}");
    simulated.apply(&other, &[]).expect(0);
    assert_eq!(simulated.changes(1), [] as [&str; 0]);
    simulated.apply(&other, &["--rewrite-secrets"]).expect(0);
    assert_eq!(simulated.changes(1), ["PolicyUpdated Blob "]);
}

#[test]
fn impossible_files_are_refused_with_their_name() {
    let simulated = Simulated::new();
    let head = "apiVersion: sf-backup/v1\nkind: BackupConfiguration\n";
    for (rest, message) in [
        (
            "enablement: [{ApplicationName: Shop, BackupPolicyName: None}]",
            "policy None is neither in this file nor in the cluster",
        ),
        ("suspensions: [{ApplicationName: Shop}]", "application fabric:/Shop: cannot be suspended"),
        ("policy: []", "policy: is unknown"),
    ] {
        for verb in ["diff", "apply"] {
            let ran = simulated.with(&format!("{head}{rest}\n"), verb, &[]).expect(2);
            assert!(ran.err.starts_with("error: standard input: ") && ran.err.contains(message), "{ran:?}");
        }
    }
}

#[test]
fn errors_of_diff_are_never_its_one() {
    assert_eq!(run_with(FULL, false, &["-e", &dead(), "--max-attempts", "1", "diff", "-f", "-"]).code, 7);
    let simulated = Simulated::new();
    let failed = Fault::empty(StatusCode::INTERNAL_SERVER_ERROR);
    simulated.cluster.inject(failed.clone().on(GetBackupPolicyList::spec()).times(100));
    assert_eq!(simulated.run(&["export"]).code, 1);
    let ran = simulated.diff(FULL, &["-o", "json"]).expect(2);
    assert_eq!((ran.out.as_str(), &ran.error()["operation"]), ("", &"GetBackupPolicyList".into()));
    simulated.run(&["diff", "-f", "no such file"]).expect(2);
}

/// Reports what was done and what was not, and continues from there.
#[test]
fn the_first_failure_stops_it_and_the_next_run_continues() {
    let simulated = Simulated::new();
    let refused = Fault::empty(StatusCode::FORBIDDEN).on(EnableServiceBackup::spec());
    simulated.cluster.inject(refused);
    let ran = simulated.apply(FULL, &["--parallel", "1"]).expect(5);
    let made = simulated.changes(0).len();
    assert!(ran.out.starts_with("policy Daily is created\npolicy Weekly is created\n"), "{ran:?}");
    assert_eq!(ran.out.lines().count(), made);
    assert!(ran.err.contains("failed: enable service fabric:/Shop10/Cart under policy Daily"), "{ran:?}");
    assert!(ran.err.contains("not sent: enable partition"), "{ran:?}");
    assert!(ran.err.contains("apply the file again to continue"), "{ran:?}");

    simulated.cluster.inject(Fault::empty(StatusCode::FORBIDDEN).on(EnableServiceBackup::spec()));
    let json = simulated.apply(FULL, &["-o", "json"]).expect(5);
    assert_eq!(json.error()["status"], 403);
    let outcomes = json.json();
    let failed = outcomes.as_array().unwrap().iter().filter(|row| row["Outcome"] == "Failed").count();
    assert_eq!(failed, 1, "{outcomes}");

    simulated.apply(FULL, &[]).expect(0);
    simulated.diff(FULL, &["--prune"]).expect(0);
    assert_eq!(simulated.changes(0).len(), 9);
}

/// A change that may have been made is reported as such, and found by the next comparison.
#[test]
fn a_lost_response_is_not_a_lost_change() {
    let simulated = Simulated::new();
    simulated.cluster.inject(Fault::cut().on(SuspendServiceBackup::spec()).after_effect());
    let ran = simulated.apply(FULL, &["--max-attempts", "1"]).expect(9);
    assert!(ran.err.contains("may have been done: suspend service fabric:/Shop/Stock"), "{ran:?}");
    simulated.apply(FULL, &[]).expect(0);
    let suspended =
        simulated.changes(0).iter().filter(|change| change.starts_with("Suspended fabric:/Shop/Stock")).count();
    assert_eq!(suspended, 1);

    simulated.cluster.inject(Fault::cut().on(DisableServiceBackup::spec()).after_effect());
    let file = FULL.replace("- {ServiceName: Shop10/Cart, BackupPolicyName: Daily}", "");
    simulated.apply(&file, &["--prune", "--yes"]).expect(0);
    simulated.diff(&file, &["--prune"]).expect(0);
}
