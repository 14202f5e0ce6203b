//! Reports invalid arguments in one line, and prints help and version.

mod powershell;
mod tips;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::options::parse_error::line;
use crate::output::console::{Console, OutputOptions, Terminal};
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::limits::Limits;
use crate::output::render::Format;

/// Whether clap's message is a help page.
pub(crate) fn is_help(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::DisplayHelp
}

/// Prints clap's message: help and versions to standard output, anything else as an error.
pub(crate) fn print(error: &clap::Error, args: &[OsString], console: Console<'_>) -> Exit {
    if is_help(error) || error.kind() == ErrorKind::DisplayVersion {
        return print_text(&error.to_string(), args, console);
    }
    crate::conclude(Err(Failure::Usage(problem(error, args))), &mut terminal(args, console))
}

/// Prints a requested text to standard output.
pub(crate) fn print_text(text: &str, args: &[OsString], console: Console<'_>) -> Exit {
    let mut terminal = terminal(args, console);
    let result = terminal.result(text);
    crate::conclude(result, &mut terminal)
}

fn terminal<'c>(args: &[OsString], console: Console<'c>) -> Terminal<'c> {
    let output_options = OutputOptions {
        format: format(args),
        wide: false,
        quiet: false,
        verbose: false,
        colored: console.colors,
        paints: false,
        limits: Limits::default(),
    };
    Terminal::new(console, output_options)
}

fn problem(error: &clap::Error, args: &[OsString]) -> String {
    match (error.kind(), powershell::translated(args)) {
        (ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand, Some(command)) => {
            format!("these are parameters of Connect-ServiceFabricCluster; to connect in the same way: {command}")
        }
        (ErrorKind::InvalidSubcommand, None) => unknown_command(error, args),
        _ => line(error),
    }
}

/// The message for an unknown command, with what to type instead if known.
fn unknown_command(error: &clap::Error, args: &[OsString]) -> String {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return line(error) };
    if let Some(tip) = tips::tip(typed, args) {
        return format!("unrecognized subcommand '{}'; tip: {tip}", typed.escape_debug());
    }
    let noun = tips::noun_before(typed, args);
    let space = if noun.is_empty() { "" } else { " " };
    format!("{}; 'sf-backup {noun}{space}--help' lists the commands", line(error))
}

/// The format for errors about the arguments, which were not parsed.
fn format(args: &[OsString]) -> Format {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let json = args.iter().any(|arg| matches!(arg.as_ref(), "-ojson" | "-o=json" | "--output=json"))
        || args
            .windows(2)
            .any(|pair| matches!(pair, [option, value] if (option == "-o" || option == "--output") && value == "json"));
    if json { Format::Json } else { Format::Table }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    use super::*;

    #[test]
    fn only_similar_commands_are_suggested() {
        let printed = |option| {
            let error = Cli::try_parse_from(["sf-backup", "policy", "create", "X", option, "u"]).unwrap_err();
            line(&error)
        };
        assert_eq!(printed("--user"), "unexpected argument '--user' found");
        assert_eq!(
            printed("--shar-user"),
            "unexpected argument '--shar-user' found; tip: a similar argument exists: '--share-user'"
        );
    }
}
