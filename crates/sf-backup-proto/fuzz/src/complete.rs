//! The part of completions that parses and writes shell syntax.

#![allow(dead_code, unused_imports, reason = "only some of it is tried here")]

#[path = "../../../sf-backup-cli/src/commands/completions/bash.rs"]
pub(crate) mod bash;
#[path = "offer.rs"]
pub(crate) mod offer;
#[path = "../../../sf-backup-cli/src/commands/completions/typed.rs"]
pub(crate) mod typed;
