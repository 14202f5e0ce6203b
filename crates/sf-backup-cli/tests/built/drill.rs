//! `drill run`, killed after each restore that the cluster has accepted. The tests across the crates kill it at every
//! line of the journal, on virtual time, because it waits for a restore that may be on its way.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::harness::{Sim, command, text};

const PARTITIONS: usize = 3;

/// A simulated cluster with backups of a service, a scratch service, and a drill file.
struct Stage {
    sim: Sim,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = |name: &str, first: usize| {
            let partition = |number: usize| {
                let id = format!("00000000-0000-4000-8000-{:012}", first + number);
                json!({ "ServicePartitionKind": "Named", "Id": id, "Name": number.to_string() })
            };
            let partitions: Vec<Value> = (0..PARTITIONS).map(partition).collect();
            let (app, _) = name.rsplit_once('/').unwrap();
            json!({ "Name": app, "Services": [
                { "Name": name, "ServiceKind": "Stateful", "HasPersistedState": true, "Partitions": partitions }] })
        };
        let topology = json!({ "Applications": [service("fabric:/Shop/Cart", 1), service("fabric:/Drill/Cart", 101)] });
        let path = folder.path().join("topology.json");
        std::fs::write(&path, topology.to_string()).unwrap();
        let sim = Sim::start(&["--control", "--speed", "120x", "--topology", path.to_str().unwrap()]);
        sim.done(&["policy", "create", "Hourly", "--every", "1h", "--share", r"\\nas\b"]);
        sim.done(&["service", "enable", "Shop/Cart", "--policy", "Hourly"]);
        let stage = Self { sim, folder };
        stage.sim.ask("POST", "/$sim/clock", &json!({ "Advance": "PT3H1M" }));
        let file = stage.path("drill.yaml");
        let init = ["-y", "drill", "init", "--service", "Shop/Cart", "--scratch", "Drill/Cart", "-f"];
        stage.sim.done(&[&init[..], &[file.to_str().unwrap()]].concat());
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn drill(&self) -> Command {
        let file = self.path("drill.yaml");
        command(&["-e", &self.sim.url, "-y", "drill", "run", "-f", file.to_str().unwrap(), "--parallel", "1"])
    }

    /// After `count` responses to restores, the next restore is accepted and its response is lost.
    fn lose_after(&self, count: usize) {
        for (times, latency) in [(count, "PT0S"), (1, "PT1H")] {
            let fault =
                json!({ "Operation": "RestorePartition", "Times": times, "AfterEffect": true, "Latency": latency });
            if times > 0 {
                self.sim.ask("POST", "/$sim/faults", &fault);
            }
        }
    }

    /// Number of recorded drills.
    fn recorded(&self) -> usize {
        std::fs::read_to_string(self.path("drill.yaml.history")).map_or(0, |text| text.lines().count())
    }
}

#[test]
fn a_drill_that_is_killed_restores_nothing_twice() {
    let stage = Stage::new();
    let ids = (0..PARTITIONS).map(|number| format!("00000000-0000-4000-8000-{:012}", 101 + number));
    for killed in 1..=PARTITIONS {
        let before = stage.sim.effects("RestoreAccepted").len();
        stage.lose_after(killed - 1);
        let mut child = stage.drill().spawn().unwrap();
        while stage.sim.effects("RestoreAccepted").len() < before + killed {}
        // SIGKILL: nothing more is written.
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(stage.recorded(), killed - 1);
        stage.sim.ask("DELETE", "/$sim/faults", &Value::Null);
        let output = stage.drill().output().unwrap();
        assert!(output.status.success() && text(&output.stderr).contains("resuming the drill of "), "{output:?}");
        // One drill, with each partition once.
        assert_eq!(stage.recorded(), killed);
        let mut expected: Vec<String> = ids.clone().flat_map(|id| std::iter::repeat_n(id, killed)).collect();
        expected.sort();
        assert_eq!(stage.sim.effects("RestoreAccepted"), expected, "{killed}");
        assert_eq!(stage.sim.effects("Restored"), expected, "{killed}");
    }
    let history = std::fs::read_to_string(stage.path("drill.yaml.history")).unwrap();
    for record in history.lines() {
        let record: Value = serde_json::from_str(record).unwrap();
        assert_eq!(record["Outcome"], "Succeeded", "{record}");
    }
}
