use proptest::prelude::*;
use serde_json::json;

use super::*;

fn policy() -> Value {
    json!({
        "Name": "Daily", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 5,
        "Schedule": { "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Weekly", "RunDays": ["Monday", "Friday"],
            "RunTimes": ["0001-01-01T01:30:00Z"] },
        "Storage": { "StorageKind": "FileShare", "Path": "\\\\nas\\b" },
        "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "P22D", "MinimumNumberOfBackups": 6 },
    })
}

/// The rules with findings, and their members, after `pointer` is set to a value.
fn after(pointer: &str, value: Value) -> Vec<(&'static str, String)> {
    let mut policy = policy();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    policy.pointer_mut(parent).unwrap()[name] = value;
    lint(&policy, &Facts::default()).into_iter().map(|finding| (finding.rule, finding.member)).collect()
}

#[test]
fn a_careful_policy_is_clean() {
    assert_eq!(lint(&policy(), &Facts::default()), []);
}

#[test]
fn every_rule_finds_its_mistake_and_names_the_member() {
    let share = |more: Value| {
        let mut share = json!({ "StorageKind": "FileShare", "Path": "\\\\nas\\b" });
        share.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        share
    };
    let identity = |more: &str| {
        json!({ "StorageKind": "ManagedIdentityAzureBlobStore", "ManagedIdentityType": "VMSS", "ContainerName": "c",
            "BlobServiceUri": format!("https://a.blob.core.windows.net/{more}") })
    };
    let every = |interval: &str| json!({ "ScheduleKind": "FrequencyBased", "Interval": interval });
    let kept = |time: &str, least: u32| json!({ "RetentionPolicyType": "Basic", "RetentionDuration": time, "MinimumNumberOfBackups": least });
    let cases = [
        ("/Name", json!("a/b"), "invalid-member", "Name"),
        ("/Name", json!(null), "unreadable", "Name"),
        ("/AutoRestoreOnDataLoss", json!(true), "auto-restore", "AutoRestoreOnDataLoss"),
        ("/Schedule", every("PT30S"), "invalid-member", "Schedule.Interval"),
        ("/Schedule", every("PT90.5S"), "invalid-member", "Schedule.Interval"),
        ("/Schedule", every("often"), "unreadable", "Schedule.Interval"),
        ("/MaxIncrementalBackups", json!(200), "long-chain", "MaxIncrementalBackups"),
        ("/Schedule/RunTimes", json!(["01:30"]), "run-time-without-zone", "Schedule.RunTimes[0]"),
        ("/Schedule/RunTimes", json!(["0001-01-01T01:30:00"]), "run-time-without-zone", "Schedule.RunTimes[0]"),
        ("/Schedule/RunTimes", json!(["0001-01-01T01:30:00.5Z"]), "run-time-with-fraction", "Schedule.RunTimes[0]"),
        ("/Schedule/RunTimes", json!(["2024-01-01T01:30:00-05:00"]), "run-time-with-offset", "Schedule.RunTimes[0]"),
        ("/Schedule/RunTimes", json!(["01:30Z", "01:30:00Z"]), "duplicate", "Schedule.RunTimes[1]"),
        ("/Schedule/RunDays", json!(["Monday", "monday"]), "duplicate", "Schedule.RunDays[1]"),
        ("/Schedule/Every", json!(1), "unknown-member", "Schedule.Every"),
        ("/Schedule/ScheduleFrequencyType", json!("Daily"), "run-days-of-daily-schedule", "Schedule.RunDays"),
        ("/Schedule/RunDays", json!([]), "invalid-member", "Schedule.RunDays"),
        ("/RetentionPolicy", json!(null), "no-retention", "RetentionPolicy"),
        ("/RetentionPolicy", kept("P25D", 6), "retention-over-24-days", "RetentionPolicy.RetentionDuration"),
        ("/RetentionPolicy", kept("P2D", 6), "retention-shorter-than-chain", "RetentionPolicy.RetentionDuration"),
        ("/RetentionPolicy", kept("P22D", 0), "no-minimum-number-of-backups", "RetentionPolicy.MinimumNumberOfBackups"),
        ("/RetentionPolicy", kept("PT90M", 6), "invalid-member", "RetentionPolicy.RetentionDuration"),
        ("/Storage/FriendlyName", json!("x"), "friendly-name-lost", "Storage.FriendlyName"),
        (
            "/Storage",
            share(json!({ "PrimaryUserName": "", "PrimaryPassword": "p" })),
            "empty-user",
            "Storage.PrimaryUserName",
        ),
        ("/Storage", share(json!({ "PrimaryUserName": "u" })), "user-without-password", "Storage.PrimaryUserName"),
        ("/Storage", share(json!({ "SecondaryPassword": "p" })), "password-without-user", "Storage.SecondaryUserName"),
        (
            "/Storage",
            share(json!({ "PrimaryUserName": "u", "PrimaryPassword": "****" })),
            "masked-secret",
            "Storage.PrimaryPassword",
        ),
        (
            "/Storage",
            json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "k", "ContainerName": "c" }),
            "connection-string",
            "Storage.ConnectionString",
        ),
        (
            "/Storage",
            json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "AccountKey=k", "ContainerName": "backups" }),
            "connection-string-without-account",
            "Storage.ConnectionString",
        ),
        (
            "/Storage",
            json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "env:", "ContainerName": "backups" }),
            "malformed-reference",
            "Storage.ConnectionString",
        ),
        (
            "/Storage",
            json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "env:X", "ContainerName": "Back_ups" }),
            "container-name",
            "Storage.ContainerName",
        ),
        ("/Storage/Path", json!("C:\\backups"), "share-path-drive-letter", "Storage.Path"),
        (
            "/Storage",
            share(json!({ "PrimaryUserName": "u", "PrimaryPassword": "<password>" })),
            "placeholder-secret",
            "Storage.PrimaryPassword",
        ),
        ("/Storage", share(json!({ "ConnectionString": "" })), "empty-member", ""),
        ("/Storage", identity(""), "identity-without-client-id", "Storage.ManagedIdentityClientId"),
        ("/Storage", identity("?sig=x"), "signature-in-address", "Storage.BlobServiceUri"),
    ];
    for (pointer, value, rule, member) in cases {
        let found = after(pointer, value.clone());
        assert!(found.contains(&(rule, member.to_owned())), "{pointer} {value}: {found:?}");
    }
}

#[test]
fn short_intervals_want_incremental_backups() {
    let mut often = policy();
    often["MaxIncrementalBackups"] = json!(0);
    often["Schedule"] = json!({ "ScheduleKind": "FrequencyBased", "Interval": "PT15M" });
    let finding =
        lint(&often, &Facts::default()).into_iter().find(|finding| finding.rule == "every-backup-full").unwrap();
    assert!(finding.problem.contains("96 a day"), "{finding:?}");
    often["Schedule"]["Interval"] = json!("P10D");
    often["MaxIncrementalBackups"] = json!(4);
    let finding = lint(&often, &Facts::default()).into_iter().find(|finding| finding.rule == "long-chain").unwrap();
    assert!(finding.problem.contains("every 50d:"), "{finding:?}");
}

#[test]
fn every_part_is_checked_and_the_worst_finding_comes_first() {
    let broken = json!({ "Name": " ", "AutoRestoreOnDataLoss": true, "MaxIncrementalBackups": 1,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1S" },
        "Storage": { "StorageKind": "FileShare", "Path": " " },
        "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "PT1S" } });
    let findings = lint(&broken, &Facts::default());
    let errors: Vec<_> = findings.iter().take_while(|finding| finding.severity == Severity::Error).collect();
    let members: Vec<_> = errors.iter().map(|finding| finding.member.as_str()).collect();
    assert_eq!(members, ["Name", "RetentionPolicy.RetentionDuration", "Schedule.Interval", "Storage.Path"]);
    assert!(findings.is_sorted_by_key(|finding| finding.severity));
}

#[test]
fn masks_are_no_mistake_of_a_policy_that_a_cluster_shows() {
    let mut masked = policy();
    masked["Storage"] = json!({ "StorageKind": "FileShare", "Path": "\\\\nas\\b", "PrimaryUserName": "u",
        "PrimaryPassword": "****", "SecondaryPassword": "****" });
    let stored = model::read::<BackupPolicyDescription, _>(&masked).unwrap();
    assert_eq!(lint_stored(&stored, &Facts::default()), []);
    assert_eq!(lint(&masked, &Facts::default())[0].rule, MASKED_SECRET);
}

#[test]
fn rules_that_depend_on_the_release_are_strict_if_it_is_known() {
    let mut long = policy();
    long["RetentionPolicy"]["RetentionDuration"] = json!("P30D");
    let found = |policy: &Value, runtime: Option<&str>| {
        let facts = Facts { runtime: runtime.map(|version| version.parse().unwrap()), ..Facts::default() };
        let findings = lint(policy, &facts);
        findings.into_iter().map(|finding| (finding.rule, finding.severity)).collect::<Vec<_>>()
    };
    assert_eq!(found(&long, None), [("retention-over-24-days", Severity::Warning)]);
    assert_eq!(found(&long, Some("6.4.617.9590")), [("retention-over-24-days", Severity::Error)]);
    assert_eq!(found(&long, Some("9.0.1121.9590")), [("retention-over-24-days", Severity::Error)]);
    assert_eq!(found(&long, Some("9.1.1436.9590")), []);
    let read = |policy: &Value| model::read::<BackupPolicyDescription, _>(policy).unwrap();
    assert!(depends_on_runtime(&read(&long)) && !depends_on_runtime(&read(&policy())));
}

#[test]
fn available_secrets_are_checked() {
    let mut blob = policy();
    blob["Storage"] =
        json!({ "StorageKind": "AzureBlobStore", "ConnectionString": "env:X", "ContainerName": "backups" });
    let found = |response: Result<Option<&str>, &str>| {
        let response = response.map(|secret| secret.map(Secret::from)).map_err(str::to_owned);
        let resolve = move |_: &SecretRef| response.clone();
        let facts = Facts { resolve: Some(&resolve), runtime: Some(RuntimeVersion::new(6, 4)), ..Facts::default() };
        let findings = lint(&blob, &facts);
        assert!(!format!("{findings:?}").contains("hunter2"), "{findings:?}");
        findings.into_iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(found(Ok(None)), [""; 0]);
    assert_eq!(found(Ok(Some("AccountName=a;AccountKey=hunter2"))), [""; 0]);
    assert_eq!(found(Ok(Some("AccountKey=hunter2"))), ["connection-string-without-account"]);
    assert_eq!(found(Err("the variable is not set")), ["unresolved-secret"]);
}

#[test]
fn a_storage_on_its_own_has_members_without_a_prefix() {
    let storage = json!({ "StorageKind": "FileShare", "Path": "C:\\b" });
    let storage = model::read::<BackupStorageDescription, _>(&storage).unwrap();
    let findings = lint_storage(&storage, &Facts::default());
    assert_eq!((findings[0].rule, findings[0].member.as_str()), ("share-path-drive-letter", "Path"));
    assert!(findings[0].to_string().starts_with("Path begins with a drive letter"));
}

#[test]
fn auto_restore_that_is_absent_is_off_as_the_server_takes_it() {
    let mut absent = policy();
    absent.as_object_mut().unwrap().remove("AutoRestoreOnDataLoss");
    assert_eq!(lint(&absent, &Facts::default()), []);
}

proptest! {
    /// Whatever a file holds; and no secret is repeated.
    #[test]
    fn any_json_is_linted_without_repeating_secrets(text in "[{}\\[\\],:\"a-zA-Z0-9.+TZ-]{0,60}", secret in "[a-z]{12}") {
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            let _ = lint(&value, &Facts::default());
            let mut odd = policy();
            odd["Schedule"]["RunTimes"] = json!([value, secret]);
            odd["Storage"]["PrimaryPassword"] = json!(secret);
            let printed = format!("{:?}", lint(&odd, &Facts::default()));
            prop_assert!(!printed.contains(&secret), "{}", printed);
        }
    }
}
