//! Instructions in user space, counted by callgrind: nearly the same in every run, whatever else the machine does.

use std::process::Command;

use crate::responses::Served;
use crate::row::{Mark, Row};
use crate::simulated;

/// A kind of work to count: one call, or one parsed item.
struct Kind {
    what: &'static str,
    peer: &'static str,
    /// The name of the work for `work`; its peer has the same name with `-peer`.
    work: &'static str,
    /// Two numbers of repetitions. Their difference excludes what happens once.
    repetitions: [u64; 2],
    /// Number of items per repetition.
    things: u64,
    mark: f64,
}

const KINDS: &[Kind] = &[
    Kind {
        what: "async call, 64 in flight",
        peer: "plain hyper-util, request built before",
        work: "async",
        repetitions: [640, 3_840],
        things: 1,
        mark: 1.15,
    },
    Kind {
        what: "async call, one in flight",
        peer: "plain hyper-util, request built before",
        work: "async-1",
        repetitions: [200, 1_200],
        things: 1,
        mark: 1.15,
    },
    Kind {
        what: "blocking call",
        peer: "plain ureq, request built before",
        work: "blocking",
        repetitions: [200, 1_200],
        things: 1,
        mark: 1.15,
    },
    Kind {
        what: "read a backup in a page of 1,000",
        peer: "serde_json::from_slice into plain structs",
        work: "page",
        repetitions: [2, 12],
        things: 1_000,
        mark: 1.0,
    },
    Kind {
        what: "simulator, one ResumeBackup",
        peer: simulated::PEER,
        work: "simulator",
        repetitions: [200, 1_200],
        things: 1,
        // The cluster's work for a request takes no longer than HTTP itself.
        mark: 2.0,
    },
];

/// The rows, and a table of the absolute numbers. `work` is the program that does the work; each count is the lowest of so many
/// runs.
pub fn rows(work: &str, runs: usize) -> (Vec<Row>, String) {
    let served = Served::start(&["responses"]);
    let mut table = format!("{:<34}{:>10}{:>10}\n", "instructions", "ours", "peer");
    let mut rows = Vec::new();
    for Kind { what, peer, work: name, repetitions, things, mark } in KINDS {
        let count = |name: &str| {
            let [few, many] = repetitions.map(|number| {
                // A busy machine adds some, by waits that end early: the lowest of the runs has the least of them.
                (0..runs).map(|_| instructions(work, name, number, &served.url)).min().unwrap_or(u64::MAX)
            });
            (many - few) as f64 / ((repetitions[1] - repetitions[0]) * things) as f64
        };
        let (ours, theirs) = (count(name), count(&format!("{name}-peer")));
        table.push_str(&format!("{what:<34}{ours:>10.0}{theirs:>10.0}\n"));
        rows.push(Row::new(what, peer, "× instructions", [ours / theirs], Mark::AtMost(*mark)));
    }
    (rows, table)
}

/// The instructions of one run.
fn instructions(work: &str, name: &str, number: u64, url: &str) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", work, name, &number.to_string(), url]);
    let printed = valgrind.output().unwrap();
    let printed = String::from_utf8(printed.stderr).unwrap();
    let collected = printed.lines().find_map(|line| line.split("Collected : ").nth(1)?.trim().parse().ok());
    collected.unwrap_or_else(|| panic!("{printed}"))
}
