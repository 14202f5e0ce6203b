//! The command that waits again for what goes on without us.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgAction, CommandFactory};

use crate::cli::Cli;
use crate::output::shell::word;

/// Options that say how a run speaks, and nothing about the cluster.
const MANNERS: &[&str] = &["output", "dry_run", "yes", "no_verify", "verbose", "quiet", "color"];
/// More ids than a person copies.
const AT_MOST: usize = 20;

/// The options about the cluster, as they were typed: a command that finds the same one. Each is a word for a shell.
pub(crate) fn options(args: &[OsString]) -> Vec<String> {
    typed(args).iter().map(|option| word(option)).collect()
}

/// The same, without quotes.
pub(crate) fn typed(args: &[OsString]) -> Vec<String> {
    let mut command = Cli::command();
    command.build();
    let Ok(matches) = command.clone().try_get_matches_from(args) else {
        return Vec::new();
    };
    // Options count wherever they stand: the innermost knows all of them.
    let mut matches = &matches;
    while let Some((_, inner)) = matches.subcommand() {
        matches = inner;
    }
    let mut typed = Vec::new();
    for option in command.get_arguments().filter(|option| option.is_global_set()) {
        let id = option.get_id().as_str();
        let known = matches.try_contains_id(id).is_ok();
        if !known || MANNERS.contains(&id) || matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let Some(long) = option.get_long() else { continue };
        if matches!(option.get_action(), ArgAction::SetTrue) {
            typed.push(format!("--{long}"));
            continue;
        }
        for value in matches.get_raw(id).into_iter().flatten() {
            typed.push(format!("--{long}"));
            typed.push(value.to_string_lossy().into_owned());
        }
    }
    typed
}

/// `sf-backup --endpoint URL partition backup-progress ID --wait`.
pub(super) fn command(options: &[String], verb: &str, names: &[String], tail: &str) -> String {
    let mut words = vec!["sf-backup".to_owned()];
    words.extend_from_slice(options);
    words.push(verb.to_owned());
    if names.len() > AT_MOST {
        words.push("-".to_owned());
    } else {
        words.extend(names.iter().map(|name| word(name)));
    }
    words.push(tail.to_owned());
    if names.len() > AT_MOST {
        words.push("(with their ids on standard input, one on each line)".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Vec<String> {
        options(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn what_speaks_is_not() {
        assert_eq!(typed("sf-backup -v -o json app suspend X --color never"), Vec::<String>::new());
    }

    #[test]
    fn what_finds_the_cluster_is_kept_wherever_it_stood() {
        let line =
            "sf-backup -e http://a:1,http://b:2 -o json app suspend X --timeout 5 -y --insecure --max-attempts 2";
        let expected = "--max-attempts 2 --endpoint http://a:1 --endpoint http://b:2 --timeout 5 --insecure";
        let mut expected: Vec<_> = expected.split(' ').collect();
        let mut typed = typed(line);
        expected.sort_unstable();
        typed.sort_unstable();
        assert_eq!(typed, expected);
    }

    #[test]
    fn many_ids_are_a_list_on_standard_input() {
        let many: Vec<String> = (0..21).map(|id| id.to_string()).collect();
        assert!(command(&[], "partition backup-progress", &many, "--wait").contains("backup-progress - --wait"));
        let few = command(&[], "partition backup-progress", &["a b".to_owned()], "--wait");
        assert_eq!(few, "sf-backup partition backup-progress 'a b' --wait");
    }
}
