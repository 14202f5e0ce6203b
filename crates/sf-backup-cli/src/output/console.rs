//! The streams of a run.

use std::borrow::Cow;
use std::fmt;
use std::io::{Read, Write};

use std::path::Path;
use std::time::SystemTime;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use sf_backup_proto::Timestamp;

use crate::output::clock::Clock;
use crate::output::escape;
use crate::output::exit::Exit;
use crate::output::failure::{Failure, Report};
use crate::output::limits::Limits;
use crate::output::list_options::ListOptions;
use crate::output::local_time::localized;
use crate::output::output_file::PendingFile;
use crate::output::render::{Format, View, json, table};
use crate::output::side_failure::SideFailures;

/// The streams of a run.
///
/// Results go to `output`, everything else to `errors`.
pub struct Console<'a> {
    /// Standard input, or its replacement.
    pub input: &'a mut dyn Read,
    /// Standard output: results only.
    pub output: &'a mut dyn Write,
    /// Standard error: everything else.
    pub errors: &'a mut dyn Write,
    /// Whether input and errors are a terminal, so that the user can be prompted.
    pub interactive: bool,
    /// Whether errors may be coloured, unless the arguments decide.
    pub colors: bool,
    /// Whether Ctrl-C ends the run in an orderly way. The handler stays until the process ends, so only a program of
    /// its own should set it.
    pub interruptible: bool,
    /// The width of the screen in columns; `None` if the output is not a screen.
    pub width: Option<usize>,
    /// The current time.
    pub clock: fn() -> SystemTime,
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("interactive", &self.interactive)
            .field("interruptible", &self.interruptible)
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

/// When messages are coloured; `auto` means on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// The output options of a run: format, colour and verbosity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutputOptions {
    pub(crate) format: Format,
    pub(crate) wide: bool,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    /// Whether errors have colours.
    pub(crate) colored: bool,
    /// Whether results have colours.
    pub(crate) paints: bool,
    pub(crate) limits: Limits,
}

impl OutputOptions {
    pub(crate) fn colored(choice: Color, colors: bool) -> bool {
        match choice {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => colors,
        }
    }
}

/// The console with the output options of the run.
#[derive(Debug)]
pub(crate) struct Terminal<'c> {
    pub(crate) console: Console<'c>,
    pub(crate) options: OutputOptions,
    pub(crate) clock: Clock,
    /// Lines for people that are held back, because an error must be printed as a single JSON object. `None` if they
    /// are printed at once.
    held: Option<String>,
    /// The warnings so far, which an error includes.
    warnings: Vec<String>,
    /// The file that results are written to instead of standard output.
    file: Option<PendingFile>,
    /// Failures in addition to that of the command, not printed yet.
    pub(crate) side_failures: SideFailures,
    /// The exit code if the command itself succeeds.
    side_exit: Option<Exit>,
    /// How lists are printed.
    pub(super) lists: ListOptions,
    /// The zone of printed times; UTC if `None`.
    zone: Option<TimeZone>,
}

const RED: &str = "31";
const YELLOW: &str = "33";
const CYAN: &str = "36";

impl<'c> Terminal<'c> {
    pub(crate) fn new(console: Console<'c>, options: OutputOptions) -> Self {
        let holds = options.format == Format::Json && !options.verbose;
        let clock = Clock::new(console.clock);
        Self {
            clock,
            console,
            options,
            held: holds.then(String::new),
            warnings: Vec::new(),
            file: None,
            side_failures: SideFailures::default(),
            side_exit: None,
            lists: ListOptions::default(),
            zone: None,
        }
    }

    /// Sets how lists are printed.
    pub(crate) fn set_lists(&mut self, lists: ListOptions) {
        self.lists = lists;
    }

    /// Sets the zone of printed times.
    pub(crate) fn set_zone(&mut self, zone: TimeZone) {
        self.zone = Some(zone);
    }

    /// A text with its times in the zone.
    pub(crate) fn localized<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.zone.as_ref().map_or(Cow::Borrowed(text), |zone| localized(text, zone))
    }

    /// Sends results to a file, which is written once the run has succeeded.
    pub(crate) fn redirect(&mut self, path: &Path) {
        self.file = Some(PendingFile::new(path));
    }

    /// Writes the file, if there is one.
    pub(crate) fn finish_file(&mut self, result: Result<(), Failure>) -> Result<(), Failure> {
        let Some(file) = self.file.take() else { return result };
        if let Some(note) = file.finish(&result)? {
            self.note(&note);
            if self.options.format != Format::Table {
                self.result("{}\n")?;
            }
        }
        result
    }

    /// The format of a document: by the file's name or the options, otherwise `otherwise`.
    pub(crate) fn document_format(&self, otherwise: Format) -> Format {
        match (self.options.format, self.file.as_ref().and_then(PendingFile::format)) {
            (Format::Table, Some(format)) => format,
            (Format::Table, None) => otherwise,
            (format, _) => format,
        }
    }

    /// Whether results go to a file.
    pub(crate) fn is_redirected(&self) -> bool {
        self.file.is_some()
    }

    /// Prints a result. Escapes whatever could control a terminal, because all results pass here.
    pub(crate) fn result(&mut self, text: &str) -> Result<(), Failure> {
        self.painted(&escape::lines(text))
    }

    /// Prints a result with our own colours, in which everything else was already escaped.
    pub(crate) fn painted(&mut self, text: &str) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            file.push(text);
            return Ok(());
        }
        let output = &mut self.console.output;
        output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Failure::Output)
    }

    /// The current time, by the cluster's clock if it returns one.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The current view of results for people.
    pub(crate) fn view(&self) -> View {
        View { now: self.now(), wide: self.options.wide, ascii: self.options.limits.ascii }
    }

    /// Prints a note that is not a result, unless --quiet is given.
    pub(crate) fn note(&mut self, text: &str) {
        if !self.options.quiet {
            self.print_line("", "", text);
        }
    }

    pub(crate) fn warn(&mut self, text: &str) {
        if !self.options.quiet {
            self.print_warning(text);
        }
    }

    /// Prints failures in addition to that of the command, even with --quiet.
    pub(crate) fn print_side_failures(&mut self) {
        for (exit, problem) in self.side_failures.take() {
            self.print_warning(&problem);
            self.side_exit = self.side_exit.or(exit);
        }
    }

    /// The exit code if the command succeeded.
    pub(crate) fn success(&self) -> Exit {
        self.side_exit.unwrap_or(Exit::Done)
    }

    /// Prints what was held back, and everything else at once: the command runs until it is interrupted.
    pub(crate) fn hold_nothing(&mut self) {
        self.print_held();
        self.held = None;
        self.warnings.clear();
    }

    /// Prints an error.
    pub(crate) fn error(&mut self, report: &Report) {
        if self.options.format == Format::Json {
            // Texts and numbers always serialize.
            let text = json::text(&report.clone().warned(&self.warnings)).unwrap_or_default();
            let _ = self.console.errors.write_all(text.as_bytes());
            // An error includes the warnings, and is printed alone.
            if let Some(held) = &mut self.held {
                held.clear();
            }
            return;
        }
        self.print_line(RED, "error: ", report.line());
        if let Some(hint) = report.hint() {
            self.hint(hint);
        }
    }

    /// Prints what to do about an error.
    pub(crate) fn hint(&mut self, hint: &str) {
        self.print_line(CYAN, "hint: ", hint);
    }

    /// Prints what was held back.
    pub(crate) fn print_held(&mut self) {
        let held = self.held.as_mut().map(std::mem::take).unwrap_or_default();
        let _ = self.console.errors.write_all(held.as_bytes());
    }

    fn print_warning(&mut self, text: &str) {
        if self.held.is_some() {
            self.warnings.push(text.to_owned());
        }
        self.print_line(YELLOW, "warning: ", text);
    }

    /// One line to standard error. If that fails, the error cannot be reported.
    fn print_line(&mut self, color: &str, label: &str, text: &str) {
        let text = table::plain(&self.localized(text));
        let line = if self.options.colored && !label.is_empty() {
            format!("\u{1b}[1;{color}m{label}\u{1b}[0m{text}\n")
        } else {
            format!("{label}{text}\n")
        };
        match &mut self.held {
            Some(held) => held.push_str(&line),
            None => _ = self.console.errors.write_all(line.as_bytes()),
        }
    }
}
