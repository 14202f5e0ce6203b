//! `sf-backup man`: manual pages, from the same texts as `--help`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man as Page;

use crate::options::files::OutputFile;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup man | man -l -
  sf-backup man partition restore | man -l -
  sf-backup man --dir /usr/local/share/man/man1")]
pub(crate) struct Man {
    /// The command whose page to print, such as audit or policy create; if not given, the page of sf-backup
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub(crate) command: Vec<String>,
    /// Write the pages of all commands to this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "file")]
    pub(crate) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) file: OutputFile,
}

/// `command` is the whole command line.
pub(crate) fn run(man: &Man, mut command: Command, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    command.build();
    match &man.dir {
        Some(folder) => write_all(&command, folder, terminal),
        None => {
            let page = page(find(&command, &man.command)?)?;
            terminal.result(&page)
        }
    }
}

/// Finds the command of these words.
fn find<'c>(command: &'c Command, words: &[String]) -> Result<&'c Command, Failure> {
    words.iter().try_fold(command, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let known: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
            Failure::usage(format!("<COMMAND>: {word:?} is not a command here; commands: {}", known.join(", ")))
        })
    })
}

fn page(command: &Command) -> Result<String, Failure> {
    let name = name(command);
    let is_whole = name == "sf-backup";
    // Global options are on a page of their own.
    let documented = command.clone().display_name(&name);
    let documented = documented.mut_args(|arg| if arg.is_global_set() && !is_whole { arg.hide(true) } else { arg });
    let source = format!("sf-backup {}", env!("CARGO_PKG_VERSION"));
    let page = Page::new(documented).title(name.to_uppercase()).source(source).manual("Service Fabric backups");
    let mut text = Vec::new();
    page.render(&mut text).map_err(|error| Failure::Other(format!("the page cannot be written: {error}")))?;
    let mut text = String::from_utf8_lossy(&text).into_owned();
    if !is_whole {
        text.push_str(".SH SEE ALSO\nsf\\-backup(1), which describes the options of all commands\n");
    }
    Ok(text)
}

/// The name of a command's page: its words with hyphens, such as `sf-backup-partition-restore`.
fn name(command: &Command) -> String {
    command.get_bin_name().unwrap_or(command.get_name()).replace(' ', "-")
}

fn write_all(command: &Command, folder: &Path, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let failed = |error| Failure::Other(format!("{}: cannot be written: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut written = 0;
    let mut left = vec![command];
    while let Some(command) = left.pop() {
        fs::write(folder.join(format!("{}.1", name(command))), page(command)?).map_err(failed)?;
        written += 1;
        left.extend(command.get_subcommands().filter(|command| command.get_name() != "help"));
    }
    terminal.note(&format!("wrote {written} pages to {}", folder.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_has_a_page_with_its_examples() {
        let mut command = Cli::command();
        command.build();
        let verbs = command.get_subcommands().flat_map(|noun| noun.get_subcommands().chain([noun]));
        for verb in verbs.filter(|verb| !verb.get_name().contains("help")) {
            let page = page(verb).unwrap();
            let name = name(verb).replace('-', "\\-");
            assert!(page.contains(&format!("{name} \\- ")), "{page}");
            assert!(!page.contains("\\-\\-pkcs12\\-password"), "{name} repeats what every command takes");
            if verb.get_after_help().is_some() {
                assert!(page.contains("Examples:"), "{page}");
            }
        }
        assert!(page(&command).unwrap().contains("\\-\\-pkcs12\\-password"));
    }

    #[test]
    fn a_page_is_found_by_its_words() {
        let mut command = Cli::command();
        command.build();
        let find = |words: &[&str]| find(&command, &words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(find(&["partition", "restore"]).ok().map(Command::get_name), Some("restore"));
        assert_eq!(find(&[]).ok().map(Command::get_name), Some("sf-backup"));
        let Err(Failure::Usage(problem)) = find(&["partition", "restroe"]) else { panic!("found") };
        assert!(problem.contains("restroe") && problem.contains("skip-restore"), "{problem}");
    }
}
