//! Two things in turns, so that what disturbs one disturbs the other.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How much longer `ours` takes than `theirs`, once for each round. A round takes the shortest of several runs of both: what
/// disturbs a run only makes it longer.
pub fn times<A, B>(rounds: usize, mut ours: impl FnMut() -> A, mut theirs: impl FnMut() -> B) -> Vec<f64> {
    // Once unmeasured, for caches and pools.
    drop((black_box(ours()), black_box(theirs())));
    let mut round = || {
        let (mut one, mut other) = (Duration::MAX, Duration::MAX);
        for _ in 0..5 {
            one = one.min(time(&mut ours));
            other = other.min(time(&mut theirs));
        }
        one.as_secs_f64() / other.as_secs_f64()
    };
    (0..rounds).map(|_| round()).collect()
}

fn time<T>(run: &mut impl FnMut() -> T) -> Duration {
    let begun = Instant::now();
    let kept = black_box(run());
    let took = begun.elapsed();
    drop(kept);
    took
}
