//! The command line: the commands and the global options.

pub(crate) mod help;
pub(crate) mod usage;
pub(crate) mod version;

use std::path::Path;

use clap::{CommandFactory, Parser, Subcommand};

use crate::commands::restore::drill;
use crate::commands::{
    app, apply, audit, completions, context, demo, diff, doctor, explain, export, global_options, history, man,
    metrics, partition, policy, restore, service, sim, status, storage, why,
};
use crate::options::files::OutputFile;
use crate::options::global::Options;

/// Manage backups of Azure Service Fabric clusters: policies, where they are enabled, backups and restores.
#[derive(Debug, Parser)]
#[command(
    name = "sf-backup",
    version,
    long_version = version::long(),
    after_help = "Examples:
  sf-backup demo
  sf-backup -e http://localhost:19080 policy create -f daily.json
  sf-backup -e http://localhost:19080 service enable fabric:/CalcApp/CalcService --policy Daily
  sf-backup -e http://localhost:19080 -o json service backups CalcApp/CalcService --latest

Exit codes:
  0  success                               6  timed out
  1  other error                           7  no endpoint reachable
  2  usage error, nothing sent             8  the backup or restore failed
  3  not found, or not enabled             9  outcome of a change unknown
  4  conflict, or wrong state             10  a required cluster service is missing
  5  access denied                       130  interrupted
 20  something is not protected (audit)   21  protection unknown or pending (audit)
 22  audit: protected, but the notification failed
 23  done, but the outcome is missing from the log
 24  drill: restored, but the probe failed"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) noun: Option<Noun>,
}

/// The entity that a command acts on.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Manage backup policies: schedule, storage and retention
    #[command(subcommand, arg_required_else_help = false, alias = "policies")]
    Policy(policy::PolicyCommand),
    /// Manage backups of whole applications
    #[command(subcommand, arg_required_else_help = false, alias = "application")]
    App(app::AppCommand),
    /// Manage backups of services
    #[command(subcommand, arg_required_else_help = false)]
    Service(service::ServiceCommand),
    /// Manage backups and restores of single partitions
    #[command(subcommand, arg_required_else_help = false)]
    Partition(partition::PartitionCommand),
    /// List the backups on a storage, from any cluster
    #[command(subcommand, arg_required_else_help = false)]
    Storage(storage::StorageCommand),
    /// Check the connection to a cluster step by step, and suggest fixes
    ///
    /// Changes nothing: write access is checked with a request that no cluster accepts, for a service that does not
    /// exist and with an unsupported api-version.
    Doctor(doctor::Doctor),
    /// Manage named connections, so that options need not be repeated
    #[command(subcommand, arg_required_else_help = false)]
    Context(context::ContextCommand),
    /// Show where the effective policy and suspension come from, and when the next backup is due
    ///
    /// A partition's policy overrides its service's, and a service's overrides its application's. A suspension at any
    /// level applies.
    Why(why::Why),
    /// Show the backups of each service on one screen
    ///
    /// Shows state, last and next backup, the last 14 days, and what is wrong. In STATE, "!" stands for partitions that
    /// are not protected, "▒" for those that could not be assessed or whose first backup is not due yet, and "█" for
    /// those that are protected. In 14 DAYS, a cell is "█" if every partition was backed up on that day (UTC), "▄" if
    /// some were, "·" if none was, and "?" if that is not known; the last cell is today. LAST is the age of the newest
    /// backup of the partition that has waited longest. The exit code is that of 'audit'.
    Status(status::Status),
    /// Report the backup status of every partition
    ///
    /// Prints a line for each service, then what needs attention, the worst last. Reads the effective policy and the
    /// backups of every partition, and compares the age of the newest backup with the policy's schedule, by the
    /// cluster's clock. Each partition is Failing, Stale, NotCovered, Suspended, Unavailable (in quorum loss, waiting
    /// for a restore, or reconfiguring for too long), Unknown (something could not be read), Pending (the first backup
    /// is not due yet, or the schedule was changed), Protected or NotApplicable (no state on disk). The exit code is 0
    /// if everything that can be backed up is protected, 20 if something is not, and 21 if something is Unknown or
    /// Pending.
    Audit(audit::Audit),
    /// Export backup status as Prometheus metrics
    ///
    /// Exports the results of 'audit': time, age and maximum age of the newest backup, state, suspension, and length of
    /// the chain. Writes them once to standard output or to a file for the textfile collector, or serves them with
    /// --listen: /metrics then returns the last successful result, its age, and the outcome of later attempts; / is the
    /// same as a page for browsers, and /healthz responds with 200 if the last attempt to read the cluster succeeded,
    /// otherwise with 503. Anyone who can reach the address can read the names of services and policies.
    Metrics(metrics::Metrics),
    /// List the changes recorded in a log: who, what, when, and the outcome
    ///
    /// Reads the file that --log or SF_BACKUP_LOG names, oldest change first, without contacting a cluster. The outcome
    /// is succeeded, failed, unknown (the cluster may have made the change), interrupted (the command stopped waiting),
    /// or started (the process ended without a result). Lines that cannot be read are counted, named and skipped.
    History(history::History),
    /// Restore whole services and applications, by a plan that can be interrupted and resumed
    #[command(subcommand, arg_required_else_help = false)]
    Restore(restore::RestoreCommand),
    /// Prove that backups can be restored: restore a service into a scratch service, and check it
    #[command(subcommand, arg_required_else_help = false)]
    Drill(drill::DrillCommand),
    /// Export the cluster's backup configuration to a file
    ///
    /// Exports all policies, where they are enabled, and what is suspended, sorted and normalized, so that two exports
    /// differ only if the configuration does. The cluster masks secrets, so they are exported as placeholders: replace
    /// them with env:NAME, file:PATH or cmd:PROGRAM. Suspensions are exported only for applications in which backup is
    /// enabled somewhere.
    Export(export::Export),
    /// Compare the cluster's backup configuration with a file
    ///
    /// Different spellings of the same value are equal. Secrets cannot be compared and are not resolved. The exit code
    /// is 0 if nothing differs, 1 if something differs, and above 1 on an error.
    Diff(diff::Diff),
    /// Make the cluster's backup configuration match a file
    ///
    /// Checks the policies by the rules of 'policy lint', shows the plan, then makes the changes in a safe order:
    /// policies one at a time, suspensions before enablements, changes of policy without a gap in protection, and
    /// resumptions last. Applying a file a second time changes nothing. Stops at the first failure; apply again to
    /// continue. --dry-run reads the cluster and shows the plan, without changing anything.
    Apply(apply::Apply),
    /// Explain an error code, exit code, audit state or lint rule: meaning, cause and remedy
    ///
    /// Without a code, lists the error codes.
    Explain(explain::Explain),
    /// Show the global options, which every command takes
    Options(global_options::GlobalOptions),
    /// Print a shell completion script for commands, options, and names from the cluster
    Completions(completions::Completions),
    /// Print a manual page, or write all of them to a folder
    Man(man::Man),
    /// Run a simulated cluster, or control a running one
    ///
    /// The simulator responds like a real cluster, over plain HTTP, to anyone who can reach the address. Its contents
    /// are in memory and are lost when it stops, unless --state keeps them in a file. When it accepts connections, it
    /// prints one line, `listening on http://ADDR`, to standard output.
    ///
    /// Subcommands control a running simulator at --endpoint (http://localhost:19080 by default).
    Sim(sim::Sim),
    /// Demonstrate an audit and a restore on a simulated cluster, without a network
    Demo(demo::Demo),
}

impl Noun {
    /// The file that the result is written to.
    pub(crate) fn output_file(&self) -> Option<&Path> {
        let file: &OutputFile = match self {
            Self::Policy(verb) => verb.output_file()?,
            Self::Audit(audit) => &audit.file,
            Self::Metrics(metrics) => &metrics.file,
            Self::Restore(restore::RestoreCommand::Plan(plan)) => &plan.file,
            Self::Drill(drill::DrillCommand::Init(init)) => &init.file,
            Self::Export(export) => &export.file,
            Self::Completions(completions) => &completions.file,
            Self::Man(man) => &man.file,
            _ => return None,
        };
        file.path()
    }
}

/// Every command in the words that are typed: `["apply", "app backups", …]`.
pub fn commands() -> Vec<String> {
    let mut command = Cli::command();
    command.build();
    let mut commands = Vec::new();
    let mut left: Vec<_> = command.get_subcommands().collect();
    while let Some(command) = left.pop() {
        let mut inner = command.get_subcommands().filter(|inner| inner.get_name() != "help").peekable();
        if command.get_name() == "help" {
            continue;
        }
        // `sim` is also a command by itself.
        if inner.peek().is_none() || !command.is_subcommand_required_set() {
            commands.extend(command.get_bin_name().and_then(|name| name.strip_prefix("sf-backup ")).map(str::to_owned));
        }
        left.extend(inner);
    }
    commands.sort_unstable();
    commands
}

/// Printed if no command is given.
pub(crate) const WHERE_TO_BEGIN: &str = "\
sf-backup manages backups of Azure Service Fabric clusters.

Get started without a cluster:
  sf-backup demo                     see backups stop silently, and restore lost data, on a simulated cluster
  sf-backup sim                      a simulated cluster at http://127.0.0.1:19080

With a cluster (-e URL, the environment variable SF_BACKUP_ENDPOINT, or a context):
  sf-backup -e URL doctor            check the connection and permissions, step by step
  sf-backup -e URL context add NAME  save the connection options for all commands

Enable backups:
  sf-backup app list                 list applications
  sf-backup service list APP
  sf-backup partition list SERVICE
  sf-backup policy list              list policies; 'policy create --help' shows how to create one
  sf-backup service enable SERVICE --policy NAME

Watch backups, and restore:
  sf-backup status                   the backups of each service on one screen, and what is wrong
  sf-backup why SERVICE              which policy applies, and when the next backup is due
  sf-backup service backup SERVICE --wait
  sf-backup restore now --service SERVICE --latest
                                     show what would be restored, ask, and restore it

'sf-backup --help' lists everything, 'sf-backup NOUN VERB --help' shows examples.
";

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cluster::call::VERBS;
    use crate::options::command_line::CommandLine;

    #[test]
    fn the_arguments_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_its_whole_description() {
        let command = Cli::command();
        let brief = command.get_subcommands().filter(|command| command.get_long_about().is_none());
        let alone: Vec<&str> =
            brief.filter(|command| !command.has_subcommands()).map(clap::Command::get_name).collect();
        assert_eq!(alone, ["options", "completions", "man", "demo"]);
        assert!(command.find_subcommand("sim").is_some_and(|sim| sim.get_long_about().is_some()));
    }

    #[test]
    fn every_argument_has_a_help_text() {
        let mut command = Cli::command();
        command.build();
        let mut left = vec![&command];
        while let Some(command) = left.pop() {
            // The subcommands of clap's own `help` are skipped.
            left.extend(command.get_subcommands().filter(|inner| inner.get_name() != "help"));
            let silent = command.get_arguments().filter(|argument| argument.get_help().is_none());
            let silent: Vec<_> = silent.map(|argument| argument.get_id().as_str()).collect();
            assert_eq!(silent, [""; 0], "{}", command.get_bin_name().unwrap_or_default());
        }
    }

    /// Examples show complete command lines; a command without arguments needs none.
    #[test]
    fn every_command_shows_examples_of_itself() {
        let mut command = Cli::command();
        command.build();
        let mut left: Vec<_> = command.get_subcommands().collect();
        while let Some(command) = left.pop() {
            let inner = command.get_subcommands().count();
            left.extend(command.get_subcommands());
            let own = command.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help").count();
            let name = command.get_bin_name().unwrap();
            if inner == 0 && own > 0 && !name.contains(" help") {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                let words = name.trim_start_matches("sf-backup ");
                assert!(help.starts_with("Examples:\n  ") && help.contains(words), "{name}: {help}");
            }
        }
    }

    #[test]
    fn every_operation_in_the_table_can_be_typed() {
        let commands = commands();
        for (verb, _) in VERBS {
            assert!(commands.iter().any(|command| command == verb), "{verb}");
        }
    }

    fn typed(line: &str) -> Vec<String> {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let mut command = Cli::command();
        let matches = command.try_get_matches_from_mut(&args).unwrap();
        CommandLine::new(&args, &command, &matches).connection_words()
    }

    #[test]
    fn output_options_are_not_connection_options() {
        assert_eq!(typed("sf-backup -v -o json app suspend X --color never"), Vec::<String>::new());
    }

    #[test]
    fn connection_options_are_kept_wherever_they_were_typed() {
        let line =
            "sf-backup -e http://a:1,http://b:2 -o json app suspend X --timeout 5 -y --insecure --max-attempts 2";
        let expected = "--max-attempts 2 --endpoint http://a:1 --endpoint http://b:2 --timeout 5 --insecure";
        let mut expected: Vec<_> = expected.split(' ').collect();
        let mut typed = typed(line);
        expected.sort_unstable();
        typed.sort_unstable();
        assert_eq!(typed, expected);
    }
}
