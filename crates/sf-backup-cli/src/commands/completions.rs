//! Completions: scripts for shells, which ask this program, which asks the cluster.
//!
//! Whoever names a policy or an application chooses what is offered here. A candidate that a screen cannot show as it is, or
//! that a command would take for an option, is not offered; every other one is quoted by the rules of its shell, so that it
//! is one word and means itself.

pub(crate) mod args;
mod bash;
mod fish;
mod offer;
mod powershell;
mod typed;
mod values;
mod zsh;

use std::ffi::OsString;
use std::io::Write;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::commands::completions::args::{Completions, Shell};
use crate::connection::environment::Surroundings;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use offer::{Offer, offers};

/// The variable by which a script asks, with its shell's name.
const ASKED: &str = "SF_BACKUP_COMPLETE";
/// Where PowerShell puts the words.
const WORDS: &str = "SF_BACKUP_COMPLETE_WORDS";
const PROGRAM: &str = "sf-backup";

/// Prints the script that makes a shell ask.
pub(crate) fn run(completions: &Completions, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let script = match completions.shell {
        Shell::Bash => bash::SCRIPT,
        Shell::Zsh => zsh::SCRIPT,
        Shell::Fish => fish::SCRIPT,
        Shell::Pwsh => powershell::SCRIPT,
    };
    terminal.result(&script.replace("VARIABLE", ASKED).replace("PROGRAM", PROGRAM))
}

/// Answers a script, if it is one that asks. Whatever goes wrong, a person who types gets to see nothing of it.
pub(crate) fn answer(args: &[OsString], around: &Surroundings) -> bool {
    let Some(shell) = around.get(ASKED) else { return false };
    // What a script hands over stands behind `--`.
    let handed: Vec<OsString> = args.iter().skip_while(|arg| *arg != "--").skip(1).cloned().collect();
    let lines = match shell.to_str() {
        Some("bash") => in_bash(&handed, around),
        Some("zsh") => {
            let words: Vec<OsString> = handed.iter().map(|word| typed::meant(&word.to_string_lossy()).into()).collect();
            asked(&words, around).iter().map(zsh::line).collect()
        }
        Some("fish") => in_fish(handed, around),
        Some("powershell") => {
            let words = around.get(WORDS).map(|words| words.to_string_lossy().into_owned()).unwrap_or_default();
            let words: Vec<OsString> = words.split(powershell::SEPARATOR).map(OsString::from).collect();
            asked(&words, around).iter().filter_map(powershell::line).collect()
        }
        _ => Vec::new(),
    };
    let _ = std::io::stdout().write_all(lines.join("\n").as_bytes());
    true
}

fn in_bash(handed: &[OsString], around: &Surroundings) -> Vec<String> {
    let [line, part] = handed else { return Vec::new() };
    let Some(typed) = bash::Typed::new(&line.to_string_lossy(), &part.to_string_lossy()) else {
        return Vec::new();
    };
    asked(&typed.words, around).iter().filter_map(|offer| typed.replacement(offer)).collect()
}

fn in_fish(mut words: Vec<OsString>, around: &Surroundings) -> Vec<String> {
    // The others come without their quotes.
    let last = words.pop().unwrap_or_default();
    words.push(typed::meant_by_fish(&last.to_string_lossy()).into());
    asked(&words, around).iter().map(zsh::line).collect()
}

/// What goes on from the last of these words; none if there is not even a program.
fn asked(words: &[OsString], around: &Surroundings) -> Vec<Offer> {
    if words.len() < 2 {
        return Vec::new();
    }
    offers(values::asked_of_the_cluster(Cli::command(), words, around), words)
}
