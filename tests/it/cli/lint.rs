//! `policy lint`: of files without a cluster, and of policies in a cluster.

use serde_json::{Value, json};

use super::doubles::{Canned, Untouched};
use super::harness::{DAILY, OneFile, at, run, run_with};

fn rules(findings: &Value) -> Vec<&str> {
    findings.as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn a_file_is_read_without_a_cluster() {
    let cluster = Untouched::new();
    let file = OneFile::new("daily.json", DAILY);
    let ran = at(&cluster.url(), &["-o", "json", "policy", "lint", file.path()]).expect(0);
    assert_eq!(rules(&ran.json()), ["no-retention", "connection-string"]);
    cluster.assert_untouched();
    let table = run(&["policy", "lint", file.path()]).expect(0).out;
    assert!(table.starts_with("SEVERITY") && table.contains("Storage.ConnectionString"), "{table}");
    assert!(!table.contains("AccountKey"), "{table}");
}

#[test]
fn errors_and_with_strict_warnings_fail() {
    let with = |from: &str, to: &str| DAILY.replace(from, to);
    let lint = |text: &str, more: &[&str]| run_with(text, false, &[&["policy", "lint", "-"], more].concat());
    lint(DAILY, &["--strict"]).expect(0);
    let careless = with("false", "true");
    lint(&careless, &[]).expect(0);
    lint(&careless, &["--strict"]).expect(2);
    let broken = lint(&with("0001-01-01T09:00:00Z", "noon"), &[]).expect(2);
    assert!(broken.out.contains("Schedule.RunTimes[0]") && broken.err.is_empty(), "{broken:?}");
    let masked = run_with(
        &with("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==", "****"),
        false,
        &["-o", "yaml", "policy", "lint", "-"],
    )
    .expect(2);
    let findings: Value = serde_saphyr::from_str(&masked.out).unwrap();
    assert_eq!(findings[0]["rule"], "masked-secret");
    assert!(lint("{", &[]).expect(2).err.contains("is not JSON"));
}

#[test]
fn a_clean_policy_is_an_empty_list_and_a_word_about_it() {
    let clean = json!({ "Name": "p", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 5,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT4H" },
        "Storage": { "StorageKind": "FileShare", "Path": "\\\\nas\\b" },
        "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "P20D", "MinimumNumberOfBackups": 6 } });
    let clean = clean.to_string();
    let ran = run_with(&clean, false, &["policy", "lint", "-"]).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "-: no problems found\n"));
    assert_eq!(run_with(&clean, false, &["-o", "json", "policy", "lint", "-"]).expect(0).json(), json!([]));
}

#[test]
fn a_name_is_read_from_the_cluster() {
    let masked = DAILY.replace("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==", "****");
    let cluster = Canned::response(200, masked);
    let ran = at(&cluster.url(), &["-o", "json", "policy", "lint", "DailyAzureBackupPolicy"]).expect(0);
    assert_eq!(rules(&ran.json()), ["no-retention", "connection-string"]);
    // Some rules depend on the release.
    let requests = [
        "GET /BackupRestore/BackupPolicies/DailyAzureBackupPolicy?api-version=6.4",
        "GET /$/GetClusterVersion?api-version=6.0",
    ];
    assert_eq!(cluster.request_lines(), requests);
    let shown = at(&cluster.url(), &["--dry-run", "policy", "lint", "Daily"]).expect(0);
    assert!(shown.out.starts_with("GET http"), "{shown:?}");
}

#[test]
fn a_missing_file_is_reported() {
    let ran = run(&["policy", "lint", "./none.json"]).expect(2);
    assert!(ran.err.contains("./none.json: cannot be read"), "{ran:?}");
    let cluster = Canned::fabric(404, "FABRIC_E_BACKUP_POLICY_NOT_EXISTING", "no");
    let ran = at(&cluster.url(), &["policy", "lint", "none.json"]).expect(3);
    assert!(ran.err.contains("no file none.json"), "{ran:?}");
}
