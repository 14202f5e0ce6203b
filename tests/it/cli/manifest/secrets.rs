//! Secrets are sent to the cluster, and appear nowhere else.

use std::time::Duration;

use sf_backup_proto::{CreateBackupPolicy, Operation};
use sf_backup_sim::Fault;

use super::*;

const SECRET: &str = "hunter2";

fn file(reference: &str) -> String {
    format!(
        r"
apiVersion: sf-backup/v1
kind: BackupConfiguration
policies:
- Name: Blob
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 5
  Schedule: {{ScheduleKind: FrequencyBased, Interval: PT24H}}
  Storage: {{StorageKind: AzureBlobStore, ConnectionString: '{reference}', ContainerName: backups}}
- Name: Share
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 5
  Schedule: {{ScheduleKind: FrequencyBased, Interval: PT24H}}
  Storage: {{StorageKind: FileShare, Path: p, PrimaryUserName: u, PrimaryPassword: '{reference}'}}
enablement:
- {{ServiceName: Shop/Stock, BackupPolicyName: Blob}}
"
    )
}

fn hunt(ran: &Ran) {
    assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{ran:?}");
}

#[test]
fn in_every_output_and_every_outcome() {
    let secret = OneFile::new("secret", &format!("AccountName=a;AccountKey={SECRET}\n"));
    let reference = format!("file:{}", secret.path());
    for more in [&[][..], &["-v"], &["-o", "json"], &["-o", "yaml"], &["--dry-run"], &["--dry-run", "-o", "json"]] {
        for verb in ["apply", "diff"] {
            let simulated = Simulated::new();
            hunt(&simulated.with(&file(&reference), verb, more));
            hunt(&simulated.with(&file(&reference).replace("PT24H", "PT12H"), verb, more));
            hunt(&simulated.run(&[&["export"], more].concat()));
            for fault in [Fault::cut(), Fault::wrong_types(), Fault::empty(http::StatusCode::BAD_REQUEST)] {
                let simulated = Simulated::new();
                simulated.cluster.inject(fault.on(CreateBackupPolicy::spec()).times(9));
                hunt(&simulated.with(&file(&reference), verb, &[more, &["--max-attempts", "1"]].concat()));
            }
        }
    }
}

#[test]
fn in_an_invalid_file() {
    let simulated = Simulated::new();
    let good = file("env:KEY");
    for bad in [
        good.replace("env:KEY", "AccountKey=hunter2"),
        good.replace("'env:KEY'", "[hunter2]"),
        good.replace("'env:KEY'", "{hunter2: 1}"),
        good.replace("'env:KEY'", "'hunter2"),
        good.replace("'env:KEY'", "a: hunter2"),
        good.replace("StorageKind: AzureBlobStore, ConnectionString: 'env:KEY', ContainerName: backups", "hunter2"),
        good.replace("StorageKind: AzureBlobStore", "StorageKind: [hunter2]"),
        good.replace("ConnectionString: 'env:KEY'", "ConnectionString: 'env:KEY', ConnectionString: hunter2"),
    ] {
        for verb in ["apply", "diff"] {
            for more in [&[][..], &["-v"], &["-o", "json"], &["--dry-run"]] {
                hunt(&simulated.with(&bad, verb, more).expect(2));
            }
        }
    }
    // A storage of an unknown kind may have secrets under any name.
    let tape = good.replace("AzureBlobStore, ConnectionString: 'env:KEY'", "Tape, Robot: hunter2");
    for more in [&[][..], &["-v"], &["-o", "json"], &["--color", "always"]] {
        hunt(&simulated.diff(&tape, more).expect(1));
        hunt(&simulated.apply(&tape, &[more, &["--dry-run"]].concat()).expect(0));
    }
}

/// The secret must be sent, otherwise the tests above prove nothing.
#[test]
fn the_secret_is_sent() {
    let simulated = Simulated::new();
    simulated.apply(&file("cmd:echo AccountName=a;AccountKey=hunter2"), &[]).expect(0);
    simulated.cluster.advance(Duration::from_secs(2 * 86_400));
    let storage = OneFile::new(
        "storage.json",
        r#"{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=hunter2","ContainerName":"backups"}"#,
    );
    let listed =
        simulated.run(&["-o", "json", "storage", "backups", "--app", "Shop", "--storage-file", storage.path()]);
    assert_eq!(listed.expect(0).json().as_array().unwrap().len(), 2);
}
