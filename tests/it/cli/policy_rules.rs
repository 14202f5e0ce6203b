//! The rules for policies in `policy lint`, `create`, `update`, `edit`, `apply` and `diff`, with policy files of users.

use serde_json::{Value, json};
use sf_backup_sim::{Cluster, Runtime};

use super::doubles::{Canned, Untouched};
use super::harness::{OneFile, PARTITION, Ran, at, run, run_with};

const GOOD: &str = "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=QUJD;EndpointSuffix=core.windows.net";

fn policy(storage: Value) -> Value {
    json!({ "Name": "Daily", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 20,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" }, "Storage": storage,
        "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "P20D", "MinimumNumberOfBackups": 21 } })
}

fn blob(connection: &str, container: &str) -> Value {
    policy(json!({ "StorageKind": "AzureBlobStore", "ConnectionString": connection, "ContainerName": container }))
}

fn share(path: &str) -> Value {
    policy(json!({ "StorageKind": "FileShare", "Path": path }))
}

fn rules(ran: &Ran) -> Vec<(String, String)> {
    let findings = ran.json();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    findings.as_array().unwrap().iter().map(|f| (text(f, "severity"), text(f, "rule"))).collect()
}

/// What cannot work is an error of lint, and is not sent unless forced.
#[test]
fn what_cannot_work_is_not_sent() {
    for (policy, rule, word) in [
        (blob(GOOD, "backup_container"), "container-name", "underscore"),
        (blob(GOOD, "BackupContainer"), "container-name", "upper-case"),
        (blob(GOOD, "ab"), "container-name", "shorter"),
        (
            blob("DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=QUJD", "backups"),
            "connection-string-over-http",
            "http",
        ),
        (blob("AccountName=acct;AccountKey=****", "backups"), "masked-secret", "masked"),
        (blob("AccountName=<account-name>;AccountKey=<account-key>", "backups"), "placeholder-secret", "placeholder"),
        (blob("AccountName=acct;AccountKey=your-account-key-here", "backups"), "placeholder-secret", "placeholder"),
        (blob("AccountKey=QUJD", "backups"), "connection-string-without-account", "no storage account"),
        (
            blob(
                "BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=se=2020-01-01T00%3A00%3A00Z&sig=QUJD",
                "backups",
            ),
            "expired-signature",
            "expired",
        ),
        (share(r"C:\backups"), "share-path-drive-letter", "drive letter"),
        (share(r"\\server"), "share-path-without-share", "no share"),
        (share(r"\server\backups"), "share-path-single-backslash", "one backslash"),
        (share("\\server\u{8}ackups"), "share-path-control-character", "control character"),
        (share("https://acct.file.core.windows.net/backups"), "share-path-url", "URL"),
        (
            policy(json!({ "StorageKind": "ManagedIdentityAzureBlobStore", "ManagedIdentityType": "SystemAssigned",
                "BlobServiceUri": "https://acct.blob.core.windows.net", "ContainerName": "backups" })),
            "identity-type",
            "type",
        ),
    ] {
        let text = policy.to_string();
        let lint = run_with(&text, false, &["-o", "json", "policy", "lint", "-"]).expect(2);
        assert!(rules(&lint).contains(&("error".to_owned(), rule.to_owned())), "{rule}: {lint:?}");
        assert!(!lint.out.contains("QUJD"), "{lint:?}");
        for verb in [&["policy", "create"][..], &["policy", "update", "Daily"], &["--dry-run", "policy", "create"]] {
            let cluster = Untouched::new();
            let url = cluster.url();
            let ran = run_with(&text, false, &[&["-e", &url], verb].concat()).expect(2);
            cluster.assert_untouched();
            assert!(ran.err.contains(word) && ran.err.contains("--force"), "{rule}: {ran:?}");
            assert!(ran.err.contains("standard input: Storage.") && !ran.err.contains("QUJD"), "{rule}: {ran:?}");
        }
        let cluster = Canned::response(201, "");
        let url = cluster.url();
        let ran = run_with(&text, false, &["-e", &url, "policy", "create", "--force"]).expect(0);
        assert!(ran.err.contains("warning: ") && ran.err.contains(word), "{rule}: {ran:?}");
        assert_eq!(cluster.requests().iter().filter(|request| request.starts_with("POST ")).count(), 1, "{rule}");
    }
}

#[test]
fn warnings_are_shown_and_with_strict_they_stop_it() {
    let mut careless = share(r"\\nas\backups");
    careless["AutoRestoreOnDataLoss"] = json!(true);
    let text = careless.to_string();
    let cluster = Canned::response(201, "");
    let url = cluster.url();
    let ran = run_with(&text, false, &["-e", &url, "policy", "create"]).expect(0);
    assert!(ran.err.contains("warning: standard input: AutoRestoreOnDataLoss is true"), "{ran:?}");
    let cluster = Untouched::new();
    let url = cluster.url();
    let ran = run_with(&text, false, &["-e", &url, "policy", "create", "--strict"]).expect(2);
    cluster.assert_untouched();
    assert!(ran.err.contains("AutoRestoreOnDataLoss is true") && !ran.err.contains("--force"), "{ran:?}");
    let development = blob("UseDevelopmentStorage=true", "backups").to_string();
    let lint = run_with(&development, false, &["-o", "json", "policy", "lint", "-"]).expect(0);
    assert!(rules(&lint).contains(&("warning".to_owned(), "development-storage".to_owned())), "{lint:?}");
}

#[test]
fn a_member_that_is_given_twice_is_refused_wherever_a_file_is_read() {
    let twice = share(r"\\nas\backups").to_string().replacen('{', r#"{"retentionPolicy":null,"#, 1);
    let storage = r#"{"StorageKind":"FileShare","Path":"\\\\nas\\b","Path":"\\\\nas\\c"}"#;
    let manifest = format!("apiVersion: sf-backup/v1\nkind: BackupConfiguration\npolicies:\n- {twice}\n");
    let yaml = "StorageKind: FileShare\nPath: x\nPath: y\n";
    for (text, args) in [
        (twice.as_str(), &["policy", "create"][..]),
        (&twice, &["policy", "update", "Daily"]),
        (&twice, &["policy", "lint", "-"]),
        (storage, &["partition", "backup", PARTITION, "--storage-file", "-"]),
        (storage, &["storage", "backups", "--app", "A", "--storage-file", "-"]),
        (storage, &["restore", "plan", "--service", "A/S", "--latest", "--from-storage", "-"]),
        (yaml, &["partition", "backup", PARTITION, "--storage-file", "-"]),
        (&manifest, &["apply", "-f", "-"]),
        (&manifest, &["diff", "-f", "-"]),
    ] {
        let cluster = Untouched::new();
        let url = cluster.url();
        let ran = run_with(text, false, &[&["-e", &url], args].concat()).expect(2);
        cluster.assert_untouched();
        assert!(ran.err.contains("is given twice; keep one of them"), "{args:?}: {ran:?}");
        assert!(!ran.err.contains("DuplicateKeyPolicy"), "{ran:?}");
    }
}

#[test]
fn what_the_explorer_posts_is_sent_without_its_empty_members() {
    let mut body = json!({ "Name": "web", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": "25",
        "QuickRecovery": "Disabled", "CompressionType": "CLUSTER_DEFINED",
        "Schedule": { "ScheduleKind": "FrequencyBased", "ScheduleFrequencyType": "", "RunDays": [], "RunTimes": [], "Interval": "PT15M" },
        "Storage": { "StorageKind": "AzureBlobStore", "FriendlyName": "", "Path": "", "ConnectionString": GOOD,
            "ContainerName": "backups", "BlobServiceUri": "", "ManagedIdentityType": "", "ManagedIdentityClientId": "",
            "PrimaryUserName": "", "PrimaryPassword": "", "SecondaryUserName": "", "SecondaryPassword": "" } });
    let cluster = Canned::response(201, "");
    let url = cluster.url();
    let ran = run_with(&body.to_string(), false, &["-e", &url, "policy", "create"]).expect(0);
    let notes: Vec<&str> = ran.err.lines().filter(|line| line.contains("left out")).collect();
    assert_eq!(notes.len(), 1, "{ran:?}");
    assert!(notes[0].contains("Storage.PrimaryPassword") && !ran.err.contains("misspelt"), "{ran:?}");
    let request = cluster.requests().remove(0);
    assert!(
        request.contains("ConnectionString") && !request.contains("PrimaryUserName") && !request.contains("RunDays")
    );
    let lint = run_with(&body.to_string(), false, &["-o", "json", "policy", "lint", "-"]).expect(0);
    assert!(rules(&lint).iter().all(|(_, rule)| rule != "unknown-member"), "{lint:?}");
    // As left over by the explorer: without a container.
    body["Storage"]["ContainerName"] = json!("");
    let ran = run_with(&body.to_string(), false, &["policy", "create"]).expect(2);
    assert!(ran.err.contains("Storage.ContainerName \"\" must not be blank"), "{ran:?}");
}

#[test]
fn auto_restore_that_is_absent_is_off() {
    let mut absent = share(r"\\nas\backups");
    absent.as_object_mut().unwrap().remove("AutoRestoreOnDataLoss");
    let cluster = Canned::response(201, "");
    let url = cluster.url();
    run_with(&absent.to_string(), false, &["-e", &url, "policy", "create"]).expect(0);
    assert!(cluster.requests()[0].contains(r#""AutoRestoreOnDataLoss":false"#));
    run_with(&absent.to_string(), false, &["policy", "lint", "-"]).expect(0);
}

#[test]
fn files_of_windows_powershell_are_read() {
    let text = share(r"\\nas\täglich").to_string();
    let units: Vec<u16> = text.encode_utf16().collect();
    let le = [&b"\xff\xfe"[..], &units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()].concat();
    let be = [&b"\xfe\xff"[..], &units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>()].concat();
    for bytes in [le, be, [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat()] {
        let file = OneFile::bytes("daily.json", &bytes);
        run(&["policy", "lint", file.path()]).expect(0);
        let shown = run(&["--dry-run", "policy", "create", "-f", file.path()]).expect(0);
        assert!(shown.out.contains("täglich"), "{shown:?}");
    }
}

#[test]
fn comments_in_json_and_empty_files_have_their_own_message() {
    let commented = share(r"\\nas\backups").to_string().replacen('{', "{ // nightly\n", 1);
    let file = OneFile::new("daily.json", &commented);
    let ran = run(&["policy", "create", "-f", file.path()]).expect(2);
    assert!(ran.err.contains("line 1 has a comment"), "{ran:?}");
    let ran = run(&["policy", "lint", OneFile::new("daily.json", "\r\n").path()]).expect(2);
    assert!(ran.err.contains("is empty"), "{ran:?}");
}

/// References are resolved in every file that can contain a secret; if that fails, nothing is sent.
#[test]
fn a_secret_by_reference_is_one_in_every_file() {
    let secret = OneFile::new("secret", &format!("{GOOD}\n"));
    let reference = format!("file:{}", secret.path());
    let storage =
        |text: &str| json!({ "StorageKind": "AzureBlobStore", "ConnectionString": text, "ContainerName": "backups" });
    let page = r#"{"ContinuationToken":"","Items":[]}"#;
    for (args, whole, response) in [
        (&["policy", "create"][..], true, (201, "")),
        (&["policy", "update", "Daily"], true, (200, "")),
        (&["partition", "backup", PARTITION, "--storage-file", "-"], false, (202, "")),
        (&["storage", "backups", "--app", "A", "--storage-file", "-"], false, (200, page)),
        (
            &[
                "partition",
                "restore",
                PARTITION,
                "--backup-id",
                PARTITION,
                "--location",
                "x",
                "--storage-file",
                "-",
                "--yes",
            ],
            false,
            (202, ""),
        ),
    ] {
        let text = |secret: &str| if whole { policy(storage(secret)) } else { storage(secret) }.to_string();
        let cluster = Canned::response(response.0, response.1);
        let url = cluster.url();
        let ran = run_with(&text(&reference), false, &[&["-e", &url], args].concat()).expect(0);
        let sent = cluster.requests().concat();
        assert!(sent.contains(GOOD) && !sent.contains("file:"), "{args:?}: {ran:?}");
        assert!(!ran.out.contains("QUJD") && !ran.err.contains("QUJD"), "{args:?}: {ran:?}");

        let shown = run_with(&text(&reference), false, &[&["--dry-run"], args].concat()).expect(0);
        assert!(shown.out.contains("****") && !shown.out.contains("QUJD"), "{args:?}: {shown:?}");

        for (unresolved, word) in [
            ("env:SF_BACKUP_NO_SUCH_VARIABLE", "not set"),
            ("file:/no/such/file", "cannot be read"),
            ("cmd:/no/such/program", "cannot be run"),
            ("env:", "literal:"),
        ] {
            let cluster = Untouched::new();
            let url = cluster.url();
            let ran = run_with(&text(unresolved), false, &[&["-e", &url], args].concat()).expect(2);
            cluster.assert_untouched();
            assert!(ran.err.contains("ConnectionString") && ran.err.contains(word), "{args:?}: {ran:?}");
        }
        let cluster = Canned::response(response.0, response.1);
        let url = cluster.url();
        let literal = format!("literal:{GOOD}");
        run_with(&text(&literal), false, &[&["-e", &url], args].concat()).expect(0);
        let sent = cluster.requests().concat();
        assert!(sent.contains(GOOD) && !sent.contains("literal:"), "{args:?}");
    }
}

#[test]
fn a_literal_secret_may_begin_like_a_reference() {
    let storage = json!({ "StorageKind": "FileShare", "Path": r"\\nas\b", "PrimaryUserName": "u", "PrimaryPassword": "literal:env:X" });
    let cluster = Canned::response(201, "");
    let url = cluster.url();
    run_with(&policy(storage).to_string(), false, &["-e", &url, "policy", "create"]).expect(0);
    assert!(cluster.requests()[0].contains(r#""PrimaryPassword":"env:X""#));
}

#[test]
fn masks_and_placeholders_in_a_storage_file_are_refused() {
    for connection in ["AccountName=a;AccountKey=****", "AccountName=<account>;AccountKey=<key>"] {
        let storage =
            json!({ "StorageKind": "AzureBlobStore", "ConnectionString": connection, "ContainerName": "backups" });
        let cluster = Untouched::new();
        let url = cluster.url();
        let args = ["-e", &url, "partition", "backup", PARTITION, "--storage-file", "-"];
        let ran = run_with(&storage.to_string(), false, &args).expect(2);
        cluster.assert_untouched();
        assert!(ran.err.contains("standard input: ConnectionString contains a"), "{ran:?}");
    }
}

/// The release is read if there is a cluster and a rule depends on it.
#[test]
fn a_long_retention_is_for_clusters_that_survive_it() {
    let create =
        ["policy", "create", "Long", "--every", "1h", "--keep", "30d", "--keep-at-least", "24", "--share", r"\\nas\b"];
    for (runtime, code) in [(Runtime::V6_4, 2), (Runtime::V11_3, 0)] {
        let cluster = Cluster::builder().runtime(runtime).build().listen().unwrap();
        let ran = at(&cluster.url(), &create).expect(code);
        assert_eq!(ran.err.contains("24 days"), code == 2, "{ran:?}");
        let forced = at(&cluster.url(), &[&create[..], &["--force"]].concat());
        assert_eq!(forced.code, if code == 0 { 4 } else { 0 }, "{forced:?}");
        let lint = at(&cluster.url(), &["-o", "json", "policy", "lint", "Long"]).expect(code);
        let found = rules(&lint).iter().any(|(severity, rule)| rule == "retention-over-24-days" && severity == "error");
        assert_eq!(found, code == 2, "{lint:?}");
        // Another share, so that the policy is replaced.
        let manifest = json!({ "apiVersion": "sf-backup/v1", "kind": "BackupConfiguration", "policies": [{
            "Name": "Other", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
            "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" },
            "Storage": { "StorageKind": "FileShare", "Path": r"\\nas\b" },
            "RetentionPolicy": { "RetentionPolicyType": "Basic", "RetentionDuration": "P30D", "MinimumNumberOfBackups": 4 } }] });
        let file = OneFile::new("backup.json", &manifest.to_string());
        let diff = at(&cluster.url(), &["diff", "-f", file.path()]).expect(1);
        assert_eq!(diff.err.contains("24 days"), code == 2, "{diff:?}");
        for dry in [&["--dry-run"][..], &[]] {
            let ran = at(&cluster.url(), &[dry, &["apply", "-f", file.path()]].concat()).expect(code);
            assert_eq!(ran.err.contains("24 days"), code == 2, "{ran:?}");
        }
        at(&cluster.url(), &["apply", "-f", file.path(), "--force"]).expect(0);
    }
    // Without a cluster, it is a warning, or depends on the given release.
    let text = share(r"\\nas\b").to_string().replace("P20D", "P30D");
    let lint = |more: &[&str]| run_with(&text, false, &[&["policy", "lint", "-"], more].concat()).code;
    assert_eq!(
        (lint(&[]), lint(&["--strict"]), lint(&["--runtime", "6.4"]), lint(&["--runtime", "9.1"])),
        (0, 2, 2, 0)
    );
}
