//! In a pseudo-terminal: prompts, colours, the width of the screen, Ctrl-C.

mod journey;
mod person;

use std::time::{Duration, Instant};

use crate::harness::Sim;
use person::Person;

const PARTITION: &str = "6b1c2f7e-0000-4000-8000-000000000001";

#[test]
fn the_prompt_names_the_loss_and_defaults_to_no() {
    let sim = Sim::with_policy();
    for answer in ["", "n", "maybe"] {
        let mut person = Person::at(&sim, &["policy", "delete", "Daily"]);
        person.sees("policy Daily will be deleted");
        person.sees("[y/N]");
        person.types(answer);
        assert_eq!(person.leaves(), 2, "{answer:?}");
        assert!(person.screen().contains("nothing was sent"), "{}", person.screen());
    }
    sim.done(&["policy", "show", "Daily"]);

    let mut person = Person::at(&sim, &["policy", "delete", "Daily"]);
    person.sees("[y/N]");
    person.types("y");
    assert_eq!(person.leaves(), 0, "{}", person.screen());
    assert!(person.screen().contains("policy Daily is deleted"), "{}", person.screen());
}

#[test]
fn the_prompt_of_a_restore_names_what_is_replaced() {
    let sim = Sim::with_policy();
    let location = r"CalcApp\CalcService\x\2024-01-01 04.10.22.zip";
    let args = ["partition", "restore", PARTITION, "--backup-id", PARTITION, "--location", location];
    let mut person = Person::at(&sim, &args);
    person.sees(&format!("Restore partition {PARTITION} of CalcApp/CalcService to the backup of 2024-01-01 04:10 UTC"));
    person.sees("All later writes will be lost. [y/N]");
    person.types("n");
    assert_eq!(person.leaves(), 2);
}

#[test]
fn errors_are_coloured_unless_disabled() {
    let red = "\u{1b}[1;31merror: ";
    let mut person = Person::new(&["explain", "no-such-code"]);
    assert_eq!(person.leaves(), 2);
    assert!(person.screen().contains(red), "{}", person.screen());
    for unwanted in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let mut person = Person::with(&["explain", "no-such-code"], &[unwanted], 80);
        assert_eq!(person.leaves(), 2);
        assert!(person.screen().contains("error: ") && !person.screen().contains('\u{1b}'), "{}", person.screen());
    }
    let mut person = Person::new(&["--color", "never", "explain", "no-such-code"]);
    assert_eq!(person.leaves(), 2);
    assert!(!person.screen().contains('\u{1b}'), "{}", person.screen());
}

#[test]
fn states_are_coloured_on_a_terminal_only() {
    let sim = Sim::with_policy();
    let mut person = Person::at(&sim, &["audit"]);
    assert_eq!(person.leaves(), 20, "{}", person.screen());
    assert!(person.screen().contains("\u{1b}[31mNotCovered\u{1b}[0m"), "{}", person.screen());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.txt");
    let to_file = ["audit", "-f", file.to_str().unwrap()];
    for unwanted in [&["--color", "never", "audit"][..], &to_file, &["audit", "-o", "json"]] {
        let mut person = Person::at(&sim, unwanted);
        assert_eq!(person.leaves(), 20, "{}", person.screen());
        assert!(!person.screen().contains("\u{1b}[31mNotCovered"), "{}", person.screen());
    }
    assert!(!std::fs::read_to_string(file).unwrap().contains('\u{1b}'));
}

#[test]
fn tables_fit_the_screen() {
    let sim = Sim::with_policy();
    for columns in [60, 100] {
        let mut person = Person::with(&["-e", &sim.url, "policy", "list"], &[("NO_COLOR", "1")], columns);
        assert_eq!(person.leaves(), 0);
        let widest = person.screen().lines().map(|line| line.trim_end().chars().count()).max().unwrap();
        assert!(widest <= usize::from(columns), "{widest} of {columns}: {}", person.screen());
    }
}

/// Rows of a list are single lines on every screen, and in a pipe nothing is shortened.
#[test]
fn a_row_is_a_line_on_every_screen() {
    let sim = Sim::with_policy_and(&["--speed", "600x"]);
    sim.done(&["service", "enable", "CalcApp/CalcService", "--policy", "Daily"]);
    sim.done(&["partition", "backup", PARTITION, "--wait"]);
    for (args, rows) in [
        (&["policy", "list"][..], 1),
        (&["service", "list", "CalcApp"], 2),
        (&["partition", "list", "CalcApp/CalcService"], 2),
        // More backups become due while the test runs.
        (&["partition", "backups", PARTITION, "--latest"], 1),
    ] {
        for columns in [80, 120, 200] {
            let typed = [&["-q", "-e", &sim.url], args].concat();
            let mut person = Person::with(&typed, &[("NO_COLOR", "1")], columns);
            assert_eq!(person.leaves(), 0, "{}", person.screen());
            let lines: Vec<&str> = person.screen().lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
            assert_eq!(lines.len(), rows + 1, "{columns}: {lines:?}");
            assert!(lines.iter().all(|line| line.chars().count() <= columns.into()), "{columns}: {lines:?}");
        }
        let piped = sim.done(&[&["-q"], args].concat());
        assert!(!crate::harness::text(&piped.stdout).contains('\u{2026}'), "{piped:?}");
    }
    let piped = sim.done(&["-q", "partition", "backups", PARTITION]);
    let header = crate::harness::text(&piped.stdout).lines().next().unwrap().to_owned();
    assert!(["CREATED", "PARTITION", "CHAIN", "LSN", "LOCATION"].iter().all(|name| header.contains(name)), "{header}");
}

#[test]
fn short_help_is_one_screen() {
    for args in [&["-h"][..], &["service", "-h"], &["restore", "now", "-h"], &["policy", "create", "-h"]] {
        for columns in [80, 120, 200] {
            let mut person = Person::with(args, &[], columns);
            assert_eq!(person.leaves(), 0);
            assert!(person.screen().trim_end().lines().count() <= 40, "{args:?}: {}", person.screen());
        }
    }
}

#[test]
fn a_restore_shows_how_far_it_is_and_how_long_it_still_takes() {
    let sim = Sim::with_policy_and(&["--speed", "600x"]);
    sim.done(&["service", "enable", "CalcApp/CalcService", "--policy", "Daily"]);
    sim.done(&["service", "backup", "CalcApp/CalcService", "--wait"]);
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.yaml");
    let restore = ["-y", "restore", "now", "--service", "CalcApp/CalcService", "--latest", "--parallel", "1", "--plan"];
    let mut person = Person::at(&sim, &[&restore[..], &[plan.to_str().unwrap()]].concat());
    person.sees("1 of 2, ");
    person.sees(" a minute, about ");
    person.sees("2 of 2, ");
    assert_eq!(person.leaves(), 0, "{}", person.screen());
    assert!(person.screen().contains("2 restored"), "{}", person.screen());
}

#[test]
fn ctrl_c_ends_a_call_and_prints_what_may_have_happened() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut person = Person::new(&["-e", &url, "--no-verify", "service", "suspend", "A/S"]);
    let (mut connection, _) = silent.accept().unwrap();
    std::io::Read::read_exact(&mut connection, &mut [0]).unwrap();
    person.interrupts();
    assert_eq!(person.leaves(), 130, "{}", person.screen());
    assert!(person.screen().contains("service suspend may have been done"), "{}", person.screen());
}

/// Asserts that the process ends at once after Ctrl-C.
fn ends_at_once(mut person: Person) {
    let began = Instant::now();
    person.interrupts();
    assert_eq!(person.leaves(), 130, "{}", person.screen());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}: {}", began.elapsed(), person.screen());
    assert!(person.screen().contains("interrupted"), "{}", person.screen());
}

#[test]
fn ctrl_c_ends_every_question() {
    let sim = Sim::with_policy();
    let mut person = Person::at(&sim, &["policy", "delete", "Daily"]);
    person.sees("[y/N]");
    ends_at_once(person);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.yaml");
    std::fs::write(&file, "apiVersion: sf-backup/v1\nkind: BackupConfiguration\npolicies: []\n").unwrap();
    let mut person = Person::at(&sim, &["apply", "--prune", "-f", file.to_str().unwrap()]);
    person.sees("[y/N]");
    ends_at_once(person);

    let editor = folder.path().join("editor");
    std::fs::write(&editor, "#!/bin/sh\nsed -i s/PT15M/PT30M/ \"$1\"\n").unwrap();
    std::fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let editor = ("EDITOR", editor.to_str().unwrap());
    let mut person = Person::with(&["-e", &sim.url, "policy", "edit", "Daily"], &[editor], 100);
    person.sees("[y/N]");
    ends_at_once(person);
    sim.done(&["policy", "show", "Daily"]);
}

#[test]
fn ctrl_c_ends_the_wait_for_a_token_command_that_does_not_end() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("token");
    std::fs::write(&script, "trap '' INT\necho fetching > /dev/tty\nsleep 60\n").unwrap();
    let fetch = format!("sh {}", script.to_str().unwrap());
    let mut person =
        Person::new(&["-e", "https://127.0.0.1:1", "--insecure", "--token-command", &fetch, "policy", "list"]);
    person.sees("fetching");
    ends_at_once(person);
}
