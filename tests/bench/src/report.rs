//! The report in Markdown: the figures, their peers, and whether the targets are met.

use std::fmt::Write;

use crate::row::Row;

/// A group of rows under one heading.
pub struct Section {
    pub title: &'static str,
    pub rows: Vec<Row>,
    /// A text plot below the rows.
    pub plot: Option<(&'static str, String)>,
}

const KEPT: &str = "met";
const MISSED: &str = "missed";

const HEAD: &str = "# Benchmarks

Written by `cargo xtask bench`. `cargo xtask bench --check` repeats the measurements and fails if a target is missed that is not
listed as missed here. Most figures are ratios to a peer that was measured alternately in the same run: the median of all rounds,
and the spread from the lowest to the highest. Times depend on the machine, ratios depend on it less, counts do not.
";

/// Known reasons for missed targets, by the row's description, the beginning of its peer, and its unit.
const REASONS: &[(&str, &str, &str, &str)] = &[
    ("blocking call", "plain ureq", "× instructions", AGENT),
    ("read a page of 10,000 backups", "serde_json", "× time", PLAIN),
    ("read a page of 10,000 backups", "serde_json", "× peak memory", GROWTH),
    ("async calls, one at a time", "plain hyper-util", "× calls/s", COUNTED),
    ("async calls, 64 at a time", "plain hyper-util", "× calls/s", COUNTED),
    ("blocking calls, kept alive", "plain ureq", "× calls/s", AGENT_TIME),
    ("blocking calls, one at a time", "the official Python client", "× calls/s", UREQ),
    ("simulator, ResumeBackup", "a bare hyper server", "× calls/s", READS),
    ("sf-backup, the program without OpenSSL", "-", "MB", SIZE),
    ("sf-backup --version", "a minimal program", "ms more", LOADER),
    ("sf-backup --version, as packaged, with OpenSSL inside", "a minimal program", "ms more", PACKAGED),
    ("sf-backup service resume", "a minimal program", "ms more", LOADER),
    ("sf-backup service resume", "a minimal program", "MiB more at peak", HELD),
    ("sf-backup service resume", "sfctl --version", "× peak memory", HELD),
];

const AGENT: &str = "the peer sends one request that is built before the measurement. Of the difference, building it \
takes 3,500 instructions, checking the head of the response 1,000, setting the deadline in ureq 700 and the call's state \
machine 2,500; the rest is not attributed.";

const PLAIN: &str = "by instructions, ours takes no more than the peer (see above), which keeps ids, times and numbers as text and \
drops unknown members; ours reads and keeps them. What makes the time differ has not been found.";

const GROWTH: &str = "the peak is reached when the list is reallocated, with the old and the new allocation counted together. \
An item takes 360 bytes in addition to its text.";

const COUNTED: &str =
    "by instructions, ours takes less than the peer (see above), and the target is within the spread.";

const AGENT_TIME: &str = "ours takes more instructions, for the reasons above; the target is within the spread.";

const LOADER: &str = "of 4.1 million instructions of `--version`, 3.7 million are the loader's, nearly all of them for the \
symbols of the system's OpenSSL. An empty C program takes 1.1 ms longer if it is linked with OpenSSL.";

const PACKAGED: &str = "the target is within the spread. The command executes 1.05 million instructions, the minimal program 0.29 \
million. The loader fills in 37,000 addresses on 173 pages of the program.";

const HELD: &str = "in a build without link-time optimization, 14.5 of 16.4 MB at the peak are pages of the program and of its \
libraries. Of 1.6 MB of its own data, three quarters are the tree of commands and options.";

const SIZE: &str = "three quarters are code, the rest tables for unwinding, constants and relocations. The largest groups of \
functions are destructors and the reading of JSON. `cargo install` builds for size instead of speed.";

const UREQ: &str = "plain ureq is only slightly faster (see above), and the target is within the spread: two of three runs \
on one day met it, with 6.54 and 7.02.";

const READS: &str = "the peer does not look at the request. Of the difference, 11,300 instructions, finding the operation takes \
3,100, reading the query and checking the parameters 3,500, the state of the cluster 1,700 and the headers of the response 1,200.";

/// The whole report. `facts` describe the run.
pub fn text(facts: &[(&str, String)], sections: &[Section]) -> String {
    let mut text = HEAD.to_owned();
    text.push('\n');
    for (name, fact) in facts {
        writeln!(text, "- {name}: {fact}").unwrap();
    }
    for Section { title, rows, plot } in sections {
        write!(
            text,
            "\n## {title}\n\n| Measurement | Peer | Result | Spread | Target | |\n|---|---|--:|--:|--:|---|\n"
        )
        .unwrap();
        for row in rows {
            text.push_str(&line(row));
        }
        for row in rows.iter().filter(|row| !row.is_kept()) {
            if let Some((.., why)) = REASONS
                .iter()
                .find(|(what, peer, unit, _)| row.what == *what && row.peer.starts_with(peer) && row.unit == *unit)
            {
                write!(text, "\n{}, {}, against {}: {why}\n", row.what, row.unit, row.peer).unwrap();
            }
        }
        if let Some((caption, plot)) = plot {
            write!(text, "\n{caption}\n\n```text\n{plot}```\n").unwrap();
        }
    }
    text
}

/// One row of the table.
pub fn line(row: &Row) -> String {
    let (least, most) = row.spread();
    let verdict = if row.is_kept() { KEPT } else { MISSED };
    let figure = |value: f64| if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    format!(
        "| {} | {} | {} {} | {} to {} | {} | {verdict} |\n",
        row.what,
        row.peer,
        figure(row.median()),
        row.unit,
        figure(least),
        figure(most),
        row.mark
    )
}

/// Whether an earlier report lists this row as missed.
pub fn is_listed_as_missed(report: &str, row: &Row) -> bool {
    let begins = format!("| {} | {} |", row.what, row.peer);
    report.lines().any(|line| line.starts_with(&begins) && line.ends_with(&format!("| {MISSED} |")))
}

/// Maximum ratio of a count to the recorded one.
const TOLERANCE: f64 = 1.02;

/// Why a count is worse than in an earlier report, if it is. Times are not compared, because they depend on the
/// machine's load.
pub fn regression(report: &str, row: &Row) -> Option<String> {
    let begins = format!("| {} | {} | ", row.what, row.peer);
    let rest = report.lines().find_map(|line| line.strip_prefix(&begins));
    let Some(recorded) = rest.and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok()) else {
        return Some(format!("not in the report: {}", line(row)));
    };
    let is_worse = row.median() > recorded * TOLERANCE;
    is_worse.then(|| format!("regressed from {recorded} {}: {}", row.unit, line(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Mark;

    #[test]
    fn rows_listed_as_missed_are_found() {
        let missed = Row::new("calls", "a peer", "×", [1.0, 0.9, 0.8], Mark::AtLeast(0.95));
        let kept = Row::new("calls", "another", "×", [1.0], Mark::AtLeast(0.95));
        let report = text(&[], &[Section { title: "T", rows: vec![missed.clone(), kept.clone()], plot: None }]);
        assert!(report.contains("| calls | a peer | 0.90 × | 0.80 to 1.00 | ≥ 0.95 | missed |"), "{report}");
        assert!(is_listed_as_missed(&report, &missed) && !is_listed_as_missed(&report, &kept));
    }

    #[test]
    fn a_count_that_is_two_percent_higher_has_regressed() {
        let row = |figure: f64| Row::new("call", "a peer", "× instructions", [figure], Mark::AtMost(1.0));
        let report = text(&[], &[Section { title: "T", rows: vec![row(1.5)], plot: None }]);
        assert_eq!((regression(&report, &row(1.5)), regression(&report, &row(1.2))), (None, None));
        assert_eq!(regression(&report, &row(1.529)), None);
        assert!(regression(&report, &row(1.54)).unwrap().starts_with("regressed from 1.5 × instructions"));
        assert!(regression("", &row(1.0)).unwrap().starts_with("not in the report"));
    }
}
