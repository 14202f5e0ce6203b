//! The API's JSON objects.
//!
//! Types have the API's names; fields are its members in snake case. Members that a server may omit are `Option`s.

pub(crate) mod object;
pub(crate) mod union;

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

use serde::de::{Deserialize, Deserializer};

use crate::wire::ReadError;
pub use crate::wire::model::Extra;
pub use crate::wire::open_enum::UnknownValue;
pub use crate::wire::union::UnknownKind;

/// Deserializes one of these objects; the error names the path of the invalid member.
///
/// ```
/// # use sf_backup_proto::model::{self, policy::BackupPolicyDescription};
/// let json = r#"{"Name":"Daily","Schedule":{"Interval":"often","ScheduleKind":"FrequencyBased"}}"#;
/// let error = model::read::<BackupPolicyDescription, _>(&mut serde_json::Deserializer::from_str(json)).unwrap_err();
/// assert_eq!(error.place(), "Schedule.Interval");
/// ```
///
/// # Errors
/// If a member is missing or invalid. The error contains the path and the rule, never the value, which may be a secret.
pub fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(source: D) -> Result<T, ReadError> {
    crate::wire::place::read(source)
}
