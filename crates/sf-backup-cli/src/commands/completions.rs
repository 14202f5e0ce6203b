//! Shell completions: scripts that run this program, which queries the cluster.
//!
//! Anyone who can name a policy or an application chooses what is offered here. A candidate that a screen cannot show,
//! or that a command would take for an option, is not offered. Every other one is quoted by the rules of its shell, so
//! that it is one word with its literal meaning.

mod bash;
mod fish;
mod offer;
mod powershell;
mod typed;
mod values;
mod zsh;

use std::ffi::OsString;
use std::io::Write;

use clap::{Args, Command, ValueEnum};

use crate::connection::environment::Environment;
use crate::options::files::OutputFile;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use offer::{Offer, offers};

/// The variable with the shell's name that a script sets to request completions.
const ASKED: &str = "SF_BACKUP_COMPLETE";
/// The variable in which PowerShell passes the words.
const WORDS: &str = "SF_BACKUP_COMPLETE_WORDS";
const PROGRAM: &str = "sf-backup";

/// A supported shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    Pwsh,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  source <(sf-backup completions bash)                       # for this shell, and in ~/.bashrc for all
  source <(sf-backup completions zsh)
  sf-backup completions fish | source
  sf-backup completions powershell | Out-String | Invoke-Expression

Names of policies, applications, services and partitions come from the cluster. If it does not respond within one second, no names are offered. Programs that print tokens are not run for completions.")]
pub(crate) struct Completions {
    /// Shell that will run the script
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// Prints the script for a shell.
pub(crate) fn run(completions: &Completions, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let script = match completions.shell {
        Shell::Bash => bash::SCRIPT,
        Shell::Zsh => zsh::SCRIPT,
        Shell::Fish => fish::SCRIPT,
        Shell::Pwsh => powershell::SCRIPT,
    };
    terminal.result(&script.replace("VARIABLE", ASKED).replace("PROGRAM", PROGRAM))
}

/// Prints completions if a completion script requests them. Prints no errors.
pub(crate) fn response(args: &[OsString], command: fn() -> Command, environment: &Environment) -> bool {
    let Some(shell) = environment.get(ASKED) else { return false };
    // The arguments of a script follow `--`.
    let handed: Vec<OsString> = args.iter().skip_while(|arg| *arg != "--").skip(1).cloned().collect();
    let lines = match shell.to_str() {
        Some("bash") => in_bash(&handed, command, environment),
        Some("zsh") => {
            let words: Vec<OsString> = handed.iter().map(|word| typed::meant(&word.to_string_lossy()).into()).collect();
            completions_of(&words, command, environment).iter().map(zsh::line).collect()
        }
        Some("fish") => in_fish(handed, command, environment),
        Some("powershell") => {
            let words = environment.get(WORDS).map(|words| words.to_string_lossy().into_owned()).unwrap_or_default();
            let words: Vec<OsString> = words.split(powershell::SEPARATOR).map(OsString::from).collect();
            completions_of(&words, command, environment).iter().filter_map(powershell::line).collect()
        }
        _ => Vec::new(),
    };
    let _ = std::io::stdout().write_all(lines.join("\n").as_bytes());
    true
}

fn in_bash(handed: &[OsString], command: fn() -> Command, environment: &Environment) -> Vec<String> {
    let [line, part] = handed else { return Vec::new() };
    let Some(typed) = bash::Typed::new(&line.to_string_lossy(), &part.to_string_lossy()) else {
        return Vec::new();
    };
    completions_of(&typed.words, command, environment).iter().filter_map(|offer| typed.replacement(offer)).collect()
}

fn in_fish(mut words: Vec<OsString>, command: fn() -> Command, environment: &Environment) -> Vec<String> {
    // The other shells pass it without quotes.
    let last = words.pop().unwrap_or_default();
    words.push(typed::meant_by_fish(&last.to_string_lossy()).into());
    completions_of(&words, command, environment).iter().map(zsh::line).collect()
}

/// Completions of the last of these words; empty without a program name.
fn completions_of(words: &[OsString], command: fn() -> Command, environment: &Environment) -> Vec<Offer> {
    if words.len() < 2 {
        return Vec::new();
    }
    offers(values::asked_of_the_cluster(command, words, environment), words)
}
