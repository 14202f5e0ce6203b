//! `metrics`: with the real Prometheus and its promtool if they are installed, and served until the process is
//! interrupted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use sf_backup_proto::Timestamp;
use sf_backup_tests::not_run;

use super::harness::{Sim, command, run, text};

const POLICY: &str = r#"{"Name":"Hourly","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
  "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
  "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"AccountName=a;AccountKey=k","ContainerName":"backups"}}"#;
const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";

/// A process that is killed at the end of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program of this machine; `None`, reported, if it is not installed.
fn installed(program: &str) -> Option<Command> {
    if Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        return Some(Command::new(program));
    }
    not_run(program, "install Debian's package prometheus");
    None
}

/// Sends a request and reads the whole response.
fn ask(address: &str, method: &str, path: &str, body: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(address) else { return String::new() };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

/// Repeats the request until the response contains the text.
fn until(address: &str, path: &str, expected: &str) -> String {
    let began = Instant::now();
    loop {
        let response = ask(address, "GET", path, "");
        if response.contains(expected) {
            return response;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{expected:?} never came: {response}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

const TOPOLOGY: &str = r#"{"Applications":[{"Name":"fabric:/CalcApp","Services":[
  {"Name":"fabric:/CalcApp/CalcService","ServiceKind":"Stateful","Partitions":[
    {"ServicePartitionKind":"Named","Id":"6b1c2f7e-0000-4000-8000-000000000001","Name":"a"},
    {"ServicePartitionKind":"Named","Id":"6b1c2f7e-0000-4000-8000-000000000002","Name":"b"}]}]}]}"#;

/// A cluster that reports healthy, with a policy that replicas have not been able to read for a day.
fn stopped(folder: &Path) -> Sim {
    let now = Timestamp::try_from(SystemTime::now()).unwrap().unix();
    let start = Timestamp::from_unix(now - 3 * 86_400).unwrap();
    let scenario =
        format!("Start = \"{start}\"\n[[Events]]\nAt = \"P2D\"\nPolicyUnreadable = {{ PolicyName = \"Hourly\" }}\n");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(path("stop.toml"), scenario).unwrap();
    std::fs::write(path("policy.json"), POLICY).unwrap();
    std::fs::write(path("topology.json"), TOPOLOGY).unwrap();
    let (scenario, topology) = (path("stop.toml"), path("topology.json"));
    let sim = Sim::start(&["--speed", "0x", "--scenario", &scenario, "--topology", &topology]);
    sim.done(&["policy", "create", "-f", &path("policy.json")]);
    sim.done(&["service", "enable", "CalcApp/CalcService", "--policy", "Hourly"]);
    let response = ask(sim.url.strip_prefix("http://").unwrap(), "POST", "/$sim/clock", r#"{"Advance":"P3D"}"#);
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    sim
}

/// A process that serves on its own port, and the address.
fn served(sim: &Sim) -> (Running, String) {
    let args = ["-e", &sim.url, "metrics", "--listen", "127.0.0.1:0", "--interval", "1s", "--cluster", "demo"];
    let mut child = command(&args).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/metrics\n"));
    let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
    (Running(child), address)
}

#[test]
fn the_last_successful_metrics_are_served_until_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let sim = stopped(folder.path());
    let (mut server, address) = served(&sim);
    let response = until(&address, "/metrics", "sfbackup_audit_success{cluster=\"demo\"} 1\n");
    let stale = format!(
        "sfbackup_state{{cluster=\"demo\",app=\"fabric:/CalcApp\",service=\"fabric:/CalcApp/CalcService\",partition=\"{PARTITION}\",state=\"Stale\"}} 1\n"
    );
    assert!(response.contains(&stale), "{response}");
    assert!(response.contains("content-type: text/plain; version=0.0.4"), "{response}");
    assert!(ask(&address, "POST", "/metrics", "x").starts_with("HTTP/1.1 405"));
    let page = ask(&address, "GET", "/", "");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("content-type: text/html; charset=utf-8"), "{page}");
    assert!(
        page.contains("<h1>Backup audit</h1>") && page.contains(PARTITION) && page.contains(">demo</dd>"),
        "{page}"
    );
    assert!(!page.contains("role=\"alert\""), "{page}");
    assert!(ask(&address, "GET", "/healthz", "").starts_with("HTTP/1.1 200"));
    assert!(ask(&address, "GET", "/x", "").starts_with("HTTP/1.1 404"));
    // The cluster is gone: the old metrics stay, and are marked as old.
    drop(sim);
    let response = until(&address, "/metrics", "sfbackup_audit_success{cluster=\"demo\"} 0\n");
    assert!(response.contains(&stale) && response.contains("sfbackup_audit_age_seconds{"), "{response}");
    let health = ask(&address, "GET", "/healthz", "");
    assert!(health.starts_with("HTTP/1.1 503") && health.contains("has not been read successfully since"), "{health}");
    let page = ask(&address, "GET", "/", "");
    assert!(page.contains(PARTITION) && page.contains("This page is not current"), "{page}");
    assert!(Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().unwrap().success());
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

/// A thousand clients with incomplete requests block nobody, and are disconnected within seconds.
#[test]
fn incomplete_requests_do_not_block_others() {
    let folder = tempfile::tempdir().unwrap();
    let sim = stopped(folder.path());
    let (_server, address) = served(&sim);
    until(&address, "/metrics", "sfbackup_audit_success{cluster=\"demo\"} 1\n");
    let mut halves: Vec<TcpStream> = Vec::new();
    for _ in 0..1_000 {
        let mut half = TcpStream::connect(&address).unwrap();
        // One that was replaced is already closed.
        let _ = half.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n");
        halves.push(half);
    }
    for _ in 0..5 {
        let began = Instant::now();
        assert!(ask(&address, "GET", "/metrics", "").contains("sfbackup_audit_success{cluster=\"demo\"} 1\n"));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    let began = Instant::now();
    for half in &mut halves {
        half.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // Closed, with or without a response.
        let _ = half.read_to_end(&mut Vec::new());
    }
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

#[test]
fn a_command_that_serves_prints_its_warnings_at_once_and_pauses() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let args =
        ["-o", "json", "-e", &dead, "--max-attempts", "1", "metrics", "--listen", "127.0.0.1:0", "--interval", "0s"];
    let began = Instant::now();
    let mut server = Running(command(&args).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines();
    for _ in 0..3 {
        let line = lines.next().unwrap().unwrap();
        assert!(line.starts_with("warning: the cluster could not be read"), "{line}");
    }
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn a_text_file_is_written_as_a_whole_and_audit_finds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let sim = stopped(folder.path());
    let file = folder.path().join("sf-backup.prom");
    sim.done(&["metrics", "--textfile", file.to_str().unwrap()]);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(
        written.contains(&format!("sfbackup_partitions{{cluster=\"{}\",state=\"Stale\"}} 2\n", &sim.url[7..])),
        "{written}"
    );
    let audit = run(&["-e", &sim.url, "audit"]);
    assert_eq!(audit.status.code(), Some(20));
    assert!(text(&audit.stdout).ends_with("2 partitions: 2 stale\n"), "{audit:?}");
    // What cannot be read leaves the file unchanged.
    let failed =
        run(&["-e", "http://127.0.0.1:1", "--max-attempts", "1", "metrics", "--textfile", file.to_str().unwrap()]);
    assert_eq!(failed.status.code(), Some(7));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
    let Some(mut promtool) = installed("promtool") else { return };
    let mut child = promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(written.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_rules_are_sound_and_fire_when_they_should() {
    let Some(promtool) = installed("promtool") else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yml"), run(&["metrics", "--rules"]).stdout).unwrap();
    std::fs::write(folder.path().join("tests.yml"), include_str!("metrics/rules_test.yml")).unwrap();
    for args in [["check", "rules", "rules.yml"], ["test", "rules", "tests.yml"]] {
        let output = Command::new(promtool.get_program()).args(args).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    }
}

#[test]
fn prometheus_scrapes_it_and_the_alert_is_raised() {
    let Some(mut prometheus) = installed("prometheus") else { return };
    let folder = tempfile::tempdir().unwrap();
    let sim = stopped(folder.path());
    let (_server, address) = served(&sim);
    until(&address, "/metrics", "sfbackup_audit_success{cluster=\"demo\"} 1\n");
    // Without the delay of five minutes.
    let rules = text(&run(&["metrics", "--rules"]).stdout).replace("for: 5m", "for: 0s");
    std::fs::write(folder.path().join("rules.yml"), rules).unwrap();
    let configuration = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [rules.yml]\n\
         scrape_configs: [{{job_name: sf-backup, static_configs: [{{targets: ['{address}']}}]}}]\n"
    );
    std::fs::write(folder.path().join("prometheus.yml"), configuration).unwrap();
    prometheus.current_dir(folder.path()).env("NO_PROXY", "*");
    prometheus.args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0"]);
    prometheus.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running(prometheus.spawn().unwrap());
    let mut log = BufReader::new(running.0.stderr.take().unwrap());
    let port = std::iter::from_fn(|| {
        let mut line = String::new();
        log.read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line)
    })
    .find_map(|line| {
        let (_, rest) = line.split_once("msg=\"Listening on\" address=127.0.0.1:")?;
        Some(rest.trim().to_owned())
    });
    // Its further output must not fill the pipe.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    let own = format!("127.0.0.1:{}", port.expect("a port"));
    let query = "/api/v1/query?query=ALERTS%7Balertname%3D%22SfBackupTooOld%22%2Calertstate%3D%22firing%22%7D";
    let response = until(&own, query, PARTITION);
    assert!(response.contains("\"service\":\"fabric:/CalcApp/CalcService\""), "{response}");
}
