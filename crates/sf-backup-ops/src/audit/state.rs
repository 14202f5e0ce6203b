//! The one thing that is said of every partition.

use std::fmt;
use std::str::FromStr;

/// Whether a partition is backed up. In order, the worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Backups are made and something tells that they fail: the last one on demand did, a backup cannot be read, or none of
    /// the recent ones can be restored.
    Failing,
    /// The newest backup is older than the schedule allows, or there is none yet.
    Stale,
    /// No policy is in force.
    NotCovered,
    /// Backups are suspended, on the partition or above it.
    Suspended,
    /// Something that had to be read could not be, so that nobody knows.
    Unknown,
    /// The newest backup is as young as it should be, and can be restored as far as a list tells.
    Protected,
    /// There is nothing to back up: the service keeps no state on disk.
    NotApplicable,
}

impl State {
    /// All, the worst first.
    pub const ALL: [Self; 7] = [
        Self::Failing,
        Self::Stale,
        Self::NotCovered,
        Self::Suspended,
        Self::Unknown,
        Self::Protected,
        Self::NotApplicable,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failing => "Failing",
            Self::Stale => "Stale",
            Self::NotCovered => "NotCovered",
            Self::Suspended => "Suspended",
            Self::Unknown => "Unknown",
            Self::Protected => "Protected",
            Self::NotApplicable => "NotApplicable",
        }
    }

    /// Whether data would be lost that somebody may count on.
    pub fn is_unprotected(self) -> bool {
        matches!(self, Self::Failing | Self::Stale | Self::NotCovered | Self::Suspended)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of Failing, Stale, NotCovered, Suspended, Unknown, Protected, NotApplicable")]
pub struct StateError;

impl FromStr for State {
    type Err = StateError;

    /// Upper and lower case do not count.
    fn from_str(text: &str) -> Result<Self, StateError> {
        Self::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(text)).ok_or(StateError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_names_are_read_back() {
        assert!(State::ALL.is_sorted());
        for state in State::ALL {
            assert_eq!(state.to_string().to_lowercase().parse(), Ok(state));
        }
        assert_eq!("fine".parse::<State>(), Err(StateError));
        let unprotected = State::ALL.map(State::is_unprotected);
        assert_eq!(unprotected, [true, true, true, true, false, false, false]);
    }
}
