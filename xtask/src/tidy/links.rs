//! Links in Markdown files.

use std::collections::BTreeSet;

use super::File;
use crate::finding::Finding;

/// Every relative link has an existing target.
pub(super) fn relative(files: &[File]) -> Vec<Finding> {
    let places = places(files);
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        for (index, line) in file.lines() {
            for link in links(line).filter(|link| is_relative(link)) {
                let place = resolve(&file.path, link);
                if !place.is_some_and(|place| places.contains(&place)) {
                    findings.push(Finding::at(&file.path, index, format!("links to {link}, which does not exist")));
                }
            }
        }
    }
    findings
}

/// Every file, and every folder above one.
fn places(files: &[File]) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for file in files {
        let mut path = file.path.as_str();
        places.insert(path.to_owned());
        while let Some((folder, _)) = path.rsplit_once('/') {
            places.insert(folder.to_owned());
            path = folder;
        }
    }
    places
}

/// The targets of `[text](target)`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

fn is_relative(link: &str) -> bool {
    !link.contains("://") && !link.starts_with('#') && !link.starts_with("mailto:")
}

/// Resolves a link relative to the file that contains it; `None` if it leaves the project.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    let link = link.split_once('#').map_or(link, |(path, _)| path);
    for segment in link.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            name => path.push(name),
        }
    }
    Some(path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    fn found(link: &str) -> usize {
        let files = [
            file("crates/a/README.md", &format!("see [this]({link}), please\n")),
            file("crates/a/src/lib.rs", ""),
            file("LICENSE-MIT", ""),
        ];
        relative(&files).len()
    }

    #[test]
    fn links_with_existing_targets_are_accepted() {
        for fine in ["src/lib.rs", "src", "../../LICENSE-MIT", "./src/lib.rs#L3", "#below", "https://example.org/x"] {
            assert_eq!(found(fine), 0, "{fine}");
        }
    }

    #[test]
    fn broken_links_are_found() {
        for bad in ["src/main.rs", "LICENSE-MIT", "../../../LICENSE-MIT", "lib.rs#L3"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }
}
