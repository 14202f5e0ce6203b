//! `sf-backup completions` and `sf-backup man`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::options::output_file::OutputFile;

/// A shell that completions are written for.
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

Names of policies, applications, services and partitions are asked of the cluster, for at most one second; where it does not
answer, nothing is offered. A token that a command must fetch is not fetched for that.")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
    #[command(flatten)]
    pub(crate) file: OutputFile,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup man | man -l -
  sf-backup man partition restore | man -l -
  sf-backup man --dir /usr/local/share/man/man1")]
pub(crate) struct Man {
    /// The command whose page to print: a noun, or a noun and a verb
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub(crate) command: Vec<String>,
    /// Write the pages of all commands to this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "file")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) file: OutputFile,
}
