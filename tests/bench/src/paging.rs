//! Reading long lists: time proportional to the number of items.

use std::time::Instant;

use crate::row::{Mark, Row};
use crate::walk::walk;

const ROUNDS: usize = 3;

pub fn rows() -> Vec<Row> {
    let each = |backups: usize| {
        let begun = Instant::now();
        walk(backups);
        begun.elapsed().as_secs_f64() / backups as f64
    };
    each(10_000);
    let figures: Vec<f64> = (0..ROUNDS).map(|_| each(1_000_000) / each(100_000)).collect();
    vec![Row::new("page through 1,000,000 backups", "100,000 of them", "× time per backup", figures, Mark::AtMost(1.1))]
}
