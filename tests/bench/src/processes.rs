//! Whole processes: one change to a simulated cluster, against `sfctl --version`.

use std::process::{Command, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::bulk;
use crate::row::{Mark, Row, rounds};

const ROUNDS: usize = 15;

/// The time and memory of a process.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Took {
    seconds: f64,
    /// Peak memory in KiB.
    peak: f64,
}

/// Runs a program once and prints its time and memory. Must run in its own process, because the system reports the peak
/// memory of all children.
pub fn once(program: &str, arguments: &[&str]) {
    let begun = Instant::now();
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status().unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert!(status.success(), "{program}: {status}");
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN).unwrap();
    println!("{}", serde_json::to_string(&Took { seconds, peak: usage.max_rss() as f64 }).unwrap());
}

fn took(program: &str, arguments: &[&str]) -> Took {
    let this = std::env::current_exe().unwrap();
    let printed = Command::new(this).args(["once", program]).args(arguments).output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    serde_json::from_slice(&printed.stdout).unwrap()
}

pub fn rows() -> Vec<Row> {
    let Ok(ours) = std::env::var("SF_BACKUP") else {
        eprintln!("skipped: whole processes, because SF_BACKUP is not set to the program");
        return Vec::new();
    };
    let served = bulk::served();
    let resume = ["-e", &served.url, "service", "resume", "fabric:/App0/Service0"];
    let enable = ["-e", &served.url, "service", "enable", "fabric:/App0/Service0", "--policy", "Daily"];
    took(&ours, &enable);
    let megabytes = std::fs::metadata(&ours).unwrap().len() as f64 / 1e6;
    let mut rows = vec![Row::new("sf-backup, the program without OpenSSL", "-", "MB", [megabytes], Mark::AtMost(9.0))];
    rows.extend(over_hello(&ours, &resume));
    match std::env::var("SF_BACKUP_SFCTL") {
        Ok(sfctl) => rows.extend(against(&ours, &resume, &sfctl)),
        Err(_) => eprintln!("skipped: sfctl, because SF_BACKUP_SFCTL is not set to the program"),
    }
    rows
}

/// The time and memory of our processes above those of the minimal program.
fn over_hello(ours: &str, resume: &[&str]) -> Vec<Row> {
    let hello = std::env::current_exe().unwrap().with_file_name(format!("hello{}", std::env::consts::EXE_SUFFIX));
    let hello = hello.to_str().unwrap();
    let packaged = std::env::var("SF_BACKUP_PACKAGED").ok();
    let [mut version_time, mut packaged_time, mut resume_time, mut resume_memory] = [const { Vec::new() }; 4];
    for round in 0..=rounds(ROUNDS) * 2 {
        let (nothing, version, resume) = (took(hello, &[]), took(ours, &["--version"]), took(ours, resume));
        let packaged = packaged.as_ref().map(|packaged| took(packaged, &["--version"]));
        if round > 0 {
            version_time.push((version.seconds - nothing.seconds) * 1e3);
            packaged_time.extend(packaged.map(|packaged| (packaged.seconds - nothing.seconds) * 1e3));
            resume_time.push((resume.seconds - nothing.seconds) * 1e3);
            resume_memory.push((resume.peak - nothing.peak) / 1024.0);
        }
    }
    let peer = "a minimal program";
    let mut rows = vec![
        Row::new("sf-backup --version", peer, "ms more", version_time, Mark::AtMost(1.0)),
        Row::new("sf-backup service resume", peer, "ms more", resume_time, Mark::AtMost(10.0)),
        Row::new("sf-backup service resume", peer, "MiB more at peak", resume_memory, Mark::AtMost(10.0)),
    ];
    if !packaged_time.is_empty() {
        let what = "sf-backup --version, as packaged, with OpenSSL inside";
        rows.push(Row::new(what, peer, "ms more", packaged_time, Mark::AtMost(1.0)));
    }
    rows
}

fn against(ours: &str, resume: &[&str], sfctl: &str) -> Vec<Row> {
    let (mut time, mut memory) = (Vec::new(), Vec::new());
    for round in 0..=rounds(ROUNDS) {
        let (ours, theirs) = (took(ours, resume), took(sfctl, &["--version"]));
        if round > 0 {
            time.push(ours.seconds / theirs.seconds);
            memory.push(ours.peak / theirs.peak);
        }
    }
    let (what, peer) = ("sf-backup service resume", "sfctl --version");
    vec![
        Row::new(what, peer, "× time", time, Mark::AtMost(0.05)),
        Row::new(what, peer, "× peak memory", memory, Mark::AtMost(0.25)),
    ]
}
