//! The README's first command.

use xshell::{Shell, cmd};

use crate::{Result, openssl};

pub(crate) fn run(sh: &Shell) -> Result {
    eprintln!("Building the command line; the first time takes a minute or two.");
    // A feature of a crate below is named by that crate only where all crates are looked at.
    let features: &[&str] = if openssl::features(sh).is_empty() { &[] } else { &["--features", "vendored-openssl"] };
    cmd!(sh, "cargo run --quiet --package sf-backup-cli {features...} -- demo").quiet().run()?;
    Ok(())
}
