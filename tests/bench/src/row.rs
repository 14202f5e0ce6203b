//! One row of the report: a figure as a ratio, and the mark that it must keep.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A figure, and what it must keep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub what: String,
    pub peer: String,
    pub unit: String,
    /// One figure for each round.
    pub figures: Vec<f64>,
    pub mark: Mark,
}

/// What a figure must keep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Mark {
    AtMost(f64),
    AtLeast(f64),
}

impl Row {
    pub fn new(what: &str, peer: &str, unit: &str, figures: impl Into<Vec<f64>>, mark: Mark) -> Self {
        let [what, peer, unit] = [what, peer, unit].map(str::to_owned);
        Self { what, peer, unit, figures: figures.into(), mark }
    }

    /// The figure that counts: the one in the middle.
    pub fn median(&self) -> f64 {
        let mut sorted = self.figures.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            length if length % 2 == 0 => (sorted[length / 2 - 1] + sorted[length / 2]) / 2.0,
            length => sorted[length / 2],
        }
    }

    /// The least and the most.
    pub fn spread(&self) -> (f64, f64) {
        self.figures
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), figure| (least.min(*figure), most.max(*figure)))
    }

    /// A figure that is no number keeps nothing.
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
    fn the_middle_counts_and_a_missing_figure_keeps_nothing() {
        let row = |figures: &[f64], mark| Row::new("w", "p", "u", figures, mark);
        assert_eq!(row(&[3.0, 1.0, 2.0], Mark::AtMost(2.0)).median(), 2.0);
        assert_eq!(row(&[4.0, 1.0, 2.0, 3.0], Mark::AtMost(2.0)).median(), 2.5);
        assert!(row(&[2.0], Mark::AtMost(2.0)).is_kept() && row(&[2.0], Mark::AtLeast(2.0)).is_kept());
        assert!(!row(&[2.1], Mark::AtMost(2.0)).is_kept() && !row(&[1.9], Mark::AtLeast(2.0)).is_kept());
        assert!(!row(&[], Mark::AtMost(2.0)).is_kept() && !row(&[], Mark::AtLeast(2.0)).is_kept());
    }
}
