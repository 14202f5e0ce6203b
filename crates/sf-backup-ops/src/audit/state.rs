//! The state of a partition.

use std::fmt;
use std::str::FromStr;

/// Whether a partition is backed up and usable. Sorts the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
pub enum State {
    /// Backups fail: the cluster reports it, the last on-demand backup failed, a backup cannot be read, or none of the
    /// recent ones can be restored.
    Failing,
    /// The newest backup is older than the schedule allows, or there is none although other partitions of the service
    /// have backups.
    Stale,
    /// No policy is effective.
    NotCovered,
    /// Backups are suspended, on the partition or a level above it.
    Suspended,
    /// The partition is unusable: it is in quorum loss, waits for a restore, or has been reconfiguring for long. Its
    /// backups are in order, or not known.
    Unavailable,
    /// Something that is needed to decide could not be read.
    Unknown,
    /// No backup is due yet: the first one is still expected, the schedule has been changed, or a backup is running.
    Pending,
    /// The newest backup is new enough and, as far as a list shows, can be restored.
    Protected,
    /// There is nothing to back up: the service keeps no state on disk.
    NotApplicable,
}

impl State {
    /// All states, the worst first.
    pub const ALL: [Self; 9] = [
        Self::Failing,
        Self::Stale,
        Self::NotCovered,
        Self::Suspended,
        Self::Unavailable,
        Self::Unknown,
        Self::Pending,
        Self::Protected,
        Self::NotApplicable,
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether data is lost, or could not be restored.
    pub fn is_unprotected(self) -> bool {
        matches!(self, Self::Failing | Self::Stale | Self::NotCovered | Self::Suspended | Self::Unavailable)
    }

    /// Whether it is undecided: something could not be read, or no backup is due yet.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Unknown | Self::Pending)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Text that is not the name of a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be one of Failing, Stale, NotCovered, Suspended, Unavailable, Unknown, Pending, Protected, NotApplicable"
)]
pub struct StateError;

impl FromStr for State {
    type Err = StateError;

    /// Ignores case.
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
        assert_eq!(unprotected, [true, true, true, true, true, false, false, false, false]);
    }
}
