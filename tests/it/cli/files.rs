//! Policies and storages from files and standard input, as JSON and as YAML.

use serde_json::Value;

use super::harness::{DAILY, OneFile, run_with};

const YAML: &str = "
# The same as the JSON one.
Name: DailyAzureBackupPolicy
AutoRestoreOnDataLoss: false
MaxIncrementalBackups: 3
Schedule:
  ScheduleKind: TimeBased
  ScheduleFrequencyType: Daily
  RunTimes: [0001-01-01T09:00:00Z]
Storage:
  StorageKind: AzureBlobStore
  ConnectionString: DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==
  ContainerName: backups
";

fn preview(input: &str, file: &[&str]) -> Value {
    let args = [&["--dry-run", "-o", "json", "policy", "create"], file].concat();
    run_with(input, false, &args).expect(0).json()
}

#[test]
fn the_same_policy_is_the_same_request_whichever_way_it_comes() {
    let expected = preview(DAILY, &["-f", "-"]);
    assert_eq!(expected["body"]["Schedule"]["RunTimes"][0], "0001-01-01T09:00:00Z");
    assert_eq!(preview(DAILY, &[]), expected);
    assert_eq!(preview(YAML, &["-f", "-"]), expected);
    assert_eq!(preview(&format!("\u{feff}{DAILY}"), &[]), expected);
    let json = OneFile::new("daily.json", DAILY);
    assert_eq!(preview("", &["-f", json.path()]), expected);
    let yaml = OneFile::new("daily.yaml", YAML);
    assert_eq!(preview("", &["--file", yaml.path()]), expected);
}

#[test]
fn a_missing_file_is_reported_on_a_terminal() {
    let ran = run_with(DAILY, true, &["--dry-run", "policy", "create"]).expect(2);
    assert!(ran.err.contains("--file <FILE>"), "{ran:?}");
    run_with(DAILY, true, &["--dry-run", "policy", "create", "-f", "-"]).expect(0);
}

#[test]
fn unknown_members_are_sent_with_a_warning() {
    let policy = DAILY
        .replace("\"ContainerName\"", "\"Tier\": \"cold\", \"ContainerName\"")
        .replace("\"Storage\": {", "\"Retention\": 5, \"Storage\": {");
    let ran = run_with(&policy, false, &["--dry-run", "-o", "json", "policy", "create"]).expect(0);
    assert_eq!(ran.json()["body"]["Retention"], 5);
    assert!(ran.err.contains("warning: standard input: Retention is unknown"), "{ran:?}");
    assert!(ran.err.contains("warning: standard input: Storage.Tier is unknown"), "{ran:?}");
}

#[test]
fn risky_settings_have_a_warning() {
    let ran = run_with(&DAILY.replace("false", "true"), false, &["--dry-run", "policy", "create"]).expect(0);
    assert!(ran.err.contains("warning: standard input: AutoRestoreOnDataLoss"), "{ran:?}");
    let ran = run_with(&DAILY.replace("false", "true"), false, &["-q", "--dry-run", "policy", "create"]).expect(0);
    assert_eq!(ran.err, "");
}

#[test]
fn the_name_on_the_command_line_counts() {
    let ran = run_with(DAILY, false, &["--dry-run", "policy", "update", "Other"]).expect(0);
    assert!(ran.out.starts_with("POST http://localhost:19080/BackupRestore/BackupPolicies/Other/$/Update"), "{ran:?}");
    assert!(ran.err.contains("\"DailyAzureBackupPolicy\"") && ran.err.contains("policy Other is replaced"), "{ran:?}");
}
