//! `sim advance`, `sim status` and `sim fail`, sent to a running simulator.

use std::io::{Read, Write};

use serde_json::{Value, json};

use crate::harness::{Sim, command, run, text};

const FIRST: &str = "6b1c2f7e-0000-4000-8000-000000000001";

fn frozen() -> Sim {
    Sim::start(&["--speed", "0x", "--start", "2026-11-27T08:00:00Z"])
}

fn printed(sim: &Sim, args: &[&str]) -> String {
    text(&sim.done(args).stdout).to_owned()
}

fn object(sim: &Sim, args: &[&str]) -> Value {
    serde_json::from_str(&printed(sim, &[&["-o", "json"], args].concat())).unwrap()
}

#[test]
fn time_is_moved_by_a_command_in_every_form_of_a_duration() {
    let sim = frozen();
    assert_eq!(printed(&sim, &["sim", "advance", "2d"]), "the cluster's time is 2026-11-29T08:00:00Z\n");
    for (duration, now) in [
        ("90s", "2026-11-29T08:01:30Z"),
        ("1d12h", "2026-11-30T20:01:30Z"),
        ("PT26H", "2026-12-01T22:01:30Z"),
        ("500ms", "2026-12-01T22:01:30.5Z"),
    ] {
        assert_eq!(object(&sim, &["sim", "advance", duration]), json!({ "Now": now }), "{duration}");
    }
    for duration in ["", "soon", "-1h", "2x"] {
        let output = run(&["-e", &sim.url, "sim", "advance", duration]);
        assert_eq!(output.status.code(), Some(2), "{duration}: {output:?}");
    }
}

#[test]
fn the_endpoint_is_that_of_every_other_command() {
    let sim = frozen();
    let output = command(&["sim", "advance", "1h"]).env("SF_BACKUP_ENDPOINT", &sim.url).output().unwrap();
    assert_eq!(text(&output.stdout), "the cluster's time is 2026-11-27T09:00:00Z\n", "{output:?}");
    let output = run(&["--dry-run", "sim", "advance", "1h"]);
    let expected = "POST http://localhost:19080/$sim/clock\n\n{\"Advance\":\"PT3600.000S\"}\n";
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn an_endpoint_without_simulator_is_reported() {
    let sim = Sim::start(&["--no-control"]);
    let output = run(&["-e", &sim.url, "sim", "status"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("is not a simulator that accepts control commands"), "{output:?}");
    assert!(text(&output.stderr).contains("sf-backup sim"), "{output:?}");
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let output = run(&["-e", &nobody, "sim", "status"]);
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let output = run(&["-e", "https://cluster:19080", "sim", "status"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    // Options for starting a simulator do not apply to a running one.
    assert_eq!(run(&["sim", "--speed", "1x", "status"]).status.code(), Some(2));
}

#[test]
fn status_shows_the_contents_of_the_cluster() {
    let sim = frozen();
    sim.done(&["policy", "create", "Nightly", "--daily", "01:30", "--share", r"\\nas\backups"]);
    let status = object(&sim, &["sim", "status"]);
    assert_eq!((&status["Now"], &status["Runtime"]), (&json!("2026-11-27T08:00:00Z"), &json!("6.4")));
    assert_eq!((&status["Policies"], &status["Faults"]), (&json!(["Nightly"]), &json!(0)));
    let shown = printed(&sim, &["sim", "status"]);
    assert!(shown.contains("Now:             2026-11-27T08:00:00Z\n"), "{shown}");
    assert!(shown.contains("Policies:        Nightly\n"), "{shown}");
}

#[test]
fn a_cluster_of_any_size_is_generated() {
    let sim = Sim::start(&["--generate", "10x100x100"]);
    let status = object(&sim, &["sim", "status"]);
    assert_eq!(
        (&status["Applications"], &status["Services"], &status["Partitions"]),
        (&json!(10), &json!(1_000), &json!(100_000))
    );
    let output = run(&["sim", "--generate", "10x100"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn every_fault_can_be_injected_by_a_command() {
    let sim = frozen();
    let url = sim.url.clone();
    let fail = |args: &[&str]| printed(&sim, &[&["sim", "fail"], args].concat());
    sim.done(&["policy", "create", "Nightly", "--every", "1h", "--share", r"\\nas\backups"]);
    sim.done(&["service", "enable", "CalcApp/CalcService", "--policy", "Nightly"]);
    fail(&["calls", "--operation", "GetBackupPolicyList", "--status", "403"]);
    assert_eq!(run(&["-e", &url, "policy", "list"]).status.code(), Some(5));
    fail(&["calls", "--cut", "--times", "99"]);
    assert_eq!(object(&sim, &["sim", "status"])["Faults"], 1);
    fail(&["none"]);
    assert_eq!(object(&sim, &["sim", "status"])["Faults"], 0);
    sim.done(&["policy", "list"]);

    let partitions = || object(&sim, &["partition", "list", "CalcApp/CalcService"]);
    fail(&["quorum", FIRST, "--for", "2h"]);
    assert_eq!(partitions()[0]["PartitionStatus"], "InQuorumLoss");
    printed(&sim, &["sim", "advance", "2h"]);
    assert_eq!(partitions()[0]["PartitionStatus"], "Ready");
    fail(&["failover", FIRST, "--for", "1m"]);
    assert_eq!(partitions()[0]["PartitionStatus"], "Reconfiguring");
    printed(&sim, &["sim", "advance", "1m"]);
    fail(&["data-loss", "CalcApp/CalcService#0"]);
    assert_eq!(partitions()[0]["PartitionStatus"], "Reconfiguring");
    fail(&["storage", "--share", r"\\nas\backups", "--code", "0x80070070", "--message", "The disk is full."]);
    printed(&sim, &["sim", "advance", "1h"]);
    assert_eq!(partitions()[1]["HealthState"], "Warning");
    fail(&["storage", "--share", r"\\nas\backups", "--end"]);
    printed(&sim, &["sim", "advance", "10m"]);
    assert_eq!(partitions()[1]["HealthState"], "Ok");
    fail(&["policy", "Nightly"]);
    fail(&["health", "fabric:/System/BackupRestoreService", "error"]);

    let output = run(&["-e", &url, "sim", "fail", "policy", "None"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("there is no policy \"None\""), "{output:?}");
    assert_eq!(run(&["sim", "fail", "calls", "--cut", "--stuck"]).status.code(), Some(2));
}

#[test]
fn a_fault_names_its_effect_and_what_undoes_it() {
    let sim = frozen();
    sim.done(&["policy", "create", "Nightly", "--every", "1h", "--share", r"\\nas\backups"]);
    let again = |command: &str| format!("to undo: sf-backup --endpoint {} {command}\n", sim.url);
    for (args, effect, undo) in [
        (&["calls"][..], "the next request will fail with HTTP 503", "sim fail none"),
        (
            &["calls", "--operation", "GetBackupPolicyList", "--times", "3", "--status", "404"],
            "the next 3 GetBackupPolicyList requests will fail with HTTP 404",
            "sim fail none",
        ),
        (&["calls", "--late", "500ms"], "the next request will get a response 500ms late", "sim fail none"),
        (&["calls", "--cut"], "the next request will get no response: the connection is closed", "sim fail none"),
        (&["calls", "--pages", "empty"], "the next request will return a wrong continuation token", "sim fail none"),
        (&["none"], "the faults of 'sim fail calls' are removed; others have commands that end them\n", ""),
        (
            &["policy", "Nightly"],
            "periodic backups under policy Nightly stop, and nothing reports it",
            "policy update Nightly -f FILE",
        ),
        (
            &["quorum", "CalcApp/CalcService#1", "--for", "90m"],
            "partition 6b1c2f7e-0000-4000-8000-000000000002 is in quorum loss for 1h 30m",
            "sim fail quorum 6b1c2f7e-0000-4000-8000-000000000002 --end",
        ),
        (
            &["quorum", "CalcApp/CalcService#1", "--end"],
            "partition 6b1c2f7e-0000-4000-8000-000000000002 has its quorum again\n",
            "",
        ),
        (
            &["storage", "--share", "nas"],
            "backups to share nas fail with 0x80070035, \"The network path was not found.\"",
            "sim fail storage --share nas --end",
        ),
        (&["storage", "--share", "nas", "--end"], "share nas works again\n", ""),
        (
            &["health", "fabric:/CalcApp/CalcService", "error"],
            "fabric:/CalcApp/CalcService reports health state Error",
            "sim fail health fabric:/CalcApp/CalcService ok",
        ),
        (&["health", "fabric:/CalcApp/CalcService", "ok"], "fabric:/CalcApp/CalcService reports health state Ok\n", ""),
    ] {
        let said = text(&sim.done(&[&["sim", "fail"], args].concat()).stderr).to_owned();
        let expected = if undo.is_empty() { effect.to_owned() } else { format!("{effect}; {}", again(undo)) };
        assert_eq!(said, expected, "{args:?}");
    }
    let lost = text(&sim.done(&["sim", "fail", "data-loss", FIRST]).stderr).to_owned();
    let restore = format!("sf-backup --endpoint {} partition restore {FIRST} --latest\n", sim.url);
    assert!(lost.starts_with(&format!("partition {FIRST} has lost its data")), "{lost}");
    assert!(lost.ends_with(&format!("; to restore the newest backup: {restore}")), "{lost}");
    let said = text(&sim.done(&["sim", "fail", "failover"]).stderr).to_owned();
    let end = format!("to end it now: sf-backup --endpoint {} sim advance 30s\n", sim.url);
    assert_eq!(said, format!("the backup service is moving to another node for 30s; {end}"));
    let state = sim.done(&["sim", "export"]).stdout;
    let mut import = command(&["-e", &sim.url, "sim", "import", "-"]);
    let mut import = import.stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(&state).unwrap();
    let said = import.wait_with_output().unwrap();
    assert!(text(&said.stderr).contains("the state of the simulated cluster is replaced"), "{said:?}");
}

/// A topology in JSON with this many partitions of one service.
fn topology(partitions: u32) -> String {
    let partitions: Vec<String> = (0..partitions)
        .map(|number| {
            format!(
                r#"{{"ServicePartitionKind":"Named","Name":"partition {number}","Id":"6e5c0000-0000-4000-8000-{number:012x}"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"Applications":[{{"Name":"fabric:/Large","Services":[{{"Name":"fabric:/Large/Store","ServiceKind":"Stateful",
            "Partitions":[{}]}}]}}]}}"#,
        partitions.join(",\n")
    )
}

#[test]
fn a_topology_over_4_mib_is_read_from_a_file_and_from_standard_input() {
    let text = topology(50_000);
    assert!(text.len() > 4 * 1024 * 1024, "{}", text.len());
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let file = write("large.json", &text);
    let sim = Sim::start(&["--topology", &file, "--speed", "0x"]);
    assert_eq!(object(&sim, &["sim", "status"])["Partitions"], 50_000);
    let last = format!("6e5c0000-0000-4000-8000-{:012x}", 49_999);
    sim.done(&["sim", "fail", "quorum", &last]);
    let all = object(&sim, &["partition", "list", "Large/Store"]);
    assert_eq!(all.as_array().unwrap().len(), 50_000);
    assert_eq!(all[49_999]["PartitionStatus"], "InQuorumLoss");

    let stream = std::fs::File::open(&file).unwrap();
    let mut piped = command(&["sim", "--listen", "127.0.0.1:0", "--topology", "-"]).stdin(stream).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(piped.stdout.as_mut().unwrap()), &mut line).unwrap();
    piped.kill().unwrap();
    piped.wait().unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line:?}");

    for (name, text, problem) in [
        ("twice.json", text.replace("000000000002", "000000000001"), "Partitions[2].Id: \"6e5c0000-"),
        ("cut.json", text[..text.len() - 2].to_owned(), "EOF while parsing"),
        ("large.yaml", format!("# {}\n{text}", "x".repeat(100)), "a topology over 4 MiB must be JSON in UTF-8"),
    ] {
        let output = run(&["sim", "--listen", "127.0.0.1:0", "--topology", &write(name, &text)]);
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        assert!(text_of_error(&output).contains(problem), "{name}: {output:?}");
    }
}

#[cfg(unix)]
#[test]
fn every_acknowledged_change_survives_kill_9_and_the_clock_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.state").to_str().unwrap().to_owned();
    let args = ["--state", &file, "--speed", "0x", "--start", "2026-11-27T08:00:00Z"];
    /// Whether the simulator accepts a new policy.
    fn create(url: &str, name: &str) -> bool {
        let body = json!({
            "Name": name, "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 0,
            "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT1H" },
            "Storage": { "StorageKind": "FileShare", "Path": "//nas/backups" },
        })
        .to_string();
        let request = format!(
            "POST /BackupRestore/BackupPolicies/$/Create?api-version=6.4 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let send = || {
            let mut socket = std::net::TcpStream::connect(url.trim_start_matches("http://"))?;
            socket.write_all(request.as_bytes())?;
            let mut response = [0; 12];
            socket.read_exact(&mut response)?;
            std::io::Result::Ok(response == *b"HTTP/1.1 201")
        };
        send().unwrap_or(false)
    }
    let names = |sim: &Sim| {
        let policies = object(sim, &["policy", "list"]);
        policies
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["Name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut expected: Vec<String> = Vec::new();
    for round in 0..4 {
        let sim = Sim::start(&args);
        assert_eq!(names(&sim), expected);
        let url = sim.url.clone();
        // Clients that create policies until the simulator is gone.
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let url = url.clone();
                std::thread::spawn(move || {
                    let names = (0..500).map(|number| format!("P{round}-{writer}-{number:03}"));
                    names.take_while(|name| create(&url, name)).collect::<Vec<_>>()
                })
            })
            .collect();
        while names(&sim).len() < expected.len() + 4 {}
        sim.end("-KILL");
        let acknowledged: Vec<String> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        let sim = Sim::start(&args);
        let found = names(&sim);
        assert!(expected.iter().chain(&acknowledged).all(|name| found.contains(name)), "{acknowledged:?} {found:?}");
        expected = found;
        sim.end("-TERM");
    }
    let sim = Sim::start(&args);
    sim.done(&["service", "enable", "CalcApp/CalcService", "--policy", &expected[0]]);
    printed(&sim, &["sim", "advance", "5h"]);
    sim.end("-TERM");
    let sim = Sim::start(&args);
    assert_eq!(object(&sim, &["sim", "status"])["Now"], "2026-11-27T13:00:00Z");
    assert_eq!(object(&sim, &["service", "backups", "CalcApp/CalcService"]).as_array().unwrap().len(), 10);

    let exported = printed(&sim, &["sim", "export"]);
    let fixture = folder.path().join("fixture.state");
    std::fs::write(&fixture, &exported).unwrap();
    let other = frozen();
    other.done(&["sim", "import", fixture.to_str().unwrap()]);
    assert_eq!(names(&other), expected);
    sim.end("-TERM");

    let (text, damaged) = (std::fs::read(&file).unwrap(), folder.path().join("damaged.state"));
    std::fs::write(&damaged, &text[..text.len() / 2]).unwrap();
    let output = run(&["sim", "--listen", "127.0.0.1:0", "--state", damaged.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(
        text_of_error(&output).contains("a damaged state file: its end is missing; the file was not changed"),
        "{output:?}"
    );
    assert_eq!(std::fs::read(&damaged).unwrap(), text[..text.len() / 2]);
    let output = run(&["sim", "--listen", "127.0.0.1:0", "--state", &file, "--runtime", "6.2"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

fn text_of_error(output: &std::process::Output) -> &str {
    text(&output.stderr)
}

#[test]
fn an_exported_state_is_json_without_control_characters() {
    let sim = Sim::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    let path = "\\\\nas\\b\u{202e}\u{200b}x";
    let policy = serde_json::json!({ "Name": "P", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 3,
        "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT15M" },
        "Storage": { "StorageKind": "FileShare", "Path": path } });
    std::fs::write(&file, policy.to_string()).unwrap();
    sim.done(&["policy", "create", "-f", file.to_str().unwrap()]);
    let output = sim.done(&["sim", "export"]);
    let exported = text(&output.stdout);
    assert!(!exported.contains(['\u{202e}', '\u{200b}']), "{exported}");
    let state = folder.path().join("cluster.state");
    std::fs::write(&state, exported).unwrap();
    let other = Sim::start(&[]);
    other.done(&["sim", "import", state.to_str().unwrap()]);
    let output = other.done(&["-o", "json", "policy", "show", "P"]);
    let policy: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(policy["Storage"]["Path"], path);
}
