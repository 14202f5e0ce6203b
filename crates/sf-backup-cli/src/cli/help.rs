//! Help that fits a screen: `-h` lists the commands by task, or the options of one command; `--help` prints everything.

use clap::{Arg, Args, Command, CommandFactory};

use super::Cli;
use crate::options::global::Options;

/// The commands by task, each with a summary that fits its line.
const TASKS: &[(&str, &[(&str, &str)])] = &[
    (
        "See what is backed up",
        &[
            ("status", "Show the backups of each service on one screen"),
            ("audit", "Report the backup status of every partition"),
            ("why", "Show which policy applies, and when the next backup is due"),
            ("storage", "List the backups on a storage, from any cluster"),
            ("metrics", "Export backup status as Prometheus metrics"),
            ("history", "List the changes recorded in a log"),
        ],
    ),
    (
        "Back up and restore",
        &[
            ("app", "Manage backups of whole applications"),
            ("service", "Manage backups of services"),
            ("partition", "Manage backups and restores of single partitions"),
            ("restore", "Restore services and applications by a plan"),
        ],
    ),
    ("Prove", &[("drill", "Prove that backups can be restored, using a scratch service")]),
    (
        "Set up",
        &[
            ("policy", "Manage backup policies: schedule, storage and retention"),
            ("context", "Manage named connections"),
            ("doctor", "Check the connection to a cluster step by step"),
            ("export", "Export the cluster's backup configuration to a file"),
            ("diff", "Compare the cluster's backup configuration with a file"),
            ("apply", "Make the cluster's backup configuration match a file"),
        ],
    ),
    (
        "Learn and try",
        &[
            ("explain", "Explain an error code, exit code, audit state or lint rule"),
            ("options", "Show the global options"),
            ("demo", "Demonstrate an audit and a restore on a simulated cluster"),
            ("sim", "Run a simulated cluster, or control a running one"),
            ("completions", "Print a shell completion script"),
            ("man", "Print a manual page"),
        ],
    ),
];

/// Number of examples in `-h`.
const EXAMPLES: usize = 2;

/// The command line without this help, for errors on a screen of this width.
pub(crate) fn command_without_help(width: Option<usize>) -> Command {
    Cli::command().term_width(columns(width)).override_usage("sf-backup [OPTIONS] <COMMAND>")
}

/// The command line with this help, for a screen of this width. Building it takes as long as the rest of a small
/// command.
pub(crate) fn command(width: Option<usize>) -> Command {
    let command = command_without_help(width)
        .help_template(format!(
            "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{}\n{{all-args}}{{after-help}}",
            tasks()
        ))
        .mut_args(|arg| if arg.is_global_set() { arg.hide_short_help(true) } else { arg })
        // They are listed by task instead.
        .mut_subcommands(|command| short(command).hide(true));
    let more = "'sf-backup COMMAND -h' shows help for a command, 'sf-backup --help' everything.";
    let all = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    command.after_help(more).after_long_help(for_shell(&all, cfg!(windows)))
}

/// The page of global options.
pub(crate) fn global_options(width: Option<usize>) -> String {
    let about = "The global options, which every command takes";
    let page = Options::augment_args(Command::new("sf-backup")).about(about).disable_help_flag(true);
    let template = "{about-with-newline}\n{usage-heading} {usage}\n\n{all-args}";
    page.term_width(columns(width))
        .override_usage("sf-backup [OPTIONS] <COMMAND>")
        .help_template(template)
        .render_long_help()
        .to_string()
}

/// The width of help texts, limited to readable lines.
fn columns(width: Option<usize>) -> usize {
    width.unwrap_or(usize::MAX).min(100)
}

fn tasks() -> String {
    let mut text = String::new();
    for (task, commands) in TASKS {
        text.push_str(&format!("\n{task}:\n"));
        for (name, what) in *commands {
            text.push_str(&format!("  {name:<13}{what}\n"));
        }
    }
    // A small screen has no room for the blank lines between tasks.
    text.replace("\n\n", "\n")
}

/// Shortens the `-h` of a command: some of its examples, and a pointer to the global options.
fn short(command: Command) -> Command {
    let command = command.mut_subcommands(short).mut_args(brief);
    let all = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut few = String::new();
    if let Some(examples) = all.strip_prefix("Examples:\n") {
        few.push_str("Examples:\n");
        let lines = examples.lines().take_while(|line| line.starts_with("  sf-backup"));
        lines.filter(|line| !line.ends_with('\\')).take(EXAMPLES).for_each(|line| few.push_str(&format!("{line}\n")));
        few.push('\n');
    }
    few.push_str("'sf-backup options' shows the global options, --help the full help.");
    let command = command.after_help(few);
    if all.is_empty() { command.after_long_help("") } else { command.after_long_help(for_shell(&all, cfg!(windows))) }
}

/// Examples for the platform's shell: in PowerShell, a grave accent continues a line.
fn for_shell(examples: &str, is_powershell: bool) -> String {
    if is_powershell { examples.replace(" \\\n", " `\n") } else { examples.to_owned() }
}

/// Shortens the help of an argument for `-h`: its beginning, up to the first reason, condition or example.
fn brief(arg: Arg) -> Arg {
    let Some(all) = arg.get_help().map(ToString::to_string) else { return arg };
    let long = arg.get_long_help().cloned().unwrap_or_else(|| all.clone().into());
    let end = [". ", "; ", ": ", " ("].iter().filter_map(|stop| all.find(stop)).min();
    match end.and_then(|end| all.get(..end)) {
        Some(beginning) => arg.help(beginning.to_owned()).long_help(long),
        None => arg,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Quotes and paths mean the same in both shells; line continuations and variables do not.
    #[test]
    fn every_example_can_be_pasted_in_powershell() {
        fn examples(command: &Command, all: &mut Vec<String>) {
            all.extend(command.get_after_help().map(|help| for_shell(&help.to_string(), true)));
            command.get_subcommands().for_each(|command| examples(command, all));
        }
        let mut all = Vec::new();
        examples(&Cli::command(), &mut all);
        assert!(all.iter().any(|text| text.contains(" `\n")));
        for line in all.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("  sf-backup")) {
            assert!(!line.ends_with('\\') && !line.contains(['$', '"', '&', ';']), "{line}");
        }
        assert_eq!(for_shell("a \\\n b", false), "a \\\n b");
    }

    #[test]
    fn every_command_is_listed_once_by_its_task() {
        let listed: Vec<&str> = TASKS.iter().flat_map(|(_, commands)| commands.iter().map(|(name, _)| *name)).collect();
        let command = Cli::command();
        let known: BTreeSet<&str> = command.get_subcommands().map(Command::get_name).collect();
        assert_eq!(listed.len(), known.len());
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), known);
    }

    /// Every command with the words that are typed.
    fn all() -> Vec<(String, Command)> {
        let mut command = command(Some(80));
        command.build();
        let (mut left, mut found) = (vec![(String::new(), command)], Vec::new());
        while let Some((words, command)) = left.pop() {
            let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
            left.extend(inner.map(|inner| (format!("{words} {}", inner.get_name()), inner.clone())));
            found.push((words, command));
        }
        found
    }

    #[test]
    fn short_help_is_one_screen_and_long_help_has_all() {
        let mut too_long = Vec::new();
        for (words, mut command) in all() {
            let short = command.render_help().to_string();
            let lines = short.trim_end().lines().count();
            if lines > 40 || short.lines().any(|line| line.chars().count() > 80 && !line.contains("sf-backup")) {
                too_long.push(format!("{words}: {lines}\n{short}"));
            }
            assert!(!short.contains("--server-thumbprint"), "{words}: {short}");
            assert!(short.contains("sf-backup options") || words.is_empty(), "{words}: {short}");
            let long = command.render_long_help().to_string();
            assert!(long.contains("--server-thumbprint"), "{words}: {long}");
        }
        assert!(too_long.is_empty(), "{}", too_long.join("\n"));
    }

    #[test]
    fn the_page_of_global_options_has_all_of_them() {
        let page = global_options(None);
        let command = Cli::command();
        for option in command.get_arguments().filter(|option| option.is_global_set()) {
            assert!(page.contains(&format!("--{}", option.get_long().unwrap())), "{option}: {page}");
        }
    }
}
