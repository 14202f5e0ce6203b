//! The options of a policy, for `policy create NAME`; those of its schedule and retention also for `policy set`.

use std::str::FromStr;

use clap::{Args, ValueEnum};
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::BasicRetentionPolicyDescription;
use sf_backup_proto::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, DayOfWeek, FrequencyBasedBackupScheduleDescription,
    TimeBasedBackupScheduleDescription,
};
use sf_backup_proto::model::storage::{
    AzureBlobBackupStorageDescription, BackupStorageDescription, FileShareBackupStorageDescription,
    ManagedIdentityAzureBlobBackupStorageDescription, ManagedIdentityType,
};
use sf_backup_proto::{PolicyName, RunTime, Secret};
use uuid::Uuid;

use crate::cluster::runtime;
use crate::connection::secret_ref::SecretRef;
use crate::options::duration::DurationArg;
use crate::output::failure::Failure;

/// Schedule and retention.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Settings {
    /// Back up at this interval, such as 15m, 4h or 1d
    #[arg(long, value_name = "DURATION", requires = "name", conflicts_with_all = ["daily", "weekly"])]
    every: Option<DurationArg>,
    /// Back up every day at these times (UTC), such as 01:30,13:30
    #[arg(long, value_name = "TIMES", requires = "name", value_delimiter = ',', conflicts_with = "weekly")]
    daily: Vec<RunTime>,
    /// Back up on these days of the week, such as mon,fri, at the times given by --at
    #[arg(long, value_name = "DAYS", requires_all = ["name", "at"], value_delimiter = ',')]
    weekly: Vec<Day>,
    /// Times of day (UTC) for --weekly
    #[arg(long, value_name = "TIMES", requires = "weekly", value_delimiter = ',')]
    at: Vec<RunTime>,
    /// Maximum number of incremental backups between full ones; 0 makes every backup a full one
    #[arg(long, value_name = "N", requires = "name")]
    pub(super) incrementals: Option<u8>,
    /// How long to keep backups, such as 20d; a policy without this setting never deletes any. Requires runtime 6.4 or
    /// later, and 9.1 or later for more than 24 days
    #[arg(long, value_name = "DURATION", requires = "name")]
    pub(super) keep: Option<DurationArg>,
    /// Minimum number of backups to keep, regardless of age
    #[arg(long, value_name = "N", requires = "name")]
    pub(super) keep_at_least: Option<u32>,
}

/// Storage and the rest. Secrets are given by reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS.
#[derive(Debug, Args)]
#[command(next_help_heading = "Storage")]
pub(crate) struct Flags {
    /// Restore the newest backup automatically after data loss; not recommended in production
    #[arg(long, requires = "name", help_heading = "Settings")]
    auto_restore: bool,

    /// Write backups to this file share
    #[arg(long, value_name = "PATH", requires = "name", conflicts_with = "azure_container")]
    share: Option<String>,
    /// User name for the share; the default is the cluster's own account
    #[arg(long, hide_short_help = true, value_name = "USER", requires_all = ["share", "share_password"])]
    share_user: Option<String>,
    /// Password of the user, by reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS
    #[arg(long, hide_short_help = true, value_name = "REF", requires = "share_user")]
    share_password: Option<SecretRef>,
    /// User name to try if the first user has no access
    #[arg(long, hide_short_help = true, value_name = "USER", requires_all = ["share_user", "share_second_password"])]
    share_second_user: Option<String>,
    /// Password of the second user, by reference
    #[arg(long, hide_short_help = true, value_name = "REF", requires = "share_second_user")]
    share_second_password: Option<SecretRef>,

    /// Write backups to this container in an Azure storage account
    #[arg(long, value_name = "NAME", requires = "name")]
    azure_container: Option<String>,
    /// Connection string of the account, by reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS
    #[arg(long, value_name = "REF", requires = "azure_container", conflicts_with = "managed_identity")]
    connection_string: Option<SecretRef>,
    /// Managed identity used to access the account; requires runtime 8.0 or later
    #[arg(long, hide_short_help = true, value_name = "WHOSE", requires_all = ["azure_container", "blob_service"])]
    managed_identity: Option<Identity>,
    /// URL of the account: https://ACCOUNT.blob.core.windows.net
    #[arg(long, hide_short_help = true, value_name = "URL", requires = "managed_identity")]
    blob_service: Option<String>,
    /// Client id of the identity, if there are several; requires runtime 9.1 CU12, 10.0 CU6, 10.1 CU5 or later
    #[arg(long, hide_short_help = true, value_name = "GUID", requires = "managed_identity")]
    identity_client_id: Option<Uuid>,
}

/// Default number of incremental backups between full ones.
const INCREMENTALS: u8 = 5;

/// The identity that accesses a storage account.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Identity {
    /// The identity of the nodes' scale set
    Vmss,
    /// The identity of the cluster
    Cluster,
}

impl From<Identity> for ManagedIdentityType {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::Vmss => Self::Vmss,
            Identity::Cluster => Self::Cluster,
        }
    }
}

/// A day of the week, or an unambiguous prefix of its name.
#[derive(Debug, Clone)]
struct Day(DayOfWeek);

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().to_ascii_lowercase();
        let is = |day: &&DayOfWeek| text.len() >= 2 && day.as_str().to_ascii_lowercase().starts_with(&text);
        DayOfWeek::KNOWN.iter().find(is).cloned().map(Self).ok_or("must be days of the week such as mon,fri")
    }
}

impl Flags {
    /// The policy with its secrets resolved.
    pub(super) fn policy(self, name: &PolicyName, settings: &Settings) -> Result<BackupPolicyDescription, Failure> {
        let schedule = settings
            .schedule()
            .ok_or_else(|| Failure::usage("policy create: --every, --daily or --weekly is required"))?;
        if settings.keep_at_least.is_some() && settings.keep.is_none() {
            return Err(Failure::usage("policy create: --keep-at-least requires --keep"));
        }
        let retention = settings.keep.map(|keep| {
            let mut retention = BasicRetentionPolicyDescription::new(keep.iso());
            retention.minimum_number_of_backups = settings.keep_at_least;
            retention.into()
        });
        let (auto_restore, incrementals) = (self.auto_restore, settings.incrementals.unwrap_or(INCREMENTALS));
        let mut policy =
            BackupPolicyDescription::new(name.as_str(), auto_restore, incrementals, schedule, self.storage()?);
        policy.retention_policy = retention;
        Ok(policy)
    }

    fn storage(self) -> Result<BackupStorageDescription, Failure> {
        if let Some(path) = self.share {
            let mut share = FileShareBackupStorageDescription::new(path);
            share.primary_user_name = self.share_user;
            share.primary_password = fetch("--share-password", self.share_password)?;
            share.secondary_user_name = self.share_second_user;
            share.secondary_password = fetch("--share-second-password", self.share_second_password)?;
            return Ok(share.into());
        }
        let Some(container) = self.azure_container else {
            return Err(Failure::usage("policy create: --share or --azure-container is required"));
        };
        if let (Some(identity), Some(address)) = (self.managed_identity, self.blob_service) {
            let mut store = ManagedIdentityAzureBlobBackupStorageDescription::new(
                ManagedIdentityType::from(identity),
                address,
                container,
            );
            store.managed_identity_client_id = self.identity_client_id;
            return Ok(store.into());
        }
        match fetch("--connection-string", self.connection_string)? {
            Some(secret) => Ok(AzureBlobBackupStorageDescription::new(secret, container).into()),
            None => Err(Failure::usage(
                "policy create: --azure-container requires --connection-string or --managed-identity",
            )),
        }
    }
}

impl Settings {
    /// The schedule, if one is given.
    pub(super) fn schedule(&self) -> Option<BackupScheduleDescription> {
        let times = |frequency, times: &[RunTime]| TimeBasedBackupScheduleDescription::new(frequency, times.to_vec());
        if let Some(every) = self.every {
            Some(FrequencyBasedBackupScheduleDescription::new(every.iso()).into())
        } else if !self.daily.is_empty() {
            Some(times(BackupScheduleFrequencyType::Daily, &self.daily).into())
        } else if !self.weekly.is_empty() {
            let days = self.weekly.iter().map(|day| day.0.clone()).collect::<Vec<_>>();
            Some(times(BackupScheduleFrequencyType::Weekly, &self.at).run_days(days).into())
        } else {
            None
        }
    }
}

/// Resolves the reference of an option.
fn fetch(option: &str, reference: Option<SecretRef>) -> Result<Option<Secret>, Failure> {
    let fetched = reference.as_ref().map(runtime::fetch).transpose();
    fetched.map_err(|problem| Failure::Usage(format!("{option} {problem}")))
}
