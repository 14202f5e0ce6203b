//! `partition restore`: the backup of each partition is known before prompts and requests.

use sf_backup_proto::inventory::{GetPartitionInfoList, GetServiceNameInfo};
use sf_backup_sim::Runtime;

use super::*;

const FIRST: &str = "00000000-0000-4000-8000-000000000001";

/// A protected service on a cluster of this runtime.
fn protected(runtime: Runtime) -> Stage {
    let builder = Cluster::builder().topology(topology(CART, BASE + 1, 2)).runtime(runtime);
    let cluster = builder.speed("120x".parse().unwrap()).build();
    let listening = cluster.listen().unwrap();
    let stage = Stage { cluster, listening, folder: TempDir::new().unwrap() };
    stage.protect("Shop/Cart");
    stage.cluster.advance(Duration::from_secs(4 * 3_600 + 60));
    stage
}

fn restored(stage: &Stage) -> Vec<String> {
    let effects = stage.cluster.effects().into_iter().filter(|effect| effect.kind == EffectKind::Restored);
    effects.map(|effect| effect.detail.unwrap()).collect()
}

#[test]
fn the_client_chooses_the_newest_backup_for_every_runtime() {
    for runtime in [Runtime::V6_4, Runtime::V11_3] {
        let stage = protected(runtime);
        let prompt = run_with("n\n", true, &["-e", &stage.url(), "partition", "restore", FIRST, "--latest"]).expect(2);
        let question =
            format!("Restore partition {FIRST} of Shop/Cart to the incremental backup of 2024-01-01 04:00 UTC (");
        assert!(
            prompt.err.contains(&question) && prompt.err.contains(" ago)? All later writes will be lost. [y/N]"),
            "{prompt:?}"
        );
        let ran = stage.ran(&["partition", "restore", FIRST, "--latest", "--yes", "--wait"]).expect(0);
        assert!(ran.out.contains("Created:") && ran.out.contains("2024-01-01T04:00:"), "{ran:?}");
        assert!(ran.out.contains("Backup:") && ran.out.contains("Type:            Incremental"), "{ran:?}");
        assert!(
            matches!(restored(&stage).as_slice(), [only] if only.contains("2024-01-01 04.00.")),
            "{:?}",
            restored(&stage)
        );
    }
}

#[test]
fn unrestorable_backups_are_skipped_and_missing_ones_reported() {
    let stage = Stage::new(CART, 1, 2, &Storages::default());
    stage.protect("Shop/Cart");
    let ran = stage.ran(&["partition", "restore", FIRST, "--latest", "--yes"]).expect(3);
    assert!(ran.err.contains("it has no backups"), "{ran:?}");
    let second = FIRST.replace("0001", "0002");
    let ran = stage.ran(&["partition", "restore", FIRST, &second, "--latest", "--yes"]).expect(3);
    assert!(ran.err.contains("nothing was sent, because no backup was found for"), "{ran:?}");
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 0);
}

#[test]
fn if_the_list_fails_the_cluster_chooses() {
    for (runtime, code) in [(Runtime::V6_4, 6), (Runtime::V11_3, 0)] {
        let stage = protected(runtime);
        let late = Fault::empty(http::StatusCode::GATEWAY_TIMEOUT).on(GetPartitionBackupList::spec()).times(99);
        stage.cluster.inject(late);
        let ran = stage.ran(&["partition", "restore", FIRST, "--latest", "--yes", "--wait"]).expect(code);
        assert_eq!(ran.err.contains("the cluster chooses the newest backup"), code == 0, "{ran:?}");
        assert_eq!(stage.count(EffectKind::RestoreAccepted), usize::from(code == 0));
    }
}

#[test]
fn a_failed_look_up_does_not_stop_a_restore() {
    let stage = protected(Runtime::V6_4);
    let list = stage.ran(&["-o", "json", "partition", "backups", FIRST]).expect(0).json();
    let of = |name: &str| list[1][name].as_str().unwrap().to_owned();
    let (id, location) = (of("BackupId"), of("BackupLocation"));
    let url = stage.url();
    let ask = |id: &str| {
        let args = ["-e", &url, "partition", "restore", FIRST, "--backup-id", id, "--location", &location];
        run_with("n\n", true, &args).expect(2).err
    };
    let prompt = ask(&id);
    assert!(prompt.contains(" of Shop/Cart to the incremental backup of 2024-01-01 02:00 UTC ("), "{prompt}");
    let prompt = ask(FIRST);
    assert!(prompt.contains("has no backup with this id at this location"), "{prompt}");
    // No request about it succeeds, but its location contains its creation time.
    for spec in [GetPartitionBackupList::spec(), GetServiceNameInfo::spec()] {
        stage.cluster.inject(Fault::empty(http::StatusCode::NOT_FOUND).on(spec).times(99));
    }
    let prompt = ask(&id);
    assert!(prompt.contains(&format!("Restore partition {FIRST} to the backup of 2024-01-01 02:00 UTC (")), "{prompt}");
    let args = ["partition", "restore", FIRST, "--backup-id", &id, "--location", &location, "--yes", "--wait"];
    let ran = stage.ran(&args).expect(0);
    assert!(ran.out.contains(&id), "{ran:?}");
    assert_eq!(restored(&stage).len(), 1);
}

#[test]
fn several_partitions_have_one_prompt() {
    let stage = protected(Runtime::V6_4);
    let (url, second) = (stage.url(), FIRST.replace("0001", "0002"));
    let args = ["-e", &url, "partition", "restore", FIRST, &second, "--latest", "--wait"];
    let prompt = run_with("n\n", true, &args).expect(2);
    let question =
        format!("Restore 2 partitions of Shop/Cart ({FIRST}, {second}) to backups of 2024-01-01 04:00 UTC (");
    assert!(prompt.err.contains(&question), "{prompt:?}");
    run_with("y\n", true, &args).expect(0);
    assert_eq!(restored(&stage).len(), 2);
}

#[test]
fn a_restore_that_is_refused_before_it_began_is_a_failure() {
    let stage = protected(Runtime::V6_4);
    let body = r#"{"Error":{"Code":"E_UNEXPECTED","Message":"Unable to get recovery point details."}}"#;
    let refusal = http::Response::builder().status(500).body(body.into()).unwrap();
    stage.cluster.inject(Fault::response(refusal).on(RestorePartition::spec()).times(9));
    let ran = stage.ran(&["partition", "restore", FIRST, "--latest", "--yes", "--wait"]).expect(8);
    assert!(ran.err.contains("the backup does not exist or the storage refuses access"), "{ran:?}");
    let plan = stage.plan(&["--service", CART, "--latest"]);
    let ran = stage.ran(&["restore", "run", &plan, "--yes"]).expect(8);
    assert!(ran.out.contains(" refused "), "{ran:?}");
}

#[test]
fn a_partition_that_is_unusable_afterwards_is_reported() {
    let stage = protected(Runtime::V6_4);
    let items: Vec<_> = stage
        .partitions()
        .into_iter()
        .map(|mut info| {
            info["PartitionStatus"] = "InQuorumLoss".into();
            info
        })
        .collect();
    let body = serde_json::json!({ "ContinuationToken": "", "Items": items }).to_string();
    let response = http::Response::builder().status(200).body(body.into()).unwrap();
    stage.cluster.inject(Fault::response(response).on(GetPartitionInfoList::spec()).times(9));
    let ran = stage.ran(&["partition", "restore", FIRST, "--latest", "--yes", "--wait"]).expect(4);
    assert!(ran.err.contains("restored, but not usable: its status is InQuorumLoss"), "{ran:?}");
}
