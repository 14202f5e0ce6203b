//! `sf-backup export`, `diff` and `apply`: the backup configuration as a file.

use std::num::NonZeroUsize;

use clap::Args;

use crate::cluster::input::Source;
use crate::commands::policy::Rules;
use crate::options::output_file::OutputFile;

/// Export the cluster's backup configuration to a file
///
/// Exports all policies, where they are enabled, and what is suspended, sorted and normalized, so that two exports
/// differ only if the configuration does. The cluster masks secrets, so they are exported as placeholders: replace them
/// with env:NAME, file:PATH or cmd:PROGRAM. Suspensions are exported only for applications in which backup is enabled
/// somewhere.
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

/// Compare the cluster's backup configuration with a file
///
/// Different spellings of the same value are equal. Secrets cannot be compared and are not resolved. The exit code is 0
/// if nothing differs, 1 if something differs, and above 1 on an error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sf-backup diff -f backup.yaml
  sf-backup diff -f backup.yaml --prune
  sf-backup -o json diff -f - < backup.yaml")]
pub(crate) struct Diff {
    /// The configuration, as YAML or JSON; - is standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(crate) file: Source,

    /// Also show what 'apply --prune' would remove
    #[arg(long)]
    pub(crate) prune: bool,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

/// Make the cluster's backup configuration match a file
///
/// Checks the policies by the rules of 'policy lint', shows the plan, then makes the changes in a safe order: policies
/// one at a time, suspensions before enablements, moves to another policy without a gap, and resumptions last. Applying
/// a file a second time changes nothing. Stops at the first failure; apply again to continue. --dry-run reads the
/// cluster and shows the plan, without changing anything.
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

    /// Remove what the file's sections do not list: disable backup there and delete unused policies. Existing backups
    /// are kept. Requires --yes in a script
    #[arg(long)]
    pub(crate) prune: bool,

    /// Resend policies that contain secrets, even if unchanged (the cluster never returns secrets, so changes cannot be
    /// detected). This starts new backup chains
    #[arg(long)]
    pub(crate) rewrite_secrets: bool,

    #[command(flatten)]
    pub(crate) rules: Rules,

    #[command(flatten)]
    pub(crate) pace: Pace,
}

#[derive(Debug, Args)]
pub(crate) struct Pace {
    /// Maximum concurrent requests; policies are always written one at a time
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) parallel: NonZeroUsize,
}
