//! Words that the project's texts avoid, because readers stumble over them.

use super::File;
use crate::finding::Finding;

/// One line for each word, phrase or replaced identifier: `word: replacement`.
///
/// Words in lower case are found in any case, and in names as well; those with capitals and `_` only as they are written.
const WORDS: &str = include_str!("words.txt");

/// No word of the list in Rust and Markdown files.
pub(super) fn avoided(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() || file.path.ends_with(".md")) {
        for (index, line) in file.lines() {
            let prose = line.replace('_', " ").to_lowercase();
            for (word, replacement) in words().filter(|(word, _)| has(line, word) || has(&prose, word)) {
                findings.push(Finding::at(&file.path, index, format!("has {word:?}; write {replacement}")));
            }
        }
    }
    findings
}

fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORDS.lines().filter_map(|line| line.split_once(": "))
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
    use crate::tidy::findings_in;

    #[test]
    fn avoided_words_are_found_in_prose_and_in_names() {
        assert_eq!(words().count(), WORDS.lines().count());
        for (word, replacement) in words() {
            let finding = |line| format!("a.rs:{line}: has {word:?}; write {replacement}");
            let found = findings_in(avoided, "a.rs", &format!("// Plain.\n// ({word}).\n"));
            assert!(found.contains(&finding(2)), "{found:?}");
            if word == word.to_lowercase() && !word.contains('_') {
                let name = format!("fn it_{}_so() {{}}\n", word.replace(' ', "_"));
                assert!(findings_in(avoided, "a.rs", &name).contains(&finding(1)), "{word}");
                assert!(findings_in(avoided, "a.rs", &word.to_uppercase()).contains(&finding(1)), "{word}");
            }
        }
    }

    #[test]
    fn parts_of_words_and_other_files_are_not_checked() {
        for (word, _) in words() {
            assert_eq!(findings_in(avoided, "a.rs", &format!("// x{word}x\n")), [""; 0]);
            assert_eq!(findings_in(avoided, "a.json", &format!("{word}\n")), [""; 0]);
        }
    }
}
