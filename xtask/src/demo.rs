//! The README's first command.

use xshell::{Shell, cmd};

use crate::Result;

pub(crate) fn run(sh: &Shell) -> Result {
    eprintln!("Building the command line; the first time takes a minute or two.");
    cmd!(sh, "cargo run --quiet --package sf-backup-cli -- demo").quiet().run()?;
    Ok(())
}
