//! Words that the project's texts avoid, because readers stumble over them.

use super::File;
use crate::finding::Finding;

/// Words and phrases with their replacements. They are found in any case, and in names as well (`shall_not_panic`).
const PHRASES: &[(&str, &str)] = &[
    ("anew", "again"),
    ("at the most", "at most"),
    ("besides", "other, or also"),
    ("betray", "expose"),
    ("betrayed", "exposed"),
    ("betrays", "exposes"),
    ("cannot be had", "is not available"),
    ("dear", "expensive"),
    ("dearer", "more expensive"),
    ("dearest", "most expensive"),
    ("dressed", "with options, or with headers"),
    ("foul weather", "injected faults"),
    ("for ever", "forever"),
    ("go before", "take precedence over"),
    ("goes before", "takes precedence over"),
    ("hardly", "almost never, or barely"),
    ("heed", "follow"),
    ("heeded", "followed"),
    ("heeds", "follows"),
    ("lest", "so that … not"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mends", "fixes"),
    ("nobody's", "no one's, or a sentence with a subject"),
    ("reckon", "calculate"),
    ("reckoned", "calculated"),
    ("reckons", "calculates"),
    ("save for", "except for"),
    ("save that", "except that"),
    ("say so", "what is said"),
    ("says so", "what it says"),
    ("seldom", "rarely"),
    ("shall", "must, or the present tense"),
    ("so anyway", "what is the case"),
    ("tells", "returns, reports, or shows"),
    ("unluckily", "at an unfortunate place"),
    ("what is so", "details"),
    ("whereto", "where"),
];

/// Identifiers that have been replaced.
const IDENTIFIERS: &[(&str, &str)] = &[
    ("AtOnce", "Concurrency"),
    ("Crew", "Batch"),
    ("Crowd", "Batch"),
    ("Exchanged", "RequestRecord"),
    ("Gathered", "ListResult"),
    ("Judgement", "Classification"),
    ("LONGEST_ASKED", "MAX_RETRY_AFTER"),
    ("LostAnswer", "ResponseLost"),
    ("MOST_BRACES", "MAX_OBJECTS"),
    ("Manner", "OutputOptions"),
    ("NotSecure", "ConnectError"),
    ("Progressed", "HasPhase"),
    ("Reach", "CommandContext"),
    ("ReplyError", "ResponseError"),
    ("Sight", "ProgressSnapshot"),
    ("Standing", "EffectivePolicy, or RolloutStatus"),
    ("Surroundings", "Environment"),
    ("Sweep", "BatchResult"),
    ("Untold", "Unobservable"),
    ("WrongState", "Conflict"),
    ("heeds_interrupts", "handles_interrupts"),
    ("is_about_the_caller", "is_about_access"),
    ("leaves_doubt", "maybe_applied"),
    ("may_be_sent", "may_have_been_sent"),
    ("next_reading", "next_status"),
    ("sendable", "validate_version"),
    ("side_door", "control_api"),
];

/// This file, which has to contain the words.
const OWN: &str = "xtask/src/tidy/words.rs";

/// The files that still contain such words, one a line. The list may only shrink.
const UNCLEAN: &str = include_str!("words-unclean.txt");

/// No word of the lists in Rust and Markdown files, except for the files that are still to be cleaned.
pub(super) fn avoided(files: &[File]) -> Vec<Finding> {
    avoided_except(files, UNCLEAN)
}

fn avoided_except(files: &[File], unclean: &str) -> Vec<Finding> {
    let unclean: Vec<&str> = unclean.lines().filter(|line| !line.is_empty()).collect();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| (file.is_rust() || file.path.ends_with(".md")) && file.path != OWN) {
        let found = in_file(file);
        if !unclean.contains(&file.path.as_str()) {
            findings.extend(found);
        } else if found.is_empty() {
            findings.push(listed(&file.path, "is clean"));
        }
    }
    let gone = unclean.iter().filter(|path| !files.iter().any(|file| file.path == **path));
    findings.extend(gone.map(|path| listed(path, "does not exist")));
    findings
}

fn listed(path: &str, state: &str) -> Finding {
    Finding::new(path, format!("{state}: remove it from xtask/src/tidy/words-unclean.txt"))
}

fn in_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.lines() {
        let prose = line.replace('_', " ").to_lowercase();
        let phrases = PHRASES.iter().filter(|(phrase, _)| has(&prose, phrase));
        let identifiers = IDENTIFIERS.iter().filter(|(name, _)| has(line, name));
        for (found, instead) in phrases.chain(identifiers) {
            findings.push(Finding::at(&file.path, index, format!("has {found:?}; write {instead}")));
        }
    }
    findings
}

/// Whether the text contains the phrase between word boundaries.
fn has(text: &str, phrase: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(phrase).any(|(at, _)| {
        let (before, after) = text.split_at(at);
        let after = after.get(phrase.len()..).unwrap_or_default();
        !before.ends_with(is_word) && !after.starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    fn found(path: &str, text: &str, unclean: &str) -> Vec<String> {
        avoided_except(&[file(path, text)], unclean).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn avoided_words_are_found_in_prose_and_in_names() {
        assert_eq!(
            found("a.md", "Plain.\nIt Shall be.\n", ""),
            ["a.md:2: has \"shall\"; write must, or the present tense"]
        );
        assert_eq!(found("a.rs", "fn it_says_so() {}\n", ""), ["a.rs:1: has \"says so\"; write what it says"]);
        assert_eq!(found("a.rs", "x: Exchanged,\n", ""), ["a.rs:1: has \"Exchanged\"; write RequestRecord"]);
        for (phrase, _) in PHRASES.iter().chain(IDENTIFIERS) {
            assert!(!found("a.rs", &format!("// ({phrase}).\n"), "").is_empty(), "{phrase}");
        }
    }

    #[test]
    fn parts_of_words_and_other_files_are_not_checked() {
        assert_eq!(found("a.rs", "// recommend, exchanged, marshall, NotSecured, amend\n", ""), [""; 0]);
        assert_eq!(found("a.json", "shall\n", ""), [""; 0]);
        assert_eq!(found(OWN, "shall\n", ""), [""; 0]);
    }

    #[test]
    fn the_list_of_unclean_files_only_shrinks() {
        assert_eq!(found("a.rs", "// shall\n", "a.rs\n"), [""; 0]);
        let clean = found("a.rs", "// must\n", "a.rs\n");
        assert_eq!(clean, ["a.rs: is clean: remove it from xtask/src/tidy/words-unclean.txt"]);
        let gone = found("a.rs", "", "b.rs\n");
        assert_eq!(gone, ["b.rs: does not exist: remove it from xtask/src/tidy/words-unclean.txt"]);
    }
}
