//! Invalid arguments and files: exit code 2, one line that names the value, the place and the rule; nothing is sent.

use super::doubles::Untouched;
use super::harness::{DAILY, OneFile, PARTITION, Ran, run_with};

/// Runs against an endpoint that must not be touched, and checks the one line.
fn refused(args: &[&str], parts: &[&str]) -> Ran {
    refused_with("", args, parts)
}

fn refused_with(input: &str, args: &[&str], parts: &[&str]) -> Ran {
    let cluster = Untouched::new();
    let url = cluster.url();
    let ran = run_with(input, false, &[&["-e", &url], args].concat()).expect(2);
    cluster.assert_untouched();
    assert_eq!(ran.out, "");
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    for part in parts {
        assert!(ran.err.contains(part), "{part:?} is missing in {ran:?}");
    }
    ran
}

#[test]
fn ids() {
    refused(&["service", "resume", "fabric:/A/S?"], &["<SERVICE>", "\"fabric:/A/S?\"", "'?' at position 12", "URL"]);
    refused(&["app", "resume", "A//B"], &["<APP>", "\"A//B\"", "empty segment at character 3"]);
    refused(&["partition", "config", "6b1c"], &["<PARTITION>", "\"6b1c\"", "GUID"]);
}

#[test]
fn policy_names() {
    refused(&["policy", "show", "a/b"], &["<NAME>", "\"a/b\"", "'/' at position 2", "split the URL"]);
    refused(&["service", "enable", "A/S", "--policy", ".."], &["--policy <NAME>", "\"..\"", "relative path"]);
}

#[test]
fn numbers_times_and_tokens() {
    for timeout in ["0", "-5", "4294967296", "1.5", "ten"] {
        refused(
            &["service", "resume", "A/S", "--timeout", timeout],
            &["--timeout <SECONDS>", timeout, "1 to 4294967295"],
        );
    }
    refused(
        &["partition", "backup", PARTITION, "--backup-timeout", "0"],
        &["--backup-timeout <MIN>", "0", "number of minutes above 0"],
    );
    refused(&["policy", "list", "--max-results", "x"], &["--max-results <N>", "invalid digit"]);
    refused(&["policy", "list", "--continue-from", ""], &["--continue-from <TOKEN>", "empty"]);
    refused(
        &["app", "backups", "A", "--from", "2024-03-02", "--to", "2024-03-01"],
        &["--from 2024-03-02T00:00:00Z", "later than --to 2024-03-01T00:00:00Z"],
    );
    refused(&["app", "backups", "A", "--from", "yesterday"], &["--from <TIME>", "\"yesterday\"", "date and time"]);
    refused(&["--api-version", "6.3", "policy", "list"], &["--api-version <V>", "\"6.3\"", "6.2-preview"]);
    refused(
        &["partition", "restore", PARTITION, "--backup-id", "x", "--location", "y"],
        &["--backup-id <GUID>", "invalid"],
    );
}

#[test]
fn endpoints() {
    refused(&["-e", "ftp://x", "policy", "list"], &["--endpoint <URL>", "\"ftp://x\"", "http:// or https://"]);
    let ran = refused(
        &["-e", "http://admin:hunter2@x", "policy", "list"],
        &["--endpoint <URL>", "must not contain a user name or password"],
    );
    assert!(!ran.err.contains("hunter2"), "{ran:?}");
}

#[test]
fn commands_and_options() {
    refused(&["serivce", "config", "A/S"], &["'serivce'", "similar subcommand", "'service'"]);
    refused(&["service", "supsend", "A/S"], &["'supsend'", "'suspend'"]);
    refused(&["service", "config", "A/S", "--outptu", "json"], &["'--outptu'", "'--output'"]);
    refused(&["service"], &["'sf-backup service'", "subcommand", "enable"]);
    refused(&["service", "enable", "A/S"], &["required", "--policy <NAME>"]);
    refused(&["-o", "xml", "policy", "list"], &["'xml'", "--output <FORMAT>", "table, wide, json, yaml"]);
    refused(&["storage", "backups", "--storage-file", "x"], &["required", "--app <NAME>", "--service <NAME>"]);
    refused(&["partition", "restore", PARTITION], &["required", "--latest"]);
    refused(
        &["partition", "restore", PARTITION, "--latest", "--backup-id", PARTITION, "--location", "x"],
        &["--latest", "cannot be used with"],
    );
    refused(
        &["partition", "restore", PARTITION, "--backup-id", PARTITION, "--storage-file", "x"],
        &["required", "--location <TEXT>"],
    );
    refused(&["-q", "-v", "policy", "list"], &["cannot be used with"]);
}

#[test]
fn usage_errors_are_json_where_that_is_asked_for() {
    let ran = refused_one_json(&["-o", "json", "policy", "show", "a/b"]);
    assert_eq!(ran["kind"], "usage");
    assert!(ran["message"].as_str().unwrap().contains("\"a/b\""), "{ran}");
    let ran = refused_one_json(&["policy", "show", "Daily", "--timeout", "0", "--output=json"]);
    assert!(ran["message"].as_str().unwrap().contains("--timeout"), "{ran}");
}

fn refused_one_json(args: &[&str]) -> serde_json::Value {
    let cluster = Untouched::new();
    let url = cluster.url();
    let ran = run_with("", false, &[&["-e", &url], args].concat()).expect(2);
    cluster.assert_untouched();
    ran.error()
}

#[test]
fn files_that_cannot_be_read() {
    let create = |file: &str, parts: &[&str]| {
        refused(&["policy", "create", "-f", file], &[&[file], parts].concat());
    };
    create("/nonexistent/daily.json", &["cannot be read", "No such file"]);
    let file = |text: &str| OneFile::new("daily.json", text);
    create(file("").path(), &["is empty"]);
    create(file("{\"Name\": \"x\",}").path(), &["is not JSON", "line 1 column 14"]);
    create(file("a: b: c").path(), &["is not YAML", "line 1, column 5"]);
    create(file(&"#".repeat(5 * 1024 * 1024)).path(), &["cannot be read", "longer than 4 MiB"]);
}

#[test]
fn files_that_are_no_policy() {
    let create = |from: &str, to: &str, parts: &[&str]| {
        assert!(DAILY.contains(from));
        let file = OneFile::new("daily.json", &DAILY.replacen(from, to, 1));
        refused(&["policy", "create", "-f", file.path()], &[&[file.path()], parts].concat());
    };
    create("\"Name\"", "\"Title\"", &["Name"]);
    create("\"MaxIncrementalBackups\": 3", "\"MaxIncrementalBackups\": 300", &["MaxIncrementalBackups 300", "255"]);
    create("false", "\"perhaps\"", &["AutoRestoreOnDataLoss \"perhaps\"", "true or false"]);
    create("[\"0001-01-01T09:00:00Z\"]", "[]", &["Schedule.RunTimes", "at least one"]);
    create("[\"0001-01-01T09:00:00Z\"]", "[\"noon\"]", &["Schedule.RunTimes[0] \"noon\"", "time of day"]);
    create("\"backups\"", "\" \"", &["Storage.ContainerName \" \"", "blank"]);
    create("DailyAzureBackupPolicy", "a/b", &["Name \"a/b\"", "must not"]);
    create("\"Daily\",", "\"Weekly\",", &["Schedule.RunDays", "at least one day"]);
    let frequency = r#"{"ScheduleKind": "FrequencyBased", "Interval": "PT30S"}"#;
    let from = DAILY.find("{ \"ScheduleKind\"").unwrap();
    let schedule = DAILY[from..].lines().next().unwrap().trim_end_matches(',');
    create(schedule, frequency, &["Schedule.Interval \"PT30S\"", "one minute"]);
    create(schedule, &frequency.replace("PT30S", "half an hour"), &["Schedule.Interval", "ISO 8601"]);
}

#[test]
fn files_that_are_no_storage() {
    let storage = r#"{"StorageKind":"FileShare","Path":" "}"#;
    refused_with(
        storage,
        &["partition", "backup", PARTITION, "--storage-file", "-"],
        &["standard input", "Path \" \"", "blank"],
    );
    refused_with(
        storage,
        &["storage", "backups", "--app", "A", "--storage-file", "-"],
        &["standard input", "Path \" \"", "blank"],
    );
    refused_with("Path: x", &["partition", "backup", PARTITION, "--storage-file", "-"], &["StorageKind"]);
}

#[test]
fn a_masked_secret_is_not_sent() {
    let masked = DAILY.replace("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZA==", "****");
    refused_with(
        &masked,
        &["-q", "policy", "update", "DailyAzureBackupPolicy", "-f", "-"],
        &["standard input", "Storage.ConnectionString", "****", "set the real one"],
    );
}

#[test]
fn what_a_pinned_version_lacks_is_not_sent() {
    refused(
        &["--api-version", "6.2-preview", "app", "disable", "A", "--clean-backup", "--yes"],
        &["CleanBackup", "6.4", "6.2-preview"],
    );
    refused(
        &["--api-version", "6.2-preview", "partition", "skip-restore", PARTITION, "--yes"],
        &["SkipRestorePartition", "9.1", "6.2-preview"],
    );
}

#[test]
fn a_topology_that_is_wrong() {
    let file = OneFile::new("cluster.json", r#"{"Applications":[{"Name":"Shop","Services":[]}]}"#);
    let ran = run_with("", false, &["sim", "--listen", "127.0.0.1:0", "--topology", file.path()]).expect(2);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("Applications[0].Name") && ran.err.contains("\"Shop\""), "{ran:?}");
    let ran = run_with("", false, &["sim", "--runtime", "7.0"]).expect(2);
    assert!(ran.err.contains("--runtime <V>") && ran.err.contains("\"7.0\""), "{ran:?}");
    let ran = run_with("", false, &["sim", "--listen", "nowhere"]).expect(2);
    assert!(ran.err.contains("--listen <ADDR>"), "{ran:?}");
}

#[test]
fn an_unknown_code_is_not_explained() {
    let ran = run_with("", false, &["explain", "FABRIC_E_NONSENSE"]).expect(2);
    assert!(ran.err.contains("\"FABRIC_E_NONSENSE\"") && ran.err.contains("lists the error codes"), "{ran:?}");
    let ran = run_with("", false, &["explain", "backup_not_enabeld"]).expect(2);
    assert!(ran.err.contains("did you mean FABRIC_E_BACKUP_NOT_ENABLED?"), "{ran:?}");
}
