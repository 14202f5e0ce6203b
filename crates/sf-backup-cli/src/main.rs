//! The `sf-backup` command.
fn main() {}
