//! Checks of the text of all files.

mod links;
mod manifests;
mod names;
mod operations;
mod promises;
mod text;
mod words;

use std::fs;
use std::path::Path;

use crate::finding::{Finding, settle};
use crate::{Result, root};

/// A file of the project.
#[derive(Debug)]
struct File {
    /// The path from the folder of the workspace, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// The lines and their indexes.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate()
    }
}

type Check = fn(&[File]) -> Vec<Finding>;

const CHECKS: &[Check] = &[
    names::top_level,
    names::files,
    text::whitespace,
    text::length,
    text::leftovers,
    text::machine_paths,
    words::avoided,
    links::relative,
    manifests::members,
    manifests::workspace,
    operations::layout,
    operations::references,
    promises::tested,
];

pub(crate) fn run() -> Result {
    let mut files = Vec::new();
    read(root(), "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&files)).collect();
    settle(&findings)
}

/// Folders and files created by cargo, git and the fuzzer. In a git worktree, `.git` is a file.
const MADE: &[&str] = &[".git", "artifacts", "corpus", "target"];

/// Reads the files below `folder`. Files that are not text are skipped.
fn read(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if MADE.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &format!("{path}/"), files)?;
        } else if let Ok(text) = String::from_utf8(fs::read(entry.path())?) {
            files.push(File { path, text });
        }
    }
    Ok(())
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

/// The findings of `check` for a tree of one file.
#[cfg(test)]
fn findings_in(check: Check, path: &str, text: &str) -> Vec<String> {
    let findings = check(&[file(path, text)]);
    findings.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_not_read() {
        let mut files = Vec::new();
        read(root(), "", &mut files).unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/tidy.rs"));
        assert!(files.iter().all(|file| !file.path.starts_with("target/")));
        assert!(files.iter().all(|file| file.path != ".git" && !file.path.starts_with(".git/")));
    }
}
