//! The streams and the environment of the command, and the two ways in which a simulator ends.

use std::io::Write;
use std::process::Stdio;

use crate::harness::{Sim, command, run, text};

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
        let done = |args: &[&str]| sim.done(args);
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

/// Sends a request to a simulator on its own connection, and returns the whole response.
fn ask(url: &str, method: &str, path: &str, body: &str) -> String {
    let mut socket = std::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    socket.write_all((head + body).as_bytes()).unwrap();
    std::io::read_to_string(socket).unwrap()
}

#[test]
fn control_commands_are_accepted_unless_disabled() {
    let body = r#"{"Advance":"PT4H"}"#;
    for control in [&[][..], &["--control"], &["--no-control", "--control"]] {
        let sim = Sim::start(&[control, &["--speed", "0x", "--start", "2024-01-01"]].concat());
        assert!(ask(&sim.url, "POST", "/$sim/clock", body).ends_with(r#"{"Now":"2024-01-01T04:00:00Z"}"#));
    }
    let sim = Sim::start(&["--no-control"]);
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
fn a_simulators_time_starts_now_unless_set() {
    let now = |args: &[&str]| {
        let sim = Sim::start(&[&["--control", "--speed", "0x"], args].concat());
        let response = ask(&sim.url, "GET", "/$sim/clock", "");
        let said: serde_json::Value = serde_json::from_str(response.rsplit_once("\r\n\r\n").unwrap().1).unwrap();
        said["Now"].as_str().unwrap().parse::<sf_backup_proto::Timestamp>().unwrap()
    };
    let machine = || sf_backup_proto::Timestamp::try_from(std::time::SystemTime::now()).unwrap();
    let before = machine();
    let begun = now(&[]);
    assert!(before <= begun && begun <= machine(), "{before} {begun}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("start.toml");
    std::fs::write(&file, "Start = \"2024-03-04T00:00:00Z\"\n").unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(now(&["--scenario", file]).to_string(), "2024-03-04T00:00:00Z");
    assert_eq!(now(&["--scenario", file, "--start", "2025-05-06T07:08:09Z"]).to_string(), "2025-05-06T07:08:09Z");
    let output = run(&["sim", "--start", "yesterday"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn a_simulators_time_runs_at_the_given_speed() {
    let now = |sim: &Sim| ask(&sim.url, "GET", "/$sim/clock", "").rsplit_once("\r\n\r\n").unwrap().1.to_owned();
    let [frozen, fast] =
        ["0x", "1000000x"].map(|speed| Sim::start(&["--control", "--start", "2024-01-01", "--speed", speed]));
    let start = now(&frozen);
    while now(&fast) == start {}
    assert_eq!(now(&frozen), start);
    let output = run(&["sim", "--speed", "fast"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("such as 1x, 60x or 0x"), "{output:?}");
}

#[test]
fn arguments_override_options_from_the_environment() {
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
    let request = |variables: &[(&str, &str)]| {
        let shown = run(&["--dry-run", "policy", "list"], variables);
        shown.split("/BackupRestore").next().unwrap().to_owned()
    };
    assert_eq!(request(&[]), "GET http://localhost:19080");
    std::fs::create_dir(home.path().join(".sfctl")).unwrap();
    std::fs::write(home.path().join(".sfctl/config"), "[servicefabric]\nendpoint = http://selected:19080\n").unwrap();
    assert_eq!(request(&[]), "GET http://selected:19080");
    assert_eq!(request(&[("SFCTL_SERVICEFABRIC_ENDPOINT", "http://variable:1")]), "GET http://variable:1");
    run(&["-e", "http://stored:1", "context", "add", "c"], &[]);
    assert!(home.path().join("configuration/sf-backup/config.toml").is_file());
    assert_eq!(request(&[]), "GET http://stored:1");
    assert_eq!(request(&[("SF_BACKUP_CONTEXT", "none")]), "GET http://localhost:19080");
    assert_eq!(request(&[("SF_BACKUP_ENDPOINT", "http://variable:1")]), "GET http://variable:1");
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
fn an_interrupted_simulator_exits_with_success() {
    for signal in ["-TERM", "-INT"] {
        let sim = Sim::start(&[]);
        assert_eq!(sim.end(signal), (Some(0), String::new()));
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_not_an_error() {
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
fn the_demo_takes_seconds() {
    let begun = std::time::Instant::now();
    let output = run(&["demo", "--fast"]);
    assert!(output.status.success(), "{output:?}");
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
}
