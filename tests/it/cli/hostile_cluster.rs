//! A cluster whose every text is an attack on shells, terminals and readers: through all commands and all outputs nothing of
//! it reaches a screen but as visible text, and what programs read is what the cluster said.

#[allow(dead_code, reason = "shared with the command line's own tests, which use more of it")]
#[path = "../../../crates/sf-backup-cli/tests/built/recorder.rs"]
mod recorder;

use serde_json::Value;

use super::harness::{Ran, at, seen};
use recorder::Recorder;

/// One of each kind, and texts of every direction that must stay readable.
const ATTACKS: &[&str] = &[
    "N\u{202e}gnp.exe",
    "\u{2066}a\u{2069}\u{200e}\u{200f}\u{61c}",
    "a\u{2028}b\u{2029}c\u{85}d",
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m",
    "a\u{7f}\u{8}\u{8}b",
    "a\r\nerror: all is well\n",
    "tab\there",
    "zero\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\u{180e}width",
    "\u{e0041}\u{e007f}tags",
    "$(touch hit)`touch hit`;touch hit",
    "'\"\\",
    "\\u{202e}",
    "<script>alert(1)</script>&amp;",
    "| [x](javascript:y) *b* |",
    "~",
    "no",
    "- a: b # c",
    "{{x}}",
    "%s%n",
    "سلام שלום 漢字",
    "👩\u{200d}🚀 ❤\u{fe0f}",
];

/// What must not reach a screen: the test's own list, not the program's.
fn steers(character: char) -> bool {
    matches!(character,
        '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}'
        | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[track_caller]
fn is_harmless(ran: &Ran, line: &[&str], attack: &str) {
    for text in [&ran.out, &ran.err] {
        let found = text.chars().find(|character| steers(*character));
        assert_eq!(found, None, "{line:?} with {attack:?}: {text}");
        // Joiners are for pictures alone.
        let joined = text.match_indices('\u{200d}').all(|(at, _)| text[..at].ends_with('👩'));
        assert!(joined, "{line:?} with {attack:?}: {text}");
    }
}

/// Every string in a value, names of members among them.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.iter().for_each(|(name, item)| {
            found.push(name.clone());
            strings(item, found);
        }),
        _ => {}
    }
}

const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";

/// Reads that answer lists, and whether `-o json` has the texts of each item as they are.
const LISTS: &[(&[&str], bool)] = &[
    (&["policy", "list"], true),
    (&["policy", "entities", "Any"], true),
    (&["app", "list"], true),
    (&["app", "config", "App"], true),
    (&["app", "backups", "App"], true),
    (&["service", "list", "App"], true),
    (&["service", "config", "App/Service"], true),
    (&["service", "backups", "App/Service"], true),
    (&["partition", "list", "App/Service"], true),
    (&["partition", "backups", PARTITION], true),
    (&["partition", "backups", PARTITION, "--chains"], false),
    (&["why", PARTITION], false),
    (&["audit"], false),
    (&["audit", "--report", "html"], false),
    (&["audit", "--report", "markdown"], false),
    (&["audit", "--report", "junit"], false),
    (&["metrics"], false),
    (&["export"], false),
    (&["doctor"], false),
];

/// Reads that answer one object.
const OBJECTS: &[&[&str]] = &[
    &["policy", "show", "Any"],
    &["partition", "config", PARTITION],
    &["partition", "backup-progress", PARTITION],
    &["partition", "restore-progress", PARTITION],
];

const CHANGES: &[&[&str]] = &[
    &["service", "suspend", "App/Service"],
    &["service", "resume", "App/Service"],
    &["app", "disable", "App"],
    &["partition", "backup", PARTITION],
    &["policy", "delete", "Any", "-y"],
    &["service", "suspend", "App/1", "App/2"],
];

/// That every one of these is among the strings of what was printed.
#[track_caller]
fn has_all(ran: &Ran, attacks: &[&str], line: &[&str]) {
    let value: Value = serde_saphyr::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let mut found = Vec::new();
    strings(&value, &mut found);
    for attack in attacks {
        assert!(found.iter().any(|text| text.contains(attack)), "{line:?} lost {attack:?}: {ran:?}");
    }
}

#[test]
fn no_text_of_the_cluster_acts_and_none_is_lost() {
    let cluster = Recorder::start();
    cluster.named(ATTACKS);
    for (line, has_texts) in LISTS {
        for output in ["table", "wide", "json", "yaml"] {
            let words = [&["-o", output], *line].concat();
            let ran = at(&cluster.url, &words);
            is_harmless(&ran, &words, "all");
            if *has_texts && ["json", "yaml"].contains(&output) {
                has_all(&ran, ATTACKS, &words);
            }
            if output == "json" && !line.contains(&"--report") && *line != ["metrics"] {
                assert!(ran.out.is_empty() || serde_json::from_str::<Value>(&ran.out).is_ok(), "{words:?}: {ran:?}");
            }
        }
        is_harmless(&seen(&cluster.url, Some(40), line), line, "all");
    }
    for attack in ATTACKS {
        cluster.named(&[attack]);
        for line in OBJECTS {
            is_harmless(&at(&cluster.url, line), line, attack);
            for output in ["json", "yaml"] {
                let words = [&["-o", output], *line].concat();
                let ran = at(&cluster.url, &words);
                is_harmless(&ran, &words, attack);
                // A policy has the name that it was asked for.
                if line[0] != "policy" {
                    has_all(&ran, &[attack], &words);
                }
            }
        }
    }
}

#[test]
fn no_refusal_of_the_cluster_acts() {
    let cluster = Recorder::start();
    let reads = LISTS.iter().map(|(line, _)| *line).chain(OBJECTS.iter().copied());
    let lines: Vec<&[&str]> = reads.chain(CHANGES.iter().copied()).collect();
    let mut refused = 0;
    // Every attack meets every output, and every command some attacks.
    for (number, attack) in ATTACKS.iter().enumerate() {
        cluster.refusing(attack);
        for line in lines.iter().skip(number % 3).step_by(3) {
            for output in ["table", "json"] {
                let words = [&["-o", output], *line].concat();
                let ran = at(&cluster.url, &words);
                is_harmless(&ran, &words, attack);
                refused += usize::from(ran.code != 0 && !ran.err.is_empty());
            }
        }
    }
    assert!(refused > 200, "{refused}");
}

#[test]
fn nothing_that_is_typed_acts_either() {
    for attack in ATTACKS {
        let lines: &[&[&str]] = &[
            &["policy", "show", attack],
            &["app", "config", attack],
            &["--dry-run", "policy", "show", attack],
            &["--dry-run=curl", "service", "enable", "A/S", "--policy", attack],
            &["-o", "json", "explain", attack],
            &["--server-common-name", attack, "-e", "https://a:1", "--dry-run=curl", "policy", "list"],
            &["policy", "create", "-f", attack],
            &["context", "show", attack],
            &[attack],
        ];
        for line in lines {
            is_harmless(&at("http://127.0.0.1:1", line), line, attack);
        }
    }
}
