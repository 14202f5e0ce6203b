//! Counts of partitions per state.

use std::fmt;

use super::state::State;

/// Counts of an audit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    counts: [usize; State::ALL.len()],
    /// Parts of the cluster whose partitions could not be read.
    pub gaps: usize,
}

/// The result of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that needs protection has it.
    Protected,
    /// Something is not protected.
    Unprotected,
    /// Nothing is known to be unprotected, but something could not be read, or its first backup is still expected.
    Unknown,
}

impl Summary {
    /// Counts states; `gaps` are parts of the cluster that could not be read.
    pub fn of(states: impl Iterator<Item = State>, gaps: usize) -> Self {
        let mut summary = Self { gaps, ..Self::default() };
        for state in states {
            if let Some(count) = summary.counts.get_mut(state as usize) {
                *count += 1;
            }
        }
        summary
    }

    /// Number of partitions in this state.
    pub fn count(&self, state: State) -> usize {
        self.counts.get(state as usize).copied().unwrap_or_default()
    }

    /// Number of partitions.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The result: known problems take precedence over unknown states.
    pub fn verdict(&self) -> Verdict {
        let any = |of: fn(State) -> bool| State::ALL.into_iter().any(|state| of(state) && self.count(state) > 0);
        if any(State::is_unprotected) {
            Verdict::Unprotected
        } else if self.gaps > 0 || any(State::is_open) {
            Verdict::Unknown
        } else {
            Verdict::Protected
        }
    }
}

impl fmt::Display for Summary {
    /// `4 partitions: 1 stale, 3 protected`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        write!(f, "{total} partition{}", if total == 1 { "" } else { "s" })?;
        let counted = State::ALL.into_iter().filter(|state| self.count(*state) > 0);
        for (place, state) in counted.enumerate() {
            let before = if place == 0 { ": " } else { ", " };
            write!(f, "{before}{} {}", self.count(state), words(state))?;
        }
        match self.gaps {
            0 => Ok(()),
            1 => f.write_str("; 1 part of the cluster could not be read"),
            gaps => write!(f, "; {gaps} parts of the cluster could not be read"),
        }
    }
}

fn words(state: State) -> &'static str {
    match state {
        State::Failing => "failing",
        State::Stale => "stale",
        State::NotCovered => "not covered",
        State::Suspended => "suspended",
        State::Unavailable => "unavailable",
        State::Unknown => "unknown",
        State::Pending => "pending",
        State::Protected => "protected",
        State::NotApplicable => "not applicable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_problem_overrides_unknown() {
        let verdict = |states: &[State], gaps| Summary::of(states.iter().copied(), gaps).verdict();
        assert_eq!(verdict(&[], 0), Verdict::Protected);
        assert_eq!(verdict(&[State::Protected, State::NotApplicable], 0), Verdict::Protected);
        assert_eq!(verdict(&[State::Protected], 1), Verdict::Unknown);
        assert_eq!(verdict(&[State::Unknown, State::Protected], 0), Verdict::Unknown);
        assert_eq!(verdict(&[State::Pending, State::Protected], 0), Verdict::Unknown);
        for state in [State::Stale, State::Failing, State::NotCovered, State::Suspended, State::Unavailable] {
            assert_eq!(verdict(&[state, State::Unknown], 1), Verdict::Unprotected);
        }
    }

    #[test]
    fn counts_are_printed_on_one_line() {
        let states = [State::Protected, State::Stale, State::Protected];
        assert_eq!(Summary::of(states.into_iter(), 0).to_string(), "3 partitions: 1 stale, 2 protected");
        assert_eq!(
            Summary::of([State::NotApplicable].into_iter(), 2).to_string(),
            "1 partition: 1 not applicable; 2 parts of the cluster could not be read"
        );
    }
}
