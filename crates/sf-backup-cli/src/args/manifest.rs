//! `sf-backup export`, `diff` and `apply`: the backup configuration as a file.

use std::num::NonZeroUsize;

use clap::Args;

use super::output_file::OutputFile;
use super::policy::Rules;
use crate::input::Source;

/// Writes the cluster's backup configuration as a file
///
/// All policies, what they are enabled on, and what is suspended, sorted and in one spelling, so that two exports differ only if
/// the configuration does. Secrets, which the cluster masks, are placeholders: write env:NAME, file:PATH or cmd:PROGRAM in
/// their place. A suspension shows only where backup is enabled somewhere in the application.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup export > backup.yaml
  sf-backup export -f backup.yaml
  sf-backup -o json export")]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) file: OutputFile,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

/// Tells what the cluster's backup configuration lacks to be as a file says
///
/// Compares by effect: what the server spells differently is the same. Secrets cannot be compared, and are not fetched. Exits
/// with 0 if nothing differs, 1 if something does, and above 1 on an error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup diff -f backup.yaml
  sf-backup diff -f backup.yaml --prune
  sf-backup -o json diff -f - < backup.yaml")]
pub(crate) struct Diff {
    /// The configuration, as YAML or JSON; - is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(crate) file: Source,

    /// Counts what the file does not name as well: what 'apply --prune' would take away
    #[arg(long)]
    pub(crate) prune: bool,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

/// Makes the cluster's backup configuration as a file says
///
/// Checks the policies by the rules of 'policy lint', shows the plan, then makes the changes in a safe order: policies one by one, suspensions before anything is enabled, what is
/// moved to another policy without a gap, what is resumed at the end. Applying a file twice changes nothing the second time.
/// It stops at the first failure; applying again goes on from there. --dry-run reads the cluster, shows the plan, and changes
/// nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup --dry-run apply -f backup.yaml
  sf-backup apply -f backup.yaml
  sf-backup apply -f backup.yaml --prune --yes
  sf-backup apply -f backup.yaml --rewrite-secrets

A file:
  apiVersion: sf-backup/v1
  kind: BackupConfiguration
  policies:                                  # a section that is left out is not managed
  - Name: Daily
    AutoRestoreOnDataLoss: false
    MaxIncrementalBackups: 5
    Schedule: {ScheduleKind: FrequencyBased, Interval: P1D}
    RetentionPolicy: {RetentionPolicyType: Basic, RetentionDuration: P20D, MinimumNumberOfBackups: 6}
    Storage:
      StorageKind: AzureBlobStore
      ConnectionString: env:BACKUP_STORAGE   # or file:PATH, or cmd:PROGRAM ARGUMENTS
      ContainerName: backups
  enablement:
  - {ServiceName: 'fabric:/CalcApp/CalcService', BackupPolicyName: Daily}
  suspensions: []")]
pub(crate) struct Apply {
    /// The configuration, as YAML or JSON; - is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(crate) file: Source,

    /// Takes away what the file's sections do not name: backup is disabled there, policies that nothing needs are deleted. Backups
    /// stay. Needs --yes in a script
    #[arg(long)]
    pub(crate) prune: bool,

    /// Writes policies with secrets anew though nothing else differs: whether a secret has changed cannot be seen. Backup chains
    /// under them begin anew
    #[arg(long)]
    pub(crate) rewrite_secrets: bool,

    #[command(flatten)]
    pub(crate) rules: Rules,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// How many calls are made at the same time; policies are always written one by one
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) parallel: NonZeroUsize,
}
