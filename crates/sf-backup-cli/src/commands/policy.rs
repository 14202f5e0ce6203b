//! `sf-backup policy …`

mod edit;
mod editor;
mod flags;
mod lint;
mod replace;
mod set;

use clap::{Args, Subcommand};
use sf_backup_proto::{
    CreateBackupPolicy, DeleteBackupPolicy, GetAllEntitiesBackedUpByPolicy, GetBackupPolicyByName, GetBackupPolicyList,
    PolicyName, UpdateBackupPolicy,
};

use crate::cluster::call;
use crate::cluster::context::CommandContext;
use crate::cluster::ids::Ids;
use crate::options::files::OutputFile;
use crate::options::files::Source;
use crate::options::ids::{BatchOptions, EntityArg};
use crate::options::listing::{Paging, flag, paged};
use crate::options::policy_gate::Gate;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// List the policies, ordered by name
    #[command(
        alias = "ls",
        after_help = "Examples:
  sf-backup policy list
  sf-backup -o json policy list"
    )]
    List {
        #[command(flatten)]
        paging: Paging,
    },

    /// Show one policy; the cluster masks its secrets
    #[command(aliases = ["get", "describe"], after_help = "Examples:
  sf-backup policy show Daily
  sf-backup policy show Daily -f daily.yaml")]
    Show {
        /// Name of the policy
        #[arg(value_name = "NAME")]
        name: PolicyName,
        #[command(flatten)]
        file: OutputFile,
    },

    /// Create a policy
    ///
    /// The policy is given by options, or by a file with the API's JSON (BackupPolicyDescription) or the same as YAML.
    /// Secrets in the file may be references: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS. The policy is checked by
    /// the rules of 'policy lint' before it is sent. Errors stop the command unless --force is given; warnings are only
    /// shown.
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

    /// Replace a policy completely
    ///
    /// Settings that are missing in the file are removed, and secrets must be given again: the cluster shows them as
    /// ****, and a file that contains **** is refused. All partitions under the policy start a new backup chain with a
    /// full backup.
    #[command(after_help = "Examples:
  sf-backup policy update Daily -f daily.json
  sf-backup policy update Daily -f - < daily.yaml")]
    Update {
        /// Name of the policy
        #[arg(value_name = "NAME")]
        name: PolicyName,
        #[command(flatten)]
        policy: PolicyFile,
    },

    /// Edit a policy in an editor
    ///
    /// Opens the policy as YAML in the editor set by VISUAL or EDITOR. The cluster does not return secrets: replace
    /// each placeholder with a reference, or give the reference as an option. Changes are shown and must be confirmed.
    /// If the policy is invalid, the editor opens again with the reason. Nothing is sent if nothing was changed.
    #[command(after_help = "Examples:
  sf-backup policy edit Daily
  sf-backup policy edit Daily --share-password env:SHARE_PASSWORD
  EDITOR='sed -i s/PT4H/PT2H/' sf-backup policy edit Often --yes")]
    Edit(edit::Edit),

    /// Change individual settings of a policy
    ///
    /// The other settings stay as they are. The cluster does not return secrets: give a reference for each secret of the policy.
    /// Changes are shown and must be confirmed. All partitions under the policy start a new backup chain with a full backup.
    #[command(after_help = "Examples:
  sf-backup policy set Daily --every 2h
  sf-backup policy set Nightly --daily 01:30,13:30 --keep 14d --yes
  sf-backup policy set Nightly --incrementals 10 --share-password env:SHARE_PASSWORD")]
    Set(Box<set::Set>),

    /// Check a policy for errors and risky settings
    ///
    /// `-`, an existing file, or anything containing / or \ is read as a file, without contacting a cluster; anything
    /// else is the name of a policy in the cluster.
    ///
    /// Secret references are resolved from the environment and from files; programs are not run. The exit code is 0 if
    /// there are no errors, and 2 if there are errors or, with --strict, warnings.
    #[command(after_help = "Examples:
  sf-backup policy lint daily.json
  sf-backup policy lint - < daily.yaml
  sf-backup -o json policy lint --strict ./daily.yaml
  sf-backup policy lint --runtime 9.1 daily.json
  sf-backup policy lint Daily")]
    Lint(lint::Lint),

    /// Delete policies that are not enabled anywhere
    #[command(after_help = "Examples:
  sf-backup policy delete Daily
  sf-backup policy delete Daily --yes
  sf-backup policy delete Daily Weekly --yes")]
    Delete {
        /// One or more policy names, or - to read them from standard input, one per line
        #[arg(value_name = "NAME", required = true)]
        names: Vec<EntityArg<PolicyName>>,
        #[command(flatten)]
        batch: BatchOptions,
    },

    /// List the applications, services and partitions that a policy is enabled on directly
    #[command(after_help = "Examples:
  sf-backup policy entities Daily")]
    Entities {
        /// Name of the policy
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
    settings: flags::Settings,
    #[command(flatten)]
    flags: flags::Flags,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyFile {
    /// The policy, as JSON or YAML; - is standard input, which is also the default in scripts
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    file: Option<Source>,

    /// Let the cluster check the storage and its credentials first; ignored by runtimes before 8.0
    #[arg(long)]
    validate_connection: bool,

    #[command(flatten)]
    rules: Gate,
}

impl PolicyCommand {
    /// The file that the result is written to.
    pub(crate) fn output_file(&self) -> Option<&OutputFile> {
        if let Self::Show { file, .. } = self { Some(file) } else { None }
    }
}

pub(crate) fn run(
    verb: PolicyCommand,
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let verb = match verb {
        PolicyCommand::Edit(edit) => return edit::run(&edit, context, terminal),
        PolicyCommand::Set(set) => return set::run(&set, context, terminal),
        PolicyCommand::Lint(lint) => return lint::run(&lint, context, terminal),
        verb => verb,
    };
    call::run(context, terminal, |input| {
        Ok(match verb {
            PolicyCommand::List { paging } => paged!(GetBackupPolicyList::new(), paging).into(),
            PolicyCommand::Show { name, .. } => GetBackupPolicyByName::new(name).into(),
            PolicyCommand::Create(create) => {
                let gate = create.policy.rules;
                let policy = match &create.name {
                    Some(name) => input.described(create.flags.policy(name, &create.settings)?, gate),
                    None => input.policy(create.policy.file, gate)?,
                };
                let mut call = CreateBackupPolicy::new(policy);
                call.validate_connection = flag(create.policy.validate_connection);
                call.into()
            }
            PolicyCommand::Update { name, policy } => {
                let description = input.policy(policy.file, policy.rules)?;
                if description.name != name.as_str() {
                    input.warn(&format!("Name is {:?}, which is ignored: policy {name} is replaced", description.name));
                }
                let mut call = UpdateBackupPolicy::new(name, description);
                call.validate_connection = flag(policy.validate_connection);
                call.into()
            }
            PolicyCommand::Delete { names, batch } => {
                Ids::read(names, batch, input)?.calls(DeleteBackupPolicy::new).into()
            }
            PolicyCommand::Entities { name, paging } => {
                paged!(GetAllEntitiesBackedUpByPolicy::new(name), paging).into()
            }
            PolicyCommand::Edit(_) | PolicyCommand::Set(_) | PolicyCommand::Lint(_) => {
                return Err(Failure::usage("policy: this verb sends no request"));
            }
        })
    })
}
