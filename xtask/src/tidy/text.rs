//! Checks of whitespace, length and leftovers.

use super::File;
use crate::finding::Finding;

/// Maximum number of lines of a Rust file.
const MOST_LINES: usize = 500;

/// No tabs, no trailing whitespace, and one newline at the end of a file.
pub(super) fn whitespace(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for (index, line) in file.text.split('\n').enumerate() {
            if line.contains('\t') {
                findings.push(Finding::at(&file.path, index, "has a tab"));
            }
            if line.ends_with([' ', '\t', '\r']) {
                findings.push(Finding::at(&file.path, index, "ends with whitespace"));
            }
        }
        let end = file.text.trim_end_matches('\n').len();
        if !file.text.is_empty() && file.text.len() != end + 1 {
            findings.push(Finding::new(&file.path, "does not end with one newline"));
        }
    }
    findings
}

/// Rust files have at most [`MOST_LINES`] lines.
pub(super) fn length(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let lines = file.lines().count();
        if lines > MOST_LINES {
            let rule = format!("has {lines} lines, more than {MOST_LINES}: split it");
            findings.push(Finding::new(&file.path, rule));
        }
    }
    findings
}

/// Macros that mark unfinished work.
const UNFINISHED: &[&str] = &["dbg", "todo", "unimplemented"];

/// Words in comments that mark unfinished work.
const MARKS: &[&str] = &["FIX\u{4d}E", "TO\u{44}O", "XX\u{58}"];

/// No stubs, no debug output, no ignored tests.
pub(super) fn leftovers(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (index, line) in file.lines() {
            let words = || line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '!'));
            let unfinished = |word: &str| word.strip_suffix('!').is_some_and(|name| UNFINISHED.contains(&name));
            if let Some(word) = words().find(|word| unfinished(word) || MARKS.contains(word)) {
                findings.push(Finding::at(&file.path, index, format!("contains {word}")));
            }
            if line.trim_start().strip_prefix("#[").is_some_and(|attribute| attribute.starts_with("ignore")) {
                findings.push(Finding::at(&file.path, index, "ignores a test"));
            }
        }
    }
    findings
}

/// Top-level folders of a machine with private files.
const HOMES: &[&str] = &["Users", "home", "root", "work"];

/// No absolute paths of the machine on which a file was written.
pub(super) fn machine_paths(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for (index, line) in file.lines() {
            if HOMES.iter().any(|home| names_folder(line, home)) {
                findings.push(Finding::at(&file.path, index, "contains a path of a machine"));
            }
        }
    }
    findings
}

/// Whether the line has a path that starts with this folder, unlike `https://host/folder/` and `a/folder/b`.
fn names_folder(line: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    line.match_indices(&path).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '}' | ')'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::findings_in;

    #[test]
    fn invisible_whitespace_is_found() {
        assert_eq!(findings_in(whitespace, "a.md", "one\ntwo\n").len(), 0);
        assert_eq!(findings_in(whitespace, "empty", "").len(), 0);
        assert_eq!(findings_in(whitespace, "a.md", "one\n\u{9}two\n"), ["a.md:2: has a tab"]);
        assert_eq!(findings_in(whitespace, "a.md", "one \n"), ["a.md:1: ends with whitespace"]);
        assert_eq!(findings_in(whitespace, "a.md", "one\r\n"), ["a.md:1: ends with whitespace"]);
        assert_eq!(findings_in(whitespace, "a.md", "one"), ["a.md: does not end with one newline"]);
        assert_eq!(findings_in(whitespace, "a.md", "one\n\n").len(), 1);
    }

    #[test]
    fn long_files_are_found() {
        let lines = |count: usize| "x\n".repeat(count);
        assert_eq!(findings_in(length, "a.rs", &lines(500)).len(), 0);
        assert_eq!(findings_in(length, "a.rs", &lines(501)).len(), 1);
        assert_eq!(findings_in(length, "a.md", &lines(501)).len(), 0);
    }

    #[test]
    fn unfinished_work_is_found() {
        for name in UNFINISHED {
            let found = findings_in(leftovers, "a.rs", &format!("fn f() {{ {name}!() }}\n"));
            assert_eq!(found, [format!("a.rs:1: contains {name}!")]);
        }
        for mark in MARKS {
            assert_eq!(findings_in(leftovers, "a.rs", &format!("// {mark}: later\n")).len(), 1, "{mark}");
        }
        assert_eq!(findings_in(leftovers, "a.rs", &format!("#[{}]\n", "ignore")).len(), 1);
        assert_eq!(findings_in(leftovers, "a.rs", "// a todo list, ignored\n").len(), 0);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for home in HOMES {
            for bad in [format!("/{home}/me/x"), format!("see \"/{home}/me\""), format!("(/{home}/me)")] {
                assert_eq!(findings_in(machine_paths, "a.md", &bad).len(), 1, "{bad}");
            }
            for fine in [format!("https://example.org/{home}/x"), format!("crates/{home}/x"), format!("{home}/x")] {
                assert_eq!(findings_in(machine_paths, "a.md", &fine).len(), 0, "{fine}");
            }
        }
    }
}
