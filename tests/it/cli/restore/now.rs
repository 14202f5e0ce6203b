//! `restore now`: the plan, one prompt, the run.

use super::*;

#[test]
fn a_service_is_restored_in_one_step_and_resumed_from_its_files() {
    let stage = Stage::protected(3);
    let path = stage.path("kept.yaml");
    let path = path.to_str().unwrap();
    let now = ["restore", "now", "--service", "Shop/Cart", "--at", "2h", "--plan", path, "--parallel", "3"];
    let url = stage.url();
    let with_endpoint = [&["-e", url.as_str()][..], &now].concat();

    let no = run_with("n\n", true, &with_endpoint).expect(2);
    let question = "Restore 3 partitions of Shop/Cart to 2024-01-01 03:00 UTC (";
    assert!(no.err.contains(question) && no.err.matches("[y/N]").count() == 1, "{no:?}");
    assert!(no.err.starts_with("PARTITION ") && no.out.is_empty(), "{no:?}");
    assert!(!Path::new(path).exists() && !Path::new(&format!("{path}.journal")).exists());
    let script = stage.ran(&now).expect(2);
    assert!(script.err.contains("pass --yes"), "{script:?}");

    let yes = run_with("y\n", true, &with_endpoint).expect(0);
    assert!(yes.err.ends_with("3 restored\n") && yes.out.matches(" restored ").count() == 3, "{yes:?}");
    assert_eq!((stage.count(EffectKind::RestoreAccepted), stage.count(EffectKind::Restored)), (3, 3));
    // 'restore run' accepts the files.
    let again = stage.ran(&["restore", "run", path, "--yes"]).expect(0);
    assert!(again.err.contains("nothing to do"), "{again:?}");
    let taken = stage.ran(&now).expect(2);
    assert!(taken.err.contains("already exists; run it with: sf-backup --endpoint "), "{taken:?}");
}

#[test]
fn an_incomplete_restore_requires_partial() {
    let stage = Stage::protected(2);
    let late = Fault::empty(http::StatusCode::GATEWAY_TIMEOUT).on(GetPartitionBackupList::spec());
    let path = stage.path("kept.yaml");
    let now = ["restore", "now", "--service", CART, "--latest", "--yes", "--plan", path.to_str().unwrap()];
    stage.cluster.inject(late.times(99));
    stage.ran(&now).expect(6);
    stage.cluster.clear_faults();
    let body = r#"{"Error":{"Code":"FABRIC_E_PARTITION_NOT_FOUND","Message":"no"}}"#;
    let gone = http::Response::builder().status(404).body(body.into()).unwrap();
    stage.cluster.inject(Fault::response(gone).on(GetPartitionBackupList::spec()));
    let ran = stage.ran(&now);
    assert!(ran.code == 21 && ran.err.contains("--partial restores only the partitions that have a backup"), "{ran:?}");
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 0);
    stage.cluster.clear_faults();
    stage.ran(&now).expect(0);
    assert_eq!(stage.count(EffectKind::Restored), 2);
}

#[test]
fn a_policys_storage_stands_in_for_a_file() {
    let share = r#""StorageKind":"FileShare","Path":"\\\\nas\\b""#;
    let blob = r#""StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=hunter2","ContainerName":"backups""#;
    let stage = Stage::new(CART, 1, 2, &Storages::default());
    run_with(&HOURLY.replace(blob, share), false, &["-e", &stage.url(), "policy", "create"]).expect(0);
    run_with(&HOURLY.replace("Hourly", "Blob"), false, &["-e", &stage.url(), "policy", "create"]).expect(0);
    stage.ran(&["service", "enable", CART, "--policy", "Hourly"]).expect(0);
    stage.cluster.advance(Duration::from_secs(2 * 3_600 + 60));
    // Its backups are kept, but the cluster no longer lists them.
    stage.ran(&["service", "disable", CART, "--yes"]).expect(0);
    let plan = ["restore", "plan", "--service", CART, "--latest"];
    stage.ran(&plan).expect(3);
    let ran = stage.ran(&[&plan[..], &["--from-policy", "Hourly"]].concat()).expect(0);
    assert!(ran.out.contains("StorageKind: FileShare"), "{ran:?}");
    let path = stage.path("kept.yaml");
    let now = ["restore", "now", "--service", CART, "--latest", "--yes", "--plan", path.to_str().unwrap()];
    stage.ran(&[&now[..], &["--from-policy", "Hourly"]].concat()).expect(0);
    assert_eq!(stage.count(EffectKind::Restored), 2);
    let masked = stage.ran(&[&plan[..], &["--from-policy", "Blob"]].concat()).expect(2);
    assert!(masked.err.contains("does not return the secrets of its storage"), "{masked:?}");
    stage.ran(&[&plan[..], &["--from-policy", "Nope"]].concat()).expect(3);
}
