//! `cargo xtask lines`: the size of each crate's sources.

use std::fs;
use std::path::Path;

use crate::Result;

/// Lines of Rust, without empty ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Lines {
    code: usize,
    comments: usize,
    tests: usize,
}

/// Prints the number of lines of each crate in the workspace at `root`.
pub(crate) fn run(root: &Path) -> Result {
    println!("{:<24}{:>8}{:>10}{:>8}", "src of", "code", "comments", "tests");
    let mut total = Lines::default();
    for folder in sorted(&root.join("crates"))? {
        let Some(name) = folder.file_name() else { continue };
        let lines = of_folder(&folder.join("src"))?;
        print(&name.to_string_lossy(), lines);
        total.add(lines);
    }
    print("total", total);
    Ok(())
}

fn print(name: &str, Lines { code, comments, tests }: Lines) {
    println!("{name:<24}{code:>8}{comments:>10}{tests:>8}");
}

fn of_folder(folder: &Path) -> Result<Lines> {
    let mut lines = Lines::default();
    for path in sorted(folder)? {
        if path.is_dir() {
            lines.add(of_folder(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_test = path.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")));
            lines.add(of_text(&fs::read_to_string(&path)?, is_test));
        }
    }
    Ok(lines)
}

fn sorted(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries: std::io::Result<Vec<_>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let mut entries = entries?;
    entries.sort();
    Ok(entries)
}

/// In formatted sources, an item ends with the first line that is indented like its attribute and ends in `;` or `}`.
fn of_text(text: &str, is_test: bool) -> Lines {
    let mut lines = Lines::default();
    let mut test_item = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if test_item.is_none() && line == "#[cfg(test)]" {
            test_item = Some(indent);
        }
        match test_item {
            _ if is_test => lines.tests += 1,
            Some(start) => {
                lines.tests += 1;
                if indent == start && line.ends_with([';', '}']) {
                    test_item = None;
                }
            }
            None if line.starts_with("//") => lines.comments += 1,
            None => lines.code += 1,
        }
    }
    lines
}

impl Lines {
    fn add(&mut self, other: Self) {
        self.code += other.code;
        self.comments += other.comments;
        self.tests += other.tests;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_comments_and_tests_are_counted_apart() {
        let text = "//! Doc.\n\nfn a() {\n    // Why.\n    b();\n}\n\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\n\n\
                    #[cfg(test)]\nmod other;\n/// Doc.\nstruct D;\n";
        assert_eq!(of_text(text, false), Lines { code: 4, comments: 3, tests: 6 });
        assert_eq!(of_text(text, true), Lines { code: 0, comments: 0, tests: 13 });
    }
}
