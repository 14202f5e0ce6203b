//! Completions: scripts for shells, which ask this program, which asks the cluster.

mod bash;
mod values;

use std::env;
use std::ffi::OsString;
use std::io;

use clap::CommandFactory;
use clap_complete::CompleteEnv;
use clap_complete::env::{EnvCompleter, Fish, Powershell, Shells, Zsh};

use crate::args::Cli;
use crate::args::completions::{Completions, Shell};
use crate::console::Terminal;
use crate::failure::Failure;
use crate::surroundings::Surroundings;
use bash::Bash;

/// The variable by which a script asks, with its shell's name.
const ASKED: &str = "SF_BACKUP_COMPLETE";
const PROGRAM: &str = "sf-backup";

const SHELLS: Shells<'static> = Shells(&[&Bash, &Zsh, &Fish, &Powershell]);

/// Prints the script that makes a shell ask.
pub(crate) fn run(completions: &Completions, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let shell: &dyn EnvCompleter = match completions.shell {
        Shell::Bash => &Bash,
        Shell::Zsh => &Zsh,
        Shell::Fish => &Fish,
        Shell::Pwsh => &Powershell,
    };
    let mut script = Vec::new();
    let written = shell.write_registration(ASKED, PROGRAM, PROGRAM, PROGRAM, &mut script);
    written.map_err(|error: io::Error| Failure::Other(format!("the script cannot be written: {error}")))?;
    terminal.result(&String::from_utf8_lossy(&script))
}

/// Answers a script, if it is one that asks. Whatever goes wrong, a person who types gets to see nothing of it.
pub(crate) fn answer(args: &[OsString], around: &Surroundings) -> bool {
    if around.get(ASKED).is_none() {
        return false;
    }
    // What a script hands over stands behind `--`.
    let words: Vec<OsString> = args.iter().skip_while(|arg| *arg != "--").skip(1).cloned().collect();
    let command = || values::asked_of_the_cluster(Cli::command(), &words, around);
    let asked = CompleteEnv::with_factory(command).var(ASKED).shells(SHELLS);
    // Without a word to complete it would write a script.
    let _ = words.is_empty() || asked.try_complete(args.iter().cloned(), env::current_dir().ok().as_deref()).is_ok();
    true
}
