//! Links and paths in Markdown files.

use std::collections::{BTreeMap, BTreeSet};

use super::File;
use crate::finding::Finding;

/// Every relative link has an existing target, and so has every path of a crate's source.
pub(super) fn relative(files: &[File]) -> Vec<Finding> {
    let places = places(files);
    let documents = files.iter().filter(|file| file.path.ends_with(".md"));
    let anchors: BTreeMap<&str, BTreeSet<String>> =
        documents.clone().map(|file| (file.path.as_str(), anchors(file))).collect();
    let mut findings = Vec::new();
    for file in documents {
        for (index, line) in file.lines() {
            for link in links(line).filter(|link| is_relative(link)) {
                let place = resolve(&file.path, link).filter(|place| places.contains(place));
                let is_there = place.is_some_and(|place| match link.split_once('#') {
                    Some((_, anchor)) => has_anchor(anchors.get(place.as_str()), anchor),
                    None => true,
                });
                if !is_there {
                    findings.push(Finding::at(&file.path, index, format!("links to {link}, which does not exist")));
                }
            }
            for path in source_paths(line).filter(|path| !places.contains(&format!("crates/{path}"))) {
                findings.push(Finding::at(&file.path, index, format!("names {path}, which does not exist")));
            }
        }
    }
    findings
}

/// Whether a document has a heading of this anchor; other files have lines.
fn has_anchor(anchors: Option<&BTreeSet<String>>, anchor: &str) -> bool {
    match anchors {
        Some(anchors) => anchors.contains(anchor),
        None => anchor.strip_prefix('L').is_some_and(|line| line.parse::<u32>().is_ok()),
    }
}

/// The anchors of the headings of a document, as GitHub makes them.
fn anchors(file: &File) -> BTreeSet<String> {
    let (mut anchors, mut is_code) = (BTreeSet::new(), false);
    for line in file.text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let heading = line.trim_start_matches('#');
        if is_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let anchor: String = kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|anchor| !anchors.contains(anchor));
        anchors.extend(free);
    }
    anchors
}

/// Paths such as `sf-backup-ops/src/audit`, in backquotes.
fn source_paths(line: &str) -> impl Iterator<Item = &str> {
    let is_path = |text: &&str| text.starts_with("sf-backup-") && text.contains("/src") && !text.contains([' ', '*']);
    line.split('`').skip(1).step_by(2).filter(is_path).map(|path| path.trim_end_matches('/'))
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
    !link.contains("://") && !link.starts_with("mailto:")
}

/// Resolves a link relative to the file that contains it; `None` if it leaves the project.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut path: Vec<&str> = from.split('/').collect();
    let link = link.split_once('#').map_or(link, |(path, _)| path);
    if link.is_empty() {
        return Some(from.to_owned());
    }
    path.pop();
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
            file("crates/a/README.md", &format!("see [this]({link}), please\n\n```sh\n# no heading\n```\n")),
            file("crates/a/MORE.md", "# All of `it`: a-b\n\n## Below\n\n## Below\n\n#none\n"),
            file("crates/a/src/lib.rs", ""),
            file("LICENSE-MIT", ""),
        ];
        relative(&files).len()
    }

    #[test]
    fn links_with_existing_targets_are_accepted() {
        for fine in [
            "src/lib.rs",
            "src",
            "../../LICENSE-MIT",
            "./src/lib.rs#L3",
            "MORE.md#all-of-it-a-b",
            "https://example.org/x#y",
        ] {
            assert_eq!(found(fine), 0, "{fine}");
        }
    }

    #[test]
    fn broken_links_are_found() {
        for bad in ["src/main.rs", "LICENSE-MIT", "../../../LICENSE-MIT", "lib.rs#L3"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }

    #[test]
    fn anchors_are_headings() {
        for fine in ["MORE.md#below", "MORE.md#below-1"] {
            assert_eq!(found(fine), 0, "{fine}");
        }
        for bad in ["#below", "#no-heading", "MORE.md#none", "MORE.md#below-2", "MORE.md#Below", "src/lib.rs#below"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }

    #[test]
    fn paths_of_sources_exist() {
        let count_in = |text: &str| {
            let files = [file("ARCHITECTURE.md", text), file("crates/sf-backup-ops/src/audit.rs", "")];
            relative(&files).len()
        };
        assert_eq!(count_in("see `sf-backup-ops/src/audit.rs`, `sf-backup-ops/src` and `sf-backup-ops`\n"), 0);
        assert_eq!(count_in("see `sf-backup-ops/src/audit`\n"), 1);
    }
}
