//! `policy create NAME`: a policy in options is handled like one in a file.

use serde_json::{Value, json};

use super::doubles::Canned;
use super::harness::{DAILY, OneFile, Ran, at, run, run_with};

fn create(args: &str) -> Ran {
    let line: Vec<&str> = args.split(' ').collect();
    run(&[&["--dry-run", "-o", "json", "policy", "create"], &line[..]].concat())
}

fn body(args: &str) -> Value {
    create(args).expect(0).json()["body"].clone()
}

#[test]
fn every_schedule_and_storage_is_the_policy_that_a_file_would_hold() {
    let share = json!({ "StorageKind": "FileShare", "Path": r"\\nas\b" });
    assert_eq!(
        body(r"Often --every 4h --incrementals 6 --keep 30d --keep-at-least 10 --share \\nas\b"),
        json!({ "Name": "Often", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 6,
            "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT4H" }, "Storage": share,
            "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "P30D", "MinimumNumberOfBackups": 10 } })
    );
    assert_eq!(
        body(r"N --daily 01:30,13:30 --auto-restore --share \\nas\b"),
        json!({ "Name": "N", "AutoRestoreOnDataLoss": true, "MaxIncrementalBackups": 5,
            "Schedule": { "ScheduleKind": "TimeBased", "ScheduleFrequencyType": "Daily",
                "RunTimes": ["0001-01-01T01:30:00Z", "0001-01-01T13:30:00Z"] },
            "Storage": share })
    );
    let weekly = body(
        "W --weekly mon,Friday --at 01:30 --azure-container backups --managed-identity cluster --blob-service https://a/ \
         --identity-client-id 0f5a3b1c-0000-4000-8000-00000000000a",
    );
    assert_eq!(weekly["Schedule"]["RunDays"], json!(["Monday", "Friday"]));
    assert_eq!(
        weekly["Storage"],
        json!({ "StorageKind": "ManagedIdentityAzureBlobStore", "ManagedIdentityType": "Cluster",
            "BlobServiceUri": "https://a/", "ContainerName": "backups",
            "ManagedIdentityClientId": "0f5a3b1c-0000-4000-8000-00000000000a" })
    );
}

/// Secrets are resolved, sent, and not printed.
#[test]
fn secrets_come_by_reference() {
    let secret = OneFile::new("secret", "AccountName=a;AccountKey=hunter2\n");
    let reference = format!("file:{}", secret.path());
    for (storage, member) in [
        (vec!["--azure-container", "backups", "--connection-string", &reference], "ConnectionString"),
        (vec!["--share", "p", "--share-user", "u", "--share-password", &reference], "PrimaryPassword"),
    ] {
        let cluster = Canned::response(201, "");
        let args = [&["policy", "create", "P", "--every", "1h"], &storage[..]].concat();
        let ran = at(&cluster.url(), &args).expect(0);
        assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{ran:?}");
        assert!(
            cluster.requests()[0].contains(&format!(r#""{member}":"AccountName=a;AccountKey=hunter2""#)),
            "{:?}",
            cluster.requests()
        );
        let shown = run(&[&["--dry-run"], &args[..]].concat()).expect(0);
        assert!(shown.out.contains(&format!(r#""{member}": "****""#)), "{shown:?}");
    }
}

#[test]
fn a_secret_itself_is_refused_and_not_repeated() {
    for args in [
        "P --every 1h --azure-container backups --connection-string AccountKey=hunter2",
        "P --every 1h --share p --share-user u --share-password hunter2",
    ] {
        let ran = create(args).expect(2);
        assert!(ran.err.contains("env:NAME") && !ran.err.contains("hunter2"), "{ran:?}");
    }
    let ran =
        create("P --every 1h --azure-container backups --connection-string env:SF_BACKUP_NO_SUCH_VARIABLE").expect(2);
    assert!(ran.err.contains("--connection-string env:SF_BACKUP_NO_SUCH_VARIABLE: the variable is not set"), "{ran:?}");
}

#[test]
fn missing_and_conflicting_options_are_named() {
    for (args, message) in [
        ("P --share p", "--every, --daily or --weekly"),
        ("P --every 1h", "--share or --azure-container"),
        ("P --every 1h --azure-container backups", "--connection-string or --managed-identity"),
        ("P --weekly mon --share p", "--at"),
        ("P --weekly noday --at 01:30 --share p", "days of the week"),
        ("P --every soon --share p", "duration such as"),
        ("P --daily 25:00 --share p", "time of day"),
        ("P --every 1h --daily 01:30 --share p", "--daily"),
        ("P --every 1h --share p --share-user u", "--share-password"),
        ("P --every 1h --share p --azure-container backups", "--azure-container"),
        ("P --every 1h --share p --keep-at-least 3", "--keep"),
        ("--every 1h --share p", "NAME"),
        ("P -f daily.json", "--file"),
    ] {
        let ran = create(args).expect(2);
        assert!(ran.err.contains(message), "{args}: {ran:?}");
    }
}

/// Options have the same rules and warnings as files.
#[test]
fn options_are_checked_as_files_are() {
    let ran = create("P --every 20d --share p").expect(2);
    assert!(
        ran.err.contains("policy create: Schedule.Interval \\\"P20D\\\" must be from one minute to 15 days"),
        "{ran:?}"
    );
    let ran = create("P --every 1h --share p --keep 1d --auto-restore").expect(0);
    for warned in ["AutoRestoreOnDataLoss", "RetentionPolicy.MinimumNumberOfBackups"] {
        assert!(ran.err.contains(&format!("warning: policy create: {warned}")), "{ran:?}");
    }
    let old = run(&[
        "--api-version",
        "6.2-preview",
        "--dry-run",
        "policy",
        "create",
        "P",
        "--every",
        "1h",
        "--share",
        "p",
        "--keep",
        "1d",
    ])
    .expect(2);
    assert!(old.err.contains("RetentionPolicy"), "{old:?}");
    run_with(DAILY, false, &["--dry-run", "policy", "create"]).expect(0);
}
