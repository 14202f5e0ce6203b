//! Hostile files are rejected with bounded time and memory.

use std::time::{Duration, Instant};

use super::*;

const HEAD: &str = "apiVersion: sf-backup/v1\nkind: BackupConfiguration\n";

fn refused(file: &str) -> String {
    let started = Instant::now();
    let ran = run_with(file, false, &["apply", "-f", "-"]).expect(2);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(ran.err.len() < 2_000, "{} bytes", ran.err.len());
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    ran.err
}

#[test]
fn aliases_that_multiply() {
    let mut bomb = format!("{HEAD}a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (name, before) in ('b'..='k').zip('a'..) {
        bomb += &format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(","));
    }
    assert!(refused(&bomb).contains("is not YAML"));
}

#[test]
fn nesting_without_an_end() {
    let deep = 200_000;
    for file in [
        format!("{HEAD}policies: {}", "[".repeat(deep)),
        format!("{HEAD}policies: {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("{HEAD}policies: {}", "{a: ".repeat(deep)),
        format!("{HEAD}policies:\n{}", (0..600).map(|depth| format!("{}-\n", " ".repeat(depth))).collect::<String>()),
        format!("{{\"policies\":{}", "[".repeat(deep)),
        format!("{{\"policies\":{}", "{\"a\":".repeat(deep)),
    ] {
        refused(&file);
    }
}

#[test]
fn large_files() {
    assert!(refused(&format!("{HEAD}#{}", "x".repeat(5_000_000))).contains("more than 4 MiB"));
    refused(&format!("{HEAD}policies: [{}]", "1,".repeat(1_000_000)));
    refused(&format!("{HEAD}suspensions: [{}]", "{ApplicationName: A},".repeat(20_000)));
    refused(&format!("{HEAD}{}: 1", "x".repeat(1_000_000)));
    refused(&format!("{HEAD}enablement: [{{ServiceName: {}}}]", "x/".repeat(1_000_000)));
    refused(&format!("{HEAD}---\n").repeat(50_000));
}

#[test]
fn the_same_member_twice() {
    assert!(refused(&format!("{HEAD}policies: []\npolicies: []\n")).contains("policies"));
    let json = r#"{"apiVersion":"sf-backup/v1","kind":"BackupConfiguration","enablement":[{"BackupPolicyName":"A","BackupPolicyName":"B"}]}"#;
    assert!(refused(json).contains("enablement[0].BackupPolicyName: is given twice"));
}

#[test]
fn characters_that_steer_terminals() {
    let error = refused("{\"apiVersion\":\"sf-backup/v1\",\"kind\":\"BackupConfiguration\",\"\\u001b[2J\":1}");
    assert!(!error.contains('\u{1b}'), "{error:?}");
    let error = refused(
        "{\"apiVersion\":\"sf-backup/v1\",\"kind\":\"BackupConfiguration\",\"suspensions\":[{\"ApplicationName\":\"\\u001b[2J\"}]}",
    );
    assert!(!error.contains('\u{1b}'), "{error:?}");
}
