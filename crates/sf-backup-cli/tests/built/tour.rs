//! The tour of the README, typed into a shell against `sf-backup sim`.

use std::path::Path;
use std::process::Command;

use crate::harness::Sim;

#[path = "../../examples/tour/record.rs"]
mod record;

/// The commands in the README.
fn readme_commands() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- tour: begin").unwrap();
    let (tour, _) = rest.split_once("<!-- tour: end").unwrap();
    tour.lines().filter_map(|line| line.strip_prefix("$ ")).map(ToOwned::to_owned).collect()
}

/// The words of a text, with placeholders for what depends on the time of the tour.
fn words(text: &str) -> Vec<String> {
    let mut placed: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| "(),;.".contains(c));
        // The name of a backup's file is a time.
        let bare = bare.rsplit('\\').next().unwrap_or(bare);
        let placeholder = match bare {
            _ if is_time(bare) => word.replace(bare, "TIME"),
            _ if is_age(bare) => word.replace(bare, "AGE"),
            _ => word.to_owned(),
        };
        // `31h 3m` is one age.
        if placeholder == "AGE" && placed.last().is_some_and(|last| last == "AGE") {
            continue;
        }
        placed.push(placeholder);
    }
    placed
}

fn is_time(word: &str) -> bool {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    shape.starts_with("9999-99-99") && (shape.len() == 10 || shape.contains("T99:99"))
}

/// `22h`, `1d12h`: numbers, each with a unit.
fn is_age(word: &str) -> bool {
    let mut units = word.split_inclusive(|c: char| !c.is_ascii_digit()).peekable();
    units.peek().is_some()
        && units.all(|part| {
            let (digits, unit) = part.split_at(part.len() - part.chars().next_back().map_or(0, char::len_utf8));
            !digits.is_empty() && ["d", "h", "m", "s"].contains(&unit)
        })
}

#[test]
fn the_readme_shows_the_commands_that_are_tried() {
    assert_eq!(readme_commands(), record::COMMANDS, "run cargo xtask codegen");
}

#[cfg(unix)]
#[test]
fn the_tour_typed_into_a_shell_prints_the_documented_output() {
    // Started at eight: at half past one, a backup would be due at the moment.
    let sim = Sim::start(&["--start", &record::start().to_string()]);
    let folder = tempfile::tempdir().unwrap();
    let script: String = record::COMMANDS
        .iter()
        .enumerate()
        .map(|(at, command)| format!("{{ {command}\n}} >{at}.out 2>{at}.err\n"))
        .collect();
    let binary = Path::new(env!("CARGO_BIN_EXE_sf-backup")).parent().unwrap();
    let path = std::env::join_paths([binary, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).current_dir(folder.path());
    shell.env_clear().env("PATH", path).env("HOME", folder.path()).env("SF_BACKUP_ENDPOINT", &sim.url);
    shell.output().unwrap();
    let read = |name: String| std::fs::read_to_string(folder.path().join(name)).unwrap();
    for (at, step) in record::record(None).into_iter().enumerate() {
        let typed = read(format!("{at}.out")) + &read(format!("{at}.err"));
        let typed = typed.replace(&sim.url, "http://localhost:19080");
        let typed: String = typed.lines().map(|line| with_recorded_clock(line) + "\n").collect();
        assert_eq!(words(&typed), words(&step.output), "{}\n{typed}\n{}", step.command, step.output);
    }
    let plan = read("plan.yaml".to_owned());
    for part in ["kind: RestorePlan", "6b1c2f7e-0000-4000-8000-000000000001", "6b1c2f7e-0000-4000-8000-000000000002"] {
        assert!(plan.contains(part), "{plan}");
    }
}

/// The line as on a machine whose clock had the cluster's time at the start of the tour.
#[cfg(unix)]
fn with_recorded_clock(line: &str) -> String {
    let Some((before, after)) = line.split_once(" ahead of ") else { return line.to_owned() };
    let is_length =
        |word: &str| word.ends_with(|c: char| "dhms".contains(c)) && word.starts_with(|c: char| c.is_ascii_digit());
    let mut words: Vec<&str> = before.split(' ').collect();
    while words.last().is_some_and(|word| is_length(word)) {
        words.pop();
    }
    words.push("48h 0m");
    format!("{} ahead of {after}", words.join(" "))
}
