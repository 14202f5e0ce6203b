//! The options and arguments that commands share.

pub(crate) mod context_name;
pub(crate) mod duration;
pub(crate) mod global;
pub(crate) mod ids;
pub(crate) mod listing;
pub(crate) mod moment;
pub(crate) mod output_file;
pub(crate) mod security;
pub(crate) mod waiting;
