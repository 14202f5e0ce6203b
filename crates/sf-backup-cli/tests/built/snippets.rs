//! Runs the snippets of the simulator's README.

use std::path::Path;
use std::process::Command;

use sf_backup_tests::not_run;

/// The code block in this language in the README.
fn snippet(language: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sf-backup-sim/README.md");
    let text = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
    let block = text.split(&format!("```{language}\n")).nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// Runs a snippet with the built command on the path. It prints the time two days after the start.
fn runs(language: &str, program: &str, file: &str) {
    if Command::new(program).arg("--version").output().is_err() {
        not_run(program, "install it to run the snippet of the simulator's README");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join(file);
    std::fs::write(&script, snippet(language)).unwrap();
    let built = Path::new(env!("CARGO_BIN_EXE_sf-backup")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(built).chain(std::env::split_paths(&path))).unwrap();
    let output = Command::new(program).arg(&script).env("PATH", path).env("HOME", folder.path()).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("Now") && printed.contains("20"), "{output:?}");
}

#[test]
fn the_python_snippet_starts_uses_and_stops_a_simulator() {
    runs("python", "python3", "snippet.py");
}

#[test]
fn the_javascript_snippet_starts_uses_and_stops_a_simulator() {
    runs("js", "node", "snippet.mjs");
}
