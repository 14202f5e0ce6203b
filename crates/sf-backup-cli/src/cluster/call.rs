//! From what was typed to the operation: one row for each operation of the API, and for the queries that list what there is.

use sf_backup_proto::inventory::{GetApplicationInfoList, GetPartitionInfoList, GetServiceInfoList};
use sf_backup_proto::{
    BackupPartition, CreateBackupPolicy, DeleteBackupPolicy, DisableApplicationBackup, DisablePartitionBackup,
    DisableServiceBackup, EnableApplicationBackup, EnablePartitionBackup, EnableServiceBackup,
    GetAllEntitiesBackedUpByPolicy, GetApplicationBackupConfigurationInfo, GetApplicationBackupList,
    GetBackupPolicyByName, GetBackupPolicyList, GetBackupsFromBackupLocation, GetPartitionBackupConfigurationInfo,
    GetPartitionBackupList, GetPartitionBackupProgress, GetPartitionRestoreProgress, GetServiceBackupConfigurationInfo,
    GetServiceBackupList, Operation, OperationSpec, RestorePartition, ResumeApplicationBackup, ResumePartitionBackup,
    ResumeServiceBackup, SkipRestorePartition, SuspendApplicationBackup, SuspendPartitionBackup, SuspendServiceBackup,
    UpdateBackupPolicy,
};

use crate::cli::Noun;
use crate::cluster::bulk::{AtOnce, Calls, name};
use crate::cluster::input::Input;
use crate::cluster::lookup::Entity;
use crate::cluster::session::Session;
use crate::cluster::verify::Change;
use crate::output::failure::Failure;

/// Declares the commands: what is typed, how the operation is run (`change` answers nothing, `one` an object, `list`
/// pages; `start` begins what `watch` tells of, and either can be waited for; `enable` begins what takes effect later), the operation, and for a change the sentence that says what is done (`{}` is the entity).
macro_rules! calls {
    ($($verb:literal => $way:ident $Op:ident $(, $done:literal)?;)+) => {
        /// An operation, ready to be run, on one entity or on several.
        #[derive(Debug)]
        #[allow(clippy::large_enum_variant)] // there is one in a run
        pub(crate) enum Call {
            $($Op(Calls<$Op>),)+
        }

        $(impl From<$Op> for Call {
            fn from(call: $Op) -> Self {
                Self::$Op(call.into())
            }
        }

        impl From<Calls<$Op>> for Call {
            fn from(calls: Calls<$Op>) -> Self {
                Self::$Op(calls)
            }
        })+

        /// The command that runs each operation, in words as they are typed: `("service enable", …)`.
        pub const VERBS: &[(&str, &OperationSpec)] = &[$(($verb, &<$Op as Operation>::SPEC)),+];

        impl Call {
            /// The command, as it is typed.
            pub(crate) fn verb(&self) -> &'static str {
                match self { $(Self::$Op(_) => $verb,)+ }
            }

            /// The operation's row.
            pub(crate) fn spec(&self) -> &'static OperationSpec {
                match self { $(Self::$Op(_) => const { &<$Op as Operation>::SPEC },)+ }
            }

            /// Whether the operation is to be run: checked, confirmed where it loses something, and not a dry run.
            pub(crate) fn begin(&self, session: &mut Session<'_, '_>, confirmed: bool) -> Result<bool, Failure> {
                let loss = if confirmed { None } else { self.loss() };
                match self { $(Self::$Op(calls) => session.begin_all(calls, self.verb(), loss),)+ }
            }

            /// What the calls are about: the names as they are shown, and the entities.
            fn about(&self) -> (Vec<(String, Option<Entity>)>, AtOnce) {
                match self {
                    $(Self::$Op(calls) => {
                        let about = calls.all().iter().map(|call| (name(call), Entity::of(call)));
                        (about.collect(), calls.at_once())
                    })+
                }
            }

            /// Whether the run itself tells what an interruption leaves behind.
            pub(crate) fn heeds_interrupts(&self) -> bool {
                match self { $(Self::$Op(calls) => calls.are_several() || calls.waiting().is_some(),)+ }
            }

            /// Whether the run waits for more than an answer.
            pub(crate) fn waits(&self) -> bool {
                match self { $(Self::$Op(calls) => calls.waiting().is_some(),)+ }
            }

            /// Runs the operation, and shows what comes of it.
            pub(crate) async fn run(self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
                // Boxed: a future with room for all of them would not fit on a small stack.
                match self { $(Self::$Op(calls) => Box::pin(session.$way(calls, $verb $(, $done)?)).await,)+ }
            }
        }
    };
}

calls! {
    "policy list" => list GetBackupPolicyList;
    "policy show" => one GetBackupPolicyByName;
    "policy create" => change CreateBackupPolicy, "{} is created";
    "policy update" => change UpdateBackupPolicy, "{} is replaced; its partitions start new backup chains";
    "policy delete" => change DeleteBackupPolicy, "{} is deleted";
    "policy entities" => list GetAllEntitiesBackedUpByPolicy;

    "app list" => list GetApplicationInfoList;
    "app enable" => enable EnableApplicationBackup, "backup of {} is enabled; its partitions follow within seconds";
    "app disable" => change DisableApplicationBackup, "backup of {} is disabled";
    "app suspend" => change SuspendApplicationBackup, "backup of {} is suspended";
    "app resume" => change ResumeApplicationBackup, "backup of {} is resumed";
    "app config" => list GetApplicationBackupConfigurationInfo;
    "app backups" => list GetApplicationBackupList;

    "service list" => list GetServiceInfoList;
    "service enable" => enable EnableServiceBackup, "backup of {} is enabled; its partitions follow within seconds";
    "service disable" => change DisableServiceBackup, "backup of {} is disabled";
    "service suspend" => change SuspendServiceBackup, "backup of {} is suspended";
    "service resume" => change ResumeServiceBackup, "backup of {} is resumed";
    "service config" => list GetServiceBackupConfigurationInfo;
    "service backups" => list GetServiceBackupList;

    "partition list" => list GetPartitionInfoList;
    "partition enable" => enable EnablePartitionBackup, "backup of {} is enabled";
    "partition disable" => change DisablePartitionBackup, "backup of {} is disabled";
    "partition suspend" => change SuspendPartitionBackup, "backup of {} is suspended";
    "partition resume" => change ResumePartitionBackup, "backup of {} is resumed";
    "partition config" => one GetPartitionBackupConfigurationInfo;
    "partition backups" => list GetPartitionBackupList;
    "partition backup" => start BackupPartition, "backup of {} is requested; 'partition backup-progress' shows its \
        progress";
    "partition backup-progress" => watch GetPartitionBackupProgress;
    "partition restore" => start RestorePartition, "restore of {} is requested; 'partition restore-progress' shows \
        its progress";
    "partition restore-progress" => watch GetPartitionRestoreProgress;
    "partition skip-restore" => change SkipRestorePartition, "{} continues without a restore";

    "storage backups" => list GetBackupsFromBackupLocation;
}

/// The commands that are no operation of the API's own.
pub const OTHER_VERBS: &[&str] = &[
    "explain",
    "policy edit",
    "policy lint",
    "restore now",
    "restore plan",
    "restore run",
    "sim advance",
    "sim fail",
    "sim status",
    "why",
];

impl Call {
    /// The operation of a command, with the files read that it names; `None` if the noun is none of the API's.
    pub(crate) fn read(noun: Noun, input: &mut Input<'_, '_>) -> Result<Option<Self>, Failure> {
        Ok(Some(match noun {
            Noun::Policy(verb) => return verb.call(input),
            Noun::App(verb) => verb.call(input)?,
            Noun::Service(verb) => verb.call(input)?,
            Noun::Partition(verb) => verb.call(input)?,
            Noun::Storage(verb) => verb.call(input)?,
            Noun::Context(_)
            | Noun::Doctor(_)
            | Noun::Completions(_)
            | Noun::Man(_)
            | Noun::Audit(_)
            | Noun::Metrics(_)
            | Noun::Restore(_)
            | Noun::Export(_)
            | Noun::Diff(_)
            | Noun::Apply(_)
            | Noun::Why(_)
            | Noun::Explain(_)
            | Noun::Sim(_)
            | Noun::Demo(_) => return Ok(None),
        }))
    }

    /// What the command changes, as far as that is looked after.
    fn change(&self) -> Option<Change> {
        let policy = match self {
            Self::EnableApplicationBackup(calls) => calls.all().first().map(|call| &call.policy),
            Self::EnableServiceBackup(calls) => calls.all().first().map(|call| &call.policy),
            Self::EnablePartitionBackup(calls) => calls.all().first().map(|call| &call.policy),
            _ => None,
        };
        Some(match self {
            Self::SuspendApplicationBackup(_) | Self::SuspendServiceBackup(_) | Self::SuspendPartitionBackup(_) => {
                Change::Suspend
            }
            Self::ResumeApplicationBackup(_) | Self::ResumeServiceBackup(_) | Self::ResumePartitionBackup(_) => {
                Change::Resume
            }
            Self::DisableApplicationBackup(_) | Self::DisableServiceBackup(_) | Self::DisablePartitionBackup(_) => {
                Change::Disable
            }
            Self::UpdateBackupPolicy(_) => Change::Update,
            _ => Change::Enable(policy?.clone()),
        })
    }

    /// Looks up what a change is about, and what it takes away.
    pub(crate) async fn verify(&self, session: &mut Session<'_, '_>) {
        if let Some(change) = self.change() {
            let (about, at_once) = self.about();
            Box::pin(session.verify(change, self.spec().name, about, at_once)).await;
        }
    }

    /// Has confirmed what a change takes away, if that was found out and nothing worse was confirmed before.
    pub(crate) fn confirm_verified(&self, session: &mut Session<'_, '_>, confirmed: bool) -> Result<(), Failure> {
        let loss = session.verified.loss().filter(|_| !confirmed && self.loss().is_none()).map(str::to_owned);
        session.confirm(self.verb(), loss)
    }

    /// What is lost for good when the command is run, if anything is.
    fn loss(&self) -> Option<String> {
        fn cleaned<O: Operation>(calls: &Calls<O>, clean: impl Fn(&O) -> Option<bool>, kind: &str) -> Option<String> {
            let clean = calls.all().iter().any(|call| clean(call) == Some(true));
            clean.then(|| format!("all existing backups of {} will be deleted", calls.subject(kind)))
        }
        Some(match self {
            Self::DeleteBackupPolicy(calls) => match calls.all() {
                [call] => format!("policy {} will be deleted, with its stored credentials", call.policy),
                _ => format!("{} will be deleted, with their stored credentials", calls.subject("policies")),
            },
            Self::DisableApplicationBackup(calls) => {
                return cleaned(calls, |call| call.clean_backup, "applications");
            }
            Self::DisableServiceBackup(calls) => return cleaned(calls, |call| call.clean_backup, "services"),
            Self::DisablePartitionBackup(calls) => return cleaned(calls, |call| call.clean_backup, "partitions"),
            Self::SkipRestorePartition(calls) => match calls.all() {
                [call] => format!(
                    "partition {} continues with its replica's data; data that is only in a backup stays lost",
                    call.partition
                ),
                _ => format!(
                    "{} continue with their replicas' data; data that is only in backups stays lost",
                    calls.subject("partitions")
                ),
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use sf_backup_proto::OPERATIONS;
    use sf_backup_proto::inventory::INVENTORY;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_operation_has_one_command() {
        for spec in OPERATIONS {
            let verbs = VERBS.iter().filter(|(_, run)| *run == *spec).count();
            assert_eq!(verbs, 1, "{}", spec.name);
        }
        for (verb, spec) in VERBS {
            assert!(OPERATIONS.contains(spec) || INVENTORY.contains(spec), "{verb}");
        }
    }

    #[test]
    fn the_arguments_are_sound() {
        Cli::command().debug_assert();
    }

    /// `--help` shows how it is typed; where nothing can be given there is nothing to show.
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

    /// What the table names can be typed, and what can be typed is in the table.
    #[test]
    fn the_table_and_the_arguments_are_the_same_commands() {
        let command = Cli::command();
        let nouns = command.get_subcommands().filter(|noun| noun.get_name() != "context"); // the API knows of none
        let mut typed: Vec<String> = nouns
            .flat_map(|noun| noun.get_subcommands().map(move |verb| format!("{} {}", noun.get_name(), verb.get_name())))
            .collect();
        let others = OTHER_VERBS.iter().copied().filter(|verb| verb.contains(' '));
        let mut named: Vec<&str> = VERBS.iter().map(|(verb, _)| *verb).chain(others).collect();
        typed.sort_unstable();
        named.sort_unstable();
        assert_eq!(typed, named);
    }
}
