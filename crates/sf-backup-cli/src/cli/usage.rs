//! Arguments that do not parse, told in one line; help and version, which are results.

mod tips;

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::output::console::{Console, Manner, Terminal};
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::render::Format;
use crate::output::similar;

/// Tells what clap has to say: to standard output if it was asked for, else as an error.
pub(crate) fn tell(error: &clap::Error, args: &[OsString], console: Console<'_>) -> Exit {
    let manner = Manner {
        format: format(args),
        wide: false,
        quiet: false,
        verbose: false,
        colored: console.colors,
        paints: false,
    };
    let mut terminal = Terminal::new(console, manner);
    let result = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => terminal.result(&error.to_string()),
        ErrorKind::InvalidSubcommand => Err(Failure::Usage(unknown_command(error, args))),
        _ => Err(Failure::Usage(line(error))),
    };
    crate::conclude(result, &mut terminal)
}

/// A command that there is not: what to type instead, where that is known.
fn unknown_command(error: &clap::Error, args: &[OsString]) -> String {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else { return line(error) };
    if let Some(tip) = tips::tip(typed, args) {
        return format!("unrecognized subcommand '{}'; tip: {tip}", typed.escape_debug());
    }
    let noun = tips::noun_before(typed, args);
    let space = if noun.is_empty() { "" } else { " " };
    format!("{}; 'sf-backup {noun}{space}--help' lists the commands", line(error))
}

/// The format of errors about the arguments themselves, which no parser has understood.
fn format(args: &[OsString]) -> Format {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    let json = args.iter().any(|arg| matches!(arg.as_ref(), "-ojson" | "-o=json" | "--output=json"))
        || args
            .windows(2)
            .any(|pair| matches!(pair, [option, value] if (option == "-o" || option == "--output") && value == "json"));
    if json { Format::Json } else { Format::Table }
}

/// Whether clap suggests an option that nobody could have meant: `--insecure` for `--user`.
fn far_fetched(error: &clap::Error) -> bool {
    match (error.get(ContextKind::InvalidArg), error.get(ContextKind::SuggestedArg)) {
        (Some(ContextValue::String(typed)), Some(ContextValue::String(meant))) => {
            similar::closest(typed, [meant.as_str()], |option| option.trim_start_matches('-')).is_none()
        }
        _ => false,
    }
}

/// One line that names the value, the place and the rule.
pub(crate) fn line(error: &clap::Error) -> String {
    // clap would repeat the value, and an endpoint can hold a password; our own types say what may be said.
    if let (ErrorKind::ValueValidation, Some(rule), Some(ContextValue::String(place))) =
        (error.kind(), error.source(), error.get(ContextKind::InvalidArg))
    {
        // One of several is wrong, and not all.
        return format!("{}: {rule}", place.trim_end_matches("..."));
    }
    let text = error.to_string();
    let far = far_fetched(error);
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .filter(|line| !far || !line.starts_with("tip: a similar argument exists"));
    let mut told = String::new();
    for line in lines {
        if !told.is_empty() {
            told.push_str(if told.ends_with(':') || line.starts_with('[') { " " } else { "; " });
        }
        told.push_str(line);
    }
    told
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    use super::*;

    #[test]
    fn only_what_is_like_it_is_suggested() {
        let told = |option| {
            let error = Cli::try_parse_from(["sf-backup", "policy", "create", "X", option, "u"]).unwrap_err();
            line(&error)
        };
        assert_eq!(told("--user"), "unexpected argument '--user' found");
        assert_eq!(
            told("--shar-user"),
            "unexpected argument '--shar-user' found; tip: a similar argument exists: '--share-user'"
        );
    }
}
