use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::{NameError, NameProblem};
use crate::wire::IdDelimiter;
use crate::wire::path::PathValue;

/// The id of a partition, a GUID.
///
/// Parses any usual spelling of a GUID. Written in lower case with hyphens, because the server treats other spellings
/// as other partitions.
///
/// ```
/// # use sf_backup_proto::PartitionId;
/// let id: PartitionId = "{6B1C2F7E-0000-4000-8000-000000000001}".parse()?;
/// assert_eq!(id.to_string(), "6b1c2f7e-0000-4000-8000-000000000001");
/// # Ok::<(), sf_backup_proto::NameError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionId(Uuid);

impl PartitionId {
    /// The GUID.
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for PartitionId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl FromStr for PartitionId {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        match Uuid::try_parse(text) {
            Ok(id) => Ok(Self(id)),
            Err(_) => Err(NameError::new("partition id", text, NameProblem::Guid)),
        }
    }
}

impl fmt::Display for PartitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl PathValue for PartitionId {
    fn write(&self, to: &mut String, _: IdDelimiter) {
        to.push_str(self.0.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    }
}
