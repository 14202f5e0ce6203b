//! The objects of the API, by its own names. Members in snake case; what a server may leave out is an `Option`.

pub mod backup;
pub mod configuration;
pub mod entity;
pub mod inventory;
pub mod page;
pub mod partition;
pub mod policy;
pub mod progress;
pub mod query;
pub mod restore;
pub mod retention;
pub mod schedule;
pub mod storage;
pub mod warning;

use serde::de::{Deserialize, Deserializer};

use crate::error::ReadError;
pub use crate::wire::model::Extra;
pub use crate::wire::open_enum::UnknownValue;
pub use crate::wire::union::UnknownKind;

/// Reads one of these objects as serde would, and finds the place of what is wrong with it.
///
/// ```
/// # use sf_backup_proto::model::{self, policy::BackupPolicyDescription};
/// let json = r#"{"Name":"Daily","Schedule":{"Interval":"often","ScheduleKind":"FrequencyBased"}}"#;
/// let error = model::read::<BackupPolicyDescription, _>(&mut serde_json::Deserializer::from_str(json)).unwrap_err();
/// assert_eq!(error.place(), "Schedule.Interval");
/// ```
///
/// # Errors
/// With the path and the rule; the value, which may be a secret in the wrong place, is not quoted.
pub fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(source: D) -> Result<T, ReadError> {
    crate::wire::place::read(source)
}
