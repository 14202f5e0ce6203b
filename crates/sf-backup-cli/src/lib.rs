#![doc = include_str!("../README.md")]

mod cli;
mod cluster;
mod commands;
mod connection;
mod options;
mod output;

use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

pub use cli::commands;
pub use cluster::call::VERBS;
pub use connection::environment::Environment;
pub use output::console::Console;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use cli::{Cli, Noun, WHERE_TO_BEGIN, help, usage, version};
use cluster::context::CommandContext;
use commands::{
    app, apply, audit, completions, context, demo, diff, doctor, explain, export, global_options, history, man,
    metrics, partition, policy, restore, service, sim, status, storage, why,
};
use options::command_line::CommandLine;
use output::console::{OutputOptions, Terminal};
use output::exit::Exit;
use output::failure::Failure;
use output::limits::Limits;
use output::list_options::ListOptions;
use output::local_time::zone;
use output::render::Format;

/// Runs the command with the arguments and streams of the process.
pub fn main() -> ExitCode {
    let environment = Environment::of_process().limited(Limits::of_process());
    let args: Vec<_> = std::env::args_os().collect();
    if completions::response(&args, Cli::command, &environment) {
        return ExitCode::SUCCESS;
    }
    let console = Console {
        input: &mut io::stdin(),
        output: &mut io::stdout(),
        errors: &mut io::stderr(),
        interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
        colors: io::stderr().is_terminal() && environment.takes_colors(),
        interruptible: true,
        width: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)),
        clock: SystemTime::now,
    };
    ExitCode::from(run_in(&environment, args, console))
}

/// Runs one command and returns the exit code of the process. The first of `args` is the program's name. Ignores the
/// environment and the user's configuration: see [`run_in`].
///
/// ```
/// use sf_backup_cli::{Console, run};
///
/// let (mut output, mut errors) = (Vec::new(), Vec::new());
/// let console = Console {
///     input: &mut std::io::empty(),
///     output: &mut output,
///     errors: &mut errors,
///     interactive: false,
///     colors: false,
///     interruptible: false,
///     width: None,
///     clock: std::time::SystemTime::now,
/// };
/// let args = ["sf-backup", "--dry-run", "service", "suspend", "fabric:/CalcApp/CalcService"];
/// assert_eq!(run(args.map(Into::into), console), 0);
/// assert!(output.starts_with(
///     b"POST http://localhost:19080/Services/CalcApp/CalcService/$/SuspendBackup?api-version=6.4\n"
/// ));
/// ```
pub fn run(args: impl IntoIterator<Item = OsString>, console: Console<'_>) -> u8 {
    run_in(&Environment::none(), args, console)
}

/// Runs one command like [`run`], with the environment variables and configuration in `environment`.
///
/// Only settings of the command are taken from it: the variables `SF_BACKUP_…`, contexts, and what sfctl has selected.
/// Proxies and references to secrets (`env:NAME`) use the environment of the process.
pub fn run_in(environment: &Environment, args: impl IntoIterator<Item = OsString>, console: Console<'_>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(text) = version::requested(&args) {
        return usage::print_text(&text, &args, console).code();
    }
    let mut command = help::command_without_help(console.width);
    let (Cli { mut options, noun }, matches) = match parse(&mut command, &args) {
        Ok(parsed) => parsed,
        Err(error) if asks_for_plugin(&args) && error.use_stderr() => {
            let line = error.to_string();
            let line = line.lines().next().unwrap_or_default().trim_start_matches("error: ");
            let output_options = OutputOptions {
                format: Format::Table,
                wide: false,
                quiet: false,
                verbose: false,
                colored: false,
                paints: false,
                limits: environment.limits(),
            };
            let mut terminal = Terminal::new(console, output_options);
            return conclude(audit::plugin_failed(line, &mut terminal), &mut terminal).code();
        }
        Err(error) if usage::is_help(&error) => {
            let with_help = help::command(console.width).try_get_matches_from(&args);
            return usage::print(&with_help.err().unwrap_or(error), &args, console).code();
        }
        Err(error) => return usage::print(&error, &args, console).code(),
    };
    let output_options = OutputOptions {
        format: options.output.format(),
        wide: options.output.is_wide(),
        quiet: options.quiet,
        verbose: options.verbose,
        colored: OutputOptions::colored(options.color, console.colors),
        paints: OutputOptions::colored(options.color, console.colors && console.width.is_some()),
        limits: environment.limits(),
    };
    let log = options.log.take().or_else(|| environment.get("SF_BACKUP_LOG").map(PathBuf::from));
    options.log = log.map(|path| environment.absolute(&path));
    let mut terminal = Terminal::new(console, output_options);
    if options.sort_by.is_some() && output_options.format != Format::Table {
        let refusal = Failure::usage("--sort-by applies to lists in the formats table, wide, csv and name");
        return conclude(Err(refusal), &mut terminal).code();
    }
    if options.local_time {
        match zone(environment.get("TZ").and_then(OsStr::to_str)) {
            Ok(zone) => terminal.set_zone(zone),
            Err(name) => {
                let refusal = Failure::Usage(format!("--local-time: the variable TZ names no time zone: {name}"));
                return conclude(Err(refusal), &mut terminal).code();
            }
        }
    }
    terminal.set_lists(ListOptions {
        form: options.output.lists(),
        no_headers: options.no_headers,
        sort_by: options.sort_by.clone(),
    });
    if let Some(path) = noun.as_ref().and_then(Noun::output_file) {
        terminal.redirect(path);
    }
    let result = match noun {
        Some(noun) => {
            let typed = CommandLine::new(&args, &command, &matches);
            let context = CommandContext { options: &options, environment, typed: &typed };
            dispatch(noun, context, &mut terminal)
        }
        None => terminal.result(WHERE_TO_BEGIN),
    };
    let result = terminal.finish_file(result);
    conclude(result, &mut terminal).code()
}

fn parse(command: &mut clap::Command, args: &[OsString]) -> Result<(Cli, ArgMatches), clap::Error> {
    let matches = command.try_get_matches_from_mut(args)?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(command))?;
    Ok((cli, matches))
}

/// Whether invalid arguments were meant for `audit --report nagios`, whose caller only reads its line.
fn asks_for_plugin(args: &[OsString]) -> bool {
    let has = |text: &str| args.iter().any(|arg| arg.to_str().is_some_and(|arg| arg.eq_ignore_ascii_case(text)));
    has("audit") && (has("--report=nagios") || (has("--report") && has("nagios")))
}

/// Prints the error, if there is one.
fn conclude(result: Result<(), Failure>, terminal: &mut Terminal<'_>) -> Exit {
    terminal.print_side_failures();
    let report = result.as_ref().err().and_then(Failure::report);
    match report {
        Some(report) => terminal.error(&report),
        None => terminal.print_held(),
    }
    result.map_or_else(|failure| failure.exit(), |()| terminal.success())
}

fn dispatch(noun: Noun, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    match noun {
        Noun::Policy(verb) => policy::run(verb, context, terminal),
        Noun::App(verb) => app::run(verb, context, terminal),
        Noun::Service(verb) => service::run(verb, context, terminal),
        Noun::Partition(verb) => partition::run(verb, context, terminal),
        Noun::Storage(verb) => storage::run(verb, context, terminal),
        Noun::Doctor(_) => doctor::run(context, terminal),
        Noun::Context(verb) => context::run(verb, context, terminal),
        Noun::Why(why) => why::run(&why, context, terminal),
        Noun::Status(status) => status::run(&status, context, terminal),
        Noun::Audit(audit) => audit::run(&audit, context, terminal),
        Noun::Metrics(metrics) => metrics::run(&metrics, context, terminal),
        Noun::History(history) => history::run(&history, context, terminal),
        Noun::Restore(verb) => restore::run(&verb, context, terminal),
        Noun::Drill(verb) => restore::drill::run(&verb, context, terminal),
        Noun::Export(export) => export::run(&export, context, terminal),
        Noun::Diff(diff) => diff::run(&diff, context, terminal),
        Noun::Apply(apply) => apply::run(&apply, context, terminal),
        Noun::Explain(explain) => explain::run(&explain, terminal),
        Noun::Options(_) => global_options::run(&help::global_options(terminal.console.width), terminal),
        Noun::Completions(completions) => completions::run(&completions, terminal),
        Noun::Man(man) => man::run(&man, Cli::command(), terminal),
        Noun::Sim(sim) => sim::run(sim, context, terminal),
        Noun::Demo(demo) => demo::run(&demo, run_in, terminal),
    }
}
