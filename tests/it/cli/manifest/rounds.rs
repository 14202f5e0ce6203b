//! After a file is applied, nothing differs, and an export equals it.

use sf_backup_sim::Runtime;

use super::*;

#[test]
fn applied_changes_are_no_longer_differences() {
    for runtime in [Runtime::V6_2, Runtime::V6_4, Runtime::V11_3] {
        let simulated = Simulated::of(runtime);
        // The preview has no retention.
        let file = match runtime {
            Runtime::V6_2 => {
                FULL.lines().filter(|line| !line.contains("RetentionPolicy")).collect::<Vec<_>>().join("\n")
            }
            _ => FULL.to_owned(),
        };
        assert_eq!(simulated.diff(&file, &[]).code, 1);
        let applied = simulated.apply(&file, &[]).expect(0);
        assert_eq!(applied.out.lines().count(), 9, "{applied:?}");
        let made = simulated.changes(0);
        assert_eq!(made.len(), 9, "{made:?}");
        let differs = simulated.diff(&file, &["--prune"]).expect(0);
        assert_eq!(differs.out, "");

        let again = simulated.apply(&file, &[]).expect(0);
        assert_eq!(again.out, "");
        assert!(again.err.contains("nothing to change: the cluster matches standard input"), "{again:?}");
        assert_eq!(simulated.changes(made.len()), [] as [&str; 0]);
    }
}

#[test]
fn an_export_rebuilds_the_cluster() {
    let first = Simulated::new();
    first.apply(FULL, &[]).expect(0);
    let exported = first.export();
    assert_eq!(
        exported,
        r#"apiVersion: sf-backup/v1
kind: BackupConfiguration
policies:
- Name: Daily
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 5
  Schedule:
    ScheduleKind: FrequencyBased
    Interval: P1D
  Storage:
    StorageKind: FileShare
    Path: \\nas\daily
- Name: Weekly
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 0
  Schedule:
    ScheduleKind: TimeBased
    ScheduleFrequencyType: Weekly
    RunTimes:
    - "0001-01-01T09:00:00Z"
    - "0001-01-01T18:30:00Z"
    RunDays:
    - Monday
    - Friday
  Storage:
    StorageKind: FileShare
    Path: \\nas\weekly
  RetentionPolicy:
    RetentionPolicyType: Basic
    RetentionDuration: P10D
enablement:
- EntityKind: Application
  ApplicationName: fabric:/Shop
  BackupPolicyName: Daily
- EntityKind: Application
  ApplicationName: fabric:/Shop/EU
  BackupPolicyName: Weekly
- EntityKind: Service
  ServiceName: fabric:/Shop10/Cart
  BackupPolicyName: Daily
- EntityKind: Partition
  ServiceName: fabric:/Shop/Cart
  PartitionId: 00000000-0000-4000-8000-000000000002
  BackupPolicyName: Weekly
suspensions:
- EntityKind: Application
  ApplicationName: fabric:/Shop/EU
- EntityKind: Service
  ServiceName: fabric:/Shop/Stock
- EntityKind: Partition
  ServiceName: fabric:/Shop/Cart
  PartitionId: 00000000-0000-4000-8000-000000000002
"#
    );
    let second = Simulated::new();
    second.apply(&exported, &[]).expect(0);
    second.diff(&exported, &["--prune"]).expect(0);
    assert_eq!(second.export(), exported);

    let json = first.run(&["-o", "json", "export"]).expect(0);
    assert_eq!(json.json()["policies"][0]["Schedule"]["Interval"], "P1D");
    first.diff(&json.out, &["--prune"]).expect(0);
}

#[test]
fn a_file_is_written_by_its_name_and_as_a_whole() {
    let simulated = Simulated::new();
    simulated.apply(FULL, &[]).expect(0);
    let folder = tempfile::TempDir::new().unwrap();
    for (name, begins) in [("backup.yaml", "apiVersion: "), ("backup.json", "{\n  \"apiVersion\": ")] {
        let path = folder.path().join(name);
        let ran = simulated.run(&["export", "-f", path.to_str().unwrap()]).expect(0);
        assert_eq!(ran.out, "");
        assert!(ran.err.contains("export: 2 policies, 4 enabled entities, 3 suspensions\n"), "{ran:?}");
        assert!(ran.err.contains("wrote "), "{ran:?}");
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(begins));
        simulated.run(&["diff", "-f", path.to_str().unwrap()]).expect(0);
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 2);
    let nowhere = simulated.run(&["export", "-f", folder.path().join("none/x").to_str().unwrap()]).expect(1);
    assert!(nowhere.err.contains("cannot be written"), "{nowhere:?}");
}

#[test]
fn the_changes_are_made_in_a_safe_order() {
    let simulated = Simulated::new();
    simulated.apply(FULL, &[]).expect(0);
    let made = simulated.changes(0);
    let place = |what: &str| {
        made.iter().position(|change| change.starts_with(what)).unwrap_or_else(|| panic!("{what}: {made:?}"))
    };
    assert_eq!((place("PolicyCreated Daily"), place("PolicyCreated Weekly")), (0, 1));
    // Suspending requires an enabled entity; preferably not the one to be suspended.
    assert!(place("Enabled fabric:/Shop Daily") < place("Suspended fabric:/Shop/Stock"));
    let partition = "fabric:/Shop/Cart/00000000-0000-4000-8000-000000000002";
    assert!(place(&format!("Suspended {partition}")) < place(&format!("Enabled {partition} Weekly")));
}

#[test]
fn moving_is_one_step_and_extra_things_stay_unless_pruned() {
    let simulated = Simulated::new();
    simulated.apply(FULL, &[]).expect(0);
    let before = simulated.changes(0).len();
    let file = FULL
        .replace("- {ServiceName: Shop10/Cart, BackupPolicyName: Daily}", "")
        .replace("ApplicationName: Shop, BackupPolicyName: Daily", "ApplicationName: Shop, BackupPolicyName: Weekly")
        .replace("- {ServiceName: Shop/Stock}", "");
    let differs = simulated.diff(&file, &[]).expect(1);
    assert_eq!(
        differs.out,
        "--- cluster: application fabric:/Shop\n+++ standard input: application fabric:/Shop\n@@ -1 +1 @@\n\
         -BackupPolicyName: Daily\n+BackupPolicyName: Weekly\n"
    );
    for left in ["--prune would disable service fabric:/Shop10/Cart", "--prune would resume service fabric:/Shop/Stock"]
    {
        assert!(differs.err.contains(left), "{differs:?}");
    }
    simulated.apply(&file, &[]).expect(0);
    assert_eq!(simulated.changes(before), ["Enabled fabric:/Shop Weekly"]);

    let pruned = file.replace("- Name: Daily", "- Name: Other");
    let refused = simulated.apply(&pruned, &["--prune"]).expect(2);
    assert!(refused.err.contains("disable service fabric:/Shop10/Cart") && refused.err.contains("pass --yes"));
    assert_eq!(simulated.changes(before + 1), [] as [&str; 0]);
    simulated.apply(&pruned, &["--prune", "--yes"]).expect(0);
    assert_eq!(
        simulated.changes(before + 1),
        [
            "PolicyCreated Other ",
            "Disabled fabric:/Shop10/Cart Daily",
            "Resumed fabric:/Shop/Stock ",
            "PolicyDeleted Daily "
        ]
    );
    assert!(!simulated.cluster.effects().iter().any(|effect| effect.kind == EffectKind::BackupDeleted));
    simulated.diff(&pruned, &["--prune"]).expect(0);
}

#[test]
fn a_person_is_asked_before_anything_is_taken_away() {
    let simulated = Simulated::new();
    simulated.apply(FULL, &[]).expect(0);
    let file = OneFile::new("empty.yaml", "apiVersion: sf-backup/v1\nkind: BackupConfiguration\nenablement: []\n");
    let url = simulated.listening.url();
    let args = ["-e", &url, "apply", "--prune", "-f", file.path()];
    let ran = run_with("n\n", true, &args).expect(2);
    assert!(ran.err.contains("[y/N]") && ran.err.contains("nothing was sent"), "{ran:?}");
    assert_eq!(simulated.changes(9), [] as [&str; 0]);
    run_with("y\n", true, &args).expect(0);
    assert_eq!(simulated.changes(9).len(), 4);
}

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let simulated = Simulated::new();
    let ran = simulated.apply(FULL, &["--dry-run"]).expect(0);
    assert!(ran.out.starts_with(
        "create policy Daily\ncreate policy Weekly\nenable application fabric:/Shop under policy Daily\n"
    ));
    assert_eq!(ran.out.lines().count(), 9);
    let json = simulated.apply(FULL, &["--dry-run", "-o", "json"]).expect(0).json();
    assert_eq!(json[0]["Change"], "CreatePolicy");
    assert_eq!(json[0]["After"]["Name"], "Daily");
    assert_eq!(simulated.changes(0), [] as [&str; 0]);
    for verb in ["export", "diff"] {
        let ran = simulated.with(FULL, verb, &["--dry-run"]);
        let ran = if verb == "export" { simulated.run(&["--dry-run", "export"]) } else { ran }.expect(0);
        assert!(ran.out.starts_with("GET http://127.0.0.1:"), "{ran:?}");
    }
}

#[test]
fn json_lists_every_change_with_its_outcome() {
    let simulated = Simulated::new();
    let differs = simulated.diff(FULL, &["-o", "json"]).expect(1).json();
    assert_eq!(differs.as_array().unwrap().len(), 9);
    let applied = simulated.apply(FULL, &["-o", "json"]).expect(0).json();
    assert!(applied.as_array().unwrap().iter().all(|row| row["Outcome"] == "Done"), "{applied}");
    assert_eq!(applied[2]["Entity"]["ApplicationName"], "fabric:/Shop");
    let changed = FULL.replace("PT24H", "PT12H");
    let differs = simulated.diff(&changed, &["-o", "json"]).expect(1).json();
    assert_eq!(differs[0]["Change"], "UpdatePolicy");
    assert_eq!(differs[0]["Members"], serde_json::json!(["Schedule.Interval"]));
    assert_eq!(
        (&differs[0]["Before"]["Schedule"]["Interval"], &differs[0]["After"]["Schedule"]["Interval"]),
        (&"P1D".into(), &"PT12H".into())
    );
    let text = simulated.diff(&changed, &["--color", "always"]).expect(1).out;
    assert!(text.contains("\u{1b}[31m-  Interval: P1D\u{1b}[0m\n\u{1b}[32m+  Interval: PT12H\u{1b}[0m\n"), "{text}");
    assert_eq!(simulated.apply(FULL, &["-o", "json"]).expect(0).out, "[]\n");
}
