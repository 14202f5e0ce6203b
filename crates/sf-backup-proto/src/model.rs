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

pub use crate::wire::model::Extra;
pub use crate::wire::open_enum::UnknownValue;
pub use crate::wire::union::UnknownKind;
