//! The part of the command line's output that escapes and hides text.

#![allow(dead_code, unused_imports, reason = "only some of it is tried here")]

#[path = "../../../sf-backup-cli/src/output/escape.rs"]
pub(crate) mod escape;
#[path = "../../../sf-backup-cli/src/output/ordered_json.rs"]
pub(crate) mod ordered_json;
#[path = "../../../sf-backup-cli/src/output/redact.rs"]
pub(crate) mod redact;
#[path = "../../../sf-backup-cli/src/output/shell.rs"]
pub(crate) mod shell;
