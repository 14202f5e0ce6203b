//! The options and arguments that commands share.

pub(crate) mod command_line;
pub(crate) mod context_name;
pub(crate) mod duration;
pub(crate) mod files;
pub(crate) mod global;
pub(crate) mod ids;
pub(crate) mod listing;
pub(crate) mod moment;
pub(crate) mod parse_error;
pub(crate) mod policy_gate;
pub(crate) mod scope;
pub(crate) mod security;
pub(crate) mod waiting;
