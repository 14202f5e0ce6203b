//! `drill`: restores into a scratch service, with a probe, a history, metrics and a report.

use std::fs;

use serde_json::{Value, json};

use super::*;
use crate::cli::json_shapes;

/// Partitions with these names; ids end in numbers starting with `first`.
fn service(name: &str, first: usize, keys: &[&str]) -> Value {
    let partition = |(number, key): (usize, &&str)| {
        let id = format!("00000000-0000-4000-8000-{:012}", first + number);
        json!({ "ServicePartitionKind": "Named", "Id": id, "Name": key })
    };
    let partitions: Vec<Value> = keys.iter().enumerate().map(partition).collect();
    json!({ "Name": name, "ServiceKind": "Stateful", "HasPersistedState": true, "Partitions": partitions })
}

/// A service with hourly backups, a scratch service for it, and one that is partitioned differently.
fn stage() -> Stage {
    let applications = json!([
        { "Name": "fabric:/Shop", "Services": [service(CART, 1, &["a", "b", "c"])] },
        { "Name": "fabric:/Drill", "Services": [
            service("fabric:/Drill/Cart", 101, &["c", "a", "b"]),
            service("fabric:/Drill/Other", 201, &["a", "b", "d"]),
        ] },
    ]);
    let topology = sf_backup_sim::Topology::from_json(&json!({ "Applications": applications }).to_string()).unwrap();
    let cluster = Cluster::builder().topology(topology).speed("120x".parse().unwrap()).build();
    let listening = cluster.listen().unwrap();
    let stage = Stage { cluster, listening, folder: TempDir::new().unwrap() };
    stage.ran(&["policy", "create", "Hourly", "--every", "1h", "--share", r"\\nas\b"]).expect(0);
    stage.ran(&["service", "enable", CART, "--policy", "Hourly"]).expect(0);
    stage.cluster.advance(Duration::from_secs(5 * 3_600 + 60));
    stage
}

impl Stage {
    fn file(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Writes a marked drill file with this probe, a shell command.
    fn drill(&self, probe: &str) -> String {
        let path = self.file("drill.json");
        let init = ["-y", "drill", "init", "--service", CART, "--scratch", "Drill/Cart", "-f", &path];
        self.ran(&init).expect(0);
        self.change(|drill| drill["probe"] = json!(["sh", "-c", probe]));
        path
    }

    fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut drill = serde_json::from_str(&fs::read_to_string(self.path("drill.json")).unwrap()).unwrap();
        change(&mut drill);
        fs::write(self.path("drill.json"), drill.to_string()).unwrap();
    }

    fn run_drill(&self, more: &[&str]) -> Ran {
        self.ran(
            &[&["-y", "-o", "json", "drill", "run", "-f", &self.file("drill.json"), "--parallel", "3"], more].concat(),
        )
    }

    fn history(&self) -> Vec<Value> {
        let file = self.file("drill.json");
        self.ran(&["-o", "json", "drill", "history", "-f", &file]).expect(0).json().as_array().unwrap().clone()
    }

    fn metrics(&self) -> String {
        self.ran(&["metrics", "--cluster", "x", "--drill-history", &self.file("drill.json.history")]).expect(0).out
    }

    /// The restored partitions, sorted by id.
    fn accepted(&self) -> Vec<String> {
        let effects = self.cluster.effects();
        let accepted = effects.iter().filter(|effect| effect.kind == EffectKind::RestoreAccepted);
        let mut subjects: Vec<String> = accepted.map(|effect| effect.subject[33..].to_owned()).collect();
        subjects.sort();
        subjects
    }

    /// Plan and journal of a running drill, beside its history.
    fn leftovers(&self) -> [PathBuf; 2] {
        ["drill.json.history.plan", "drill.json.history.plan.journal"].map(|name| self.path(name))
    }

    fn is_clear(&self) -> bool {
        self.leftovers().iter().all(|path| !path.exists())
    }
}

/// The value of a metric of the service.
fn metric(text: &str, name: &str) -> Option<f64> {
    let labels = r#"{cluster="x",service="fabric:/Shop/Cart"} "#;
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("sfbackup_drill_{name}{labels}")));
    line.map(|value| value.parse().unwrap())
}

#[test]
fn a_drill_restores_into_the_scratch_service_and_is_recorded() {
    let stage = stage();
    let init = ["drill", "init", "--service", CART, "--scratch", "Drill/Cart", "--probe", "check --deep"];
    let unmarked = stage.ran(&init).expect(0);
    assert!(unmarked.out.contains("overwriteScratch: false\n") && unmarked.out.contains("- --deep\n"), "{unmarked:?}");
    assert!(unmarked.err.contains("set overwriteScratch to true"), "{unmarked:?}");
    stage.drill(&format!("cat > '{}'; echo all is well", stage.file("probe.json")));

    let file = stage.file("drill.json");
    let refused = stage.ran(&["drill", "run", "-f", &file]).expect(2);
    assert!(refused.err.contains("refusing to restore 3 partitions of Drill/Cart to "), "{refused:?}");
    let dry = stage.ran(&["--dry-run", "drill", "run", "-f", &file]).expect(0);
    assert!(dry.err.contains("nothing was sent"), "{dry:?}");
    assert!(stage.is_clear() && stage.accepted().is_empty());

    let ran = stage.run_drill(&[]).expect(0);
    assert!(ran.err.contains("probe: all is well"), "{ran:?}");
    let record = ran.json();
    json_shapes::holds("drill", &record);
    assert_eq!((&record["Outcome"], &record["Probe"]["ExitCode"]), (&json!("Succeeded"), &json!(0)));
    assert_eq!(stage.accepted(), ["101", "102", "103"]);
    // Each has the contents of the partition with the same name.
    let sources = |record: &Value| {
        let ids = record["Partitions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["SourcePartitionId"].as_str().unwrap()[33..].to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(sources(&record), ["003", "001", "002"]);
    for one in record["Partitions"].as_array().unwrap() {
        assert!(
            one["RecoverySeconds"].as_u64().unwrap() > 0 && one["DataAgeSeconds"].as_u64().unwrap() < 3_600,
            "{one}"
        );
    }
    let probed: Value = serde_json::from_str(&fs::read_to_string(stage.path("probe.json")).unwrap()).unwrap();
    assert_eq!((&probed["Partitions"], &probed["Probe"]), (&record["Partitions"], &Value::Null));
    assert_eq!(stage.history(), [record]);
    assert!(stage.is_clear());

    // The next run is a new drill.
    stage.run_drill(&[]).expect(0);
    assert_eq!((stage.accepted().len(), stage.history().len()), (6, 2));
    let shown = stage.ran(&["drill", "history", "-f", &file]).expect(0);
    assert_eq!(shown.out.matches("  Shop/Cart  succeeded  3 ").count(), 2, "{shown:?}");
    let people = stage.ran(&["-y", "drill", "run", "-f", &file]).expect(0);
    assert!(people.out.contains("Drill of Shop/Cart into Drill/Cart succeeded: 3 partitions restored, "), "{people:?}");
}

#[test]
fn a_probe_that_fails_is_a_failed_drill_everywhere() {
    let stage = stage();
    stage.drill("exit 0");
    stage.run_drill(&[]).expect(0);
    let good = stage.metrics();
    assert_eq!(metric(&good, "success"), Some(1.0));
    let success = metric(&good, "last_success_timestamp_seconds");
    assert_eq!(success, metric(&good, "timestamp_seconds"));
    assert!(success.is_some() && metric(&good, "duration_seconds").unwrap() > 0.0, "{good}");

    stage.cluster.advance(Duration::from_secs(3_600));
    stage.drill("echo looking; echo carts are missing >&2; exit 3");
    let ran = stage.run_drill(&[]).expect(24);
    let record = ran.json();
    assert_eq!((&record["Outcome"], &record["Probe"]["ExitCode"]), (&json!("ProbeFailed"), &json!(3)));
    assert!(record["Problem"].as_str().unwrap().ends_with(": 3: carts are missing"), "{record}");
    let bad = stage.metrics();
    assert_eq!((metric(&bad, "success"), metric(&bad, "last_success_timestamp_seconds")), (Some(0.0), success));
    assert!(metric(&bad, "timestamp_seconds") > success, "{bad}");
    let page = ["audit", "--report", "html", "--drill-history", &stage.file("drill.json.history")];
    let page = stage.ran(&page).out;
    assert!(page.contains("Drill probe failed</span> the probe sh ended with exit"), "{page}");
    assert!(page.contains("carts are missing") && page.contains("exit code 3, "), "{page}");

    for (probe, limit, problem) in
        [("while :; do :; done", "0s", "did not exit within 0 s"), ("exit 0", "1m", "cannot be run")]
    {
        stage.drill(probe);
        if problem == "cannot be run" {
            stage.change(|drill| drill["probe"] = json!(["no-such-program-here"]));
        }
        let record = stage.run_drill(&["--probe-timeout", limit]).expect(24).json();
        assert!(record["Problem"].as_str().unwrap().contains(problem), "{record}");
        assert_eq!(record["Probe"]["ExitCode"], Value::Null);
    }
    assert!(stage.is_clear());
}

#[test]
fn an_earlier_time_has_earlier_backups() {
    let stage = stage();
    stage.drill("exit 0");
    let record = stage.run_drill(&["--at", "2024-01-01T03:30:00Z"]).expect(0).json();
    assert_eq!(record["AtUtc"], "2024-01-01T03:30:00Z");
    for one in record["Partitions"].as_array().unwrap() {
        assert!(one["CreationTimeUtc"].as_str().unwrap().starts_with("2024-01-01T03:0"), "{one}");
        assert!((1_200..=1_800).contains(&one["DataAgeSeconds"].as_u64().unwrap()), "{one}");
    }
}

#[test]
fn nothing_but_a_marked_scratch_service_is_overwritten() {
    let stage = stage();
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 6] = [
        (|drill| drill["overwriteScratch"] = json!(false), "is not marked as scratch"),
        (|drill| _ = drill.as_object_mut().unwrap().remove("overwriteScratch"), "is not marked as scratch"),
        (|drill| drill["scratchService"] = json!("fabric:/Shop/Cart"), "a drill never overwrites it"),
        (
            |drill| _ = drill["scratchPartitions"].as_array_mut().unwrap().remove(1),
            "has the partition 00000000-0000-4000-8000-000000000102, which is not named",
        ),
        (
            |drill| drill["scratchPartitions"][0] = json!("00000000-0000-4000-8000-000000000009"),
            "has the partition 00000000-0000-4000-8000-000000000101, which is not named",
        ),
        (
            |drill| {
                drill["scratchService"] = json!("fabric:/Drill/Other");
                let ids = [201, 202, 203].map(|number| format!("00000000-0000-4000-8000-{number:012}"));
                drill["scratchPartitions"] = json!(ids);
            },
            ": the partitions differ: fabric:/Drill/Other has ",
        ),
    ];
    for (change, problem) in cases {
        stage.drill("exit 0");
        stage.change(change);
        let ran = stage.run_drill(&[]).expect(2);
        assert!(ran.err.contains(problem) && ran.err.contains("nothing was sent"), "{problem}: {ran:?}");
    }
    for scratch in ["Shop/Cart", "Drill/Other"] {
        stage.ran(&["-y", "drill", "init", "--service", CART, "--scratch", scratch]).expect(2);
    }
    stage.ran(&["-y", "drill", "init", "--service", CART, "--scratch", "Drill/None"]).expect(3);
    assert!(stage.accepted().is_empty() && stage.history().is_empty() && stage.is_clear());
}

#[test]
fn a_partition_without_a_backup_is_a_failed_drill() {
    let stage = stage();
    stage.drill("exit 0");
    let record = stage.run_drill(&["--at", "2023-12-31"]).expect(3).json();
    assert_eq!((&record["Outcome"], &record["Partitions"][0]["Outcome"]), (&json!("RestoreFailed"), &json!("Skipped")));
    assert_eq!(stage.history(), [record]);
    assert!(stage.accepted().is_empty() && stage.is_clear());
    assert_eq!(metric(&stage.metrics(), "success"), Some(0.0));
}

#[test]
fn a_killed_drill_is_resumed() {
    let stage = stage();
    let [plan, journal] = stage.leftovers();
    // The files on disk while the probe runs are those after a kill at that time.
    let copy = format!("cp '{}' '{}' '{}'", plan.display(), journal.display(), stage.file("copy"));
    fs::create_dir(stage.path("copy")).unwrap();
    stage.drill(&copy);
    stage.run_drill(&[]).expect(0);
    let history = stage.path("drill.json.history");
    let recorded = fs::read_to_string(&history).unwrap();
    let put_back = || {
        for path in [&plan, &journal] {
            fs::copy(stage.path("copy").join(path.file_name().unwrap()), path).unwrap();
        }
    };
    // Killed while the probe ran or while the record was written: only the probe runs again.
    for torn in ["", &recorded[..recorded.len() / 2]] {
        put_back();
        fs::write(&history, torn).unwrap();
        let ran = stage.run_drill(&[]).expect(0);
        assert!(ran.err.contains("resuming the drill of "), "{ran:?}");
        assert_eq!((stage.accepted().len(), stage.history().len()), (3, 1));
    }
    // Killed after the record: the next drill is a new one.
    put_back();
    fs::write(&history, &recorded).unwrap();
    stage.run_drill(&[]).expect(0);
    assert_eq!((stage.accepted().len(), stage.history().len()), (6, 2));
    // The plan of another drill is not run.
    put_back();
    fs::write(&history, "").unwrap();
    let text = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, text.replacen("ServiceName: fabric:/Drill/Cart", "ServiceName: fabric:/Shop/Cart", 1)).unwrap();
    let foreign = stage.run_drill(&[]).expect(2);
    assert!(foreign.err.contains("of fabric:/Shop/Cart, which is not part of this drill"), "{foreign:?}");
    assert_eq!(stage.accepted().len(), 6);
}

#[test]
fn one_drill_runs_at_a_time() {
    let stage = stage();
    stage.drill("exit 0");
    let history = fs::File::create(stage.path("drill.json.history")).unwrap();
    history.lock().unwrap();
    let ran = stage.run_drill(&[]).expect(2);
    assert!(ran.err.contains("another drill is using it"), "{ran:?}");
    history.unlock().unwrap();
    stage.run_drill(&[]).expect(0);
    assert_eq!(stage.accepted().len(), 3);
}

#[test]
fn faults_of_the_cluster_restore_nothing_twice() {
    let stage = stage();
    stage.drill("exit 0");
    stage.cluster.inject(Fault::cut().on(RestorePartition::spec()).after_effect().times(2));
    stage.cluster.inject(Fault::empty(http::StatusCode::SERVICE_UNAVAILABLE).times(2));
    stage.run_drill(&[]).expect(0);
    assert_eq!(stage.accepted(), ["101", "102", "103"]);
    // One is refused: the others are tried, and the drill fails.
    let refusal = r#"{"Error":{"Code":"FABRIC_E_BACKUP_IN_PROGRESS","Message":"Backup already in Progress"}}"#;
    let refusal = http::Response::builder().status(409).body(refusal.into()).unwrap();
    stage.cluster.inject(Fault::response(refusal).on(RestorePartition::spec()).times(1));
    let record = stage.run_drill(&[]).expect(4).json();
    assert_eq!((&record["Outcome"], &record["Probe"]), (&json!("RestoreFailed"), &Value::Null));
    let mut outcomes: Vec<&str> =
        record["Partitions"].as_array().unwrap().iter().map(|one| one["Outcome"].as_str().unwrap()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["Refused", "Restored", "Restored"]);
    assert!(stage.is_clear() && stage.accepted().len() == 5);
    // Without a response from the cluster, there is no drill.
    stage.cluster.inject(Fault::empty(http::StatusCode::SERVICE_UNAVAILABLE).times(99));
    let ran = stage.run_drill(&["--max-attempts", "1"]);
    assert!(ran.code != 0 && stage.history().len() == 2, "{ran:?}");
}
