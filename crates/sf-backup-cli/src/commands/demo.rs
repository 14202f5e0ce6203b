//! `sf-backup demo`: how a silent stop of backups is found and lost data restored, on a simulated cluster in this process.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::thread;
use std::time::{Duration, SystemTime};

use clap::Args;
use sf_backup_proto::Timestamp;
use sf_backup_sim::{Cluster, Speed, Topology};

use crate::connection::environment::Environment;
use crate::output::console::{Console, Terminal};
use crate::output::exit::Exit;
use crate::output::failure::Failure;
use crate::output::shell;

/// Arguments of `sf-backup demo`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup demo
  sf-backup demo --fast")]
pub(crate) struct Demo {
    /// Do not pause between the steps; the default if the output is not a terminal
    #[arg(long)]
    fast: bool,
}

/// Runs one command line and returns its exit code.
pub(crate) type Dispatch = fn(&Environment, Vec<OsString>, Console<'_>) -> u8;

/// The cluster's time runs this much faster than real time, so that a restore takes less than a second.
const SPEED: &str = "60x";
/// Time to read the output of a step.
const PAUSE: Duration = Duration::from_millis(1800);
/// The indentation of the output of commands, whose width is reduced accordingly.
const INDENT: &str = "  ";

const SERVICE: &str = "CalcApp/CalcService";
const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";

struct Step {
    explanation: &'static str,
    arguments: &'static [&'static str],
    exit: Exit,
}

const STEPS: &[Step] = &[
    Step {
        explanation: "Create a backup policy: when to back up, and where to.",
        arguments: &[
            "policy",
            "create",
            "Nightly",
            "--daily",
            "01:30",
            "--incrementals",
            "6",
            "--share",
            r"\\nas\backups",
        ],
        exit: Exit::Done,
    },
    Step {
        explanation: "Enable it for a service.",
        arguments: &["service", "enable", SERVICE, "--policy", "Nightly"],
        exit: Exit::Done,
    },
    Step {
        explanation: "A day passes, and the first backups are made.",
        arguments: &["sim", "advance", "1d"],
        exit: Exit::Done,
    },
    Step {
        explanation: "The audit confirms that every partition of the service is backed up.",
        arguments: &["audit", "--service", SERVICE],
        exit: Exit::Done,
    },
    Step {
        explanation: "The file share fails. Nothing reports it, and the configuration still shows that backup is enabled.",
        arguments: &["sim", "fail", "storage", "--share", r"\\nas\backups"],
        exit: Exit::Done,
    },
    Step { explanation: "Two days pass.", arguments: &["sim", "advance", "2d"], exit: Exit::Done },
    Step {
        explanation: "The audit finds that the backups have stopped, and why.",
        arguments: &["audit", "--service", SERVICE],
        exit: Exit::Unprotected,
    },
    Step {
        explanation: "The share is repaired.",
        arguments: &["sim", "fail", "storage", "--share", r"\\nas\backups", "--end"],
        exit: Exit::Done,
    },
    Step { explanation: "Another day passes.", arguments: &["sim", "advance", "1d"], exit: Exit::Done },
    Step {
        explanation: "A partition loses its data.",
        arguments: &["sim", "fail", "data-loss", PARTITION],
        exit: Exit::Done,
    },
    Step {
        explanation: "The audit shows which partition is down.",
        arguments: &["audit", "--service", SERVICE],
        exit: Exit::Unprotected,
    },
    Step {
        explanation: "Restore its newest backup.",
        arguments: &["restore", "now", "--partition", PARTITION, "--latest", "--yes"],
        exit: Exit::Done,
    },
    Step {
        explanation: "All partitions work again and are backed up.",
        arguments: &["audit", "--service", SERVICE],
        exit: Exit::Done,
    },
];

thread_local! {
    /// The cluster of the demonstration. Its time is the current time of the commands.
    static CLUSTER: RefCell<Option<Cluster>> = const { RefCell::new(None) };
}

/// Runs the steps; fails at the first whose exit code is not the expected one.
pub(crate) fn run(demo: &Demo, dispatch: Dispatch, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let speed: Speed = SPEED.parse().map_err(failed)?;
    let start = morning(terminal.now()).ok_or_else(|| failed("the clock of this machine is out of range"))?;
    let cluster = Cluster::builder().topology(Topology::sample()).start(start).speed(speed).control().build();
    let listening = cluster.listen().map_err(failed)?;
    CLUSTER.set(Some(cluster));
    let folder = tempfile::tempdir().map_err(failed)?;
    let environment = Environment::none()
        .variable("SF_BACKUP_ENDPOINT", listening.url())
        .folder(folder.path())
        .home(folder.path())
        .limited(terminal.options.limits);
    let paced = !demo.fast && terminal.console.width.is_some();
    terminal.result(&format!("A simulated cluster in this process, at {}.\n", listening.url()))?;
    for step in STEPS {
        terminal.result(&format!("\n# {}\n$ {}\n", step.explanation, step.command_line()))?;
        if paced {
            thread::sleep(PAUSE / 2);
        }
        step.run(&environment, dispatch, terminal)?;
        if paced {
            thread::sleep(PAUSE);
        }
    }
    terminal.result("\nTo type these commands yourself, start a cluster with 'sf-backup sim' in another terminal.\n")
}

impl Step {
    fn command_line(&self) -> String {
        let words = self.arguments.iter().map(|argument| shell::word(argument));
        ["sf-backup".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Runs the command and prints its output.
    fn run(&self, environment: &Environment, dispatch: Dispatch, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
        // Both streams, with their lines in order.
        let printed = RefCell::new(Vec::new());
        let width = terminal.console.width.map(|width| width.saturating_sub(INDENT.len()));
        let console = Console {
            input: &mut io::empty(),
            output: &mut Shared(&printed),
            errors: &mut Shared(&printed),
            interactive: false,
            colors: terminal.console.colors,
            interruptible: false,
            width,
            clock: now,
        };
        let arguments = ["sf-backup"].iter().chain(self.arguments).map(OsString::from).collect();
        let exit = dispatch(environment, arguments, console);
        for line in String::from_utf8_lossy(&printed.into_inner()).lines() {
            terminal.painted(&format!("{INDENT}{line}\n"))?;
        }
        if exit == self.exit.code() {
            return Ok(());
        }
        Err(failed(format!("'{}' ended with exit code {exit}, not {}", self.command_line(), self.exit.code())))
    }
}

/// A stream that writes to a shared buffer.
struct Shared<'b>(&'b RefCell<Vec<u8>>);

impl Write for Shared<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The cluster's time, so that ages do not depend on the clock of this machine.
fn now() -> SystemTime {
    let cluster = CLUSTER.with_borrow(|cluster| cluster.as_ref().map(Cluster::now));
    let since_1970 = cluster.and_then(|now| u64::try_from(now.unix()).ok());
    since_1970.map_or_else(SystemTime::now, |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// 08:00 UTC of the day: no backup is due for hours.
fn morning(now: Timestamp) -> Option<Timestamp> {
    const DAY: i64 = 86_400;
    Timestamp::from_unix(now.unix() - now.unix().rem_euclid(DAY) + DAY / 3)
}

fn failed(problem: impl Display) -> Failure {
    Failure::Other(format!("demo: {problem}"))
}
