//! `-f/--file` of commands that print a document: the file is written completely or not at all.

use std::fs;

use sf_backup_sim::{Cluster, Runtime};
use tempfile::TempDir;

use super::doubles::dead;
use super::harness::{PARTITION, at, run};

#[test]
fn documents_go_to_files() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let cluster = Cluster::builder().runtime(Runtime::V11_3).build().listen().unwrap();
    let url = cluster.url();
    at(&url, &["policy", "create", "Daily", "--every", "1h", "--share", r"\\nas\b"]).expect(0);
    for (name, args, begins) in [
        ("rules.yml", &["metrics", "--rules"][..], "# Alerts"),
        ("metrics.prom", &["metrics"], "# "),
        ("completions", &["completions", "bash"], ""),
        ("page.1", &["man", "policy", "create"], ".ie"),
        ("export.yaml", &["export"], "apiVersion:"),
        ("export.json", &["export"], "{"),
        ("policy.yaml", &["policy", "show", "Daily"], "Name: Daily"),
        ("policy.json", &["policy", "show", "Daily"], "{"),
        ("policy", &["policy", "show", "Daily"], "Name: Daily"),
    ] {
        let file = path(name);
        let ran = at(&url, &[args, &["-f", &file]].concat()).expect(0);
        assert_eq!(ran.out, "", "{name}");
        assert!(ran.err.contains(&format!("wrote {file}\n")), "{name}: {ran:?}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(begins) && !text.is_empty(), "{name}: {text}");
    }
    // A verdict is a result.
    let report = path("audit.html");
    at(&url, &["audit", "--report", "html", "--file", &report]).expect(20);
    assert!(fs::read_to_string(&report).unwrap().to_lowercase().starts_with("<!doctype html>"));
    let json = at(&url, &["-o", "json", "metrics", "--rules", "-f", &path("rules.yml")]).expect(0);
    assert_eq!(json.out, "{}\n");
}

#[test]
fn a_command_that_fails_leaves_the_file_as_it_was() {
    let folder = TempDir::new().unwrap();
    let cluster = Cluster::builder().build().listen().unwrap();
    for (url, args) in [
        (cluster.url(), &["restore", "plan", "--partition", PARTITION, "--latest"][..]),
        (cluster.url(), &["restore", "plan", "--service", "No/Such", "--latest"]),
        (cluster.url(), &["policy", "show", "None"]),
        (dead(), &["export"]),
        (dead(), &["audit", "--report", "html"]),
        (dead(), &["metrics"]),
    ] {
        let file = folder.path().join("out");
        let ran = at(&url, &[&["--max-attempts", "1"], args, &["-f", file.to_str().unwrap()]].concat());
        assert_ne!(ran.code, 0, "{args:?}: {ran:?}");
        assert!(!file.exists(), "{args:?}: {ran:?}");
        fs::write(&file, "before").unwrap();
        at(&url, &[&["--max-attempts", "1"], args, &["-f", file.to_str().unwrap()]].concat());
        assert_eq!(fs::read_to_string(&file).unwrap(), "before", "{args:?}");
        fs::remove_file(&file).unwrap();
    }
    let nowhere = folder.path().join("none/rules.yml");
    let ran = run(&["metrics", "--rules", "-f", nowhere.to_str().unwrap()]).expect(1);
    assert!(ran.err.contains("cannot be written"), "{ran:?}");
}
