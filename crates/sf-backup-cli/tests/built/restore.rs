//! `restore run`, killed, interrupted, and on a full disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::harness::{Sim, command, text};

const PARTITIONS: usize = 50;

/// A simulated cluster with some hours of backups of a service with fifty partitions, and a plan for all of it.
struct Stage {
    sim: Sim,
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let partition = |number: usize| {
            let id = format!("00000000-0000-4000-8000-{number:012}");
            json!({ "ServicePartitionKind": "Named", "Id": id, "Name": number.to_string() })
        };
        let partitions: Vec<Value> = (0..PARTITIONS).map(partition).collect();
        let service = json!({ "Name": "fabric:/Shop/Cart", "ServiceKind": "Stateful", "HasPersistedState": true,
            "Partitions": partitions });
        let topology = json!({ "Applications": [{ "Name": "fabric:/Shop", "Services": [service] }] });
        let policy = json!({ "Name": "Hourly", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 4,
            "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" },
            "Storage": { "StorageKind": "FileShare", "Path": r"\\nas\b" } });
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("topology.json"), topology.to_string()).unwrap();
        std::fs::write(path("policy.json"), policy.to_string()).unwrap();
        let sim = Sim::start(&[
            "--start",
            "2024-01-01",
            "--control",
            "--speed",
            "120x",
            "--topology",
            path("topology.json").to_str().unwrap(),
        ]);
        sim.done(&["policy", "create", "-f", path("policy.json").to_str().unwrap()]);
        sim.done(&["service", "enable", "Shop/Cart", "--policy", "Hourly"]);
        let stage = Self { sim, folder };
        stage.sim.ask("POST", "/$sim/clock", &json!({ "Advance": "PT9H1M" }));
        let plan = stage.sim.done(&["restore", "plan", "--service", "Shop/Cart", "--at", "2024-01-01T06:30:00Z"]);
        std::fs::write(stage.plan(), &plan.stdout).unwrap();
        stage
    }

    fn plan(&self) -> PathBuf {
        self.folder.path().join("plan.yaml")
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("plan.yaml.journal")
    }

    fn run(&self, more: &[&str]) -> Command {
        let plan = self.plan();
        command(
            &[&["-e", &self.sim.url, "-o", "json", "restore", "run", plan.to_str().unwrap(), "--yes"], more].concat(),
        )
    }

    /// After `count` responses to restores, the next restores are accepted and their responses are lost.
    fn lose_after(&self, count: usize) {
        for (times, latency) in [(count, "PT0S"), (PARTITIONS, "PT1H")] {
            let fault =
                json!({ "Operation": "RestorePartition", "Times": times, "AfterEffect": true, "Latency": latency });
            self.sim.ask("POST", "/$sim/faults", &fault);
        }
    }

    /// Waits until this many restores are accepted.
    fn accepted(&self, count: usize) {
        while self.sim.effects("RestoreAccepted").len() < count {}
    }

    /// Another run completes the rest, and everything was done once.
    fn finish(&self) {
        self.sim.ask("DELETE", "/$sim/faults", &Value::Null);
        let output = self.run(&["--parallel", "50"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let lines: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(lines.as_array().unwrap().len(), PARTITIONS);
        assert!(lines.as_array().unwrap().iter().all(|line| line["Outcome"] == "Restored"), "{lines}");
        let all: Vec<String> = (0..PARTITIONS).map(|number| format!("00000000-0000-4000-8000-{number:012}")).collect();
        assert_eq!(self.sim.effects("RestoreAccepted"), all);
        assert_eq!(self.sim.effects("Restored"), all);
    }
}

fn lines(journal: &Path, event: &str) -> usize {
    std::fs::read_to_string(journal).unwrap().matches(&format!("\"event\":\"{event}\"")).count()
}

#[test]
fn a_killed_run_is_resumed_and_restores_nothing_twice() {
    let stage = Stage::new();
    stage.lose_after(20);
    let mut child = stage.run(&["--parallel", "24"]).spawn().unwrap();
    stage.accepted(24);
    // SIGKILL: nothing more is written.
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lines(&stage.journal(), "Starting") >= 24 && lines(&stage.journal(), "Started") <= 20);
    stage.finish();
}

#[test]
fn an_interrupted_run_prints_how_to_resume() {
    let stage = Stage::new();
    stage.lose_after(10);
    let child = stage.run(&["--parallel", "12"]).spawn().unwrap();
    stage.accepted(12);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let errors = text(&output.stderr);
    assert!(errors.contains("to resume: sf-backup -e") && errors.contains("--yes --parallel 12"), "{output:?}");
    let lines: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(lines.as_array().unwrap().len(), PARTITIONS);
    stage.finish();
}

/// A limit on the size of files simulates a full disk.
#[test]
fn a_full_journal_stops_the_run() {
    let stage = Stage::new();
    let run = stage.run(&["--parallel", "4"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\""]).arg(run.get_program()).args(run.get_args());
    let output = limited.stdin(Stdio::null()).output().unwrap();
    assert!(matches!(output.status.code(), Some(1 | 9)), "{output:?}");
    assert!(
        text(&output.stderr).contains("cannot be written") || text(&output.stdout).contains("Unknown"),
        "{output:?}"
    );
    let sent = stage.sim.effects("RestoreAccepted").len();
    assert!(sent < PARTITIONS && sent <= lines(&stage.journal(), "Starting"), "{sent}");
    stage.finish();
}
