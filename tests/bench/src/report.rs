//! The report, in Markdown: what was measured, against whom, and whether the mark is kept.

use std::fmt::Write;

use crate::row::Row;

/// A group of rows under one heading.
pub struct Section {
    pub title: &'static str,
    pub rows: Vec<Row>,
    /// A figure in text, below the rows.
    pub plot: Option<(&'static str, String)>,
}

const KEPT: &str = "kept";
const MISSED: &str = "missed";

const HEAD: &str = "# Benchmarks

Written by `cargo xtask bench`, which measures everything anew; `cargo xtask bench --check` measures without writing and fails where
a mark is missed that is not listed as missed here. Every figure is a ratio of two things done in turns in the same run, the median
of its rounds; the spread is the least and the most of them. Times depend on the machine, ratios less so, counts not at all.
";

/// Why marks are missed, as far as it is known: by the row's description and peer.
const REASONS: &[(&str, &str, &str)] = &[
    ("async calls, one at a time", BARE, SHARE),
    ("async calls, 64 at once", BARE, SHARE),
    ("the same, 99th percentile of latency", BARE, SHARE),
    ("audit 10,000 partitions, 64 at once", "a bare hyper loop", AUDIT),
    ("blocking calls, one at a time", "the official Python client", UREQ),
];

const BARE: &str = "bare hyper-util, same pool and bytes";
const SHARE: &str = "a call of ours takes about 42,000 instructions in user space, the peer's 27,000 (callgrind, 6,400 calls, 64 at \
     once; the rest is the kernel's and the same). Of the difference building the request takes 5,100, a copy of it for a \
     connection that turns out to be closed 2,000, judging and reading the answer 1,200, noting whether a connection was made \
     700; the remainder is moving states about. The peer sends one request that was built before the clock started.";

const UREQ: &str = "bare ureq is hardly faster (see above), and the mark lies within the spread: of three runs on one day \
     two kept it, with 6.54 and 7.02.";

const AUDIT: &str = "one thread is at its limit in both. To the share that a call of ours has beyond the peer's (see above) \
     comes reading 20,000 answers into values, which the peer only counts, and weighing and printing 10,000 partitions.";

/// The whole file. `facts` tell of the run: what was measured on what.
pub fn text(facts: &[(&str, String)], sections: &[Section]) -> String {
    let mut text = HEAD.to_owned();
    text.push('\n');
    for (name, fact) in facts {
        writeln!(text, "- {name}: {fact}").unwrap();
    }
    for Section { title, rows, plot } in sections {
        write!(text, "\n## {title}\n\n| What | Against | Measured | Spread | Mark | |\n|---|---|--:|--:|--:|---|\n")
            .unwrap();
        for row in rows {
            text.push_str(&line(row));
        }
        for row in rows.iter().filter(|row| !row.is_kept()) {
            if let Some((.., why)) =
                REASONS.iter().find(|(what, peer, _)| row.what == *what && row.peer.starts_with(peer))
            {
                write!(text, "\n{} against {}: {why}\n", row.what, row.peer).unwrap();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Mark;

    #[test]
    fn a_missed_row_is_found_again() {
        let missed = Row::new("calls", "a peer", "×", [1.0, 0.9, 0.8], Mark::AtLeast(0.95));
        let kept = Row::new("calls", "another", "×", [1.0], Mark::AtLeast(0.95));
        let report = text(&[], &[Section { title: "T", rows: vec![missed.clone(), kept.clone()], plot: None }]);
        assert!(report.contains("| calls | a peer | 0.90 × | 0.80 to 1.00 | ≥ 0.95 | missed |"), "{report}");
        assert!(is_listed_as_missed(&report, &missed) && !is_listed_as_missed(&report, &kept));
    }
}
