//! Pastes printed text into a shell.

use std::process::Command;

use sf_backup_tests::not_run;

/// The commands that output suggests, each to the end of its line.
pub(super) fn commands(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| {
        let at = line.find(": sf-backup ").map(|at| at + 2).or_else(|| {
            let indent = line.len() - line.trim_start().len();
            line[indent..].starts_with("sf-backup ").then_some(indent)
        });
        Some(line[at?..].to_owned())
    })
}

/// Runs texts in bash where our command and curl do nothing: anything else leaves something in the folder.
pub(super) fn run(texts: &[String]) {
    const STUBS: &str = "sf-backup() { cat > /dev/null < /dev/null; }; curl() { :; }; ni() { : > hit; }\n";
    for text in texts {
        let folder = tempfile::tempdir().unwrap();
        let mut bash = Command::new("bash");
        let script = format!("{STUBS}{text}\n");
        match bash.args(["--norc", "-c", &script]).current_dir(folder.path()).output() {
            Ok(output) => {
                let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
                assert!(left.is_empty(), "{left:?} from {text}: {output:?}");
            }
            Err(_) => return not_run("bash", "install it to run the commands that are proposed"),
        }
    }
}

/// The arguments with which bash runs a suggested command; `None`, reported, without bash.
pub(super) fn arguments(command: &str) -> Option<Vec<String>> {
    let script = format!("sf-backup() {{ printf '%s\\0' \"$@\"; }}\n{command}");
    let Ok(output) = Command::new("bash").args(["--norc", "-c", &script]).output() else {
        not_run("bash", "install it to run the commands that are proposed");
        return None;
    };
    assert!(output.status.success() && output.stderr.is_empty(), "{command}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_terminator('\0').map(str::to_owned).collect())
}

#[test]
fn active_text_leaves_a_trace() {
    let found: Vec<String> = commands("undo: sf-backup x 'y'\n  sf-backup z\nnothing sf-backup\n").collect();
    assert_eq!(found, ["sf-backup x 'y'", "sf-backup z"]);
    run(&["sf-backup a '$(touch hit)'".to_owned()]);
    assert!(std::panic::catch_unwind(|| run(&["sf-backup a $(touch hit)".to_owned()])).is_err());
}
