//! One row of the report: a figure as a ratio, and the mark that it must keep.

/// A figure, and what it must keep.
#[derive(Debug, Clone)]
pub struct Row {
    pub what: &'static str,
    pub peer: &'static str,
    pub unit: &'static str,
    /// One figure for each round.
    pub figures: Vec<f64>,
    pub mark: Mark,
}

/// What a figure must keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    AtMost(f64),
    AtLeast(f64),
}

impl Row {
    pub fn new(
        what: &'static str,
        peer: &'static str,
        unit: &'static str,
        figures: impl Into<Vec<f64>>,
        mark: Mark,
    ) -> Self {
        Self { what, peer, unit, figures: figures.into(), mark }
    }

    /// The figure that counts: the one in the middle.
    pub fn median(&self) -> f64 {
        let mut sorted = self.figures.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match (sorted.len() % 2, sorted.get(middle.wrapping_sub(1)), sorted.get(middle)) {
            (0, Some(below), Some(above)) => (below + above) / 2.0,
            (_, _, Some(middle)) => *middle,
            _ => f64::NAN,
        }
    }

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

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "≤ {limit}"),
            Self::AtLeast(limit) => write!(f, "≥ {limit}"),
        }
    }
}
