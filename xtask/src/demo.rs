//! `cargo xtask demo`.

use xshell::{Shell, cmd};

use crate::{Result, openssl};

pub(crate) fn run(sh: &Shell) -> Result {
    eprintln!("Building the command line; the first time takes a minute or two.");
    // A dependency's feature can only be enabled by its crate's name in a build of all crates.
    let features: &[&str] = if openssl::features(sh).is_empty() { &[] } else { &["--features", "vendored-openssl"] };
    cmd!(sh, "cargo run --quiet --package sf-backup-cli {features...} -- demo").quiet().run()?;
    Ok(())
}
