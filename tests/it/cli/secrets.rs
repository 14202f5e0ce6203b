//! A secret does not appear in any output, whatever goes wrong.

use sf_backup_cli::Environment;

use super::doubles::{Canned, CannedResponse, dead};
use super::harness::{PARTITION, Ran, run_in_with, run_with};

const SECRET: &str = "hunter2";

const STORAGES: &[&str] = &[
    r#"{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=hunter2","ContainerName":"backups"}"#,
    r#"{"StorageKind":"FileShare","Path":"\\\\s\\b","PrimaryUserName":"u","PrimaryPassword":"hunter2","SecondaryPassword":"hunter2"}"#,
    r#"{"StorageKind":"Tape","Robot":"hunter2","Deep":{"Path":["hunter2"]}}"#,
    r#"{"StorageKind":"ManagedIdentityAzureBlobStore","ManagedIdentityType":"VMSS","BlobServiceUri":"https://a/?sig=hunter2","ContainerName":"c"}"#,
    r#"{"StorageKind":"AzureBlobStore","ConnectionString":"AccountKey=hunter2","ContainerName":" "}"#,
    r#"{"StorageKind":"AzureBlobStore","ConnectionString":["hunter2"],"ContainerName":"c"}"#,
    r#"{"StorageKind":"AzureBlobStore","ConnectionString":"AccountKey=hunter2"}"#,
    r#""AccountKey=hunter2""#,
    r#"{"StorageKind":{"hunter2":1}}"#,
    "StorageKind: AzureBlobStore\nConnectionString: 'hunter2\n",
    "StorageKind: AzureBlobStore\nConnectionString: a: hunter2\n",
    r#"{"StorageKind":"AzureBlobStore","ConnectionString":"hunter2" "ContainerName":"c"}"#,
];

fn policy(storage: &str) -> String {
    format!(
        r#"{{"Name":"P","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
            "Schedule":{{"ScheduleKind":"FrequencyBased","Interval":"PT15M"}},"Storage":{storage}}}"#
    )
}

fn hunt(ran: &Ran, what: &str) {
    assert!(!ran.out.contains(SECRET), "{what}: {ran:?}");
    assert!(!ran.err.contains(SECRET), "{what}: {ran:?}");
}

fn every_way(url: &str) {
    for storage in STORAGES {
        for more in [
            &["-v"][..],
            &["-o", "json"],
            &["-o", "yaml"],
            &["--dry-run"],
            &["--dry-run", "-o", "json"],
            &["--dry-run=curl"],
        ] {
            for verb in [&["policy", "create"][..], &["policy", "update", "P"], &["policy", "lint", "-"]] {
                let args = [&["-e", url, "--max-attempts", "1"], more, verb].concat();
                hunt(&run_with(&policy(storage), false, &args), storage);
            }
            let args =
                [&["-e", url, "--max-attempts", "1"], more, &["partition", "backup", PARTITION, "--storage-file", "-"]]
                    .concat();
            hunt(&run_with(storage, false, &args), storage);
            let args = [
                &["-e", url, "--max-attempts", "1"],
                more,
                &["storage", "backups", "--app", "A", "--storage-file", "-"],
            ]
            .concat();
            hunt(&run_with(storage, false, &args), storage);
        }
    }
}

#[test]
fn in_success() {
    every_way(&Canned::response(201, "").url());
}

#[test]
fn in_refusal() {
    every_way(&Canned::fabric(400, "E_INVALIDARG", "The storage is not valid.").url());
}

#[test]
fn in_silence() {
    every_way(&Canned::new(CannedResponse::Hangup).url());
    every_way(&dead());
}

/// The secret must be sent, otherwise the tests above prove nothing.
#[test]
fn the_secret_is_sent() {
    for storage in &STORAGES[..3] {
        let cluster = Canned::response(201, "");
        let url = cluster.url();
        run_with(&policy(storage), false, &["-e", &url, "policy", "create"]).expect(0);
        assert!(cluster.requests()[0].contains(SECRET));
    }
}

/// What is checked without a cluster is not quoted, either, valid or not.
#[test]
fn in_a_question() {
    for storage in STORAGES {
        for (verb, input) in [("lint", policy(storage)), ("create", policy(storage))] {
            let args: &[&str] = if verb == "lint" { &["policy", "lint", "-"] } else { &["--dry-run", "policy", verb] };
            let ran = run_with(&input, true, args);
            assert!(!ran.out.is_empty() || !ran.err.is_empty());
            hunt(&ran, storage);
        }
    }
}

/// A token in the arguments or the environment is not part of any message.
#[test]
fn in_a_token() {
    let environment = Environment::none();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), SECRET).unwrap();
    let path = file.path().to_str().unwrap();
    for more in [&["-v"][..], &["-o", "json"], &["--dry-run"], &["--dry-run=curl"]] {
        for url in ["https://127.0.0.1:1", "http://127.0.0.1:1"] {
            let base = ["-e", url, "--max-attempts", "1", "--token-file", path];
            hunt(
                &run_in_with(&environment, "", false, &[&base[..], more, &["service", "resume", "A/S"]].concat()),
                url,
            );
        }
    }
}

#[test]
fn a_dry_run_shows_the_mask_which_is_never_sent() {
    let ran = run_with(&policy(STORAGES[0]), false, &["-o", "json", "--dry-run", "policy", "create"]).expect(0);
    let body = ran.json()["body"].clone();
    assert_eq!(body["Storage"]["ConnectionString"], "****");
    assert_eq!(body["Storage"]["ContainerName"], "backups");
    let again = run_with(&body.to_string(), false, &["--dry-run", "policy", "create"]).expect(2);
    assert!(again.err.contains("Storage.ConnectionString"), "{again:?}");
}

/// A cluster returns `****` for every secret. If it does not, the secret is not printed nevertheless; members that are
/// not known to be secrets are printed unchanged.
#[test]
fn in_responses_of_a_cluster_that_does_not_mask() {
    for storage in &STORAGES[..2] {
        let policy = policy(storage);
        let one = Canned::response(200, policy.clone());
        let page = Canned::response(200, format!(r#"{{"ContinuationToken":"","Items":[{policy}]}}"#));
        for more in [&["-v"][..], &["-o", "json"], &["-o", "yaml"], &["-o", "table"]] {
            for (cluster, verbs) in [
                (&one, &[&["policy", "show", "P"][..], &["policy", "lint", "P"], &["policy", "edit", "P"]][..]),
                (&page, &[&["policy", "list"][..], &["export"], &["audit"], &["why", "A/S"], &["doctor"]]),
            ] {
                for verb in verbs {
                    let url = cluster.url();
                    let args = [&["-e", &url, "--max-attempts", "1"], more, verb].concat();
                    hunt(&run_with("", false, &args), &args.join(" "));
                }
            }
        }
    }
}
