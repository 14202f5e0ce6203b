//! The simulated release, and the role of callers.

use std::fmt;
use std::str::FromStr;

use sf_backup_proto::{Operation, OperationSpec, SkipRestorePartition};

/// The simulated release of the Service Fabric runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Runtime {
    /// 6.2, as the documents of the preview describe it: accepts only `6.2-preview`, decodes `~` in ids, has no retention and no
    /// `CleanBackup`, and uses the original member names of an epoch.
    V6_2,
    /// 6.4, the published server with all its quirks: accepts any number from 6.4.
    #[default]
    V6_4,
    /// 11.3: the 6.4 server with the additions and fixes of later releases.
    V11_3,
}

impl Runtime {
    /// Every release, oldest first.
    pub const ALL: [Self; 3] = [Self::V6_2, Self::V6_4, Self::V11_3];

    /// Whether a cluster of this release serves the operation.
    pub(crate) fn has(self, operation: &OperationSpec) -> bool {
        self == Self::V11_3 || *operation != SkipRestorePartition::SPEC
    }

    /// The version of the runtime's code.
    pub(crate) fn code_version(self) -> &'static str {
        match self {
            Self::V6_2 => "6.2.283.9494",
            Self::V6_4 => "6.4.617.9590",
            Self::V11_3 => "11.3.365.1",
        }
    }

    /// The spelling of the command line.
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

/// The role of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// May do everything. On an unsecured cluster, every caller has this role.
    #[default]
    Admin,
    /// May only read, and only with GET: the list of backups on a storage is a POST.
    User,
}
