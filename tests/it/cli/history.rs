//! `--log` and `history`: every change is logged before it is sent, and again with its outcome.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sf_backup_cli::Environment;
use sf_backup_sim::{Cluster, Listening};
use tempfile::TempDir;

use super::doubles::{Canned, CannedResponse, dead};
use super::harness::{DAILY, at, run, run_in, run_with};
use super::json_shapes;

struct Stage {
    cluster: Listening,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        Self { cluster: Cluster::builder().build().listen().unwrap(), folder: TempDir::new().unwrap() }
    }

    fn url(&self) -> String {
        self.cluster.url()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("changes.jsonl")
    }

    fn logged(&self) -> Vec<Value> {
        lines(&self.log())
    }
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn members<'v>(lines: &'v [Value], name: &str) -> Vec<&'v str> {
    lines.iter().map(|line| line[name].as_str().unwrap()).collect()
}

#[test]
fn changes_are_logged_and_reads_are_not() {
    let stage = Stage::new();
    let (url, path) = (stage.url(), stage.log());
    let log = path.to_str().unwrap();
    run_with(DAILY, false, &["-e", &url, "--log", log, "policy", "create"]).expect(0);
    at(&url, &["--log", log, "policy", "list"]).expect(0);
    at(&url, &["--log", log, "--dry-run", "service", "suspend", "CalcApp/CalcService"]).expect(0);
    at(&url, &["--log", log, "audit"]).expect(20);
    at(&url, &["--log", log, "service", "suspend", "CalcApp/CalcService", "--no-verify"]).expect(3);
    let logged = stage.logged();
    assert_eq!(members(&logged, "outcome"), ["started", "succeeded", "started", "failed"]);
    assert_eq!(members(&logged, "operation")[1..3], ["CreateBackupPolicy", "SuspendServiceBackup"]);
    assert_eq!(logged[3]["entity"], "fabric:/CalcApp/CalcService");
    assert!(logged[3]["error"].as_str().unwrap().contains("FABRIC_E_BACKUP_NOT_ENABLED"), "{logged:?}");
    assert!(logged.iter().all(|line| line["endpoint"] == *url && !line["user"].as_str().unwrap().is_empty()));
    assert!(!fs::read_to_string(&path).unwrap().contains("cGxhbnRlZA"));

    let history = run(&["-o", "json", "history", "--log", log]).expect(0);
    json_shapes::holds("history", &history.json());
    assert_eq!(history.json().as_array().unwrap().len(), 2);
    let table = run(&["history", "--log", log, "--entity", "calcservice"]).expect(0).out;
    assert!(table.contains("SuspendServiceBackup") && !table.contains("CreateBackupPolicy"), "{table}");
    let none = run(&["history", "--log", log, "--since", "2999-01-01"]).expect(0);
    assert!(none.out.is_empty() && none.err.contains("no changes"), "{none:?}");
}

/// The logged request id is the one that was sent.
#[test]
fn the_logged_request_id_finds_the_request() {
    let stage = Stage::new();
    let cluster = Canned::response(202, "");
    let environment = Environment::none().variable("SF_BACKUP_LOG", stage.log());
    run_in(&environment, &["-e", &cluster.url(), "service", "resume", "A/S", "--no-verify"]).expect(0);
    let logged = stage.logged();
    assert_eq!(members(&logged, "outcome"), ["started", "succeeded"]);
    let sent = cluster.requests().concat().to_lowercase();
    assert!(sent.contains(&format!("x-servicefabricrequestid: {}", members(&logged, "requestId")[0])), "{sent}");
}

#[test]
fn what_cannot_be_logged_is_not_sent() {
    let stage = Stage::new();
    let nowhere = stage.folder.path().join("none/changes.jsonl");
    let args = ["-e", &stage.url(), "--log", nowhere.to_str().unwrap(), "policy", "create"];
    let refused = run_with(DAILY, false, &args).expect(2);
    assert!(refused.err.contains("cannot be written") && refused.err.contains("nothing was sent"), "{refused:?}");
    if Path::new("/dev/full").exists() {
        // It can be opened, but not written.
        let refused = run_with(DAILY, false, &["-e", &stage.url(), "--log", "/dev/full", "policy", "create"]).expect(2);
        assert!(refused.err.contains("the log /dev/full cannot be written"), "{refused:?}");
    }
    assert_eq!(at(&stage.url(), &["-o", "json", "policy", "list"]).json(), serde_json::json!([]));
    // Reads need no log.
    at(&stage.url(), &["--log", nowhere.to_str().unwrap(), "policy", "list"]).expect(0);
}

#[test]
fn a_lost_response_is_logged_as_unknown_and_an_unreachable_cluster_as_failed() {
    let stage = Stage::new();
    let (path, lost) = (stage.log(), Canned::new(CannedResponse::Hangup));
    let log = path.to_str().unwrap();
    for (url, code) in [(lost.url(), 9), (dead(), 7)] {
        let args = ["--max-attempts", "1", "--log", log, "service", "resume", "A/S", "--no-verify"];
        at(&url, &args).expect(code);
    }
    assert_eq!(members(&stage.logged(), "outcome"), ["started", "unknown", "started", "failed"]);
}

#[test]
fn broken_lines_and_changes_without_an_end_are_reported() {
    let stage = Stage::new();
    let path = stage.log();
    let line = r#"{"time":"2024-03-09T04:00:00Z","outcome":"started","user":"root","operation":"DisableServiceBackup",
        "entity":"fabric:/A/S","endpoint":"http://a:1","requestId":"1"}"#;
    fs::write(&path, format!("{{\"time\":\n\n{}\nnone\n", line.replace('\n', ""))).unwrap();
    let history = run(&["-o", "json", "history", "--log", path.to_str().unwrap()]).expect(0);
    assert_eq!(history.json()[0]["outcome"], "started");
    assert!(history.err.contains("2 lines are skipped: 1, 4 (line 1: "), "{history:?}");
    assert_eq!(
        run(&["history"]).expect(2).err.lines().next(),
        Some("error: no log: pass --log FILE or set SF_BACKUP_LOG")
    );
    run(&["history", "--log", stage.folder.path().join("none").to_str().unwrap()]).expect(2);
}

fn record(number: usize, outcome: &str) -> String {
    format!(
        "{{\"time\":\"2024-03-09T04:00:00Z\",\"outcome\":\"{outcome}\",\"user\":\"root\",\"operation\":\"X\",\
         \"entity\":\"policy {number}\",\"endpoint\":\"http://a:1\",\"requestId\":\"{number}\"}}\n"
    )
}

#[test]
fn the_newest_changes_of_a_large_log_are_shown() {
    let stage = Stage::new();
    let (path, log) = (stage.log(), stage.log());
    let log = log.to_str().unwrap();
    let both = |number| record(number, "started") + &record(number, "succeeded");
    // A change that was started long ago, and ends last.
    let lines = record(0, "started") + &(1..=150).map(both).collect::<String>() + &record(0, "failed");
    fs::write(&path, lines).unwrap();
    let entities = |args: &[&str]| {
        let ran = run(&[&["-o", "json", "history", "--log", log], args].concat()).expect(0);
        let json = ran.json();
        let changes = json.as_array().unwrap();
        assert!(changes.iter().all(|change| change["outcome"] != "started"), "{json}");
        (changes.len(), members(changes, "entity").first().unwrap().to_string(), ran.err)
    };
    let (count, first, err) = entities(&[]);
    assert_eq!((count, first.as_str()), (100, "policy 51"));
    assert!(err.contains("51 older changes are not shown; --last 0 shows all"), "{err}");
    let (count, first, err) = entities(&["--last", "0"]);
    assert_eq!((count, first.as_str(), err.as_str()), (151, "policy 0", ""));
    assert_eq!(entities(&["--last", "3"]).0, 3);
    assert_eq!(entities(&["--entity", "policy 15"]).0, 2);
}

#[test]
fn a_log_is_a_file_and_no_line_of_it_is_read_without_end() {
    let stage = Stage::new();
    let path = stage.log();
    fs::write(&path, "x".repeat(2 * 1024 * 1024) + "\n" + &record(1, "failed")).unwrap();
    let history = run(&["-o", "json", "history", "--log", path.to_str().unwrap()]).expect(0);
    assert!(history.err.contains("1 line is skipped: 1 (line 1: it is longer than 64 KiB)"), "{history:?}");
    assert_eq!(history.json().as_array().unwrap().len(), 1);
    if Path::new("/dev/null").exists() {
        let refused = run(&["history", "--log", "/dev/null"]).expect(2);
        assert!(refused.err.contains("a device or a socket, not a file"), "{refused:?}");
    }
}

#[test]
fn restores_that_cannot_be_logged_are_not_begun() {
    let cluster = Cluster::builder().speed(sf_backup_sim::Speed::FROZEN).build();
    let (listening, folder) = (cluster.listen().unwrap(), TempDir::new().unwrap());
    let (url, path) = (listening.url(), |name: &str| folder.path().join(name).to_str().unwrap().to_owned());
    let (service, plan, log) = ("CalcApp/CalcService", path("plan.yaml"), path("none/changes.jsonl"));
    at(&url, &["policy", "create", "Hourly", "--every", "1h", "--share", r"\\nas\b"]).expect(0);
    at(&url, &["service", "enable", service, "--policy", "Hourly"]).expect(0);
    cluster.advance(std::time::Duration::from_secs(3_700));
    at(&url, &["restore", "plan", "--service", service, "--latest", "-f", &plan]).expect(0);
    let kept = path("kept.yaml");
    let now = ["restore", "now", "--service", service, "--latest", "--plan", kept.as_str()];
    for command in [&now[..], &["restore", "run", &plan], &["service", "backup", service]] {
        let refused = run_with("y\n", true, &[&["-e", &url, "--log", &log], command].concat()).expect(2);
        assert!(refused.err.contains("cannot be written") && !refused.err.contains("[y/N]"), "{refused:?}");
    }
    assert!(!Path::new(&kept).exists());
}
