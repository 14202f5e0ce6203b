//! `restore plan` and `restore run`, over a socket.

mod again;
#[cfg(unix)]
mod drill;
mod lists;
mod now;
mod one;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sf_backup_proto::{GetPartitionBackupList, Operation, RestorePartition};
use sf_backup_sim::{Cluster, EffectKind, Fault, Listening, Storages};
use tempfile::TempDir;

use super::harness::{OneFile, Ran, at, run, run_with};
use crate::restore::topology;

const CART: &str = "fabric:/Shop/Cart";
const HOURLY: &str = r#"{"Name":"Hourly","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
    "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
    "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=hunter2","ContainerName":"backups"}}"#;

/// Ids of partitions start here: small numbers are those of system services.
const BASE: u128 = 0x4000_8000_0000_0000_0000;

/// A cluster, and a folder for plans.
struct Stage {
    cluster: Cluster,
    listening: Listening,
    folder: TempDir,
}

impl Stage {
    /// A service with this many partitions.
    fn new(service: &str, first_id: u128, partitions: u32, storages: &Storages) -> Self {
        let builder = Cluster::builder().topology(topology(service, BASE + first_id, partitions)).storages(storages);
        let cluster = builder.speed("120x".parse().unwrap()).build();
        let listening = cluster.listen().unwrap();
        Self { cluster, listening, folder: TempDir::new().unwrap() }
    }

    /// A service with some hours of hourly backups.
    fn protected(partitions: u32) -> Self {
        let stage = Self::new(CART, 1, partitions, &Storages::default());
        stage.protect("Shop/Cart");
        stage.cluster.advance(Duration::from_secs(5 * 3_600 + 60));
        stage
    }

    fn protect(&self, service: &str) {
        run_with(HOURLY, false, &["-e", &self.url(), "policy", "create"]).expect(0);
        self.ran(&["service", "enable", service, "--policy", "Hourly"]).expect(0);
    }

    fn url(&self) -> String {
        self.listening.url()
    }

    fn ran(&self, args: &[&str]) -> Ran {
        at(&self.url(), args)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Creates a plan and writes it to a file.
    fn plan(&self, args: &[&str]) -> String {
        let ran = self.ran(&[&["restore", "plan"], args].concat()).expect(0);
        self.keep(&ran.out)
    }

    fn keep(&self, plan: &str) -> String {
        let path = self.path("plan.yaml");
        std::fs::write(&path, plan).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The partitions as the cluster lists them.
    fn partitions(&self) -> Vec<serde_json::Value> {
        self.ran(&["-o", "json", "partition", "list", CART]).expect(0).json().as_array().unwrap().clone()
    }

    fn count(&self, kind: EffectKind) -> usize {
        self.cluster.effects().iter().filter(|effect| effect.kind == kind).count()
    }
}

fn outcomes(ran: &Ran) -> Vec<String> {
    let lines = ran.json();
    lines.as_array().unwrap().iter().map(|line| line["Outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_service_is_restored_by_a_plan_and_once() {
    let stage = Stage::protected(3);
    let planned = stage.ran(&["restore", "plan", "--service", "Shop/Cart", "--at", "2024-01-01T03:30:00Z"]).expect(0);
    assert!(planned.out.starts_with("apiVersion: sf-backup/v1\nkind: RestorePlan\ncreatedAt: "), "{planned:?}");
    assert!(
        planned.out.contains(&format!("endpoints:\n- {}\nat: \"2024-01-01T03:30:00Z\"\n", stage.url())),
        "{planned:?}"
    );
    assert_eq!(planned.out.matches("\n    BackupLocation: ").count(), 3, "{planned:?}");
    assert_eq!(planned.out.matches("2024-01-01 03.00.").count(), 3, "{planned:?}");
    assert!(planned.err.contains("plan: 3 partitions as of 2024-01-01T03:0"), "{planned:?}");
    let plan = stage.keep(&planned.out);

    // A script must pass --yes.
    let refused = stage.ran(&["restore", "run", &plan]).expect(2);
    assert!(
        refused.err.contains("refusing to restore 3 partitions of Shop/Cart to 2024-01-01 03:00 UTC")
            && refused.err.contains("pass --yes"),
        "{refused:?}"
    );
    let no = run_with("n\n", true, &["-e", &stage.url(), "restore", "run", &plan]).expect(2);
    assert!(no.err.contains("Restore 3 partitions of Shop/Cart to 2024-01-01 03:00 UTC ("), "{no:?}");
    assert!(no.err.contains(" ago)? All later writes will be lost. [y/N] "), "{no:?}");
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 0);
    assert!(!Path::new(&format!("{plan}.journal")).exists());

    let done = stage.ran(&["restore", "run", &plan, "--yes", "--parallel", "3"]).expect(0);
    assert_eq!(done.out.matches(" restored ").count(), 3, "{done:?}");
    assert!(done.err.contains(", 3 of 3\n") && done.err.ends_with("3 restored\n"), "{done:?}");
    assert_eq!((stage.count(EffectKind::RestoreAccepted), stage.count(EffectKind::Restored)), (3, 3));

    let again = stage.ran(&["-o", "json", "restore", "run", &plan, "--yes"]).expect(0);
    assert_eq!(outcomes(&again), ["Restored"; 3]);
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 3);
    // The journal belongs to another plan.
    let other = stage.plan(&["--service", "Shop/Cart", "--latest"]);
    let foreign = stage.ran(&["restore", "run", &other, "--yes"]).expect(2);
    assert!(foreign.err.contains("plan.yaml.journal: line 1: is the journal of another plan"), "{foreign:?}");
}

#[test]
fn the_same_backups_go_into_a_second_cluster_under_another_name() {
    let storages = Storages::default();
    let first = Stage::new(CART, 1, 4, &storages);
    first.protect("Shop/Cart");
    first.cluster.advance(Duration::from_secs(3 * 3_600 + 60));
    let second = Stage::new("fabric:/New/Basket", 0x101, 4, &storages);
    let secret = OneFile::new("secret", "AccountName=a;AccountKey=hunter2\n");
    let storage = format!(
        "StorageKind: AzureBlobStore\nConnectionString: \"file:{}\"\nContainerName: backups\n",
        secret.path().replace('\\', "/")
    );
    let storage = OneFile::new("storage.yaml", &storage);
    let by_source =
        &["--service", "New/Basket", "--source-service", CART, "--latest", "--from-storage", storage.path()];
    let by_into = &["--service", CART, "--into", "New/Basket", "--latest", "--from-storage", storage.path()];
    second.ran(&["restore", "plan", "--service", "New/Basket", "--source-service", CART, "--latest"]).expect(2);
    let by_app = &["--app", "New", "--source-app", "Shop", "--latest", "--from-storage", storage.path()];
    second.ran(&[&["restore", "plan"], &by_app[..]].concat()).expect(2);
    let plans = [by_source, by_into].map(|args| second.ran(&[&["restore", "plan"], &args[..]].concat()).expect(0).out);
    let body = |plan: &str| {
        plan.split_once("endpoints:")
            .unwrap()
            .1
            .lines()
            .filter(|line| !line.contains("Loses"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(body(&plans[0]), body(&plans[1]));
    let [plan, _] = plans;
    assert!(!plan.contains("hunter2") && plan.contains("ConnectionString: file:"), "{plan}");
    let plan = second.keep(&plan);
    let shown = second.ran(&["--dry-run", "restore", "run", &plan]).expect(0);
    assert_eq!(shown.out.matches("/$/Restore?api-version").count(), 4, "{shown:?}");
    assert!(!shown.out.contains("hunter2") && !shown.out.contains("file:"), "{shown:?}");
    assert_eq!(second.count(EffectKind::RestoreAccepted), 0);

    second.ran(&["restore", "run", &plan, "--yes", "--parallel", "4"]).expect(0);
    let journal = std::fs::read_to_string(format!("{plan}.journal")).unwrap();
    assert!(!journal.contains("hunter2"), "{journal}");
    let restored = second.cluster.effects();
    let restored: Vec<_> = restored.iter().filter(|effect| effect.kind == EffectKind::Restored).collect();
    assert_eq!(restored.len(), 4);
    for effect in restored {
        // Partition 101 has the contents of partition 1, and so on.
        let source = effect.subject.replace("0000000001", "0000000000");
        assert!(effect.detail.as_ref().unwrap().contains(&source), "{effect:?}");
    }
    // A plan for another cluster requires confirmation.
    for journal in ["plan.yaml.journal", "another"] {
        let journal = second.path(journal);
        let args = ["-e", &first.url(), "restore", "run", &plan, "--journal", journal.to_str().unwrap()];
        let elsewhere = run_with("n\n", true, &args).expect(if journal.exists() { 0 } else { 2 });
        assert!(elsewhere.err.contains("the plan was made for http://"), "{elsewhere:?}");
    }
}

#[test]
fn secrets_of_the_command_line_are_required_again() {
    let stage = Stage::protected(1);
    let storage = r#"{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=hunter2","ContainerName":"backups"}"#;
    let (storage, other) =
        (OneFile::new("s.json", storage), OneFile::new("o.json", &storage.replace("backups", "others")));
    let ran =
        stage.ran(&["restore", "plan", "--service", CART, "--latest", "--from-storage", storage.path()]).expect(0);
    assert!(!ran.out.contains("hunter2") && ran.err.contains("also needs --from-storage"), "{ran:?}");
    let plan = stage.keep(&ran.out);
    let without = stage.ran(&["restore", "run", &plan, "--yes"]).expect(2);
    assert!(without.err.contains("storage.ConnectionString: a plan holds no secrets"), "{without:?}");
    let wrong = stage.ran(&["restore", "run", &plan, "--yes", "--from-storage", other.path()]).expect(2);
    assert!(wrong.err.contains("differs from the storage of"), "{wrong:?}");
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 0);
    let ran = stage.ran(&["-o", "json", "restore", "run", &plan, "--yes", "--from-storage", storage.path()]).expect(0);
    assert_eq!(outcomes(&ran), ["Restored"]);
}

#[test]
fn mismatches_and_missing_backups_are_reported() {
    let storages = Storages::default();
    let stage = Stage::protected(2);
    let other = Stage::new("fabric:/Shop/Cart", 201, 3, &storages);
    other.protect("Shop/Cart");
    let none = other.ran(&["restore", "plan", "--service", CART, "--latest"]).expect(3);
    assert!(none.err.contains("there are no backups") && none.out.contains("\nmissing:\n"), "{none:?}");
    let plan = other.keep(&none.out);
    other.ran(&["restore", "run", &plan, "--yes", "--partial"]).expect(2);

    // One partition cannot be listed: there is a plan, but it is incomplete.
    let fault = Fault::empty(http::StatusCode::INTERNAL_SERVER_ERROR).on(GetPartitionBackupList::spec()).times(5);
    stage.cluster.inject(fault);
    let ran = stage.ran(&["restore", "plan", "--service", CART, "--latest", "--parallel", "1"]).expect(21);
    assert!(ran.err.contains("its backups cannot be listed") && ran.err.contains("requires --partial"), "{ran:?}");
    let plan = stage.keep(&ran.out);
    let refused = stage.ran(&["restore", "run", &plan, "--yes"]).expect(2);
    assert!(refused.err.contains("--partial restores the others"), "{refused:?}");
    let ran = stage.ran(&["-o", "json", "-v", "restore", "run", &plan, "--yes", "--partial"]).expect(21);
    assert_eq!(outcomes(&ran), ["Restored", "Skipped"]);
    assert!(ran.err.ends_with("1 restored, 1 skipped: backups could not be listed\n"), "{ran:?}");

    let unsuited = stage
        .ran(&[
            "restore",
            "plan",
            "--partition",
            "00000000-0000-4000-8000-000000000001",
            "--into",
            "00000000-0000-4000-8000-000000000002",
            "--latest",
        ])
        .expect(2);
    let message =
        "the partitions differ: the keys -9223372036854775808..-2 of fabric:/Shop/Cart do not fit into the keys -1..";
    assert!(unsuited.err.contains(message), "{unsuited:?}");
    stage.ran(&["restore", "plan", "--service", "No/Such", "--latest"]).expect(3);
    run(&["restore", "plan", "--service", CART]).expect(2);
    run(&["restore", "run", "-", "--yes"]).expect(2);
}

#[test]
fn a_partition_goes_into_itself_from_its_storage() {
    let stage = Stage::protected(2);
    let storage = r#"{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=hunter2","ContainerName":"backups"}"#;
    let storage = OneFile::new("s.json", storage);
    let id = "00000000-0000-4000-8000-000000000002";
    for more in [&[][..], &["--from-storage", storage.path()]] {
        let ran =
            stage.ran(&[&["-o", "json", "restore", "plan", "--partition", id, "--latest"], more].concat()).expect(0);
        let plan = ran.json();
        assert_eq!(plan["restores"].as_array().unwrap().len(), 1, "{plan}");
        assert_eq!(plan["restores"][0]["PartitionInformation"]["Id"], id);
        assert_eq!(plan["restores"][0]["Backup"]["PartitionInformation"]["Id"], id);
    }
}

#[test]
fn a_failure_stops_the_run_and_the_rest_is_reported() {
    let stage = Stage::protected(3);
    let plan = stage.plan(&["--service", CART, "--latest"]);
    let refusal = r#"{"Error":{"Code":"FABRIC_E_BACKUP_IN_PROGRESS","Message":"Backup already in Progress"}}"#;
    let refusal = http::Response::builder().status(409).body(refusal.into()).unwrap();
    stage.cluster.inject(Fault::response(refusal).on(RestorePartition::spec()));
    let ran = stage.ran(&["-o", "json", "restore", "run", &plan, "--yes", "--parallel", "1"]).expect(4);
    assert_eq!(outcomes(&ran), ["Refused", "NotBegun", "NotBegun"]);
    super::json_shapes::holds("restore plan, restore run", &ran.json());
    let ran = stage.ran(&["restore", "run", &plan, "--yes", "--parallel", "3"]).expect(0);
    assert!(ran.err.contains("plan.yaml.journal: 3 not started"), "{ran:?}");
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 3);
}

/// The effect of a lost response is verified: nothing is sent twice.
#[test]
fn lost_responses_do_not_restore_twice() {
    let stage = Stage::protected(3);
    let plan = stage.plan(&["--service", CART, "--latest"]);
    stage.cluster.inject(Fault::cut().on(RestorePartition::spec()).after_effect().times(2));
    let ran = stage.ran(&["-o", "json", "restore", "run", &plan, "--yes", "--parallel", "3"]).expect(0);
    assert_eq!(outcomes(&ran), ["Restored"; 3]);
    assert_eq!((stage.count(EffectKind::RestoreAccepted), stage.count(EffectKind::Restored)), (3, 3));
}

#[cfg(unix)]
#[test]
fn a_journal_is_a_plain_file() {
    let stage = Stage::protected(1);
    let plan = stage.plan(&["--service", CART, "--latest"]);
    let ran = stage.ran(&["restore", "run", &plan, "--yes", "--journal", "/dev/null"]).expect(2);
    assert!(ran.err.contains("journal /dev/null: is not a regular file"), "{ran:?}");
    assert_eq!(stage.count(EffectKind::RestoreAccepted), 0);
}

const COPIES: &str = r#"{"Applications":[{"Name":"fabric:/Shop","Services":[
  {"Name":"fabric:/Shop/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
    {"ServicePartitionKind":"Named","Id":"00000000-0000-4000-8000-000000000001","Name":"eu"},
    {"ServicePartitionKind":"Named","Id":"00000000-0000-4000-8000-000000000002","Name":"us"}]},
  {"Name":"fabric:/Shop/Web","ServiceKind":"Stateless","Partitions":[
    {"ServicePartitionKind":"Singleton","Id":"00000000-0000-4000-8000-000000000009"}]}]},
  {"Name":"fabric:/Copy","Services":[
  {"Name":"fabric:/Copy/Cart","ServiceKind":"Stateful","HasPersistedState":true,"Partitions":[
    {"ServicePartitionKind":"Named","Id":"00000000-0000-4000-8000-000000000011","Name":"us"},
    {"ServicePartitionKind":"Named","Id":"00000000-0000-4000-8000-000000000012","Name":"eu"}]}]}]}"#;

#[test]
fn an_application_goes_into_another_of_the_same_cluster() {
    let blob = r#""StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=hunter2","ContainerName":"backups""#;
    let share = r#""StorageKind":"FileShare","Path":"p""#;
    for (storage, enabled, named) in
        [(share, false, true), (share, true, false), (blob, true, false), (blob, false, false)]
    {
        let topology: sf_backup_sim::Topology = serde_json::from_str(COPIES).unwrap();
        let cluster = Cluster::builder().topology(topology).speed("120x".parse().unwrap()).build();
        let listening = cluster.listen().unwrap();
        let stage = Stage { cluster, listening, folder: TempDir::new().unwrap() };
        run_with(&HOURLY.replace(blob, storage), false, &["-e", &stage.url(), "policy", "create"]).expect(0);
        stage.ran(&["app", "enable", "Shop", "--policy", "Hourly"]).expect(0);
        stage.cluster.advance(Duration::from_secs(2 * 3_600 + 60));
        if enabled {
            stage.ran(&["app", "enable", "Copy", "--policy", "Hourly"]).expect(0);
        }
        let ran = stage.ran(&["-o", "json", "-v", "restore", "plan", "--app", "Shop", "--into", "Copy", "--latest"]);
        if storage == blob && !enabled {
            assert!(ran.code == 2 && ran.err.contains("name the storage with --from-storage"), "{ran:?}");
            continue;
        }
        let ran = ran.expect(0);
        assert!(ran.err.contains("fabric:/Shop/Web is skipped: it keeps no state on disk"), "{ran:?}");
        let plan = ran.json();
        assert_eq!(plan["storage"].is_object(), named, "{plan}");
        let plan = stage.keep(&ran.out);
        let ran = stage.ran(&["-o", "json", "restore", "run", &plan, "--yes", "--parallel", "2"]).expect(0);
        assert_eq!(outcomes(&ran), ["Restored"; 2]);
        let restored = stage.cluster.effects().into_iter().filter(|effect| effect.kind == EffectKind::Restored);
        for effect in restored {
            // By name: the first partition of the copy is the second of the original.
            let source = if effect.subject.ends_with("11") { "000000000002" } else { "000000000001" };
            assert!(effect.detail.as_ref().unwrap().contains(source), "{effect:?}");
        }
    }
}
