//! The built command: its streams, its environment, and the two ways in which a simulator ends.

#![allow(clippy::panic, clippy::unwrap_used)] // so do tests fail

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

/// The command with a clean environment.
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sf-backup"));
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("SF_BACKUP_") || name_text.starts_with("SFCTL_") {
            command.env_remove(&name);
        }
    }
    // No folder of this name: nobody's contexts, and nothing of sfctl's.
    let nowhere = std::env::temp_dir().join("sf-backup-no-such-home");
    for name in ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "APPDATA"] {
        command.env(name, &nowhere);
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// `sf-backup sim` on a port of its own.
struct Sim {
    child: Child,
    url: String,
}

impl Sim {
    fn start(args: &[&str]) -> Self {
        let mut child = command(&[&["sim", "--listen", "127.0.0.1:0"], args].concat()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).trim_end().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { child, url }
    }

    /// Ends it with a signal, and gives its exit code and what it printed after its one line.
    #[cfg(unix)]
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        std::io::Read::read_to_string(self.child.stdout.as_mut().unwrap(), &mut rest).unwrap();
        (status.code(), rest)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const DAILY: &str = r#"{"Name":"DailyAzureBackupPolicy","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
  "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT15M"},
  "Storage":{"StorageKind":"FileShare","Path":"\\\\s\\b"}}"#;

#[test]
fn the_examples_against_the_simulator_of_each_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("daily.json");
    std::fs::write(&file, DAILY).unwrap();
    for runtime in ["6.2", "6.4"] {
        let sim = Sim::start(&["--runtime", runtime]);
        let done = |args: &[&str]| {
            let output = run(&[&["-e", &sim.url], args].concat());
            assert!(output.status.success(), "{args:?}: {output:?}");
            output
        };
        done(&["policy", "create", "-f", file.to_str().unwrap()]);
        done(&["service", "enable", "fabric:/CalcApp/CalcService", "--policy", "DailyAzureBackupPolicy"]);
        done(&["service", "suspend", "CalcApp/CalcService"]);
        done(&["service", "resume", "CalcApp/CalcService", "--timeout", "60"]);
        let config = done(&["-o", "json", "service", "config", "fabric:/CalcApp/CalcService"]);
        let config: serde_json::Value = serde_json::from_slice(&config.stdout).unwrap();
        assert_eq!(config[0]["PolicyName"], "DailyAzureBackupPolicy");
        assert_eq!(config[0]["SuspensionInfo"]["IsSuspended"], false);
    }
}

/// Asks a simulator over a connection of its own, for the whole answer.
fn ask(url: &str, method: &str, path: &str, body: &str) -> String {
    let mut socket = std::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    socket.write_all((head + body).as_bytes()).unwrap();
    std::io::read_to_string(socket).unwrap()
}

#[test]
fn a_simulator_takes_orders_only_if_it_was_started_so() {
    let body = r#"{"Advance":"PT4H"}"#;
    let sim = Sim::start(&["--control", "--speed", "0x"]);
    assert!(ask(&sim.url, "POST", "/$sim/clock", body).ends_with(r#"{"Now":"2024-01-01T04:00:00Z"}"#));
    let sim = Sim::start(&[]);
    assert!(ask(&sim.url, "POST", "/$sim/clock", body).starts_with("HTTP/1.1 400 "));
}

#[test]
fn a_simulator_plays_a_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trouble.toml");
    let args = ["--control", "--speed", "0x", "--scenario", file.to_str().unwrap()];
    std::fs::write(&file, "Start = \"2024-03-04T00:00:00Z\"\n[[Faults]]\nStatus = 418\n").unwrap();
    let sim = Sim::start(&args);
    assert!(ask(&sim.url, "GET", "/$sim/clock", "").ends_with(r#"{"Now":"2024-03-04T00:00:00Z"}"#));
    assert!(ask(&sim.url, "GET", "/BackupRestore/BackupPolicies", "").starts_with("HTTP/1.1 418 "));
    std::fs::write(&file, "[[Faults]]\nStatus = 99\n").unwrap();
    let output = run(&[&["sim"], &args[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    let said = "trouble.toml: scenario, at line 1: Status 99: must be from 200 to 599";
    assert!(text(&output.stderr).contains(said), "{output:?}");
}

#[test]
fn a_simulators_time_runs_at_the_speed_that_it_was_given() {
    let now = |sim: &Sim| ask(&sim.url, "GET", "/$sim/clock", "").rsplit_once("\r\n\r\n").unwrap().1.to_owned();
    let [frozen, fast] = ["0x", "1000000x"].map(|speed| Sim::start(&["--control", "--speed", speed]));
    let start = now(&frozen);
    assert_eq!(start, r#"{"Now":"2024-01-01T00:00:00Z"}"#);
    while now(&fast) == start {}
    assert_eq!(now(&frozen), start);
    let output = run(&["sim", "--speed", "fast"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("such as 1x, 60x or 0x"), "{output:?}");
}

#[test]
fn the_environment_gives_options_and_arguments_go_before_it() {
    let sim = Sim::start(&[]);
    let output = command(&["-v", "policy", "list"])
        .env("SF_BACKUP_ENDPOINT", &sim.url)
        .env("SF_BACKUP_API_VERSION", "7.0")
        .env("SF_BACKUP_TIMEOUT", "30")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let line = "GET /BackupRestore/BackupPolicies?api-version=7.0&timeout=30: 200 OK\n";
    assert!(text(&output.stderr).starts_with(line), "{output:?}");

    let output = command(&["--dry-run", "-q", "--timeout", "5", "service", "suspend", "A/S"])
        .env("SF_BACKUP_ENDPOINT", "http://one:1,http://two:2")
        .env("SF_BACKUP_TIMEOUT", "30")
        .env("SF_BACKUP_ID_DELIMITER", "tilde")
        .output()
        .unwrap();
    let line = "POST http://one:1/Services/A~S/$/SuspendBackup?api-version=6.4&timeout=5\n";
    assert!(text(&output.stdout).starts_with(line), "{output:?}");

    let output = command(&["policy", "list"]).env("SF_BACKUP_TIMEOUT", "soon").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("\"soon\""), "{output:?}");
}

#[test]
fn contexts_and_sfctls_selection_are_found_where_the_platform_has_them() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = command(args);
        for name in ["HOME", "USERPROFILE"] {
            command.env(name, home.path());
        }
        command.env("APPDATA", home.path().join("configuration"));
        command.env("XDG_CONFIG_HOME", home.path().join("configuration"));
        let output = command.envs(variables.iter().copied()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        text(&output.stdout).to_owned()
    };
    let asked = |variables: &[(&str, &str)]| {
        let shown = run(&["--dry-run", "policy", "list"], variables);
        shown.split("/BackupRestore").next().unwrap().to_owned()
    };
    assert_eq!(asked(&[]), "GET http://localhost:19080");
    std::fs::create_dir(home.path().join(".sfctl")).unwrap();
    std::fs::write(home.path().join(".sfctl/config"), "[servicefabric]\nendpoint = http://selected:19080\n").unwrap();
    assert_eq!(asked(&[]), "GET http://selected:19080");
    assert_eq!(asked(&[("SFCTL_SERVICEFABRIC_ENDPOINT", "http://variable:1")]), "GET http://variable:1");
    run(&["-e", "http://stored:1", "context", "add", "c"], &[]);
    assert!(home.path().join("configuration/sf-backup/config.toml").is_file());
    assert_eq!(asked(&[]), "GET http://stored:1");
    assert_eq!(asked(&[("SF_BACKUP_CONTEXT", "none")]), "GET http://localhost:19080");
    assert_eq!(asked(&[("SF_BACKUP_ENDPOINT", "http://variable:1")]), "GET http://variable:1");
}

#[test]
fn colour_is_for_terminals_or_on_demand() {
    let red = "\u{1b}[1;31merror: \u{1b}[0m";
    let error = |args: &[&str]| text(&run(args).stderr).to_owned();
    assert!(error(&["explain", "x"]).starts_with("error: "));
    assert!(error(&["--color", "always", "explain", "x"]).starts_with(red));
    assert!(error(&["--color", "never", "explain", "x"]).starts_with("error: "));
}

#[cfg(unix)]
#[test]
fn a_simulator_that_is_told_to_end_ends_well() {
    for signal in ["-TERM", "-INT"] {
        let sim = Sim::start(&[]);
        assert_eq!(sim.end(signal), (Some(0), String::new()));
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_says_what_may_have_happened() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let child = command(&["-e", &url, "service", "suspend", "A/S"]).spawn().unwrap();
    // Once it has connected its handlers are set: both are polled before anything is awaited.
    let (mut connection, _) = silent.accept().unwrap();
    let mut first = [0];
    std::io::Read::read_exact(&mut connection, &mut first).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(text(&output.stderr).contains("service suspend may have been done"), "{output:?}");
}

/// Sends Ctrl-C, and gives what the run left behind.
#[cfg(unix)]
fn interrupted(child: Child) -> Output {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    output
}

#[cfg(unix)]
#[test]
fn a_list_that_is_interrupted_says_what_was_done_with_each() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let child = command(&["-e", &url, "service", "suspend", "A/1", "A/2", "A/3", "--parallel", "2"]).spawn().unwrap();
    let mut connections = [silent.accept().unwrap().0, silent.accept().unwrap().0];
    connections.each_mut().map(|connection| std::io::Read::read_exact(connection, &mut [0]).unwrap());
    let output = interrupted(child);
    let rows: Vec<Vec<&str>> = text(&output.stdout).lines().map(|line| line.split("  ").collect()).collect();
    assert_eq!(rows[1..], [["fabric:/A/1", "unknown"], ["fabric:/A/2", "unknown"], ["fabric:/A/3", "not sent"]]);
    assert!(text(&output.stderr).contains("0 done, 2 may have been done, 1 not sent"), "{output:?}");
}

/// The cluster's time stands still, so that the backup never ends.
#[cfg(unix)]
#[test]
fn who_is_tired_of_waiting_leaves_a_backup_to_the_cluster() {
    const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("share.json");
    std::fs::write(&file, r#"{"StorageKind":"FileShare","Path":"\\\\s\\b"}"#).unwrap();
    let sim = Sim::start(&["--speed", "0x"]);
    let args = ["-e", &sim.url, "partition", "backup", PARTITION, "--storage-file", file.to_str().unwrap(), "--wait"];
    let mut child = command(&args).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("{PARTITION}: Accepted, 0s\n"));
    let output = interrupted(child);
    let again = format!("sf-backup --endpoint {} partition backup-progress {PARTITION} --wait\n", sim.url);
    assert!(text(&output.stderr).contains("goes on in the cluster"), "{output:?}");
    assert!(text(&output.stderr).ends_with(&again), "{output:?}");
    // What is printed can be typed, and ends in the same way.
    let mut words: Vec<&str> = again.split_whitespace().skip(1).collect();
    words.extend(["-o", "json"]);
    let mut child = command(&words).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains(r#""state":"Accepted""#), "{line}");
    let output = interrupted(child);
    assert!(text(&output.stderr).contains(r#""kind": "interrupted""#), "{output:?}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_had_enough_is_no_error() {
    let mut child = command(&["--help"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(text(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    for args in [&["demo"][..], &["--help"], &["--dry-run", "policy", "list"], &["sim", "--listen", "127.0.0.1:0"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        assert!(text(&output.stderr).contains("standard output"), "{args:?}: {output:?}");
    }
}

#[test]
fn standard_input_is_read() {
    let mut command = command(&["--dry-run", "-o", "yaml", "policy", "create"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(DAILY.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stdout).contains("\n  Name: DailyAzureBackupPolicy\n"), "{output:?}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["sim", "--listen", &address]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains(&address) && text(&output.stderr).contains("in use"), "{output:?}");
}

#[test]
fn the_demonstration_is_quick_and_ends_well() {
    let begun = std::time::Instant::now();
    let output = run(&["demo"]);
    assert!(output.status.success(), "{output:?}");
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
}
