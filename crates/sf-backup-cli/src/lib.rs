#![doc = include_str!("../README.md")]

mod cli;
mod cluster;
mod commands;
mod connection;
mod options;
mod output;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;

pub use cluster::call::{OTHER_VERBS, VERBS};
pub use connection::environment::Surroundings;
pub use output::console::Console;

use cli::usage;
use cli::{Cli, Noun, WHERE_TO_BEGIN};
use cluster::call::Call;
use cluster::input::Input;
use cluster::interrupt::Interrupts;
use cluster::reach::{self, Reach, Waiter};
use cluster::{chains, wait};
use commands::completions as complete;
use commands::doctor::{self, Detail};
use commands::{apply, audit, context, demo, diff, explain, export, man, metrics, policy, restore, sim, why};
use options::global::Options;
use output::console::{Manner, Terminal};
use output::exit::Exit;
use output::failure::Failure;
use output::render::{Format, Output};

/// Runs the command that the process was started with, on the process's own streams.
pub fn main() -> ExitCode {
    let (around, args) = (Surroundings::of_process(), std::env::args_os().collect::<Vec<_>>());
    if complete::answer(&args, &around) {
        return ExitCode::SUCCESS;
    }
    let console = Console {
        input: &mut io::stdin(),
        output: &mut io::stdout(),
        errors: &mut io::stderr(),
        interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
        colors: io::stderr().is_terminal() && around.takes_colors(),
        interruptible: true,
        width: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0)),
        clock: SystemTime::now,
    };
    ExitCode::from(run_in(&around, args, console))
}

/// Runs one command, and gives the process's exit code. The first of `args` is the program's name. Neither the environment
/// nor the user's configuration is looked at: see [`run_in`].
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
    run_in(&Surroundings::none(), args, console)
}

/// As [`run`], with environment variables and configuration as `around` says.
///
/// Only what belongs to the command itself is taken from there: the variables `SF_BACKUP_…`, contexts, and what sfctl has
/// selected. Proxies and references to secrets (`env:NAME`) are the process's own.
pub fn run_in(around: &Surroundings, args: impl IntoIterator<Item = OsString>, console: Console<'_>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) if asks_for_plugin(&args) && error.use_stderr() => {
            let line = error.to_string();
            let line = line.lines().next().unwrap_or_default().trim_start_matches("error: ");
            let manner = Manner {
                format: Format::Table,
                wide: false,
                quiet: false,
                verbose: false,
                colored: false,
                paints: false,
            };
            let mut terminal = Terminal::new(console, manner);
            return conclude(audit::plugin_failed(line, &mut terminal), &mut terminal).code();
        }
        Err(error) => return usage::tell(&error, &args, console).code(),
    };
    let Cli { options, noun } = cli;
    let manner = Manner {
        format: options.output.format(),
        wide: options.output == Output::Wide,
        quiet: options.quiet,
        verbose: options.verbose,
        colored: Manner::colored(options.color, console.colors),
        paints: Manner::colored(options.color, console.colors && console.width.is_some()),
    };
    let mut terminal = Terminal::new(console, manner);
    if let Some(path) = noun.as_ref().and_then(Noun::output_file) {
        terminal.redirect(path);
    }
    let result = match noun {
        Some(noun) => run_noun(noun, &options, around, &args, &mut terminal),
        None => terminal.result(WHERE_TO_BEGIN),
    };
    let result = terminal.finish_file(result);
    conclude(result, &mut terminal).code()
}

/// Whether arguments that do not parse were meant for `audit --report nagios`, whose caller reads nothing but its line.
fn asks_for_plugin(args: &[OsString]) -> bool {
    let has = |text: &str| args.iter().any(|arg| arg.to_str().is_some_and(|arg| arg.eq_ignore_ascii_case(text)));
    has("audit") && (has("--report=nagios") || (has("--report") && has("nagios")))
}

/// Tells what went wrong, if anything did.
fn conclude(result: Result<(), Failure>, terminal: &mut Terminal<'_>) -> Exit {
    let report = result.as_ref().err().and_then(Failure::report);
    match report {
        Some(report) => terminal.error(&report),
        None => terminal.tell_held(),
    }
    result.map_or_else(|failure| failure.exit(), |()| Exit::Done)
}

fn run_noun(
    noun: Noun,
    options: &Options,
    around: &Surroundings,
    args: &[OsString],
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let reach = Reach { options, around };
    match noun {
        Noun::Policy(policy::Verb::Edit(edit)) => policy::edit::run(&edit, reach, terminal),
        Noun::Policy(policy::Verb::Lint(lint)) => policy::lint::run(&lint, reach, terminal),
        Noun::Why(why) => why::run(&why, reach, terminal),
        Noun::Completions(completions) => complete::run(&completions, terminal),
        Noun::Man(man) => man::run(&man, terminal),
        Noun::Explain(explain) => explain::run(&explain, terminal),
        Noun::Doctor(_) => doctor::run(&options.connection, Detail::Full, reach, terminal),
        Noun::Context(verb) => context::run(verb, reach, terminal),
        Noun::Audit(asked) => audit::run(&asked, reach, terminal),
        Noun::Metrics(asked) => metrics::run(&asked, reach, terminal),
        Noun::Restore(restore::args::Verb::Plan(asked)) => restore::plan::run(&asked, reach, terminal),
        Noun::Restore(restore::args::Verb::Now(asked)) => restore::at_once::run(&asked, args, reach, terminal),
        Noun::Restore(restore::args::Verb::Run(asked)) => restore::run::run(&asked, args, reach, terminal),
        Noun::Export(export) => export::run(&export, reach, terminal),
        Noun::Diff(diff) => diff::run(&diff, reach, terminal),
        Noun::Apply(apply) => apply::run(&apply, reach, terminal),
        Noun::Sim(sim::args::Sim { verb: Some(verb), .. }) => sim::orders::run(&verb, reach, terminal),
        Noun::Sim(sim::args::Sim { verb: None, serve }) => runtime()?.block_on(sim::run(serve, terminal)),
        Noun::Demo(demo) => demo::run(&demo, |around, args, console| run_in(around, args, console), terminal),
        noun => {
            let grouping = noun.grouping()?;
            let mut input = Input::new(terminal);
            let Some(call) = Call::read(noun, &mut input)? else {
                return Ok(());
            };
            let document = input.into_document();
            let interruptible = terminal.console.interruptible;
            let change = call.spec().changes().then_some(call.verb());
            let mut session = reach.session(document, terminal)?;
            let call = match call {
                Call::RestorePartition(calls) => return restore::one::run(calls, args, options, &mut session),
                call => call,
            };
            reach::block_on(interruptible, None, async {
                session.settle_runtime().await;
                Ok(())
            })?;
            if !call.begin(&mut session, options.yes)? {
                return Ok(());
            }
            if change.is_some() || call.waits() {
                session.set_again(wait::again::options(args));
            }
            let waiter = Waiter::new()?;
            if session.verifies() {
                let looking = async {
                    call.verify(&mut session).await;
                    Ok(())
                };
                let looked = waiter.block_on(interruptible, None, looking);
                looked.map_err(|failure| failure.before(call.verb()))?;
                call.confirm_verified(&mut session, options.yes)?;
            }
            let heeds = interruptible && call.heeds_interrupts();
            waiter.block_on(interruptible && !heeds, change, async {
                if heeds {
                    session.heed(Interrupts::by_person());
                }

                match grouping {
                    Some(grouping) => Box::pin(chains::run(call, grouping, &mut session)).await,
                    None => match call {
                        Call::GetApplicationBackupConfigurationInfo(calls) => {
                            Box::pin(session.application_config(calls)).await
                        }
                        Call::GetServiceBackupConfigurationInfo(calls) => Box::pin(session.service_config(calls)).await,
                        call => call.run(&mut session).await,
                    },
                }
            })
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("cannot start the async runtime: {error}")))
}
