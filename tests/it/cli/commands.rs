//! Every operation has a command, and the command makes that operation's request.

use serde_json::Value;
use sf_backup_proto::OPERATIONS;
use sf_backup_proto::operation::BodyRule;

use super::harness::{DAILY, OneFile, PARTITION, run};

const STORAGE: &str = r#"{"StorageKind":"FileShare","Path":"\\\\s\\b"}"#;

/// A command line for each verb, and the path of the request that it makes. `POLICY` and `STORAGE` stand for files.
const LINES: &[(&str, &str)] = &[
    (
        "policy list --max-results 3 --continue-from a&b",
        "/BackupRestore/BackupPolicies?api-version=6.4&ContinuationToken=a%26b&MaxResults=3",
    ),
    ("policy show Daily", "/BackupRestore/BackupPolicies/Daily?api-version=6.4"),
    (
        "policy create -f POLICY --validate-connection",
        "/BackupRestore/BackupPolicies/$/Create?api-version=6.4&ValidateConnection=true",
    ),
    ("policy update Daily -f POLICY", "/BackupRestore/BackupPolicies/Daily/$/Update?api-version=6.4"),
    ("policy delete Daily", "/BackupRestore/BackupPolicies/Daily/$/Delete?api-version=6.4"),
    ("policy entities Daily", "/BackupRestore/BackupPolicies/Daily/$/GetBackupEnabledEntities?api-version=6.4"),
    ("app list", "/Applications?api-version=6.0"),
    ("service list A", "/Applications/A/$/GetServices?api-version=6.0"),
    ("partition list A/S", "/Services/A~S/$/GetPartitions?api-version=6.0"),
    ("app enable fabric:/A --policy Daily", "/Applications/A/$/EnableBackup?api-version=6.4"),
    ("app disable A --clean-backup", "/Applications/A/$/DisableBackup?api-version=6.4"),
    ("app suspend A", "/Applications/A/$/SuspendBackup?api-version=6.4"),
    ("app resume A", "/Applications/A/$/ResumeBackup?api-version=6.4"),
    ("app config A", "/Applications/A/$/GetBackupConfigurationInfo?api-version=6.4"),
    ("app backups A --latest", "/Applications/A/$/GetBackups?api-version=6.4&Latest=true"),
    ("service enable A/S --policy Daily --id-delimiter tilde", "/Services/A~S/$/EnableBackup?api-version=6.4"),
    ("service disable A~S", "/Services/A/S/$/DisableBackup?api-version=6.4"),
    ("service suspend A/S", "/Services/A/S/$/SuspendBackup?api-version=6.4"),
    (
        "service resume A/S --timeout 60 --api-version 6.2-preview",
        "/Services/A/S/$/ResumeBackup?api-version=6.2-preview&timeout=60",
    ),
    ("service config A/S", "/Services/A/S/$/GetBackupConfigurationInfo?api-version=6.4"),
    (
        "service backups A/S --from 2024-03-01 --to 2024-03-31T23:59:59Z --metadata-from-blob",
        "/Services/A/S/$/GetBackups?api-version=6.4&StartDateTimeFilter=2024-03-01T00%3A00%3A00Z&EndDateTimeFilter=2024-03-31T23%3A59%3A59Z&MetadataFromBlob=true",
    ),
    ("partition enable PART --policy Daily", "/Partitions/PART/$/EnableBackup?api-version=6.4"),
    ("partition disable PART", "/Partitions/PART/$/DisableBackup?api-version=6.4"),
    ("partition suspend PART", "/Partitions/PART/$/SuspendBackup?api-version=6.4"),
    ("partition resume PART", "/Partitions/PART/$/ResumeBackup?api-version=6.4"),
    ("partition config PART", "/Partitions/PART/$/GetBackupConfigurationInfo?api-version=6.4"),
    ("partition backups PART --max-results 5", "/Partitions/PART/$/GetBackups?api-version=6.4&MaxResults=5"),
    (
        "partition backup PART --storage-file STORAGE --backup-timeout 30",
        "/Partitions/PART/$/Backup?api-version=6.4&BackupTimeout=30",
    ),
    ("partition backup-progress PART", "/Partitions/PART/$/GetBackupProgress?api-version=6.4"),
    (
        "partition restore PART --latest --restore-timeout 5",
        "/Partitions/PART/$/Restore?api-version=6.4&Latest=true&RestoreTimeout=5",
    ),
    (
        "partition restore PART --backup-id PART --location a\\b.zip --storage-file STORAGE --metadata-from-blob",
        "/Partitions/PART/$/Restore?api-version=6.4&MetadataFromBlob=true",
    ),
    ("partition restore-progress PART", "/Partitions/PART/$/GetRestoreProgress?api-version=6.4"),
    (
        "partition skip-restore PART --restore-timeout 7",
        "/Partitions/PART/$/SkipAutoRestore?api-version=9.1&RestoreTimeout=7",
    ),
    (
        "storage backups --storage-file STORAGE --service A/S --partition PART --latest",
        "/BackupRestore/$/GetBackups?api-version=6.4",
    ),
];

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(|word| word.replace("PART", PARTITION)).collect()
}

/// The output of `--dry-run -o json` for a line.
fn preview(line: &str) -> Value {
    let (policy, storage) = (OneFile::new("policy.json", DAILY), OneFile::new("storage.json", STORAGE));
    let words = words(line);
    let mut args = vec!["-e", "http://cluster:19080", "--dry-run", "-o", "json"];
    args.extend(words.iter().map(|word| match word.as_str() {
        "POLICY" => policy.path(),
        "STORAGE" => storage.path(),
        word => word,
    }));
    run(&args).expect(0).json()
}

#[test]
fn every_operation_has_a_command_that_makes_its_request() {
    for spec in OPERATIONS {
        assert!(sf_backup_cli::VERBS.iter().any(|(_, run)| run == spec), "{} has no command", spec.name);
    }
    for (verb, spec) in sf_backup_cli::VERBS {
        let lines: Vec<_> =
            LINES.iter().filter(|(line, _)| format!("{line} ").starts_with(&format!("{verb} "))).collect();
        assert!(!lines.is_empty(), "{verb} is not tried");
        for (line, path) in lines {
            let preview = preview(line);
            let path = path.replace("PART", PARTITION);
            assert_eq!(preview["method"], spec.method().as_str(), "{line}");
            assert_eq!(preview["url"], format!("http://cluster:19080{path}"), "{line}");
            let action = spec.path.rsplit('/').next().unwrap();
            assert!(action.starts_with('{') || path.contains(action), "{line} is no {}", spec.name);
            match spec.body {
                BodyRule::None => assert_eq!(preview["body"], Value::Null, "{line}"),
                BodyRule::Required => assert!(preview["body"].is_object(), "{line}"),
                _ => {}
            }
        }
    }
}

#[test]
fn bodies_contain_only_the_given_values() {
    let body = |line: &str| preview(line)["body"].clone();
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(body("app enable A --policy Daily"), json(r#"{"BackupPolicyName":"Daily"}"#));
    assert_eq!(body("app disable A"), Value::Null);
    assert_eq!(body("app disable A --clean-backup"), json(r#"{"CleanBackup":true}"#));
    assert_eq!(body(&format!("partition restore {PARTITION} --latest")), Value::Null);
    assert_eq!(
        body(&format!("partition restore {PARTITION} --backup-id {PARTITION} --location a\\b.zip")),
        json(&format!(r#"{{"BackupId":"{PARTITION}","BackupLocation":"a\\b.zip"}}"#))
    );
    assert_eq!(
        body(&format!("partition backup {PARTITION} --storage-file STORAGE")),
        json(r#"{"BackupStorage":{"StorageKind":"FileShare","Path":"\\\\s\\b"}}"#)
    );
    assert_eq!(
        body("storage backups --storage-file STORAGE --app A --from 2024-03-01"),
        json(
            r#"{"Storage":{"StorageKind":"FileShare","Path":"\\\\s\\b"},"StartDateTimeFilter":"2024-03-01T00:00:00Z",
                "BackupEntity":{"EntityKind":"Application","ApplicationName":"fabric:/A"}}"#
        )
    );
    assert_eq!(
        body(&format!("storage backups --storage-file STORAGE --service A/S --partition {PARTITION} --latest")),
        json(&format!(
            r#"{{"Storage":{{"StorageKind":"FileShare","Path":"\\\\s\\b"}},"Latest":true,
                "BackupEntity":{{"EntityKind":"Partition","ServiceName":"fabric:/A/S","PartitionId":"{PARTITION}"}}}}"#
        ))
    );
}

#[test]
fn a_dry_run_reads_like_a_request() {
    let ran = run(&[
        "-e",
        "http://cluster:19080",
        "--dry-run",
        "service",
        "enable",
        "fabric:/CalcApp/CalcService",
        "--policy",
        "Daily",
    ])
    .expect(0);
    let expected = format!(
        "POST http://cluster:19080/Services/CalcApp/CalcService/$/EnableBackup?api-version=6.4\n\
         accept: application/json\n\
         content-length: 28\n\
         content-type: application/json; charset=utf-8\n\
         user-agent: sf-backup/{}\n\
         x-servicefabricclienttype: sf-backup-rs-{}\n\
         \n\
         {{\n  \"BackupPolicyName\": \"Daily\"\n}}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
    );
    assert_eq!(ran.out, expected);
    assert_eq!(ran.err, "(falls back to api-version 6.2-preview if 6.4 is refused)\n");
    // A query of the inventory has its own version, and is not retried with another.
    let ran = run(&["--dry-run", "-e", "http://cluster:19080", "app", "list"]).expect(0);
    assert!(ran.out.contains("api-version=6.0") && ran.err.is_empty(), "{ran:?}");
}

/// A change needs no confirmation in a dry run.
#[test]
fn a_dry_run_loses_nothing() {
    let ran = run(&["--dry-run", "-q", "policy", "delete", "Daily"]).expect(0);
    assert!(ran.out.starts_with("POST http://localhost:19080/BackupRestore/BackupPolicies/Daily/$/Delete"));
    assert_eq!(ran.err, "");
}

#[test]
fn every_command_has_help_with_an_example() {
    for verb in sf_backup_cli::commands() {
        if verb == "sim fail none" {
            continue; // it takes no arguments
        }
        let mut args: Vec<&str> = verb.split(' ').collect();
        args.push("--help");
        let ran = run(&args).expect(0);
        assert!(
            ran.out.contains("Examples:\n  ") && ran.out.contains(&format!("sf-backup {verb}")),
            "{verb}: {}",
            ran.out
        );
        assert_eq!(ran.err, "");
    }
}

#[test]
fn without_arguments_it_says_where_to_begin() {
    let ran = run(&[]).expect(0);
    assert!(ran.out.contains("sf-backup demo") && ran.out.contains("sf-backup --help"), "{}", ran.out);
}
