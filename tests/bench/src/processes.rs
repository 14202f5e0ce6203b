//! Whole processes: one change to a simulated cluster, against what sfctl takes to tell its version.

use std::process::{Command, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::bulk;
use crate::row::{Mark, Row};

const ROUNDS: usize = 15;

/// What one process took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Took {
    seconds: f64,
    /// The most memory that it held, in KiB.
    peak: f64,
}

/// Runs a program once, and prints what it took. A process of its own: the system tells the most of all children.
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
    let told = Command::new(this).args(["once", program]).args(arguments).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

pub fn rows() -> Vec<Row> {
    let (Ok(ours), Ok(sfctl)) = (std::env::var("SF_BACKUP"), std::env::var("SF_BACKUP_SFCTL")) else {
        eprintln!("skipped: whole processes, for SF_BACKUP or SF_BACKUP_SFCTL names no program");
        return Vec::new();
    };
    let served = bulk::served();
    let resume = ["-e", &served.url, "service", "resume", "fabric:/App0/Service0"];
    let enable = ["-e", &served.url, "service", "enable", "fabric:/App0/Service0", "--policy", "Daily"];
    took(&ours, &enable);
    let (mut time, mut memory) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (ours, theirs) = (took(&ours, &resume), took(&sfctl, &["--version"]));
        if round > 0 {
            time.push(ours.seconds / theirs.seconds);
            memory.push(ours.peak / theirs.peak);
        }
    }
    let (what, peer) = ("sf-backup service resume, whole process", "sfctl --version");
    vec![
        Row::new(what, peer, "× time", time, Mark::AtMost(0.05)),
        Row::new(what, peer, "× peak memory", memory, Mark::AtMost(0.25)),
    ]
}
