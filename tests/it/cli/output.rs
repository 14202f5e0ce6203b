//! Table, JSON and YAML for every kind of answer.

use serde_json::{Value, json};

use super::doubles::Canned;
use super::harness::{PARTITION, at, seen};

const BACKUP: &str = "0f5a3b1c-0000-4000-8000-00000000000a";

/// Runs a command against a cluster that answers `reply`, in all three formats. JSON and YAML must say the same as
/// `expected`; the table is given back.
fn formats(args: &[&str], reply: &Value, expected: &Value) -> String {
    let cluster = Canned::reply(200, reply.to_string());
    let url = cluster.url();
    let ran = |format| seen(&url, None, &[&["-o", format], args].concat()).expect(0);
    assert_eq!(ran("json").json(), *expected, "{args:?}");
    let yaml = ran("yaml").out;
    assert_eq!(serde_saphyr::from_str::<Value>(&yaml).unwrap(), *expected, "{yaml}");
    ran("table").out
}

fn page(items: &Value) -> Value {
    json!({ "ContinuationToken": "", "Items": items })
}

fn policies() -> Value {
    json!([
        { "Name": "Daily", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
          "Schedule": { "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly",
            "RunTimes": ["0001-01-01T09:00:00Z", "0001-01-01T18:30:00Z"], "RunDays": ["Monday", "Friday"] },
          "Storage": { "StorageKind": "AzureBlobStore", "ConnectionString": "****", "ContainerName": "vault" },
          "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "P30D", "MinimumNumberOfBackups": 5 } },
        { "Name": "Quarter", "AutoRestoreOnDataLoss": true, "MaxIncrementalBackups": 0,
          "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT15M" },
          "Storage": { "StorageKind": "FileShare", "Path": "\\\\s\\b" }, "Colour": "new" },
        { "Name": "Newer", "AutoRestoreOnDataLoss": true, "MaxIncrementalBackups": 0,
          "Schedule": { "ScheduleKind": "Lunar", "Phase": "full" },
          "Storage": { "StorageKind": "Tape", "Robot": 7 } },
    ])
}

#[test]
fn policy_list() {
    let table = formats(&["policy", "list"], &page(&policies()), &policies());
    assert_eq!(
        table,
        "NAME     SCHEDULE                            INCREMENTALS  RETENTION            STORAGE               AUTO-RESTORE\n\
         Daily    Monday, Friday at 09:00, 18:30 UTC  3             30 days, at least 5  blob container vault  no\n\
         Quarter  every 15 minutes                    0             forever              share \\\\s\\b           yes\n\
         Newer    Lunar                               0             forever              Tape                  yes\n"
    );
}

#[test]
fn policy_show() {
    let policy = policies()[0].clone();
    let table = formats(&["policy", "show", "Daily"], &policy, &policy);
    assert_eq!(
        table,
        "Name:                     Daily\n\
         Schedule:                 Monday, Friday at 09:00, 18:30 UTC\n\
         Incremental backups:      at most 3 between full ones\n\
         Retention:                30 days, at least 5\n\
         Storage:                  blob container vault\n\
         Restore after data loss:  no\n"
    );
}

#[test]
fn policy_entities() {
    let entities = json!([
        { "EntityKind": "Application", "ApplicationName": "fabric:/A" },
        { "EntityKind": "Service", "ServiceName": "fabric:/A/S" },
        { "EntityKind": "Partition", "ServiceName": "fabric:/A/S", "PartitionId": PARTITION },
    ]);
    let table = formats(&["policy", "entities", "Daily"], &page(&entities), &entities);
    assert_eq!(
        table,
        format!(
            "KIND         NAME         PARTITION\nApplication  fabric:/A\nService      fabric:/A/S\n\
             Partition    fabric:/A/S  {PARTITION}\n"
        )
    );
}

fn configurations() -> Value {
    json!([
        { "Kind": "Service", "ServiceName": "fabric:/A/S", "PolicyName": "Daily", "PolicyInheritedFrom": "Application",
          "SuspensionInfo": { "IsSuspended": true, "SuspensionInheritedFrom": "Service" } },
        { "Kind": "Partition", "ServiceName": "fabric:/A/S", "PartitionId": PARTITION, "PolicyName": "Hourly",
          "PolicyInheritedFrom": "Partition",
          "SuspensionInfo": { "IsSuspended": false, "SuspensionInheritedFrom": "Invalid" } },
    ])
}

#[test]
fn configuration_lists() {
    for args in [["service", "config", "A/S"], ["app", "config", "A"]] {
        let table = formats(&args, &page(&configurations()), &configurations());
        assert_eq!(
            table,
            format!(
                "KIND       NAME         PARTITION                             POLICY  ENABLED ON   SUSPENDED\n\
                 Service    fabric:/A/S                                        Daily   Application  yes, on Service\n\
                 Partition  fabric:/A/S  {PARTITION}  Hourly  Partition    no\n"
            )
        );
    }
}

#[test]
fn partition_configuration() {
    let info = configurations()[1].clone();
    let table = formats(&["partition", "config", PARTITION], &info, &info);
    assert!(table.contains("Policy:      Hourly\n") && table.contains("Suspended:   no\n"), "{table}");
}

fn backups() -> Value {
    let backup = |time: &str, kind: &str, lsn: &str| {
        json!({ "BackupId": BACKUP, "BackupChainId": BACKUP, "ApplicationName": "fabric:/A", "ServiceName": "fabric:/A/S",
            "PartitionInformation": { "ServicePartitionKind": "Singleton", "Id": PARTITION },
            "BackupLocation": "A\\S\\x.zip", "BackupType": kind,
            "EpochOfLastBackupRecord": { "DataLossVersion": "131", "ConfigurationVersion": "8589934592" },
            "LsnOfLastBackupRecord": lsn, "CreationTimeUtc": time })
    };
    json!([
        backup("2024-03-09T05:10:22Z", "Incremental", "77"),
        { "BackupType": "Invalid", "FailureError": { "Code": "FABRIC_E_TIMEOUT", "Message": "too slow" } },
        backup("2024-03-09T04:10:22Z", "Full", "9223372036854775807"),
    ])
}

#[test]
fn backup_lists() {
    let storage = super::harness::OneFile::new("s.json", r#"{"StorageKind":"FileShare","Path":"p"}"#);
    let all = backups();
    let by_time = json!([all[2], all[0], all[1]]);
    for args in [
        &["service", "backups", "A/S"][..],
        &["app", "backups", "A"],
        &["partition", "backups", PARTITION],
        &["storage", "backups", "--storage-file", storage.path(), "--app", "A"],
    ] {
        let table = formats(args, &page(&all), &by_time);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert!(lines[0].starts_with("CREATED") && lines[0].ends_with("FAILURE"), "{table}");
        assert!(!lines[0].contains("SERVICE"), "{table}");
        assert!(lines[1].starts_with("2024-03-09T04:10:22Z  7h   Full"), "{table}");
        for part in [PARTITION, BACKUP, "0f5a3b1c ", "9223372036854775807", r"A\S\x.zip"] {
            assert!(lines[1].contains(part), "{part} is missing in {table}");
        }
        assert!(lines[2].starts_with("2024-03-09T05:10:22Z  6h   Incremental"), "{table}");
        assert!(lines[3].contains("FABRIC_E_TIMEOUT (0x80071BFF): too slow"), "{table}");
    }
}

#[test]
fn wide_tables_have_more_columns_and_narrow_screens_shorter_lines() {
    let cluster = Canned::reply(200, page(&backups()).to_string());
    let ran =
        |width, format| seen(&cluster.url(), width, &["-o", format, "-q", "service", "backups", "A/S"]).expect(0).out;
    let table = ran(None, "table");
    let wide = ran(None, "wide");
    for more in ["SERVICE", "KEYS", "EPOCH", "fabric:/A/S", "singleton", "data loss 131, configuration 8589934592"] {
        assert!(wide.contains(more) && !table.contains(more), "{more} in {wide}{table}");
    }
    assert!(wide.lines().nth(1).unwrap().matches(BACKUP).count() == 2, "the chain's id is whole: {wide}");
    assert_eq!(ran(Some(40), "wide"), wide, "who wants it wide gets long lines");
    assert_eq!(ran(Some(300), "table"), table);
    let broken = ran(Some(182), "table");
    assert!(broken.lines().all(|line| line.chars().count() <= 182) && broken.lines().count() > 4, "{broken}");
    assert!(broken.starts_with("CREATED") && broken.contains(BACKUP) && broken.contains(PARTITION), "{broken}");
    let stacked = ran(Some(80), "table");
    assert!(stacked.starts_with("CREATED:    2024-03-09T04:10:22Z\nAGE:        7h\nTYPE:       Full\n"), "{stacked}");
    assert!(stacked.contains(&format!("BACKUP ID:  {BACKUP}\n")), "{stacked}");
}

#[test]
fn what_could_not_be_read_is_flagged_in_every_format() {
    let cluster = Canned::reply(200, page(&backups()).to_string());
    for format in ["table", "json", "yaml"] {
        let ran = at(&cluster.url(), &["-o", format, "service", "backups", "A/S"]).expect(0);
        assert!(
            ran.err.contains("warning: ") && ran.err.contains("FABRIC_E_TIMEOUT (0x80071BFF): too slow"),
            "{ran:?}"
        );
    }
}

#[test]
fn what_the_cluster_is_made_of() {
    let applications = json!([{ "Id": "A", "Name": "fabric:/A", "TypeName": "AType", "TypeVersion": "1.0" }]);
    let table = formats(&["app", "list"], &page(&applications), &applications);
    assert_eq!(table, "NAME       TYPE   VERSION\nfabric:/A  AType  1.0\n");
    let services = json!([
        { "ServiceKind": "Stateful", "Id": "A~S", "Name": "fabric:/A/S", "HasPersistedState": true },
        { "ServiceKind": "Stateless", "Id": "A~W", "Name": "fabric:/A/W" },
    ]);
    let table = formats(&["service", "list", "A"], &page(&services), &services);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[1..], ["fabric:/A/S  Stateful   supported", "fabric:/A/W  Stateless  not supported (stateless)"]);
    let partitions = json!([{ "ServiceKind": "Stateful", "PartitionInformation":
        { "ServicePartitionKind": "Int64Range", "LowKey": "-5", "HighKey": "5", "Id": PARTITION } }]);
    let table = formats(&["partition", "list", "A/S"], &page(&partitions), &partitions);
    assert_eq!(table.lines().nth(1), Some(&*format!("{PARTITION}  Int64Range  -5..5")));
}

#[test]
fn progress() {
    let backup = json!({ "BackupState": "Success", "TimeStampUtc": "2024-03-09T04:10:22Z", "BackupId": BACKUP,
        "BackupLocation": "A\\S\\x.zip", "EpochOfLastBackupRecord": { "DataLossVersion": "131", "ConfigurationVersion": "2" },
        "LsnOfLastBackupRecord": "77" });
    let table = formats(&["partition", "backup-progress", PARTITION], &backup, &backup);
    assert_eq!(
        table,
        format!(
            "State:      Success\nEnded:      2024-03-09T04:10:22Z (7h ago)\nBackup id:  {BACKUP}\nLocation:   A\\S\\x.zip\n\
             LSN:        77\nEpoch:      data loss 131, configuration 2\n"
        )
    );
    let restore = json!({ "RestoreState": "SecondariesInProgress", "RestoredLsn": "5" });
    let table = formats(&["partition", "restore-progress", PARTITION], &restore, &restore);
    assert_eq!(table, "State:         SecondariesInProgress\nBackup's LSN:  5\n");
}

#[test]
fn changes_answer_an_empty_object_or_a_sentence() {
    let cluster = Canned::reply(202, "");
    let ran = |more: &[&str]| at(&cluster.url(), &[more, &["service", "suspend", "A/S"]].concat()).expect(0);
    assert_eq!(ran(&["-o", "json"]).json(), json!({}));
    assert_eq!(ran(&["-o", "yaml"]).out, "{}\n");
    assert_eq!(ran(&[]).out, "backup of fabric:/A/S is suspended\n");
    assert_eq!(ran(&["-q"]).out, "");
}

#[test]
fn nothing_is_an_empty_list_or_null_and_a_word_about_it() {
    let cluster = Canned::reply(200, r#"{"ContinuationToken":null,"Items":[]}"#);
    let ran = at(&cluster.url(), &["policy", "list"]).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "there are no policies\n"));
    assert_eq!(at(&cluster.url(), &["-o", "yaml", "policy", "list"]).out, "[]\n");

    let cluster = Canned::reply(200, "null");
    let args = ["partition", "backup-progress", PARTITION];
    let ran = at(&cluster.url(), &args).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "no backup has been requested for this partition\n"));
    assert_eq!(at(&cluster.url(), &[&["-o", "json"], &args[..]].concat()).out, "null\n");
}

#[test]
fn explanations() {
    let ran = super::harness::run(&["explain", "0x80070057"]).expect(0);
    assert!(ran.out.starts_with("Code:") && ran.out.contains("E_INVALIDARG"), "{ran:?}");
    for form in ["e_invalidarg", "2147942487", "-2147024809", "80070057", "0X80070057"] {
        let facts = super::harness::run(&["-o", "json", "explain", form]).expect(0).json();
        assert_eq!(facts["code"], "E_INVALIDARG");
        assert_eq!(facts["hresult"], "0x80070057");
    }
}

#[test]
fn all_explanations() {
    let table = super::harness::run(&["explain"]).expect(0).out;
    assert!(table.starts_with("CODE") && table.contains("FABRIC_E_BACKUP_NOT_ENABLED  "), "{table}");
    let all = super::harness::run(&["-o", "json", "explain"]).expect(0).json();
    assert_eq!(table.lines().count(), all.as_array().unwrap().len() + 1);
}

/// What is advised stands in one place.
#[test]
fn every_code_has_the_hint_that_its_explanation_gives() {
    let all = super::harness::run(&["-o", "json", "explain"]).expect(0).json();
    for facts in all.as_array().unwrap() {
        let (code, status) = (facts["code"].as_str().unwrap(), facts["status"].as_u64().unwrap());
        let cluster = Canned::fabric(u16::try_from(status).unwrap(), code, "no");
        let ran = at(&cluster.url(), &["-o", "json", "--max-attempts", "1", "service", "config", "A/S"]);
        assert_eq!(ran.error()["hint"], facts["action"], "{code}");
    }
}
