//! `cargo xtask storm`: many calls under injected faults; with `--soak`, many calls without faults; with `--hostile`,
//! the largest responses. Runs on both transports, writes the report to `target/storm.txt`, `target/soak.txt` or
//! `target/hostile.txt`, and fails if a check fails.
//!
//! ```text
//! storm [--operations N] [--seed S] [--soak | --hostile]
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod hostile;
mod process;
mod soak;
#[path = "storm.rs"]
mod storm;

use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use process::{MIB, Watched, descriptors, memory, verdict};
use storm::caller::BatchRunner;
use storm::tally::Tally;
use storm::{Blocking, FaultProfile, Hyper, Patience, Proxy, Round};

/// Number of concurrent calls.
const AT_ONCE: usize = 128;

/// Number of calls to one cluster.
const ROUND: u64 = 1_000;

/// One of this many calls waits until its result is certain.
const PATIENT: u64 = 500;

/// Allowed growth of memory after warming up. Cluster and proxy are in the same process.
const MOST_MEMORY: u64 = 8 * MIB;
/// Allowed growth of open descriptors, which vary with idle connections.
const MOST_DESCRIPTORS: u64 = 64;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [one, which @ ..] = &words[..]
        && one == hostile::ONE
    {
        let which: Vec<usize> = which.iter().map(|word| word.parse().unwrap()).collect();
        hostile::one(&which);
        return ExitCode::SUCCESS;
    }
    let options = Options::read(words.into_iter());
    let (name, (text, well)) = if options.hostile {
        ("hostile", hostile::run())
    } else if options.soak {
        ("soak", soak::run(options.operations.unwrap_or(1_000_000)))
    } else {
        let seed = options.seed.unwrap_or_else(|| RandomState::new().hash_one(()) >> 32);
        ("storm", storm(options.operations.unwrap_or(100_000), seed))
    };
    let text = format!("{text}verdict: {}\n", if well { "passed" } else { "FAILED" });
    print!("{text}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../target/{name}.txt"));
    std::fs::write(path, text).unwrap();
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Options {
    operations: Option<u64>,
    seed: Option<u64>,
    soak: bool,
    hostile: bool,
}

impl Options {
    /// Parses the options, which `cargo xtask` has already validated.
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let mut options = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--operations" => options.operations = words.next().map(|number| number.parse().unwrap()),
                "--seed" => options.seed = words.next().map(|number| number.parse().unwrap()),
                "--soak" => options.soak = true,
                "--hostile" => options.hostile = true,
                // `cargo bench` passes this option.
                "--bench" => {}
                other => panic!("unknown: {other}"),
            }
        }
        options
    }
}

/// Returns the report and whether the test passed.
fn storm(operations: u64, seed: u64) -> (String, bool) {
    eprintln!("storm: seed {seed}");
    let begun = Instant::now();
    let proxy = Proxy::new(seed);
    let hyper = Hyper::new(&proxy.endpoints, Patience::Short);
    let blocking = Blocking::new(&proxy.endpoints, Patience::Short);
    let (mut on_hyper, mut on_blocking, mut watched) = (Tally::default(), Tally::default(), Watched::default());
    // Alternates between the transports.
    let mut first = 1;
    while first <= operations {
        for (tally, runner) in [(&mut on_hyper, &hyper as &dyn BatchRunner), (&mut on_blocking, &blocking)] {
            let calls = ROUND.min((operations + 1).saturating_sub(first));
            tally.add(Round { seed, faults: FaultProfile::Mixed, first, calls, at_once: AT_ONCE }.run(&proxy, runner));
            first += calls;
            watched.look();
        }
        let memory = watched.last(memory).map(|bytes| format!(", {:.1} MiB", bytes as f64 / MIB as f64));
        let done = first - 1;
        eprintln!(
            "storm: {done} of {operations} after {:.0} s{}",
            begun.elapsed().as_secs_f64(),
            memory.unwrap_or_default()
        );
    }
    let patient = patient(operations / PATIENT, seed);

    let mut text = format!(
        "storm: seed {seed}, {operations} calls, {AT_ONCE} at a time, in {:.0} s\n",
        begun.elapsed().as_secs_f64()
    );
    let parts = [("sf-backup-hyper", on_hyper), ("sf-backup-blocking", on_blocking), ("until certain", patient)];
    for (name, tally) in &parts {
        writeln!(text, "{name}: {} calls\n{tally}", tally.calls).unwrap();
    }
    let met = proxy.met();
    writeln!(text, "faults of {} requests:", met.values().sum::<u64>()).unwrap();
    met.iter().for_each(|(fault, times)| writeln!(text, "  {fault:<28}{times:>8}").unwrap());
    writeln!(text, "redirects followed: {}", proxy.strayed()).unwrap();
    let (memory, flat) = verdict("memory", watched.grown(memory), MOST_MEMORY, MIB);
    let (open, few) = verdict("descriptors", watched.grown(descriptors), MOST_DESCRIPTORS, 1);
    writeln!(text, "{memory}\n{open}").unwrap();
    let violations: Vec<&String> = parts.iter().flat_map(|(_, tally)| &tally.violations).collect();
    writeln!(text, "results that contradict the effect log: {}", violations.len()).unwrap();
    violations.iter().take(50).for_each(|violation| writeln!(text, "  {violation}").unwrap());
    (text, violations.is_empty() && proxy.strayed() == 0 && flat && few)
}

/// Makes calls that wait until their result is certain, on both transports at the same time.
fn patient(calls: u64, seed: u64) -> Tally {
    let round = Round { seed, faults: FaultProfile::Delays, first: 1, calls: calls.div_ceil(2), at_once: AT_ONCE };
    std::thread::scope(|scope| {
        let on_hyper = scope.spawn(|| {
            let proxy = Proxy::new(seed);
            round.run(&proxy, &Hyper::new(&proxy.endpoints, Patience::Full))
        });
        let proxy = Proxy::new(seed + 1);
        let mut tally = Round { seed: seed + 1, ..round }.run(&proxy, &Blocking::new(&proxy.endpoints, Patience::Full));
        tally.add(on_hyper.join().unwrap());
        tally
    })
}
