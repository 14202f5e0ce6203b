//! Ctrl-C: what a run prints before it ends.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use crate::harness::{Sim, command, text};

/// Sends Ctrl-C, and returns the output of the run.
fn interrupted(child: Child) -> Output {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    output
}

#[test]
fn an_interrupted_run_prints_what_may_have_happened() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let child = command(&["-e", &url, "--no-verify", "service", "suspend", "A/S"]).spawn().unwrap();
    // Once it has connected, its handlers are set: both are polled before anything is awaited.
    let (mut connection, _) = silent.accept().unwrap();
    let mut first = [0];
    Read::read_exact(&mut connection, &mut first).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(text(&output.stderr).contains("service suspend may have been done"), "{output:?}");
}

#[test]
fn a_look_up_that_is_interrupted_has_changed_nothing() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let child = command(&["-e", &url, "service", "suspend", "A/S"]).spawn().unwrap();
    let (mut connection, _) = silent.accept().unwrap();
    Read::read_exact(&mut connection, &mut [0]).unwrap();
    let output = interrupted(child);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(text(&output.stderr).contains("interrupted; service suspend was not sent"), "{output:?}");
}

#[test]
fn an_interrupted_list_prints_the_outcome_of_each() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let child = command(&["-e", &url, "--no-verify", "service", "suspend", "A/1", "A/2", "A/3", "--parallel", "2"])
        .spawn()
        .unwrap();
    let mut connections = [silent.accept().unwrap().0, silent.accept().unwrap().0];
    for connection in &mut connections {
        Read::read_exact(connection, &mut [0]).unwrap();
    }
    let output = interrupted(child);
    let rows: Vec<Vec<&str>> = text(&output.stdout).lines().map(|line| line.split("  ").collect()).collect();
    assert_eq!(rows[1..], [["fabric:/A/1", "unknown"], ["fabric:/A/2", "unknown"], ["fabric:/A/3", "not sent"]]);
    assert!(text(&output.stderr).contains("0 done, 2 may have been done, 1 not sent"), "{output:?}");
}

/// The cluster's time stands still, so that the backup never ends.
#[test]
fn an_interrupted_wait_leaves_the_backup_to_the_cluster() {
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
    assert!(text(&output.stderr).contains("continues in the cluster"), "{output:?}");
    assert!(text(&output.stderr).ends_with(&again), "{output:?}");
    // The printed command can be typed, and ends in the same way.
    let mut words: Vec<&str> = again.split_whitespace().skip(1).collect();
    words.extend(["-o", "json"]);
    let mut child = command(&words).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains(r#""state":"Accepted""#), "{line}");
    let output = interrupted(child);
    assert!(text(&output.stderr).contains(r#""kind": "interrupted""#), "{output:?}");
}

/// Asserts that the process ends in time; without Ctrl-C, it would wait longer.
fn ends_at_once(child: Child) -> Output {
    let began = Instant::now();
    let output = interrupted(child);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}: {output:?}", began.elapsed());
    output
}

/// The server accepts the connection, and sends nothing when TLS begins.
#[test]
fn ctrl_c_ends_the_handshake_of_doctor() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let child = command(&["-e", &url, "--insecure", "doctor"]).spawn().unwrap();
    // The first connection checks whether the port responds.
    let (_port, _) = silent.accept().unwrap();
    let (mut handshake, _) = silent.accept().unwrap();
    handshake.read_exact(&mut [0]).unwrap();
    let output = ends_at_once(child);
    assert!(text(&output.stderr).contains("interrupted"), "{output:?}");
}

/// A name server that does not respond: prints that it was queried, and nothing else.
#[cfg(target_os = "linux")]
const RESOLVER: &str = r#"
#include <unistd.h>
int getaddrinfo(const char *node, const char *service, const void *hints, void **found) {
    write(2, "looking up\n", 11);
    sleep(60);
    return -2;
}
"#;

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_the_look_up_of_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("resolver.c"), folder.path().join("resolver.so"));
    std::fs::write(&source, RESOLVER).unwrap();
    let built = Command::new("cc").args(["-shared", "-fPIC", "-w", "-o"]).args([&library, &source]).status();
    if !built.is_ok_and(|status| status.success()) {
        return sf_backup_tests::not_run("cc", "install a C compiler to stand in for a name server");
    }
    for verb in [&["app", "list"][..], &["doctor"], &["service", "suspend", "A/S"]] {
        let mut command = command(&[&["-e", "http://cluster.example:19080"], verb].concat());
        let mut child = command.env("LD_PRELOAD", &library).spawn().unwrap();
        // Byte by byte, because the rest is read later.
        let (mut bytes, mut byte) = (Vec::new(), [0]);
        while !bytes.ends_with(b"looking up\n") {
            child.stderr.as_mut().unwrap().read_exact(&mut byte).unwrap();
            bytes.extend(byte);
        }
        let output = ends_at_once(child);
        assert!(text(&output.stderr).contains("interrupted"), "{verb:?}: {output:?}");
    }
}

/// The program keeps the pipe open while it runs.
#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_program_that_is_notified() {
    let folder = tempfile::tempdir().unwrap();
    let (pipe, script) = (folder.path().join("pipe"), folder.path().join("script"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::write(&script, "exec 3>\"$1\"; echo begun >&3; exec sleep 60").unwrap();
    let sim = Sim::start(&["--speed", "0x"]);
    let target = format!("cmd:sh {} {}", script.display(), pipe.display());
    let state = folder.path().join("state");
    let args = ["-e", &sim.url, "audit", "--notify", &target, "--notify-state", state.to_str().unwrap()];
    let child = command(&args).spawn().unwrap();
    let mut held = BufReader::new(std::fs::File::open(&pipe).unwrap());
    let mut line = String::new();
    held.read_line(&mut line).unwrap();
    assert_eq!(line, "begun\n");
    let began = Instant::now();
    let output = ends_at_once(child);
    assert!(text(&output.stderr).contains("interrupted") && !state.exists(), "{output:?}");
    held.read_to_end(&mut Vec::new()).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "the program was left running");
}

/// The log has room for the line before the change, but not for the one after it.
#[test]
#[cfg(unix)]
fn a_log_that_fails_after_a_change_is_reported_even_if_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("changes.jsonl");
    std::fs::write(&log, "x".repeat(1024 - 401) + "\n").unwrap();
    let sim = Sim::with_policy();
    sim.done(&["service", "enable", "CalcApp/CalcService", "--policy", "Daily"]);
    let change = ["-e", &sim.url, "-q", "--log", log.to_str().unwrap(), "service", "suspend", "CalcApp/CalcService"];
    // A file may have two blocks of 512 bytes.
    let limited = "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"";
    let output =
        Command::new("sh").args(["-c", limited, env!("CARGO_BIN_EXE_sf-backup")]).args(change).output().unwrap();
    assert_eq!(output.status.code(), Some(23), "{output:?}");
    assert!(text(&output.stderr).contains("the outcome of a change is missing from it"), "{output:?}");
    // A truncated line does not affect others.
    assert!(command(&change).output().unwrap().status.success());
    let history = sim.done(&["-o", "json", "history", "--log", log.to_str().unwrap()]);
    let outcomes: Vec<_> = text(&history.stdout).lines().filter(|line| line.contains("\"outcome\"")).collect();
    assert!(outcomes.len() == 2 && outcomes[0].contains("started") && outcomes[1].contains("succeeded"), "{history:?}");
}
