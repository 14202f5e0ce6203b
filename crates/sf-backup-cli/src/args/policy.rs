//! `sf-backup policy …`

mod flags;

use clap::{Args, Subcommand};
use sf_backup_ops::lint::RuntimeVersion;
use sf_backup_proto::{
    CreateBackupPolicy, DeleteBackupPolicy, GetAllEntitiesBackedUpByPolicy, GetBackupPolicyByName, GetBackupPolicyList,
    PolicyName, UpdateBackupPolicy,
};

use super::ids::{Given, Ids, Several};
use super::listing::{Paging, flag, paged};
use super::output_file::OutputFile;
use crate::command::Call;
use crate::failure::Failure;
use crate::input::{Input, Source};
use crate::policy::gate::Gate;
use crate::secret_ref::SecretRef;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists the policies, ordered by name
    #[command(after_help = "Examples:
  sf-backup policy list
  sf-backup -o json policy list")]
    List {
        #[command(flatten)]
        paging: Paging,
    },

    /// Shows one policy; its secrets are masked by the cluster
    #[command(after_help = "Examples:
  sf-backup policy show Daily
  sf-backup policy show Daily -f daily.yaml")]
    Show {
        #[arg(value_name = "NAME")]
        name: PolicyName,
        #[command(flatten)]
        file: OutputFile,
    },

    /// Stores a new policy
    ///
    /// It comes from options, or from a file that holds the API's own JSON (BackupPolicyDescription), or the same as YAML.
    /// Secrets in the file may be references: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS. The policy is checked by the rules
    /// of 'policy lint' before it is sent: errors stop it, unless --force is given; warnings are shown.
    #[command(after_help = "Examples:
  sf-backup policy create -f daily.json
  sf-backup policy create -f daily.yaml --validate-connection
  sf-backup --dry-run policy create -f - < daily.json
  sf-backup policy create Often --every 4h --keep 20d --keep-at-least 10 --share '\\\\nas\\backups'
  sf-backup policy create Nightly --daily 01:30 --incrementals 6 --keep 20d --keep-at-least 7 \\
    --share '\\\\nas\\backups' --share-user 'CONTOSO\\backup' --share-password env:SHARE_PASSWORD
  sf-backup policy create Weekend --weekly sat,sun --at 01:30 --incrementals 3 --keep 20d \\
    --keep-at-least 4 --azure-container backups \\
    --connection-string 'cmd:az storage account show-connection-string -n acct -o tsv'

With a managed identity, on a runtime of 8.0 or later:
  sf-backup policy create Cloud --every 1h --keep 20d --keep-at-least 24 --azure-container backups \\
    --managed-identity cluster --blob-service https://acct.blob.core.windows.net

A policy as JSON, where each backslash is doubled; for runtimes 6.2 and 6.3, leave RetentionPolicy out:
  {\"Name\": \"Daily\", \"AutoRestoreOnDataLoss\": false, \"MaxIncrementalBackups\": 20,
   \"Schedule\": {\"ScheduleKind\": \"FrequencyBased\", \"Interval\": \"PT15M\"},
   \"Storage\": {\"StorageKind\": \"FileShare\", \"Path\": \"\\\\\\\\nas\\\\backups\"},
   \"RetentionPolicy\": {\"RetentionPolicyType\": \"Basic\", \"RetentionDuration\": \"P20D\",
    \"MinimumNumberOfBackups\": 21}}

Where a secret is expected, a file may name it: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS.
Write literal: before a secret that begins with one of these words.")]
    Create(Box<Create>),

    /// Replaces a policy as a whole
    ///
    /// What the file does not say is gone, and secrets must be given anew: the cluster shows them as ****, and a file with
    /// **** in their place is refused. The backup chains of all partitions under the policy begin anew.
    #[command(after_help = "Examples:
  sf-backup policy update Daily -f daily.json
  sf-backup policy update Daily -f - < daily.yaml")]
    Update {
        #[arg(value_name = "NAME")]
        name: PolicyName,
        #[command(flatten)]
        policy: PolicyFile,
    },

    /// Changes a policy in an editor
    ///
    /// The editor is the one that VISUAL or EDITOR names. It is shown the policy as YAML, with a place for each secret, which
    /// the cluster does not tell: a reference must be written there, or given as an option. Nothing is sent if nothing was
    /// changed. What was changed is shown and must be confirmed; what cannot be sent is shown to the editor again, with the
    /// reason.
    #[command(after_help = "Examples:
  sf-backup policy edit Daily
  sf-backup policy edit Daily --share-password env:SHARE_PASSWORD
  EDITOR='sed -i s/PT4H/PT2H/' sf-backup policy edit Often --yes")]
    Edit(Edit),

    /// Finds what is wrong with a policy, and what will be regretted
    ///
    /// What is - , an existing file, or has a path's separator in it is read as a file, without a cluster; anything else is
    /// the name of a policy in the cluster.
    ///
    /// Secrets by reference are resolved from the environment and from files; programs are not run. Exits with 0 if there are no
    /// errors, and with 2 if there are, or, with --strict, if there are warnings.
    #[command(after_help = "Examples:
  sf-backup policy lint daily.json
  sf-backup policy lint - < daily.yaml
  sf-backup -o json policy lint --strict ./daily.yaml
  sf-backup policy lint --runtime 9.1 daily.json
  sf-backup policy lint Daily")]
    Lint(Lint),

    /// Deletes a policy that is enabled nowhere
    #[command(after_help = "Examples:
  sf-backup policy delete Daily
  sf-backup policy delete Daily --yes
  sf-backup policy delete Daily Weekly --yes")]
    Delete {
        /// The policy's name; several, or - for a list on standard input, one on each line
        #[arg(value_name = "NAME", required = true)]
        names: Vec<Given<PolicyName>>,
        #[command(flatten)]
        several: Several,
    },

    /// Lists the applications, services and partitions that a policy is enabled on directly
    #[command(after_help = "Examples:
  sf-backup policy entities Daily")]
    Entities {
        #[arg(value_name = "NAME")]
        name: PolicyName,
        #[command(flatten)]
        paging: Paging,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The policy's name, for a policy without a file
    #[arg(value_name = "NAME", conflicts_with = "file")]
    name: Option<PolicyName>,
    #[command(flatten)]
    policy: PolicyFile,
    #[command(flatten)]
    flags: flags::Flags,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyFile {
    /// The policy, as JSON or YAML; - is standard input, and so is nothing at all in a script
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    file: Option<Source>,

    /// Has the cluster try the storage and its credentials first; runtimes before 8.0 ignore it
    #[arg(long)]
    validate_connection: bool,

    #[command(flatten)]
    rules: Rules,
}

/// What the findings of 'policy lint' come to.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Rules {
    /// Send the policy although 'policy lint' finds errors in it
    #[arg(long)]
    force: bool,

    /// Treat warnings of 'policy lint' as errors
    #[arg(long, conflicts_with = "force")]
    strict: bool,
}

impl Rules {
    pub(crate) fn gate(self) -> Gate {
        Gate { force: self.force, strict: self.strict }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Edit {
    #[arg(value_name = "NAME")]
    pub(crate) name: PolicyName,

    /// The storage account's connection string, by reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS
    #[arg(long, value_name = "REF")]
    pub(crate) connection_string: Option<SecretRef>,

    /// The password of the share's first user, by reference
    #[arg(long, value_name = "REF")]
    pub(crate) share_password: Option<SecretRef>,

    /// The password of the share's second user, by reference
    #[arg(long, value_name = "REF")]
    pub(crate) share_second_password: Option<SecretRef>,

    /// Has the cluster try the storage and its credentials first; runtimes before 8.0 ignore it
    #[arg(long)]
    pub(crate) validate_connection: bool,

    #[command(flatten)]
    pub(crate) rules: Rules,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// A file with a policy as JSON or YAML, - for standard input, or the name of a policy in the cluster
    #[arg(value_name = "FILE|NAME")]
    pub(crate) subject: String,

    /// Treat warnings as errors
    #[arg(long)]
    pub(crate) strict: bool,

    /// The release of the runtime that the policy is for, such as 9.1; that of the cluster, where one is asked for the policy
    #[arg(long, value_name = "V")]
    pub(crate) runtime: Option<RuntimeVersion>,
}

impl Verb {
    /// The operation, with the files read that it names; `None` for a verb that is none of the API's.
    pub(crate) fn call(self, input: &mut Input<'_, '_>) -> Result<Option<Call>, Failure> {
        Ok(Some(match self {
            Self::List { paging } => paged!(GetBackupPolicyList::new(), paging).into(),
            Self::Show { name, .. } => GetBackupPolicyByName::new(name).into(),
            Self::Create(create) => {
                let gate = create.policy.rules.gate();
                let policy = match &create.name {
                    Some(name) => input.described(create.flags.policy(name)?, gate),
                    None => input.policy(create.policy.file, gate)?,
                };
                let mut call = CreateBackupPolicy::new(policy);
                call.validate_connection = flag(create.policy.validate_connection);
                call.into()
            }
            Self::Update { name, policy } => {
                let description = input.policy(policy.file, policy.rules.gate())?;
                if description.name != name.as_str() {
                    input.warn(&format!(
                        "Name is {:?}, which counts for nothing: policy {name} is replaced",
                        description.name
                    ));
                }
                let mut call = UpdateBackupPolicy::new(name, description);
                call.validate_connection = flag(policy.validate_connection);
                call.into()
            }
            Self::Delete { names, several } => Ids::read(names, several, input)?.calls(DeleteBackupPolicy::new).into(),
            Self::Entities { name, paging } => paged!(GetAllEntitiesBackedUpByPolicy::new(name), paging).into(),
            Self::Edit(_) | Self::Lint(_) => return Ok(None),
        }))
    }
}
