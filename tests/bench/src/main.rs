//! Benchmarks of sf-backup, as ratios to a peer measured in the same run.
//!
//! `sf-backup-bench [--only SECTION]… [--full] [--write FILE | --check FILE]`; `cargo xtask bench` runs it with the required
//! environment variables.
#![allow(clippy::unwrap_used, missing_docs)]

mod audit;
mod blocking;
mod builds;
mod bulk;
mod calls;
mod cluster;
mod loopback;
mod page;
mod paging;
mod pair;
mod processes;
mod python;
mod report;
mod requests;
mod responses;
mod row;
mod simulated;
mod simulator;
mod usage;
mod walk;

use std::process::{Command, ExitCode};

use report::Section;
use row::Row;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["responses"] => responses::serve(),
        ["cluster", services, partitions] => cluster::serve(services.parse().unwrap(), partitions.parse().unwrap()),
        ["simulated"] => simulated::serve(false),
        ["simulated-peer"] => simulated::serve(true),
        ["held"] => simulator::print_held(),
        ["once", program, arguments @ ..] => processes::once(program, arguments),
        arguments => return measure(arguments),
    }
    ExitCode::SUCCESS
}

/// The function that measures a section.
type Measure = fn() -> Section;

/// The sections by name, in the order in which they are measured.
const SECTIONS: &[(&str, Measure)] = &[
    ("counted", instructions),
    ("protocol", protocol),
    ("lists", lists),
    ("calls", calls),
    ("bulk", bulk),
    ("simulator", simulator),
    ("processes", processes),
    ("builds", builds),
];

fn instructions() -> Section {
    let Ok(work) = std::env::var("SF_BACKUP_WORK") else {
        eprintln!("skipped: instructions, because SF_BACKUP_WORK is not set to the program that does the work");
        return Section { title: "Instructions", rows: Vec::new(), plot: None };
    };
    let printed = Command::new(work).arg("rows").output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let (rows, table) = serde_json::from_slice(&printed.stdout).unwrap();
    Section {
        title: "Instructions",
        rows,
        plot: Some(("In user space, counted by callgrind in a release build without link-time optimization:", table)),
    }
}

fn protocol() -> Section {
    let (counted, _) = counted();
    let counted = counted.into_iter().filter(|row| !row.what.starts_with("page through"));
    let rows = requests::rows().into_iter().chain(page::rows()).chain(counted).collect();
    Section { title: "The protocol", rows, plot: None }
}

fn lists() -> Section {
    let (counted, plot) = counted();
    let counted = counted.into_iter().filter(|row| row.what.starts_with("page through"));
    let caption = "Memory and allocations of reading a list, by its length:";
    Section {
        title: "Long lists",
        rows: paging::rows().into_iter().chain(counted).collect(),
        plot: Some((caption, plot)),
    }
}

fn calls() -> Section {
    let rows = [loopback::rows(), blocking::rows(), python::rows()].concat();
    Section { title: "Calls over the loopback", rows, plot: None }
}

fn bulk() -> Section {
    let caption = "Time to enable services, 64 at a time, by their number:";
    let rows = [bulk::rows(), audit::rows()].concat();
    Section { title: "Many entities", rows, plot: Some((caption, bulk::plot())) }
}

fn simulator() -> Section {
    Section { title: "The simulator", rows: simulator::rows(), plot: None }
}

fn processes() -> Section {
    Section { title: "Whole processes, release", rows: processes::rows(), plot: None }
}

fn builds() -> Section {
    Section { title: "Building, debug, from nothing", rows: builds::rows(), plot: None }
}

/// The results of the counting process.
fn counted() -> (Vec<Row>, String) {
    let counts = std::env::current_exe().unwrap().with_file_name(format!("counts{}", std::env::consts::EXE_SUFFIX));
    let printed = Command::new(counts).output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    serde_json::from_slice(&printed.stdout).unwrap()
}

fn measure(arguments: &[&str]) -> ExitCode {
    let values =
        |name: &str| -> Vec<&str> { arguments.windows(2).filter(|pair| pair[0] == name).map(|pair| pair[1]).collect() };
    let only = values("--only");
    let selected = SECTIONS.iter().filter(|(name, _)| only.is_empty() || only.contains(name));
    let mut sections = Vec::new();
    for (name, section) in selected {
        eprintln!("measuring: {name}");
        let section = section();
        section.rows.iter().for_each(|row| print!("{}", report::line(row)));
        sections.push(section);
    }
    if let Some(file) = values("--write").first() {
        std::fs::write(file, report::text(&facts(), &sections)).unwrap();
        return ExitCode::SUCCESS;
    }
    let Some(file) = values("--check").first().copied() else { return ExitCode::SUCCESS };
    let known = std::fs::read_to_string(file).unwrap();
    let rows = sections.iter().flat_map(|section| &section.rows);
    let problem = |row: &Row| match row.is_count() {
        true => report::regression(&known, row),
        false => {
            let is_new = !row.is_kept() && !report::is_listed_as_missed(&known, row);
            is_new.then(|| format!("missed: {}", report::line(row)))
        }
    };
    let problems: Vec<String> = rows.filter_map(problem).collect();
    problems.iter().for_each(|problem| eprintln!("{}", problem.trim_end()));
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Facts about the run: commit, compiler and machine.
fn facts() -> Vec<(&'static str, String)> {
    let output_of = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
        output.map_or_else(|| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(" unknown processor");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    vec![
        ("commit", output_of("git", &["describe", "--always", "--dirty", "--abbrev=12"])),
        ("compiler", output_of("rustc", &["--version"])),
        (
            "machine",
            format!("{cores} cores, {}, {}", model.trim_start_matches([' ', '\t', ':']).trim(), std::env::consts::OS),
        ),
    ]
}
