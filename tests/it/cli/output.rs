//! Table, JSON and YAML of every kind of response.

use expect_test::expect;
use serde_json::{Value, json};

use super::doubles::Canned;
use super::harness::{PARTITION, at, at_noon};

const BACKUP: &str = "0f5a3b1c-0000-4000-8000-00000000000a";

/// Runs a command against a cluster with this response, in all three formats. Asserts that JSON and YAML equal
/// `expected`, and returns the table.
fn formats(args: &[&str], response: &Value, expected: &Value) -> String {
    let cluster = Canned::response(200, response.to_string());
    let url = cluster.url();
    let ran = |format| at_noon(&url, None, &[&["-o", format], args].concat()).expect(0);
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
    expect![[r#"
        NAME     SCHEDULE                            INCREMENTALS  RETENTION        STORAGE               AUTO-RESTORE
        Daily    Monday, Friday at 09:00, 18:30 UTC  3             30d, at least 5  blob container vault  no
        Quarter  every 15m                           0             forever          share \\s\b           yes
        Newer    Lunar                               0             forever          Tape                  yes
    "#]]
    .assert_eq(&table);
}

#[test]
fn policy_show() {
    let policy = policies()[0].clone();
    let table = formats(&["policy", "show", "Daily"], &policy, &policy);
    expect![[r#"
        Name:                 Daily
        Schedule:             Monday, Friday at 09:00, 18:30 UTC
        Incremental backups:  at most 3 between full ones
        Retention:            30d, at least 5
        Storage:              blob container vault
        Auto-restore:         no
    "#]]
    .assert_eq(&table);
}

#[test]
fn policy_entities() {
    let entities = json!([
        { "EntityKind": "Application", "ApplicationName": "fabric:/A" },
        { "EntityKind": "Service", "ServiceName": "fabric:/A/S" },
        { "EntityKind": "Partition", "ServiceName": "fabric:/A/S", "PartitionId": PARTITION },
    ]);
    let table = formats(&["policy", "entities", "Daily"], &page(&entities), &entities);
    expect![[r#"
        KIND         NAME         PARTITION
        Application  fabric:/A
        Service      fabric:/A/S
        Partition    fabric:/A/S  6b1c2f7e-0000-4000-8000-000000000001
    "#]]
    .assert_eq(&table);
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
    let [service, application] = [["service", "config", "A/S"], ["app", "config", "A"]]
        .map(|args| formats(&args, &page(&configurations()), &configurations()));
    assert_eq!(service, application);
    expect![[r#"
        KIND       NAME         PARTITION                             POLICY  ENABLED ON   SUSPENDED
        Service    fabric:/A/S                                        Daily   Application  yes, on Service
        Partition  fabric:/A/S  6b1c2f7e-0000-4000-8000-000000000001  Hourly  Partition    no
    "#]]
    .assert_eq(&service);
}

#[test]
fn partition_configuration() {
    let info = configurations()[1].clone();
    let table = formats(&["partition", "config", PARTITION], &info, &info);
    expect![[r#"
        Kind:        Partition
        Name:        fabric:/A/S
        Partition:   6b1c2f7e-0000-4000-8000-000000000001
        Policy:      Hourly
        Enabled on:  Partition
        Suspended:   no
    "#]]
    .assert_eq(&table);
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
    let tables = [
        &["service", "backups", "A/S"][..],
        &["app", "backups", "A"],
        &["partition", "backups", PARTITION],
        &["storage", "backups", "--storage-file", storage.path(), "--app", "A"],
    ]
    .map(|args| formats(args, &page(&all), &by_time));
    assert!(tables.iter().all(|table| *table == tables[0]), "{tables:?}");
    expect![[r#"
        CREATED               AGE     TYPE         PARTITION                             BACKUP ID                             CHAIN     LSN                  LOCATION   FAILURE
        2024-03-09T04:10:22Z  7h 49m  Full         6b1c2f7e-0000-4000-8000-000000000001  0f5a3b1c-0000-4000-8000-00000000000a  0f5a3b1c  9223372036854775807  A\S\x.zip
        2024-03-09T05:10:22Z  6h 49m  Incremental  6b1c2f7e-0000-4000-8000-000000000001  0f5a3b1c-0000-4000-8000-00000000000a  0f5a3b1c  77                   A\S\x.zip
                                      Invalid                                                                                                                            FABRIC_E_TIMEOUT (0x80071BFF): too slow
    "#]].assert_eq(&tables[0]);
}

#[test]
fn wide_tables_have_more_columns_and_narrow_screens_shorter_lines() {
    let cluster = Canned::response(200, page(&backups()).to_string());
    let ran = |width, format| {
        at_noon(&cluster.url(), width, &["-o", format, "-q", "service", "backups", "A/S"]).expect(0).out
    };
    let table = ran(None, "table");
    let wide = ran(None, "wide");
    for more in ["SERVICE", "KEYS", "EPOCH", "fabric:/A/S", "singleton", "data loss 131, configuration 8589934592"] {
        assert!(wide.contains(more) && !table.contains(more), "{more} in {wide}{table}");
    }
    assert!(wide.lines().nth(1).unwrap().matches(BACKUP).count() == 2, "the chain's id is whole: {wide}");
    assert_eq!(ran(Some(40), "wide"), wide, "who wants it wide gets long lines");
    assert_eq!(ran(Some(300), "table"), table);
    let short = ran(Some(182), "table");
    assert!(short.starts_with("CREATED") && short.contains("LOCATION") && !short.contains(BACKUP), "{short}");
    let narrow = ran(Some(80), "table");
    for text in [short, narrow.clone()] {
        assert!(text.lines().all(|line| line.chars().count() <= 182) && text.lines().count() == 4, "{text}");
        assert!(text.contains("  6b1c2f7e  ") || text.contains("  0f5a3b1c  "), "{text}");
    }
    assert!(narrow.lines().all(|line| line.chars().count() <= 80) && !narrow.contains("LOCATION"), "{narrow}");
}

#[test]
fn what_could_not_be_read_is_flagged_in_every_format() {
    let cluster = Canned::response(200, page(&backups()).to_string());
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
    expect![[r#"
        NAME       TYPE   VERSION
        fabric:/A  AType  1.0
    "#]]
    .assert_eq(&table);
    let services = json!([
        { "ServiceKind": "Stateful", "Id": "A~S", "Name": "fabric:/A/S", "HasPersistedState": true },
        { "ServiceKind": "Stateless", "Id": "A~W", "Name": "fabric:/A/W" },
    ]);
    let table = formats(&["service", "list", "A"], &page(&services), &services);
    expect![[r#"
        NAME         KIND       BACKUP
        fabric:/A/S  Stateful   supported
        fabric:/A/W  Stateless  not supported (stateless)
    "#]]
    .assert_eq(&table);
    let partitions = json!([{ "ServiceKind": "Stateful", "PartitionInformation":
        { "ServicePartitionKind": "Int64Range", "LowKey": "-5", "HighKey": "5", "Id": PARTITION } }]);
    let table = formats(&["partition", "list", "A/S"], &page(&partitions), &partitions);
    expect![[r#"
        PARTITION                             KIND        KEY
        6b1c2f7e-0000-4000-8000-000000000001  Int64Range  -5..5
    "#]]
    .assert_eq(&table);
}

#[test]
fn progress() {
    let backup = json!({ "BackupState": "Success", "TimeStampUtc": "2024-03-09T04:10:22Z", "BackupId": BACKUP,
        "BackupLocation": "A\\S\\x.zip", "EpochOfLastBackupRecord": { "DataLossVersion": "131", "ConfigurationVersion": "2" },
        "LsnOfLastBackupRecord": "77" });
    let table = formats(&["partition", "backup-progress", PARTITION], &backup, &backup);
    expect![[r#"
        State:      Success
        Ended:      2024-03-09T04:10:22Z (7h 49m ago)
        Backup id:  0f5a3b1c-0000-4000-8000-00000000000a
        Location:   A\S\x.zip
        LSN:        77
        Epoch:      data loss 131, configuration 2
    "#]]
    .assert_eq(&table);
    let restore = json!({ "RestoreState": "SecondariesInProgress", "RestoredLsn": "5" });
    let table = formats(&["partition", "restore-progress", PARTITION], &restore, &restore);
    expect![[r#"
        State:         SecondariesInProgress
        Restored LSN:  5
    "#]]
    .assert_eq(&table);
}

#[test]
fn changes_print_an_empty_object_or_a_sentence() {
    let cluster = Canned::response(202, "");
    let ran = |more: &[&str]| at(&cluster.url(), &[more, &["service", "suspend", "A/S"]].concat()).expect(0);
    assert_eq!(ran(&["-o", "json"]).json(), json!({}));
    assert_eq!(ran(&["-o", "yaml"]).out, "{}\n");
    assert_eq!(ran(&[]).out, "backup of fabric:/A/S is suspended\n");
    assert_eq!(ran(&["-q"]).out, "");
}

#[test]
fn nothing_is_an_empty_list_or_null_and_a_word_about_it() {
    let cluster = Canned::response(200, r#"{"ContinuationToken":null,"Items":[]}"#);
    let ran = at(&cluster.url(), &["policy", "list"]).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "there are no policies\n"));
    assert_eq!(at(&cluster.url(), &["-o", "yaml", "policy", "list"]).out, "[]\n");

    let cluster = Canned::response(200, "null");
    let args = ["partition", "backup-progress", PARTITION];
    let ran = at(&cluster.url(), &args).expect(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "no backup has been requested for this partition\n"));
    assert_eq!(at(&cluster.url(), &[&["-o", "json"], &args[..]].concat()).out, "null\n");
}

#[test]
fn explanations() {
    let ran = super::harness::run(&["explain", "0x80070057"]).expect(0);
    expect![[r#"
        Code:         E_INVALIDARG
        HRESULT:      0x80070057
        HTTP status:  400
        Meaning:      an argument of the request is not valid
        Usual cause:  a member of the body or of the query breaks a rule, or the cluster does not support the api-version; listing backups in pages fails with the same error if there are none
        What to do:   read the message, which names the member; check the api-version; list backups without a page size
        Transient:    no
    "#]].assert_eq(&ran.out);
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

#[test]
fn own_terms_are_explained() {
    for (term, label) in
        [("20", "Exit code:"), ("exit 9", "Exit code:"), ("stale", "State:"), ("no-retention", "Lint rule:")]
    {
        let ran = super::harness::run(&["explain", term]).expect(0);
        assert!(ran.out.starts_with(label) && ran.out.contains("What to do:"), "{ran:?}");
    }
    let term = super::harness::run(&["-o", "json", "explain", "20"]).expect(0).json();
    assert_eq!((term["term"].as_str(), term["kind"].as_str()), (Some("20"), Some("exitCode")));
    let ran = super::harness::run(&["explain", "no-retentoin"]).expect(2);
    assert!(ran.err.contains("did you mean no-retention?"), "{ran:?}");
}

#[test]
fn versions_short_and_long() {
    let short = super::harness::run(&["-V"]).expect(0).out;
    assert_eq!(short, format!("sf-backup {}\n", env!("CARGO_PKG_VERSION")));
    let long = super::harness::run(&["--version"]).expect(0).out;
    assert!(long.starts_with(&short), "{long}");
    let names: Vec<_> = long.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    assert_eq!(names, ["commit", "TLS", "api-versions"]);
    assert!(long.ends_with("api-versions: 6.2-preview, 6.4 and later\n"), "{long}");
}

/// Advice is defined in one place.
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
