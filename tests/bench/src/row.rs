//! One row of the report: a measurement and its target.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A measurement and its target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub what: String,
    pub peer: String,
    pub unit: String,
    /// The results of all rounds.
    pub figures: Vec<f64>,
    pub mark: Mark,
}

/// The target of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Mark {
    AtMost(f64),
    AtLeast(f64),
}

/// The number of rounds: all of `full` in a full run, otherwise a third.
pub fn rounds(full: usize) -> usize {
    if std::env::args().any(|argument| argument == "--full") { full } else { full.div_ceil(3) }
}

impl Row {
    pub fn new(what: &str, peer: &str, unit: &str, figures: impl Into<Vec<f64>>, mark: Mark) -> Self {
        let [what, peer, unit] = [what, peer, unit].map(str::to_owned);
        Self { what, peer, unit, figures: figures.into(), mark }
    }

    /// The median of all rounds, which is compared with the target.
    pub fn median(&self) -> f64 {
        let mut sorted = self.figures.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            length if length % 2 == 0 => (sorted[length / 2 - 1] + sorted[length / 2]) / 2.0,
            length => sorted[length / 2],
        }
    }

    /// The lowest and the highest result.
    pub fn spread(&self) -> (f64, f64) {
        self.figures
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), figure| (least.min(*figure), most.max(*figure)))
    }

    /// Whether the result is a count, which is the same on every machine.
    pub fn is_count(&self) -> bool {
        self.unit.contains("instructions")
    }

    /// Whether the median meets the target. NaN never does.
    pub fn is_kept(&self) -> bool {
        match self.mark {
            Mark::AtMost(limit) => self.median() <= limit,
            Mark::AtLeast(limit) => self.median() >= limit,
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "≤ {limit}"),
            Self::AtLeast(limit) => write!(f, "≥ {limit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_compared_and_nan_misses_the_target() {
        let row = |figures: &[f64], mark| Row::new("w", "p", "u", figures, mark);
        assert_eq!(row(&[3.0, 1.0, 2.0], Mark::AtMost(2.0)).median(), 2.0);
        assert_eq!(row(&[4.0, 1.0, 2.0, 3.0], Mark::AtMost(2.0)).median(), 2.5);
        assert!(row(&[2.0], Mark::AtMost(2.0)).is_kept() && row(&[2.0], Mark::AtLeast(2.0)).is_kept());
        assert!(!row(&[2.1], Mark::AtMost(2.0)).is_kept() && !row(&[1.9], Mark::AtLeast(2.0)).is_kept());
        assert!(!row(&[], Mark::AtMost(2.0)).is_kept() && !row(&[], Mark::AtLeast(2.0)).is_kept());
    }
}
