//! Writes every text that a user can see to one file, for reading in one go.

mod literals;

use std::fmt::Write as _;

use xshell::{Shell, cmd};

use crate::{Result, openssl, root};

const REPORT: &str = "target/texts.txt";
/// A literal with fewer words is a name or a format, not a sentence.
const LEAST_WORDS: usize = 3;
/// The crates whose literals are shown to users or returned in errors.
const CRATES: &str = "crates";
/// The headings of a help that follow its lists of commands.
const AFTER_COMMANDS: [&str; 4] = ["Arguments:", "Options:", "Global options:", "Examples:"];

/// Writes the help of every command, then the sentences in the sources by file and line.
pub(crate) fn run(sh: &Shell) -> Result {
    let features = openssl::features(sh);
    cmd!(sh, "cargo build --quiet --package sf-backup-cli {features...}").quiet().run()?;
    let mut report = String::new();
    let mut commands = 0;
    let mut queue = vec![Vec::new()];
    while let Some(words) = queue.pop() {
        let named = &words;
        let help = cmd!(sh, "target/debug/sf-backup {named...} --help").quiet().env("COLUMNS", "100").read()?;
        let mut below: Vec<Vec<String>> =
            subcommands(&help).map(|name| words.iter().cloned().chain([name.to_owned()]).collect()).collect();
        below.reverse();
        queue.append(&mut below);
        // Every command repeats the global options; print them once.
        let shown = if words.is_empty() { &help[..] } else { help.split("\nGlobal options:").next().unwrap_or(&help) };
        writeln!(report, "==== sf-backup {}\n{}\n", words.join(" "), shown.trim_end())?;
        commands += 1;
    }
    let mut sentences = 0;
    for path in sources(sh)? {
        let text = sh.read_file(&path)?;
        let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string().replace('\\', "/");
        for literal in literals::of(&text).filter(|literal| literal.text.split_whitespace().count() >= LEAST_WORDS) {
            writeln!(report, "{name}:{}: {}", literal.line, literal.text)?;
            sentences += 1;
        }
    }
    sh.write_file(REPORT, report)?;
    eprintln!("{REPORT}: the help of {commands} commands and {sentences} sentences");
    Ok(())
}

/// The names in the lists of commands of a help, which stand between its usage and its first option or example.
fn subcommands(help: &str) -> impl Iterator<Item = &str> {
    let after_usage = help.lines().skip_while(|line| !line.starts_with("Usage:")).skip(1);
    let lists = after_usage.take_while(|line| !AFTER_COMMANDS.contains(line));
    // A wrapped summary is indented deeper than a name.
    let entries = lists.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    entries.filter_map(|entry| entry.split_whitespace().next()).filter(|name| *name != "help")
}

/// The crates' sources without tests and examples, sorted.
fn sources(sh: &Shell) -> Result<Vec<std::path::PathBuf>> {
    let mut folders = vec![];
    for member in sh.read_dir(CRATES)? {
        folders.push(member.join("src"));
    }
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in sh.read_dir(&folder)? {
            let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
            if is_test {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcommands_are_found_below_any_heading() {
        let help = "About\n\nUsage: x <COMMAND>\n\nSet up:\n  policy   Manage\n           policies\nLook:\n  app      Apps\n  help     Print\n\n\
                    Options:\n  -h  Help\n\nExamples:\n  demo\n";
        assert_eq!(subcommands(help).collect::<Vec<_>>(), ["policy", "app"]);
        assert_eq!(subcommands("Usage: x [OPTIONS]\n\nOptions:\n  -h\n\nExamples:\n  x demo\n").count(), 0);
    }
}
