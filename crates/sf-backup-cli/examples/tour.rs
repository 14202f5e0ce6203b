//! The tour in the README: commands run against a simulated cluster, and what they say. `cargo xtask codegen` puts it there.

// An example may panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sf_backup_cli::{Console, Surroundings, run_in};
use sf_backup_sim::Cluster;

/// As wide as a README is read.
const WIDTH: usize = 118;
/// The simulated cluster's time begins on 1 January 2024.
const BEGIN: u64 = 1_704_067_200;
const DAY: u64 = 86_400;

/// What counts as now, in seconds since the cluster began: the clock is a plain function.
static NOW: AtomicU64 = AtomicU64::new(0);

enum Step {
    /// A command, as it is typed.
    Type(&'static str),
    /// Time passes: days, and what is said about it.
    Pass(u64, &'static str),
}

const STEPS: &[Step] = &[
    Step::Type(
        r"sf-backup policy create Nightly --daily 01:30 --incrementals 6 --keep 30d --keep-at-least 7 --share '\\nas\backups'",
    ),
    Step::Type("sf-backup service enable CalcApp/CalcService --policy Nightly"),
    Step::Pass(2, "# two nights later"),
    Step::Type("sf-backup why CalcApp/CalcService"),
    Step::Type("sf-backup partition suspend 6b1c2f7e-0000-4000-8000-000000000002"),
    Step::Type("sf-backup audit"),
    Step::Type("sf-backup restore plan --service CalcApp/CalcService --at 2024-01-02 > plan.yaml"),
];

fn main() {
    let cluster = Cluster::builder().speed("0x".parse().unwrap()).build();
    let listening = cluster.listen().unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    let around = Surroundings::none().variable("SF_BACKUP_ENDPOINT", listening.url()).folder(folder.path());
    println!("```console");
    for step in STEPS {
        match step {
            Step::Type(line) => {
                println!("$ {line}\n{}", said(&around, line).replace(&listening.url(), "http://cluster:19080"))
            }
            Step::Pass(days, word) => {
                cluster.advance(Duration::from_secs(days * DAY));
                NOW.fetch_add(days * DAY, Ordering::Relaxed);
                println!("{word}\n");
            }
        }
    }
    println!("```");
}

/// All that a command says, as a person sees it.
fn said(around: &Surroundings, line: &str) -> String {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let console = Console {
        input: &mut std::io::empty(),
        output: &mut output,
        errors: &mut errors,
        interactive: false,
        colors: false,
        interruptible: false,
        width: Some(WIDTH),
        clock: || SystemTime::UNIX_EPOCH + Duration::from_secs(BEGIN + NOW.load(Ordering::Relaxed)),
    };
    let (line, file) = line.split_once(" > ").map_or((line, None), |(line, file)| (line, Some(file)));
    run_in(around, words(line), console);
    if let Some(file) = file {
        std::fs::write(file, std::mem::take(&mut output)).unwrap();
    }
    output.append(&mut errors);
    String::from_utf8(output).unwrap()
}

/// The words of a line, as far as this tour needs a shell: single quotes, and above, where the output goes.
fn words(line: &str) -> Vec<std::ffi::OsString> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(at, part)| {
        let within = (at % 2 == 1).then_some(part);
        let outside = (at % 2 == 0).then(|| part.split_whitespace()).into_iter().flatten();
        within.into_iter().chain(outside)
    });
    words.map(Into::into).collect()
}
