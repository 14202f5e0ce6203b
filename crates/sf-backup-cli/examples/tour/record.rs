//! The commands of the tour, and their output on a simulated cluster in this process.

// Part of an example and of a test, so it may panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use sf_backup_cli::{Console, Environment, run_in};
use sf_backup_proto::Timestamp;
use sf_backup_sim::{Cluster, Topology};

const DAY: u64 = 86_400;
/// The first day in the tour: 2026-11-27.
const SHOWN: u64 = 20784;
/// More days than a tour takes.
const DAYS: u64 = 9;

/// The commands, as they are typed.
pub(crate) const COMMANDS: &[&str] = &[
    r"sf-backup policy create Nightly --daily 01:30 --incrementals 6 --keep 20d --keep-at-least 7 --share '\\nas\backups'",
    "sf-backup service enable CalcApp/CalcService --policy Nightly",
    "sf-backup sim advance 2d",
    "sf-backup why CalcApp/CalcService",
    "sf-backup partition suspend CalcApp/CalcService#1",
    "sf-backup status",
    "sf-backup restore plan --service CalcApp/CalcService --latest > plan.yaml",
    "sf-backup sim fail data-loss CalcApp/CalcService#1",
    "sf-backup partition restore CalcApp/CalcService#1 --latest --yes",
    "sf-backup sim advance 1m",
    "sf-backup partition restore-progress CalcApp/CalcService#1",
];

/// A command with its standard output, then its standard error.
pub(crate) struct Step {
    pub(crate) command: &'static str,
    pub(crate) output: String,
}

/// Runs the commands of the tour for a screen of this width.
pub(crate) fn record(width: Option<usize>) -> Vec<Step> {
    run(COMMANDS, width, false, unmoved)
}

/// Runs commands against a new cluster, on a machine with this clock.
pub(crate) fn run(
    commands: &[&'static str],
    width: Option<usize>,
    colors: bool,
    clock: fn() -> SystemTime,
) -> Vec<Step> {
    let first = first_day();
    let cluster = Cluster::builder().topology(Topology::sample()).start(morning(first)).speed("0x".parse().unwrap());
    let cluster = cluster.control().build();
    let listening = cluster.listen().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment::none().variable("SF_BACKUP_ENDPOINT", listening.url()).folder(folder.path());
    let steps = commands.iter().map(|command| {
        let output =
            output_of(&environment, command, width, colors, clock).replace(&listening.url(), "http://localhost:19080");
        let output = as_shown(output, first);
        Step { command, output }
    });
    steps.collect()
}

/// The day of the last morning: messages about the machine's clock must be the same at any time of any day, and no
/// backup may be due at the moment.
pub(crate) fn first_day() -> u64 {
    static FIRST: OnceLock<u64> = OnceLock::new();
    *FIRST.get_or_init(|| (SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() - 8 * 3_600) / DAY)
}

/// The start of the tour.
#[allow(dead_code)] // the test asks
pub(crate) fn start() -> Timestamp {
    morning(first_day())
}

/// Eight o'clock of a day, by UTC.
fn morning(day: u64) -> Timestamp {
    Timestamp::from_unix((day * DAY + 8 * 3_600).try_into().unwrap()).unwrap()
}

/// The text with the first day replaced by the one in the tour.
fn as_shown(mut text: String, first: u64) -> String {
    let date = |day: u64| morning(day).to_string()[..10].to_owned();
    // In two steps, because a day may be both.
    for day in 0..DAYS {
        text = text.replace(&date(first + day), &format!("\u{1}{day}\u{1}"));
    }
    for day in 0..DAYS {
        text = text.replace(&format!("\u{1}{day}\u{1}"), &date(SHOWN + day));
    }
    text
}

/// The clock of a machine, which does not advance with the cluster's.
pub(crate) fn unmoved() -> SystemTime {
    at(first_day())
}

/// 08:00 of a day as the system has it.
pub(crate) fn at(day: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(morning(day).unix().try_into().unwrap())
}

fn output_of(
    environment: &Environment,
    command: &str,
    width: Option<usize>,
    colors: bool,
    clock: fn() -> SystemTime,
) -> String {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let console = Console {
        input: &mut std::io::empty(),
        output: &mut output,
        errors: &mut errors,
        interactive: false,
        colors,
        interruptible: false,
        width,
        clock,
    };
    let (command, to_file) = command.split_once(" > ").map_or((command, false), |(command, _)| (command, true));
    run_in(environment, words(command), console);
    if to_file {
        output.clear();
    }
    output.append(&mut errors);
    String::from_utf8(output).unwrap()
}

/// Splits a command as far as this tour needs a shell: single quotes.
fn words(command: &str) -> Vec<std::ffi::OsString> {
    let parts = command.split('\'').enumerate();
    let words = parts.flat_map(|(at, part)| {
        let within = (at % 2 == 1).then_some(part);
        let outside = (at % 2 == 0).then(|| part.split_whitespace()).into_iter().flatten();
        within.into_iter().chain(outside)
    });
    words.map(Into::into).collect()
}
