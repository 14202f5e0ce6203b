//! What to type instead of commands that users know from other tools.

use std::ffi::OsString;

use clap::CommandFactory;

use crate::cli::Cli;

/// The noun (may be empty), the typed command, and the tip. The first match is used; `*` matches everything.
const TIPS: &[(&str, &str, &str)] = &[
    ("service", "restore", "to restore a service: 'sf-backup restore now --service SERVICE --latest'"),
    ("app", "restore", "to restore an application: 'sf-backup restore now --app APP --latest'"),
    (
        "service|app|partition",
        "why|status|state|health",
        "to see whether it is backed up: 'sf-backup status ID'; to see what is in effect: 'sf-backup why ID'",
    ),
    (
        "partition",
        "status|progress",
        "'sf-backup partition backup-progress PARTITION' and 'restore-progress PARTITION'",
    ),
    (
        "service|app|partition",
        "get|describe|show|info|inspect",
        "to see what is in effect: 'config'; to see why: 'sf-backup why ID'",
    ),
    ("service|app|partition", "get-all|find|search", "to list: 'list'"),
    ("service|app|partition", "start|protect|add|create", "to start periodic backups: 'enable ID --policy NAME'"),
    (
        "service|app|partition",
        "stop|unprotect|remove|rm|delete",
        "to stop periodic backups: 'disable ID'; to pause them: 'suspend ID'",
    ),
    ("service|app|partition", "pause", "to pause periodic backups: 'suspend ID'"),
    ("service|app|partition", "unpause|continue", "to resume periodic backups: 'resume ID'"),
    ("service|app|partition", "snapshots|history", "to list backups: 'backups ID'"),
    (
        "policy",
        "rename|mv|move",
        "policies cannot be renamed: create one under the new name from 'sf-backup -o yaml policy show OLD', enable it instead of the old one, and delete the old one",
    ),
    (
        "policy",
        "copy|cp|clone",
        "to copy a policy: 'sf-backup -o yaml policy show NAME', change the name and the secrets, then 'sf-backup policy create -f FILE'",
    ),
    ("policy", "view|info|cat", "to see a policy: 'sf-backup policy show NAME'"),
    ("policy", "get-all", "to list: 'sf-backup policy list'"),
    (
        "policy",
        "apply|replace|change|modify",
        "to change a policy: 'sf-backup policy set NAME --every 2h', 'policy edit NAME' or 'policy update NAME -f FILE'",
    ),
    ("policy", "add|new", "to create a policy: 'sf-backup policy create'"),
    ("policy", "remove|rm", "to delete a policy: 'sf-backup policy delete NAME'"),
    (
        "policy",
        "enable|assign|attach",
        "to enable a policy: 'sf-backup service enable SERVICE --policy NAME', or the same with 'app' or 'partition'",
    ),
    (
        "policy",
        "disable|detach",
        "to stop backups under a policy: 'sf-backup policy entities NAME' lists where it is enabled; 'disable' it there",
    ),
    ("policy", "usage|users|uses", "to see where a policy is enabled: 'sf-backup policy entities NAME'"),
    ("context", "get|get-contexts", "to list: 'sf-backup context list'"),
    ("context", "current|current-context|describe", "to see a context: 'sf-backup context show'"),
    ("context", "set|switch|select|use-context", "to change the current context: 'sf-backup context use NAME'"),
    ("context", "create|new", "to create a context: 'sf-backup -e URL context add NAME'"),
    ("context", "delete|rm", "to remove a context: 'sf-backup context remove NAME'"),
    ("storage", "*", "to list the backups on a storage: 'sf-backup storage backups --storage-file FILE --app NAME'"),
    (
        "restore",
        "list|ls|points|show|get",
        "to list what can be restored: 'sf-backup service backups SERVICE --chains'; to show the progress of a restore: \
         'sf-backup partition restore-progress PARTITION'",
    ),
    (
        "restore",
        "*",
        "to restore: 'sf-backup restore plan --service SERVICE --latest' (or --app, --partition, --at TIME), then 'sf-backup restore run'",
    ),
    (
        "",
        "backup|backups|snapshots",
        "to list backups: 'sf-backup service backups SERVICE'; to back up now: 'sf-backup service backup SERVICE --wait'",
    ),
    (
        "",
        "state|health",
        "to see whether everything is backed up: 'sf-backup status'; to check the connection: 'sf-backup doctor'",
    ),
    (
        "",
        "ls|list|get|describe|show",
        "commands are a noun and a verb: 'sf-backup app list', 'sf-backup policy show NAME', 'sf-backup service config SERVICE'",
    ),
    (
        "",
        "services|apps|applications|partitions|contexts",
        "nouns are singular: 'sf-backup app list', 'sf-backup service list APP', 'sf-backup partition list SERVICE'",
    ),
    (
        "",
        "enable|disable|suspend|resume|config",
        "put the noun first: 'sf-backup service enable SERVICE --policy NAME', or the same with 'app' or 'partition'",
    ),
    (
        "",
        "create|delete|update|edit",
        "put the noun first: 'sf-backup policy create', 'sf-backup policy edit NAME', 'sf-backup policy delete NAME'",
    ),
    ("", "check|ping|test|verify", "to check the connection: 'sf-backup doctor'; to check backups: 'sf-backup audit'"),
    ("", "version", "'sf-backup --version'"),
    (
        "",
        "login|connect|configure|init",
        "to save a connection: 'sf-backup -e URL context add NAME'; 'sf-backup doctor' shows what a cluster requires",
    ),
    (
        "",
        "schedule|schedules",
        "to see when the next backup is due: 'sf-backup why SERVICE'; schedules are part of policies",
    ),
    ("", "completion", "'sf-backup completions SHELL'"),
    ("", "simulate|simulator", "'sf-backup sim'"),
];

/// The tip for an unknown command, given the words before it.
pub(super) fn tip(typed: &str, args: &[OsString]) -> Option<&'static str> {
    let noun = noun_before(typed, args);
    let typed = typed.to_ascii_lowercase();
    let fits = |pattern: &str, word: &str| pattern.split('|').any(|one| one == word || one == "*");
    let of_noun =
        |pattern: &str| if noun.is_empty() { pattern.is_empty() } else { fits(pattern, &noun) && !pattern.is_empty() };
    TIPS.iter().find(|(nouns, verbs, _)| of_noun(nouns) && fits(verbs, &typed)).map(|(.., tip)| *tip)
}

/// The noun before a word; empty if there is none.
pub(super) fn noun_before(typed: &str, args: &[OsString]) -> String {
    let command = Cli::command();
    let nouns = |word: &str| {
        let noun = command
            .get_subcommands()
            .find(|noun| noun.get_name() == word || noun.get_all_aliases().any(|alias| alias == word));
        noun.map(|noun| noun.get_name().to_owned())
    };
    let words = args.iter().skip(1).map(|arg| arg.to_string_lossy());
    let before: Vec<_> = words.take_while(|word| word != typed).collect();
    before.iter().rev().find_map(|word| nouns(word)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<&'static str> {
        let args: Vec<OsString> = line.split(' ').map(Into::into).collect();
        tip(line.rsplit(' ').next().unwrap(), &args)
    }

    #[test]
    fn common_commands_of_other_tools_have_a_tip() {
        for (typed, command) in [
            ("sf-backup service restore", "restore now --service"),
            ("sf-backup -e http://c:1 app restore", "restore now --app"),
            ("sf-backup policy rename", "cannot be renamed"),
            ("sf-backup policies cat", "policy show"),
            ("sf-backup restore list", "service backups"),
            ("sf-backup service describe", "config"),
            ("sf-backup backup", "service backups"),
            ("sf-backup state", "sf-backup status"),
            ("sf-backup ls", "app list"),
            ("sf-backup get", "policy show"),
            ("sf-backup describe", "service config"),
            ("sf-backup restore latest", "restore plan"),
            ("sf-backup Health", "sf-backup status"),
        ] {
            assert!(of(typed).is_some_and(|tip| tip.contains(command)), "{typed}");
        }
        assert_eq!(of("sf-backup frobnicate"), None);
    }

    /// A tip for an existing command would never be printed.
    #[test]
    fn no_tip_is_for_an_existing_command() {
        let command = Cli::command();
        for (nouns, verbs, _) in TIPS {
            for noun in nouns.split('|') {
                let inside = if noun.is_empty() { Some(&command) } else { command.find_subcommand(noun) };
                let inside = inside.unwrap_or_else(|| panic!("no noun {noun}"));
                for verb in verbs.split('|') {
                    assert!(inside.find_subcommand(verb).is_none(), "{noun} {verb}");
                }
            }
        }
    }
}
