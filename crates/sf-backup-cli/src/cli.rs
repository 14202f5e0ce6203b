//! What can be typed: the commands and the global options.

pub(crate) mod usage;

use std::path::Path;

use clap::{Parser, Subcommand};

use crate::commands::completions::args as completions;
use crate::commands::export::args as manifest;
use crate::commands::{
    app, audit, context, demo, doctor, explain, metrics, partition, policy, restore, service, sim, storage, why,
};
use crate::options::global::Options;
use crate::options::listing::Grouping;

use crate::output::failure::Failure;

/// Manage backups of Azure Service Fabric clusters: policies, where they are enabled, backups and restores.
#[derive(Debug, Parser)]
#[command(
    name = "sf-backup",
    version,
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
 20  audit: something is not protected    21  audit: status unknown or pending"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) noun: Option<Noun>,
}

/// What a command is about.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Manage backup policies: schedule, storage and retention
    #[command(subcommand, arg_required_else_help = false, alias = "policies")]
    Policy(policy::Verb),
    /// Manage backups of whole applications
    #[command(subcommand, arg_required_else_help = false, alias = "application")]
    App(app::Verb),
    /// Manage backups of services
    #[command(subcommand, arg_required_else_help = false)]
    Service(service::Verb),
    /// Manage backups and restores of single partitions
    #[command(subcommand, arg_required_else_help = false)]
    Partition(partition::Verb),
    /// List the backups on a storage, from any cluster
    #[command(subcommand, arg_required_else_help = false)]
    Storage(storage::Verb),
    /// Check the connection to a cluster step by step, and suggest fixes
    Doctor(doctor::args::Doctor),
    /// Manage named connections, so that options need not be repeated
    #[command(subcommand, arg_required_else_help = false)]
    Context(context::args::Verb),
    /// Show where the effective policy and suspension come from, and when the next backup is due
    Why(why::args::Why),
    /// Report the backup status of every partition, worst first
    Audit(audit::args::Audit),
    /// Export backup status as Prometheus metrics
    Metrics(metrics::args::Metrics),
    /// Restore whole services and applications, by a plan that can be interrupted and resumed
    #[command(subcommand, arg_required_else_help = false)]
    Restore(restore::args::Verb),
    /// Export the cluster's backup configuration to a file
    Export(manifest::Export),
    /// Compare the cluster's backup configuration with a file
    Diff(manifest::Diff),
    /// Make the cluster's backup configuration match a file
    Apply(manifest::Apply),
    /// Explain an error code: meaning, cause and remedy
    Explain(explain::args::Explain),
    /// Print a shell completion script for commands, options, and names from the cluster
    Completions(completions::Completions),
    /// Print a manual page, or write all of them to a folder
    Man(completions::Man),
    /// Run a simulated cluster, or control a running one
    Sim(sim::args::Sim),
    /// Demonstrate an audit and a restore on a simulated cluster, without a network
    Demo(demo::Demo),
}

impl Noun {
    /// How a list of backups is grouped, if it is.
    /// The file that the result goes to.
    pub(crate) fn output_file(&self) -> Option<&Path> {
        match self {
            Self::Policy(policy::Verb::Show { file, .. }) => file.path(),
            Self::Audit(audit) => audit.file.path(),
            Self::Metrics(metrics) => metrics.file.path(),
            Self::Restore(restore::args::Verb::Plan(plan)) => plan.file.path(),
            Self::Export(export) => export.file.path(),
            Self::Completions(completions) => completions.file.path(),
            Self::Man(man) => man.file.path(),
            _ => None,
        }
    }

    pub(crate) fn grouping(&self) -> Result<Option<Grouping>, Failure> {
        match self {
            Self::App(verb) => verb.grouping(),
            Self::Service(verb) => verb.grouping(),
            Self::Partition(verb) => verb.grouping(),
            Self::Storage(verb) => verb.grouping(),
            _ => Ok(None),
        }
    }
}

/// Shown when nothing was asked for.
pub(crate) const WHERE_TO_BEGIN: &str = "\
sf-backup manages backups of Azure Service Fabric clusters.

Get started without a cluster:
  sf-backup demo                     find a silent stop of backups, restore lost data, on a simulated cluster
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
  sf-backup why SERVICE              which policy applies, and when the next backup is due

Back up and restore now:
  sf-backup partition backup PARTITION --wait
  sf-backup partition backups PARTITION
  sf-backup partition restore PARTITION --backup-id ID --location TEXT --wait

'sf-backup --help' lists everything, 'sf-backup NOUN VERB --help' shows examples.
";
