//! Allowed dependencies between the modules of a crate: only on modules before it in the crate's order.
//!
//! An edge that runs the other way is an error, so there are no cycles between top-level modules. Modules inside a module have no
//! written order; a cycle between them is an error. Independent modules, such as commands, must not use one another at all.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::Result;
use crate::finding::Finding;

/// The top-level modules of a crate.
struct Modules {
    krate: &'static str,
    /// From the lowest to the highest.
    order: &'static [&'static str],
    /// Modules whose submodules do not use one another.
    separate: &'static [&'static str],
}

impl Modules {
    const NONE: Self = Self { krate: "", order: &[], separate: &[] };
}

/// The edges between the top-level modules of a crate: user, used, and a file that has the edge.
type Edges = BTreeMap<(String, String), String>;

/// Compares the sources with the table.
pub(super) fn run(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for modules in table::MODULES {
        let mut files = Vec::new();
        let source = root.join("crates").join(modules.krate).join("src");
        collect(&source, &source, &mut files)?;
        findings.extend(modules.compare(&files));
    }
    Ok(findings)
}

/// The sources of a crate, by their paths below `src`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.push((name, std::fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

impl Modules {
    fn compare(&self, files: &[(String, String)]) -> Vec<Finding> {
        let (found, edges) = graph(files);
        let known: BTreeSet<&str> = self.order.iter().copied().collect();
        let finding = |text: String| Finding::new(self.krate, text);
        let mut findings = Vec::new();
        for name in found.iter().filter(|name| !known.contains(name.as_str())) {
            findings.push(finding(format!("has the module {name}, which is not in xtask/src/layers/modules/table.rs")));
        }
        for name in known.iter().filter(|name| !found.contains(**name)) {
            findings.push(finding(format!("has no module {name}: remove it from xtask/src/layers/modules/table.rs")));
        }
        let rank = |name: &str| self.order.iter().position(|module| *module == name);
        for ((user, used), file) in &edges {
            let runs_up = matches!((rank(user), rank(used)), (Some(user), Some(used)) if used > user);
            if runs_up {
                findings.push(finding(format!("{file}: {user} must not use {used}, which is above it")));
            }
        }
        findings.extend(self.compare_inside(files));
        findings
    }

    /// Looks for cycles inside modules, and for edges between independent modules.
    fn compare_inside(&self, files: &[(String, String)]) -> Vec<Finding> {
        let finding = |text: String| Finding::new(self.krate, text);
        let mut findings = Vec::new();
        let edges = inner_edges(files);
        for ((user, used), file) in &edges {
            let parent = user.rsplit_once('/').map_or("", |(parent, _)| parent);
            if self.separate.contains(&parent) {
                findings
                    .push(finding(format!("{file}: {user} must not use {used}: modules of {parent} are independent")));
            }
            if reaches(&edges, used, user) {
                findings.push(finding(format!("{file}: {user} uses {used}, which uses it in turn")));
            }
        }
        findings
    }
}

/// Whether one module uses another, directly or through others.
fn reaches(edges: &Edges, from: &str, to: &str) -> bool {
    let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(module) = left.pop() {
        if module == to {
            return true;
        }
        if seen.insert(module) {
            left.extend(edges.keys().filter(|(user, _)| user == module).map(|(_, used)| used.as_str()));
        }
    }
    false
}

/// The edges between modules that have the same parent, below the top level: `cluster/wait` to `cluster/session`.
fn inner_edges(files: &[(String, String)]) -> Edges {
    let modules: BTreeMap<Vec<&str>, &str> =
        files.iter().map(|(path, text)| (path.trim_end_matches(".rs").split('/').collect(), text.as_str())).collect();
    let mut edges = Edges::new();
    for (path, text) in files {
        let module: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
        if module.contains(&"tests") {
            continue;
        }
        let text = without_tests(text);
        for used in paths(&text, &module) {
            let used: Vec<&str> = used.iter().map(String::as_str).collect();
            let known =
                (1..=used.len()).rev().find_map(|end| used.get(..end).filter(|used| modules.contains_key(*used)));
            let Some(used) = known else { continue };
            let shared = module.iter().zip(used).take_while(|(a, b)| a == b).count();
            let (Some(user), Some(used)) = (module.get(..=shared), used.get(..=shared)) else { continue };
            if shared > 0 {
                edges.entry((user.join("/"), used.join("/"))).or_insert_with(|| path.clone());
            }
        }
    }
    edges
}

/// The paths from the crate's root that the text of a module names.
fn paths(text: &str, module: &[&str]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in text.match_indices(start) {
            let before = text.get(..at).unwrap_or_default();
            if before.ends_with(is_word) || before.ends_with("::") {
                continue;
            }
            let mut rest = text.get(at..).unwrap_or_default();
            let mut base: Vec<String> = Vec::new();
            if let Some(below) = rest.strip_prefix("crate::") {
                rest = below;
            } else {
                base = module.iter().map(|name| (*name).to_owned()).collect();
                while let Some(above) = rest.strip_prefix("super::") {
                    rest = above;
                    base.pop();
                }
            }
            leaves(rest, &base, &mut paths);
        }
    }
    paths
}

/// The paths of a tree such as `a::{b, c::D}`, after `base`. Returns the text after the tree.
fn leaves<'t>(text: &'t str, base: &[String], paths: &mut Vec<Vec<String>>) -> &'t str {
    let (mut path, mut rest) = (base.to_vec(), text.trim_start());
    loop {
        if let Some(mut group) = rest.strip_prefix('{') {
            loop {
                group = group.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
                if let Some(rest) = group.strip_prefix('}') {
                    return rest;
                }
                let after = leaves(group, &path, paths);
                // Text that is not a tree of paths ends it.
                if after.len() == group.len() || after.is_empty() {
                    return after;
                }
                group = after;
            }
        }
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if !matches!(name, "" | "self") {
            path.push(name.to_owned());
        }
        match after.strip_prefix("::") {
            Some(next) => rest = next,
            None => {
                paths.push(path);
                let after = after.trim_start();
                // `as Other`
                return after.strip_prefix("as ").map_or(after, |alias| alias.trim_start_matches(is_word));
            }
        }
    }
}

/// The top-level modules and the edges between them. Tests may use everything.
fn graph(files: &[(String, String)]) -> (BTreeSet<String>, Edges) {
    let mut modules = BTreeSet::new();
    let mut uses = Vec::new();
    for (path, text) in files {
        let parts: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
        let Some(module) = parts.first().filter(|first| !matches!(**first, "lib" | "main" | "tests")) else { continue };
        modules.insert((*module).to_owned());
        if !parts.contains(&"tests") {
            let used = used(&without_tests(text), parts.len());
            uses.extend(used.into_iter().map(|used| ((*module).to_owned(), used, path.clone())));
        }
    }
    let mut edges = Edges::new();
    for (user, used, file) in uses {
        if user != used && modules.contains(&used) {
            edges.entry((user, used)).or_insert(file);
        }
    }
    (modules, edges)
}

/// The text without comments and without modules for tests.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let is_module = |next: &&str| next.trim_start().starts_with("mod ") && next.trim_end().ends_with('{');
        if line.trim() == "#[cfg(test)]" && lines.peek().is_some_and(is_module) {
            let end = format!("{}}}", " ".repeat(indent));
            lines.by_ref().find(|line| *line == end);
            continue;
        }
        kept.push_str(line.split("//").next().unwrap_or_default());
        kept.push('\n');
    }
    kept
}

/// The top-level modules that the text of a module names, `depth` levels below the crate's root.
fn used(text: &str, depth: usize) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, path) in text.match_indices("crate::") {
        if !text.get(..at).unwrap_or_default().ends_with(is_word) {
            used.extend(names(text.get(at + path.len()..).unwrap_or_default()));
        }
    }
    for (at, path) in text.match_indices("super::") {
        let before = text.get(..at).unwrap_or_default();
        if before.ends_with("super::") || before.ends_with(is_word) {
            continue;
        }
        let mut rest = text.get(at..).unwrap_or_default();
        let mut levels = 0;
        while let Some(next) = rest.strip_prefix(path) {
            (rest, levels) = (next, levels + 1);
        }
        if levels >= depth {
            used.extend(names(rest));
        }
    }
    used
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The first names of a path or of a group of paths.
fn names(rest: &str) -> Vec<String> {
    let word = |text: &str| text.trim_start().chars().take_while(|c| is_word(*c)).collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let mut names = vec![word(group)];
    let mut open = 1;
    for (at, c) in group.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 1 => names.push(word(group.get(at + 1..).unwrap_or_default())),
            _ => {}
        }
        if open == 0 {
            break;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Modules = Modules { krate: "sf-backup-proto", order: &["text", "wire", "flow"], ..Modules::NONE };

    fn files(sources: &[(&str, &str)]) -> Vec<(String, String)> {
        sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn found(modules: &Modules, more: &[(&str, &str)]) -> Vec<String> {
        let mut sources =
            files(&[("lib.rs", "pub mod flow;"), ("text.rs", ""), ("wire.rs", "use crate::text::line;\n")]);
        sources.extend(files(&[("flow/pager.rs", "use crate::wire::{Body, Wire};\nuse super::super::text;\n")]));
        sources.extend(files(more));
        modules.compare(&sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn edges_that_run_down_are_allowed() {
        assert_eq!(found(&TABLE, &[]), [""; 0]);
    }

    #[test]
    fn a_cycle_put_in_on_purpose_is_found() {
        for cycle in [
            "use crate::flow::Pager;\n",
            "use crate::{text, flow::Pager};\n",
            "fn f() -> crate::flow::Pager {}\n",
            "use super::flow;\n",
            "pub(crate) fn f(_: &super::flow::Pager) {}\n",
        ] {
            let findings = found(&TABLE, &[("wire/path.rs", ""), ("wire.rs", cycle)]);
            assert_eq!(findings, ["sf-backup-proto: wire.rs: wire must not use flow, which is above it"], "{cycle}");
        }
        // `super` of a submodule is the module itself.
        assert_eq!(found(&TABLE, &[("wire/path.rs", "use super::flow;\n")]), [""; 0]);
        assert_eq!(found(&TABLE, &[("wire/path.rs", "use super::super::flow;\n")]).len(), 1);
    }

    /// In the real sources, lets the lowest module of each crate use the highest.
    #[test]
    fn a_cycle_put_into_any_crate_is_found() {
        for modules in table::MODULES {
            let source = crate::root().join("crates").join(modules.krate).join("src");
            let mut files = Vec::new();
            collect(&source, &source, &mut files).unwrap();
            let (lowest, highest) = (modules.order.first().unwrap(), modules.order.last().unwrap());
            files.push((format!("{lowest}/cycle.rs"), format!("use crate::{highest};\n")));
            let findings: Vec<String> = modules.compare(&files).iter().map(ToString::to_string).collect();
            let expected =
                format!("{}: {lowest}/cycle.rs: {lowest} must not use {highest}, which is above it", modules.krate);
            assert!(findings.contains(&expected), "{findings:?}");
        }
    }

    #[test]
    fn tests_and_comments_may_name_everything() {
        for text in [
            "/// See [`crate::flow::Pager`].\n",
            "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::flow::Pager;\n}\n",
            "use mycrate::flow::Pager;\n",
        ] {
            assert_eq!(found(&TABLE, &[("wire/path.rs", text)]), [""; 0], "{text}");
        }
        assert_eq!(found(&TABLE, &[("wire/tests.rs", "use crate::flow::Pager;\n")]), [""; 0]);
        let after = "#[cfg(test)]\nmod tests {\n}\n\nuse crate::flow::Pager;\n";
        assert_eq!(found(&TABLE, &[("wire/path.rs", after)]).len(), 1);
    }

    #[test]
    fn a_cycle_inside_a_module_is_found() {
        let cycle = [
            ("flow/lists.rs", "use crate::{text, flow::{other, pages::{self, Page as P}}};\n"),
            ("flow/pages.rs", "fn f() -> super::items::Item {}\n"),
            ("flow/items.rs", "use super::super::flow::lists;\n"),
            ("flow/other.rs", "use super::items;\n"),
        ];
        let expected = [
            "sf-backup-proto: flow/items.rs: flow/items uses flow/lists, which uses it in turn",
            "sf-backup-proto: flow/lists.rs: flow/lists uses flow/other, which uses it in turn",
            "sf-backup-proto: flow/lists.rs: flow/lists uses flow/pages, which uses it in turn",
            "sf-backup-proto: flow/other.rs: flow/other uses flow/items, which uses it in turn",
            "sf-backup-proto: flow/pages.rs: flow/pages uses flow/items, which uses it in turn",
        ];
        assert_eq!(found(&TABLE, &cycle), expected);
        let without = cycle.map(|(path, text)| (path, if path == "flow/items.rs" { "" } else { text }));
        assert_eq!(found(&TABLE, &without), [""; 0]);
    }

    #[test]
    fn independent_modules_do_not_use_one_another() {
        let separate = Modules { separate: &["flow"], ..TABLE };
        let more = [("flow/a.rs", "use super::b::B;\n"), ("flow/b.rs", ""), ("flow/b/c.rs", "use crate::flow::b;\n")];
        assert_eq!(
            found(&separate, &more),
            ["sf-backup-proto: flow/a.rs: flow/a must not use flow/b: modules of flow are independent"]
        );
        assert_eq!(found(&TABLE, &more), [""; 0]);
    }

    #[test]
    fn the_table_and_the_modules_must_be_the_same() {
        assert_eq!(found(&TABLE, &[("new.rs", "")]).len(), 1);
        let more = Modules { order: &["text", "wire", "old", "flow"], ..TABLE };
        assert_eq!(found(&more, &[]).len(), 1);
    }
}
