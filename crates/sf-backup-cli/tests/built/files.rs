//! Arguments that name something other than a file: rejected by name, in time.

use std::path::Path;
use std::process::Command;

use crate::harness::{command, run, text};

/// Every option that reads a file, in a command that reads it.
fn readers(file: &str) -> Vec<Vec<String>> {
    let secured = ["-e", "https://127.0.0.1:1"];
    let lines: &[&[&str]] = &[
        &["--cert", file, "policy", "list"],
        &["--cert", file, "--key", file, "policy", "list"],
        &["--pkcs12", file, "policy", "list"],
        &["--ca", file, "policy", "list"],
        &["--token-file", file, "policy", "list"],
        &["policy", "create", "-f", file],
        &["storage", "backups", "--app", "A", "--storage-file", file],
        &["diff", "-f", file],
        &["apply", "-f", file],
        &["restore", "run", file],
    ];
    lines.iter().map(|line| secured.iter().chain(*line).map(ToString::to_string).collect()).collect()
}

fn refuses(folder: &Path, file: &str, why: &str) {
    let children = readers(file).into_iter().map(|line| {
        let words: Vec<&str> = line.iter().map(String::as_str).collect();
        (line.join(" "), command(&words).current_dir(folder).spawn().unwrap())
    });
    // They wait at the same time.
    for (line, child) in children.collect::<Vec<_>>() {
        let output = child.wait_with_output().unwrap();
        let errors = text(&output.stderr);
        let code = if line.contains("--token-file") { 5 } else { 2 };
        assert_eq!(output.status.code(), Some(code), "{line}: {errors}");
        assert!(errors.contains(file), "{line}: {errors}");
        assert!(errors.contains(why), "{line}: {errors}");
    }
}

#[test]
fn devices_and_folders_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    refuses(folder.path(), "/dev/zero", "a device or a socket, not a file");
}

#[test]
fn waiting_for_an_idle_pipe_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    refuses(folder.path(), pipe.to_str().unwrap(), "was not written and closed within 10 seconds");
}

#[test]
fn process_substitutions_are_read() {
    let program = env!("CARGO_BIN_EXE_sf-backup");
    let line = format!("exec {program} --dry-run policy create -f <(cat policy.json)");
    let folder = tempfile::tempdir().unwrap();
    let policy = r#"{"Name":"Piped","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT15M"},"Storage":{"StorageKind":"FileShare","Path":"x"}}"#;
    std::fs::write(folder.path().join("policy.json"), policy).unwrap();
    let output = Command::new("bash").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success() && text(&output.stdout).contains("Piped"), "{output:?}");
    assert!(run(&["--version"]).status.success());
}
