//! `apply`, interrupted.

use std::io::{BufRead, BufReader, Read};
use std::process::Command;

use super::harness::{Sim, command};

const FILE: &str = r"
apiVersion: sf-backup/v1
kind: BackupConfiguration
policies:
- Name: Daily
  AutoRestoreOnDataLoss: false
  MaxIncrementalBackups: 5
  Schedule: {ScheduleKind: FrequencyBased, Interval: P1D}
  Storage: {StorageKind: FileShare, Path: p}
enablement:
- {ServiceName: CalcApp/CalcService, BackupPolicyName: Daily}
";

#[test]
fn completed_and_remaining_changes_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("backup.yaml"), FILE).unwrap();
    let late = "[[Faults]]\nOperation = \"EnableServiceBackup\"\nLatency = \"PT1H\"\n";
    std::fs::write(path("late.toml"), late).unwrap();
    let sim = Sim::start(&["--scenario", &path("late.toml")]);

    let mut child = command(&["-e", &sim.url, "apply", "-f", &path("backup.yaml")]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "policy Daily is created\n");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut printed = String::new();
    child.stderr.as_mut().unwrap().read_to_string(&mut printed).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{printed}");
    for part in ["enable service fabric:/CalcApp/CalcService", "apply the file again to continue", "interrupted"] {
        assert!(printed.contains(part), "{printed}");
    }
    // Whether the next change was started by then depends on timing.
    assert!(printed.contains("1 of 2 changes made"), "{printed}");
}
