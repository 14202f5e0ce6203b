//! A cluster in which every text attacks shells, terminals, markup and parsers: for all commands and formats, such text
//! is only printed visibly, nothing is run, and programs read the original text.

mod attacks;
mod forms;
mod lines;
mod paste;
#[allow(dead_code, reason = "shared with the command line's own tests, which use more of it")]
#[path = "../../../crates/sf-backup-cli/tests/built/recorder.rs"]
mod recorder;
mod secrets;
mod stage;

use std::collections::BTreeSet;

use serde_json::Value;

use super::harness::{Ran, at};
use attacks::acting;
use lines::{Kind, LINES};
use recorder::Request;
use stage::{Invocation, Stage};

/// Asserts that no output controls a terminal, and that output for programs is one document.
#[track_caller]
fn is_harmless(ran: &Ran, invocation: &Invocation<'_>) {
    for text in [&ran.out, &ran.err] {
        assert_eq!(acting(text), None, "{invocation:?}: {text}");
    }
    if invocation.output == Some("json") {
        let is_document = ![Kind::Html, Kind::Markdown, Kind::Xml, Kind::Metrics, Kind::Plugin, Kind::Local]
            .contains(&invocation.kind);
        // Waiting prints an event per line; everything else prints one document.
        let waits = invocation.line.contains("--wait");
        let documents = if waits { ran.out.lines().collect() } else { vec![ran.out.as_str()] };
        for text in documents.iter().filter(|text| is_document && !text.is_empty()) {
            let read = serde_json::from_str::<Value>(text);
            assert!(read.is_ok(), "{invocation:?}: {read:?} in {text}");
        }
        // Each error is one document.
        if ran.code != 0 && ran.err.starts_with(['{', '[', '"']) {
            let mut documents = serde_json::Deserializer::from_str(&ran.err).into_iter::<Value>();
            assert!(documents.all(|read| read.is_ok()), "{invocation:?}: {}", ran.err);
        }
    }
}

/// Asserts that the YAML output equals the JSON output, and that it contains every text of the cluster unchanged.
fn reads_back(stage: &Stage, line: &str, kind: Kind, round: usize) {
    let json = stage.run(Invocation::new(line, kind, round).output("json"));
    let yaml = stage.run(Invocation::new(line, kind, round).output("yaml"));
    let value: Value = serde_json::from_str(&json.out).unwrap_or_else(|error| panic!("{line}: {error} in {json:?}"));
    let read: Value = serde_saphyr::from_str(&yaml.out).unwrap_or_else(|error| panic!("{line}: {error} in {yaml:?}"));
    assert_eq!(read, value, "{line}");
    let mut found = BTreeSet::new();
    forms::strings(&value, &mut found);
    let expected = stage.names(round);
    // A policy has the requested name; an object has the texts of one name.
    let expected = match (kind, line.starts_with("policy show")) {
        (_, true) => &[],
        (Kind::Object, _) => &expected[..1],
        _ => &expected[..],
    };
    for text in expected {
        assert!(found.iter().any(|found| found.contains(text)), "{line} lost {text:?}: {found:?}");
    }
}

#[test]
fn text_of_the_cluster_is_harmless_and_complete() {
    let stage = Stage::new();
    for (round, (line, kind)) in LINES.iter().enumerate() {
        for output in ["table", "wide", "json", "yaml"] {
            let invocation = Invocation::new(line, *kind, round).output(output);
            is_harmless(&stage.run(invocation), &invocation);
        }
        if [Kind::List, Kind::Object].contains(kind) {
            reads_back(&stage, line, *kind, round);
        }
    }
}

#[test]
fn text_in_a_prompt_is_harmless() {
    let stage = Stage::new();
    let (mut asks, mut pasted) = (0, Vec::new());
    pasted.extend(attacks::all().iter().filter_map(|name| stage.proposal(name)));
    for (round, (line, kind)) in LINES.iter().enumerate() {
        for answer in ["n\n", "y\n"] {
            let invocation = Invocation::new(line.trim_end_matches(" -y"), *kind, round).answer(answer);
            let mut ran = stage.run(invocation);
            // The sequences that redraw progress.
            for own in ["\r", "\u{1b}[2K", "\u{1b}[1A", "\u{1b}[1B"] {
                ran.err = ran.err.replace(own, "");
            }
            is_harmless(&ran, &invocation);
            asks += usize::from(ran.err.contains("[y/N]"));
            pasted.extend(paste::commands(&ran.out).chain(paste::commands(&ran.err)));
        }
        let invocation = Invocation::new(line, *kind, round).verbose();
        is_harmless(&stage.run(invocation), &invocation);
    }
    assert!(asks > 10, "{asks}");
    // Copied into a shell, a suggested command runs our command and nothing else.
    assert!(pasted.len() > 10, "{pasted:?}");
    paste::run(&pasted);
}

/// Commands that change something in this cluster, with each kind of input.
const LOGGED: &[&str] = &[
    "policy create",
    "policy update",
    "policy edit",
    "policy set",
    "policy delete",
    "service suspend",
    "app backup",
    "partition backup",
    "partition restore",
    "partition skip-restore",
    "apply",
];

/// If the log cannot be opened, every change stops before any prompt or request.
#[test]
fn what_cannot_be_logged_is_not_begun() {
    let stage = Stage::new();
    stage.call_all("App");
    let changes = |stage: &Stage| {
        let posts = stage.requests().into_iter().filter(|request| request.method != "GET");
        posts.filter(|request| !request.path().contains("GetBackups") && !request.path().contains("$sim")).count()
    };
    let mut refused = BTreeSet::new();
    // The request by which doctor checks write access changes nothing.
    let lines = LINES.iter().enumerate().filter(|(_, (line, _))| !line.contains("--log") && *line != "doctor");
    for (round, (line, kind)) in lines {
        let invocation = Invocation::new(line.trim_end_matches(" -y"), *kind, round).answer("y\n");
        stage.run(invocation);
        if changes(&stage) == 0 {
            continue;
        }
        let ran = stage.run(invocation.dry("--log=/nonexistent/changes.jsonl"));
        assert!(
            ran.code == 2 && ran.err.contains("the log /nonexistent/changes.jsonl cannot be written"),
            "{invocation:?}: {ran:?}"
        );
        assert!(changes(&stage) == 0 && !ran.err.contains("[y/N]"), "{invocation:?}: {ran:?}");
        refused.extend(LOGGED.iter().filter(|command| line.starts_with(*command)));
    }
    assert_eq!(refused, LOGGED.iter().collect());
}

#[test]
fn a_proposed_command_is_about_what_it_was_proposed_for() {
    let stage = Stage::new();
    let mut same = 0;
    for name in attacks::all() {
        let Some(command) = stage.proposal(&name) else { continue };
        let Some(arguments) = paste::arguments(&command) else { return };
        let at = arguments.iter().position(|argument| argument == "--location").unwrap();
        assert_eq!(arguments[at + 1], name, "{command}");
        assert_eq!(arguments[at + 2..], ["--wait"], "{command}");
        same += 1;
    }
    assert!(same > 40, "{same}");
}

#[test]
fn text_of_a_refusal_is_harmless() {
    let stage = Stage::new();
    let mut refused = 0;
    for (round, (line, kind)) in LINES.iter().enumerate() {
        for output in ["table", "json", "yaml"] {
            stage.refuse(round * 3 + output.len());
            let invocation = Invocation::new(line, *kind, round).output(output);
            let ran = stage.run_refused(invocation);
            is_harmless(&ran, &invocation);
            refused += usize::from(ran.code != 0 && !ran.err.is_empty());
        }
    }
    assert!(refused > 120, "{refused}");
}

/// The changes that were sent.
fn changes(requests: &[Request]) -> Vec<&Request> {
    requests.iter().filter(|request| request.method == "POST" && !request.path().ends_with("/$/GetBackups")).collect()
}

#[test]
fn a_change_concerns_only_the_named_entity() {
    let stage = Stage::new();
    let (mut sent, mut scripts) = (0, Vec::new());
    for (line, kind) in LINES.iter().filter(|(_, kind)| *kind == Kind::Changes) {
        for round in 0..4 {
            let invocation = Invocation::new(line, *kind, round * 11).output("json");
            let ran = stage.run(invocation);
            let requests = stage.requests();
            let changes = changes(&requests);
            assert!(changes.len() <= 2, "{invocation:?}: {changes:?}");
            for change in &changes {
                stage.is_about_what_was_named(change, &invocation);
                sent += 1;
            }
            assert!(ran.code != 0 || !changes.is_empty(), "{invocation:?}: {ran:?}");
            for form in ["--dry-run", "--dry-run=curl"] {
                let invocation = Invocation::new(line, *kind, round * 11).dry(form);
                let ran = stage.run(invocation);
                is_harmless(&ran, &invocation);
                assert!(stage.requests().is_empty(), "{invocation:?}");
                if form == "--dry-run=curl" && ran.code == 0 {
                    scripts.push(ran.out);
                }
            }
        }
    }
    assert!(sent > 40, "{sent}");
    paste::run(&scripts);
}

/// Rows of a table have as many cells as its header.
#[track_caller]
fn is_markdown_of_plain_text(report: &str) -> usize {
    let rows: Vec<&str> = report.lines().filter(|row| row.starts_with('|')).collect();
    let mut header = None;
    for pair in rows.windows(2) {
        let [row, next] = pair else { continue };
        if next.starts_with("| --- ") {
            header = Some(forms::cells(row));
        }
        assert_eq!(Some(forms::cells(row)), header, "{row}");
    }
    for markup in ["<script>", "<br>", "](", "~~s~~", "*b*", "`code`"] {
        assert!(!report.replace('\\', "\\ ").contains(markup), "{markup}: {report}");
    }
    rows.len()
}

#[test]
fn a_report_has_the_same_markup_whatever_the_names() {
    let stage = Stage::new();
    for (line, kind) in LINES {
        let mut texts = (0..12).map(|round| stage.run(Invocation::new(line, *kind, round)).out);
        match kind {
            Kind::Html | Kind::Xml => {
                let texts: Vec<String> = texts.collect();
                stage.call_all("Alpha");
                let mut plain = forms::tags(&stage.run(Invocation::new(line, *kind, 0)).out);
                // No request can be built for this name, which a report mentions as well.
                stage.call_all("a\u{7}b");
                plain.extend(forms::tags(&stage.run(Invocation::new(line, *kind, 0)).out));
                stage.call_all_by_attacks();
                for text in &texts {
                    let more: Vec<String> = forms::tags(text).difference(&plain).cloned().collect();
                    assert_eq!(more, [""; 0], "{line}: {text}");
                }
                assert!(texts.iter().any(|text| text.contains("&lt;script&gt;")), "{line}");
            }
            Kind::Markdown => {
                let rows: usize = texts.map(|text| is_markdown_of_plain_text(&text)).sum();
                assert!(rows > 100, "{rows}");
            }
            Kind::Metrics => {
                let labels = |line: &str| forms::labels(line).unwrap_or_else(|error| panic!("{error}"));
                let values: BTreeSet<String> =
                    texts.flat_map(|text| text.lines().flat_map(labels).collect::<Vec<_>>()).collect();
                assert!(values.iter().any(|value| value.contains("; touch hit;")), "{values:?}");
            }
            Kind::Plugin => {
                for text in texts.by_ref() {
                    // Performance data follows a bar.
                    assert!(text.starts_with("SF-BACKUP ") && text.matches('|').count() <= 1, "{text}");
                }
            }
            _ => {}
        }
    }
}

#[test]
fn text_in_arguments_is_harmless() {
    for (number, attack) in attacks::all().iter().enumerate() {
        let attack = attack.as_str();
        let lines: &[&[&str]] = &[
            &["policy", "show", attack],
            &["--dry-run", "policy", "show", attack],
            &["-o", "json", "explain", attack],
            &["--server-common-name", attack, "-e", "https://a:1", "--dry-run=curl", "policy", "list"],
            &["policy", "create", "-f", attack],
            &["context", "show", attack],
            &[attack],
            &["-e", attack, "app", "list"],
            &["partition", "backups", attack, "--from", attack],
        ];
        // Every attack is used with some of the lines, and every line with some of the attacks.
        for line in lines.iter().skip(number % 2).step_by(2) {
            let ran = at("http://127.0.0.1:1", line);
            for text in [&ran.out, &ran.err] {
                assert_eq!(acting(text), None, "{line:?}: {text}");
            }
        }
    }
}
