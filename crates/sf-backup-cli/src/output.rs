//! Everything that a run prints: results, messages, errors and exit codes. Does not depend on the commands.

pub(crate) mod atomic_write;
pub(crate) mod clock;
pub(crate) mod console;
pub(crate) mod difference;
pub(crate) mod escape;
pub(crate) mod exit;
pub(crate) mod failure;
pub(crate) mod limits;
pub(crate) mod list_options;
pub(crate) mod lists;
pub(crate) mod local_time;
pub(crate) mod ordered_json;
pub(crate) mod output_file;
pub(crate) mod owner_only;
pub(crate) mod redact;
pub(crate) mod render;
pub(crate) mod shell;
pub(crate) mod side_failure;
