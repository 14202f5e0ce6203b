//! Alternating measurements of two functions, so that disturbances affect both.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often each of two is run in a round, which uses the fastest run of each: disturbances only make a run longer.
pub const RUNS: usize = 5;

/// The ratio of the times of `ours` and `theirs` for each round.
pub fn times<A, B>(rounds: usize, mut ours: impl FnMut() -> A, mut theirs: impl FnMut() -> B) -> Vec<f64> {
    // Run once without measuring, to fill caches and pools.
    drop((black_box(ours()), black_box(theirs())));
    let mut round = || {
        let (mut one, mut other) = (Duration::MAX, Duration::MAX);
        for _ in 0..RUNS {
            one = one.min(time(&mut ours));
            other = other.min(time(&mut theirs));
        }
        one.as_secs_f64() / other.as_secs_f64()
    };
    (0..rounds).map(|_| round()).collect()
}

/// The ratio of our and their number of runs in the same time, for each round.
pub fn rates<A, B>(rounds: usize, ours: impl FnMut() -> A, theirs: impl FnMut() -> B) -> Vec<f64> {
    times(rounds, theirs, ours)
}

fn time<T>(run: &mut impl FnMut() -> T) -> Duration {
    let begun = Instant::now();
    let kept = black_box(run());
    let took = begun.elapsed();
    drop(kept);
    took
}
