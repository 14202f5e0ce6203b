//! Allowed dependencies between the crates of the workspace and between the modules of a crate, and forbidden dependencies.
//!
//! ```text
//! cli ──> hyper ─────┬──> transport ──> proto
//!  │      blocking ──┴───────────────────▲
//!  ├────> ops ───────────────────────────┤
//!  └────> sim ───────────────────────────┘        tests ──> all of them        xtask ──> none
//! ```

mod modules;

use std::collections::BTreeSet;

use xshell::{Shell, cmd};

use crate::Result;
use crate::finding::{Finding, settle};

/// A crate of the workspace and its allowed dependencies.
struct Layer {
    name: &'static str,
    /// The crates of the workspace that it may use.
    uses: &'static [&'static str],
    /// Crates of the workspace that its tests and examples may use as well.
    tries: &'static [&'static str],
    /// Groups of crates that must not be in its dependency tree.
    without: &'static [&'static [&'static str]],
    /// Maximum number of crates in its tree, including itself.
    at_most: Option<usize>,
}

const PROTO: &str = "sf-backup-proto";
const TRANSPORT: &str = "sf-backup-transport";
const HYPER: &str = "sf-backup-hyper";
const BLOCKING: &str = "sf-backup-blocking";
const SIM: &str = "sf-backup-sim";
const OPS: &str = "sf-backup-ops";
const CLI: &str = "sf-backup-cli";
/// The package of the integration tests. Its library has no dependencies; tests of other crates share it.
const TESTS: &str = "sf-backup-tests";

const RUNTIMES: &[&str] = &["async-io", "async-std", "mio", "smol", "socket2", "tokio"];
const HYPERS: &[&str] = &["h2", "hyper", "hyper-util"];
/// HTTP clients and servers with their own retries, routes or redirects.
const OPINIONS: &[&str] = &["axum", "reqwest"];
const UREQ: &[&str] = &["ureq", "ureq-proto"];
/// rustls and its parts, which do not support renegotiation and self-signed certificates of real clusters.
const RUSTLS: &[&str] = &["rustls", "ring", "aws-lc-rs"];
const SYSTEM_TLS: &[&str] = &["native-tls", "openssl", "openssl-sys", "schannel", "security-framework"];
const CLOCKS_AND_CHANCE: &[&str] = &["chrono", "rand", "rand_core", "time"];
/// Crates that create random names of temporary files. The simulator's world must not use them.
const SYSTEM_CHANCE: &[&str] = &["fastrand", "getrandom"];
const LOGS: &[&str] = &["log", "tracing"];

/// The dependency graph. A crate or an edge that is not listed is an error.
const LAYERS: &[Layer] = &[
    Layer {
        name: PROTO,
        uses: &[],
        tries: &[],
        without: &[RUNTIMES, HYPERS, OPINIONS, UREQ, RUSTLS, SYSTEM_TLS, CLOCKS_AND_CHANCE, SYSTEM_CHANCE, LOGS],
        at_most: Some(25),
    },
    Layer {
        name: TRANSPORT,
        uses: &[PROTO],
        tries: &[TESTS],
        without: &[HYPERS, OPINIONS, UREQ, RUSTLS],
        at_most: None,
    },
    Layer { name: HYPER, uses: &[PROTO, TRANSPORT], tries: &[SIM], without: &[OPINIONS, UREQ, RUSTLS], at_most: None },
    Layer {
        name: BLOCKING,
        uses: &[PROTO, TRANSPORT],
        tries: &[SIM],
        without: &[RUNTIMES, HYPERS, OPINIONS, RUSTLS],
        at_most: None,
    },
    Layer {
        name: SIM,
        uses: &[PROTO],
        tries: &[],
        without: &[OPINIONS, UREQ, RUSTLS, CLOCKS_AND_CHANCE],
        at_most: None,
    },
    Layer {
        name: OPS,
        uses: &[PROTO],
        tries: &[],
        without: &[RUNTIMES, HYPERS, OPINIONS, UREQ, RUSTLS, SYSTEM_TLS, CLOCKS_AND_CHANCE, SYSTEM_CHANCE, LOGS],
        at_most: None,
    },
    Layer {
        name: CLI,
        uses: &[PROTO, HYPER, OPS, SIM],
        tries: &[TESTS],
        without: &[OPINIONS, UREQ, RUSTLS],
        at_most: None,
    },
    Layer {
        name: TESTS,
        uses: &[],
        tries: &[PROTO, TRANSPORT, HYPER, BLOCKING, SIM, OPS, CLI],
        without: &[],
        at_most: None,
    },
    Layer { name: "xtask", uses: &[], tries: &[], without: &[&["serde", "syn"]], at_most: Some(5) },
];

/// Compares the dependency trees of cargo with the graph.
pub(crate) fn run(sh: &Shell) -> Result {
    let members = names(&cmd!(sh, "cargo tree --workspace --depth 0 --prefix none").read()?);
    let mut findings = strangers(&members);
    for layer in LAYERS.iter().filter(|layer| members.contains(layer.name)) {
        let name = layer.name;
        let tree = |choice: &[&str]| -> Result<BTreeSet<String>> {
            let tree = cmd!(sh, "cargo tree --package {name} --all-features --prefix none {choice...}");
            Ok(names(&tree.quiet().read()?))
        };
        let linked = tree(&["--edges", "normal,build", "--depth", "1"])?;
        let tried = tree(&["--edges", "dev", "--depth", "1"])?;
        findings.extend(layer.edges(&members, &linked, &tried));
        findings.extend(layer.below(&tree(&["--edges", "normal,build"])?));
    }
    findings.extend(modules::run(&sh.current_dir())?);
    settle(&findings)
}

impl Layer {
    /// Compares the direct dependencies with the graph.
    fn edges(&self, members: &BTreeSet<String>, linked: &BTreeSet<String>, tried: &BTreeSet<String>) -> Vec<Finding> {
        let ours = |set: &BTreeSet<String>| -> Vec<String> {
            let others = set.intersection(members).filter(|name| *name != self.name);
            others.cloned().collect()
        };
        let mut findings = Vec::new();
        for name in ours(linked) {
            if !self.uses.contains(&name.as_str()) {
                findings.push(Finding::new(self.name, format!("must not use {name}")));
            }
        }
        for name in ours(tried) {
            if !self.uses.contains(&name.as_str()) && !self.tries.contains(&name.as_str()) {
                findings.push(Finding::new(self.name, format!("must not use {name}, not even in tests")));
            }
        }
        findings
    }

    /// Compares the whole dependency tree with the forbidden crates.
    fn below(&self, tree: &BTreeSet<String>) -> Vec<Finding> {
        let forbidden = self.without.concat().into_iter().filter(|name| tree.contains(*name));
        let mut findings: Vec<Finding> = forbidden
            .map(|name| Finding::new(self.name, format!("must not depend on {name}: see cargo tree -i {name}")))
            .collect();
        if let Some(most) = self.at_most.filter(|most| tree.len() > *most) {
            let rule = format!("has {} crates in its tree; at most {most} are allowed", tree.len());
            findings.push(Finding::new(self.name, rule));
        }
        findings
    }
}

/// Crates without a layer, and layers without a crate.
fn strangers(members: &BTreeSet<String>) -> Vec<Finding> {
    let known: BTreeSet<String> = LAYERS.iter().map(|layer| layer.name.to_owned()).collect();
    known
        .symmetric_difference(members)
        .map(|name| Finding::new(name, "must be both in LAYERS and in the workspace"))
        .collect()
}

/// The names in the output of `cargo tree --prefix none`: the first word of each line.
fn names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn layer(name: &str) -> &'static Layer {
        LAYERS.iter().find(|layer| layer.name == name).unwrap()
    }

    fn members() -> BTreeSet<String> {
        LAYERS.iter().map(|layer| layer.name.to_owned()).collect()
    }

    #[test]
    fn a_tree_is_parsed_by_the_first_word_of_each_line() {
        let tree = "sf-backup-proto v0.1.0 (/somewhere)\nserde v1.0.229\nserde v1.0.229 (*)\n\nsyn v3.0.9\n";
        assert_eq!(names(tree), set(&["serde", "sf-backup-proto", "syn"]));
    }

    #[test]
    fn the_edges_of_the_graph_are_allowed() {
        for layer in LAYERS {
            let (uses, tries) = (set(layer.uses), set(layer.tries));
            assert_eq!(layer.edges(&members(), &uses, &tries), []);
        }
    }

    #[test]
    fn an_upward_dependency_is_found() {
        let findings = layer(PROTO).edges(&members(), &set(&[PROTO, "bytes", SIM]), &set(&[]));
        assert_eq!(findings, [Finding::new(PROTO, format!("must not use {SIM}"))]);
    }

    #[test]
    fn tests_may_link_more_than_the_crate_but_not_everything() {
        let blocking = layer(BLOCKING);
        assert_eq!(blocking.edges(&members(), &set(&[PROTO]), &set(&[SIM])), []);
        assert_eq!(blocking.edges(&members(), &set(&[SIM]), &set(&[])).len(), 1);
        assert_eq!(blocking.edges(&members(), &set(&[]), &set(&[CLI])).len(), 1);
    }

    #[test]
    fn a_runtime_below_a_crate_without_one_is_found() {
        let below = set(&["bytes", "mio", "tokio"]);
        assert_eq!(layer(PROTO).below(&below).len(), 2);
        assert_eq!(layer(BLOCKING).below(&below).len(), 2);
        assert_eq!(layer(HYPER).below(&below), []);
    }

    #[test]
    fn a_tree_with_too_many_crates_is_found() {
        let crates = |count: usize| (0..count).map(|at| format!("crate-{at}")).collect();
        assert_eq!(layer(PROTO).below(&crates(25)), []);
        assert_eq!(layer(PROTO).below(&crates(26)).len(), 1);
    }

    #[test]
    fn a_crate_without_a_layer_and_a_layer_without_a_crate_are_found() {
        assert_eq!(strangers(&members()), []);
        let mut more = members();
        more.insert("sf-backup-new".to_owned());
        assert_eq!(strangers(&more).len(), 1);
        let mut fewer = members();
        fewer.remove(SIM);
        assert_eq!(strangers(&fewer).len(), 1);
    }
}
