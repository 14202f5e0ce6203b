//! Whose behaviour the simulator shows, and what the caller may do.

use std::fmt;
use std::str::FromStr;

use sf_backup_proto::{Operation, OperationSpec, SkipRestorePartition};

/// The release of the Service Fabric runtime that is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Runtime {
    /// 6.2, as the preview's documents have it: takes `6.2-preview` only, decodes `~` in ids, knows no retention and no
    /// `CleanBackup`, and calls an epoch's numbers by their first names.
    V6_2,
    /// 6.4, as the published server has it, with all its quirks: takes any plain number from 6.4 up.
    #[default]
    V6_4,
    /// 11.3: the 6.4 server with what later releases added and mended.
    V11_3,
}

impl Runtime {
    /// Every release, oldest first.
    pub const ALL: [Self; 3] = [Self::V6_2, Self::V6_4, Self::V11_3];

    /// Whether a cluster of this release serves the operation.
    pub(crate) fn has(self, operation: &OperationSpec) -> bool {
        self == Self::V11_3 || *operation != SkipRestorePartition::SPEC
    }

    /// As the command line spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V6_2 => "6.2",
            Self::V6_4 => "6.4",
            Self::V11_3 => "11.3",
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A release that is not simulated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("runtime {0:?}: must be 6.2, 6.4 or 11.3")]
pub struct RuntimeError(String);

impl FromStr for Runtime {
    type Err = RuntimeError;
    fn from_str(text: &str) -> Result<Self, RuntimeError> {
        Self::ALL.into_iter().find(|runtime| runtime.as_str() == text).ok_or_else(|| RuntimeError(text.to_owned()))
    }
}

/// What the gateway takes the caller for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// May do everything. An unsecured cluster takes every caller for this.
    #[default]
    Admin,
    /// May only read, and with GET only: listing a storage is a POST.
    User,
}
