//! The built-in scenarios of the simulator, in an `audit`.

use serde_json::{Value, json};
use sf_backup_sim::{GALLERY, Runtime};

use crate::harness::{Sim, run, text};

const FIRST: &str = "6b1c2f7e-0000-4000-8000-000000000001";

/// A scenario, with a client that advances its time.
struct Stage(Sim);

impl Stage {
    fn new(scenario: &str) -> Self {
        Self(Sim::start(&["--speed", "0x", "--start", "2026-11-27T08:00:00Z", "--scenario", scenario]))
    }

    /// After this much more time, the state of the first partition with its reason and its findings.
    fn after(&self, time: &str) -> (String, String, Vec<String>) {
        self.0.done(&["sim", "advance", time]);
        let output = run(&["-e", &self.0.url, "-o", "json", "audit"]);
        let audit: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let found = audit.as_array().unwrap().iter().find(|partition| partition["PartitionId"] == FIRST).unwrap();
        let string = |value: &Value| value.as_str().unwrap().to_owned();
        let findings = found["Findings"].as_array().unwrap().iter().map(|finding| string(&finding["Finding"]));
        (string(&found["State"]), string(&found["ReasonCode"]), findings.collect())
    }
}

fn state(state: &str, reason: &str, findings: &[&str]) -> (String, String, Vec<String>) {
    (state.to_owned(), reason.to_owned(), findings.iter().map(|finding| (*finding).to_owned()).collect())
}

#[test]
fn a_silent_stop_becomes_overdue_while_everything_reports_healthy() {
    let stage = Stage::new("silent-stop");
    assert_eq!(stage.after("5h"), state("Protected", "Recent", &[]));
    assert_eq!(stage.after("4h"), state("Stale", "Overdue", &["PolicyStopped"]));
    let partitions = stage.0.done(&["-o", "json", "partition", "list", "CalcApp/CalcService"]);
    let partitions: Value = serde_json::from_slice(&partitions.stdout).unwrap();
    assert_eq!((&partitions[0]["HealthState"], &partitions[0]["PartitionStatus"]), (&json!("Ok"), &json!("Ready")));
}

#[test]
fn a_stuck_restore_stays_accepted() {
    let stage = Stage::new("stuck-restore");
    assert_eq!(stage.after("2h"), state("Protected", "Recent", &[]));
    assert_eq!(stage.after("90m").2, ["WaitingForRestore"]);
    stage.0.done(&["--yes", "partition", "restore", FIRST, "--latest"]);
    assert!(!stage.after("1h").2.is_empty());
    let progress = stage.0.done(&["-o", "json", "partition", "restore-progress", FIRST]);
    let progress: Value = serde_json::from_slice(&progress.stdout).unwrap();
    assert_eq!(progress["RestoreState"], "Accepted");
}

#[test]
fn an_unreadable_storage_fails_backups_until_it_is_readable_again() {
    let stage = Stage::new("unreadable-storage");
    assert_eq!(stage.after("2h30m"), state("Protected", "Recent", &[]));
    assert_eq!(stage.after("2h"), state("Failing", "BackupFailed", &["BackupFailed"]));
    assert_eq!(stage.after("5h30m"), state("Protected", "Recent", &[]));
}

#[test]
fn a_failover_is_over_after_minutes_and_misses_no_backup() {
    let stage = Stage::new("failover");
    assert_eq!(stage.after("2h3m"), state("Protected", "Recent", &["Reconfiguring"]));
    assert_eq!(stage.after("30m"), state("Protected", "Recent", &[]));
}

#[test]
fn a_quorum_loss_misses_backups_and_ends() {
    let stage = Stage::new("quorum-loss");
    assert_eq!(stage.after("4h10m").2, ["InQuorumLoss"]);
    assert_eq!(stage.after("1h"), state("Protected", "Recent", &[]));
}

#[test]
fn slow_backups_take_longer_than_their_interval() {
    let stage = Stage::new("slow-backups");
    assert_eq!(stage.after("2h"), state("Pending", "NoBackupYet", &[]));
    assert_eq!(stage.after("1h").0, "Protected");
}

#[test]
fn every_scenario_is_in_the_help_and_works_on_every_runtime() {
    let help = run(&["sim", "--help"]);
    for scenario in GALLERY {
        assert!(text(&help.stdout).contains(scenario.name), "{}", scenario.name);
        assert!(scenario.summary().ends_with('.'), "{}", scenario.name);
        for runtime in Runtime::ALL {
            let builder = sf_backup_sim::Cluster::builder().runtime(runtime);
            let cluster = builder.scenario(scenario.text).unwrap().build();
            cluster.advance(std::time::Duration::from_secs(86_400));
            let kinds: Vec<_> = cluster.effects().iter().map(|effect| effect.kind).collect();
            assert_eq!(kinds[..2], [sf_backup_sim::EffectKind::PolicyCreated, sf_backup_sim::EffectKind::Enabled]);
            assert!(kinds.contains(&sf_backup_sim::EffectKind::BackupMade), "{}: {kinds:?}", scenario.name);
        }
    }
}
