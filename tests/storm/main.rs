//! `cargo xtask storm`: very many calls in foul weather; with `--soak` very many in fair weather; with `--hostile` the
//! dearest answers of all. On both transports. Writes what came of them to `target/storm.txt`, `target/soak.txt` or
//! `target/hostile.txt`, and fails if anything is not as it must be.
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
use storm::caller::Crew;
use storm::tally::Tally;
use storm::{Blocking, Hyper, Patience, Proxy, Round, Weather};

/// How many calls are under way at a time.
const AT_ONCE: usize = 128;

/// How many calls one cluster sees.
const ROUND: u64 = 1_000;

/// One call in so many takes its two minutes to be certain.
const PATIENT: u64 = 500;

/// How much more may be held in the end than after warming up, with cluster and proxy in the same process.
const MOST_MEMORY: u64 = 8 * MIB;
/// An idle connection of each transport more or less.
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
    let text = format!("{text}verdict: {}\n", if well { "it holds" } else { "IT DOES NOT HOLD" });
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
    /// `cargo xtask` has looked at them already.
    fn read(mut words: impl Iterator<Item = String>) -> Self {
        let mut options = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--operations" => options.operations = words.next().map(|number| number.parse().unwrap()),
                "--seed" => options.seed = words.next().map(|number| number.parse().unwrap()),
                "--soak" => options.soak = true,
                "--hostile" => options.hostile = true,
                // `cargo bench` says that it is one.
                "--bench" => {}
                other => panic!("unknown: {other}"),
            }
        }
        options
    }
}

/// What to write, and whether all is well.
fn storm(operations: u64, seed: u64) -> (String, bool) {
    eprintln!("storm: seed {seed}");
    let begun = Instant::now();
    let proxy = Proxy::new(seed);
    let hyper = Hyper::new(&proxy.endpoints, Patience::Short);
    let blocking = Blocking::new(&proxy.endpoints, Patience::Short);
    let (mut on_hyper, mut on_blocking, mut watched) = (Tally::default(), Tally::default(), Watched::default());
    // Half of the calls on each transport, by turns.
    let mut first = 1;
    while first <= operations {
        for (tally, crew) in [(&mut on_hyper, &hyper as &dyn Crew), (&mut on_blocking, &blocking)] {
            let calls = ROUND.min((operations + 1).saturating_sub(first));
            tally.add(Round { seed, weather: Weather::Foul, first, calls, at_once: AT_ONCE }.run(&proxy, crew));
            first += calls;
            watched.look();
        }
        eprintln!("storm: {} of {operations} after {:.0} s", first - 1, begun.elapsed().as_secs_f64());
    }
    let patient = patient(operations / PATIENT, seed);

    let mut text = format!(
        "storm: seed {seed}, {operations} calls, {AT_ONCE} at a time, in {:.0} s\n",
        begun.elapsed().as_secs_f64()
    );
    let parts = [("sf-backup-hyper", on_hyper), ("sf-backup-blocking", on_blocking), ("certain to the end", patient)];
    for (name, tally) in &parts {
        writeln!(text, "{name}: {} calls\n{tally}", tally.calls).unwrap();
    }
    let met = proxy.met();
    writeln!(text, "what befell {} requests:", met.values().sum::<u64>()).unwrap();
    met.iter().for_each(|(fate, times)| writeln!(text, "  {fate:<28}{times:>8}").unwrap());
    writeln!(text, "redirects followed: {}", proxy.strayed()).unwrap();
    let (memory, flat) = verdict("memory", watched.grown(memory), MOST_MEMORY, MIB);
    let (open, few) = verdict("descriptors", watched.grown(descriptors), MOST_DESCRIPTORS, 1);
    writeln!(text, "{memory}\n{open}").unwrap();
    let violations: Vec<&String> = parts.iter().flat_map(|(_, tally)| &tally.violations).collect();
    writeln!(text, "words that were not true: {}", violations.len()).unwrap();
    violations.iter().take(50).for_each(|violation| writeln!(text, "  {violation}").unwrap());
    (text, violations.is_empty() && proxy.strayed() == 0 && flat && few)
}

/// As many calls at once, each of which may look for two minutes: on both transports at the same time.
fn patient(calls: u64, seed: u64) -> Tally {
    let round = Round { seed, weather: Weather::Thick, first: 1, calls: calls.div_ceil(2), at_once: AT_ONCE };
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
