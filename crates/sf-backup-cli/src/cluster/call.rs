//! The commands of the operations: one row for each operation of the API and for each query of the inventory.

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

use crate::cluster::calls::{Calls, name};
use crate::cluster::confirm::confirm;
use crate::cluster::context::CommandContext;
use crate::cluster::input::Input;
use crate::cluster::lookup::Entity;
use crate::cluster::runtime::{Interrupts, Waiter};
use crate::cluster::session::Session;
use crate::cluster::verify::ChangeKind;
use crate::options::ids::Concurrency;
use crate::output::console::Terminal;
use crate::output::failure::Failure;

/// Declares the commands: the words, how the operation is run (`change` returns nothing, `one` an object, `list` pages;
/// `start` starts what `watch` reports, and both can wait; `enable` starts what takes effect later), the operation, and
/// for a change the message (`{}` is the entity).
macro_rules! calls {
    ($($verb:literal => $way:ident $Op:ident $(, $done:literal)?;)+) => {
        /// An operation that can be run, on one or several entities.
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

        /// The command of each operation, in the words that are typed: `("service enable", …)`.
        pub const VERBS: &[(&str, &OperationSpec)] = &[$(($verb, &<$Op as Operation>::SPEC)),+];

        impl Call {
            /// The command, in the words that are typed.
            pub(crate) fn verb(&self) -> &'static str {
                match self { $(Self::$Op(_) => $verb,)+ }
            }

            /// The operation's row.
            pub(crate) fn spec(&self) -> &'static OperationSpec {
                match self { $(Self::$Op(_) => const { &<$Op as Operation>::SPEC },)+ }
            }

            /// Checks the operation, and confirms it if it loses something. Returns whether to run it; not in a dry
            /// run.
            pub(crate) fn begin(&self, session: &mut Session<'_, '_>, confirmed: bool) -> Result<bool, Failure> {
                let loss = if confirmed { None } else { self.loss() };
                match self { $(Self::$Op(calls) => session.begin_all(calls, self.verb(), loss),)+ }
            }

            /// The subjects of the calls: the names as printed, and the entities.
            fn about(&self) -> (Vec<(String, Option<Entity>)>, Concurrency) {
                match self {
                    $(Self::$Op(calls) => {
                        let names = calls.all().iter().map(name);
                        let about = names.map(|name| {
                            let entity = Entity::of(self.spec(), &name);
                            (name, entity)
                        });
                        (about.collect(), calls.concurrency())
                    })+
                }
            }

            /// Whether the run itself reports its state after an interruption.
            pub(crate) fn handles_interrupts(&self) -> bool {
                match self { $(Self::$Op(calls) => calls.are_several() || calls.waiting().is_some(),)+ }
            }

            /// Runs the operation, and prints the result.
            pub(crate) async fn run(self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
                // Boxed, because a future with room for all of them would not fit on a small stack.
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
    "app config" => config GetApplicationBackupConfigurationInfo;
    "app backups" => backups GetApplicationBackupList;

    "service list" => list GetServiceInfoList;
    "service enable" => enable EnableServiceBackup, "backup of {} is enabled; its partitions follow within seconds";
    "service disable" => change DisableServiceBackup, "backup of {} is disabled";
    "service suspend" => change SuspendServiceBackup, "backup of {} is suspended";
    "service resume" => change ResumeServiceBackup, "backup of {} is resumed";
    "service config" => config GetServiceBackupConfigurationInfo;
    "service backups" => backups GetServiceBackupList;

    "partition list" => list GetPartitionInfoList;
    "partition enable" => enable EnablePartitionBackup, "backup of {} is enabled";
    "partition disable" => change DisablePartitionBackup, "backup of {} is disabled";
    "partition suspend" => change SuspendPartitionBackup, "backup of {} is suspended";
    "partition resume" => change ResumePartitionBackup, "backup of {} is resumed";
    "partition config" => one GetPartitionBackupConfigurationInfo;
    "partition backups" => backups GetPartitionBackupList;
    "partition backup" => start BackupPartition, "backup of {} is requested; 'partition backup-progress' shows its \
        progress";
    "partition backup-progress" => watch GetPartitionBackupProgress;
    "partition restore" => start RestorePartition, "restore of {} is requested; 'partition restore-progress' shows \
        its progress";
    "partition restore-progress" => watch GetPartitionRestoreProgress;
    "partition skip-restore" => change SkipRestorePartition, "{} continues without a restore";

    "storage backups" => stored_backups GetBackupsFromBackupLocation;
}

/// Runs the operation that `read` creates from the arguments: checks it, confirms it if it loses something, and in a
/// dry run prints the request instead.
pub(crate) fn run(
    context: CommandContext<'_>,
    terminal: &mut Terminal<'_>,
    read: impl FnOnce(&mut Input<'_, '_>) -> Result<Call, Failure>,
) -> Result<(), Failure> {
    let mut input = Input::new(&context, terminal);
    let call = read(&mut input)?;
    let document = input.into_document();
    let interruptible = terminal.console.interruptible;
    let confirmed = context.options.yes;
    let change = call.spec().changes().then_some(call.verb());
    let mut session = context.session(document, terminal)?;
    let waiter = Waiter::new()?;
    waiter.block_on(interruptible, None, async {
        session.settle_runtime().await;
        Ok(())
    })?;
    if !call.begin(&mut session, confirmed)? {
        return Ok(());
    }
    if session.verifies() {
        let looked = waiter.block_on(interruptible, None, async {
            call.verify(&mut session).await;
            Ok(())
        });
        looked.map_err(|failure| failure.before(call.verb()))?;
        call.confirm_verified(&mut session, confirmed)?;
    }
    let handles = interruptible && call.handles_interrupts();
    waiter.block_on(interruptible && !handles, change, async {
        if handles {
            session.on_interrupt(Interrupts::by_person());
        }
        call.run(&mut session).await
    })
}

impl Call {
    /// The kind of the change, if it is verified.
    fn change(&self) -> Option<ChangeKind> {
        let policy = match self {
            Self::EnableApplicationBackup(calls) => calls.all().first().map(|call| &call.policy),
            Self::EnableServiceBackup(calls) => calls.all().first().map(|call| &call.policy),
            Self::EnablePartitionBackup(calls) => calls.all().first().map(|call| &call.policy),
            _ => None,
        };
        Some(match self {
            Self::SuspendApplicationBackup(_) | Self::SuspendServiceBackup(_) | Self::SuspendPartitionBackup(_) => {
                ChangeKind::Suspend
            }
            Self::ResumeApplicationBackup(_) | Self::ResumeServiceBackup(_) | Self::ResumePartitionBackup(_) => {
                ChangeKind::Resume
            }
            Self::DisableApplicationBackup(_) | Self::DisableServiceBackup(_) | Self::DisablePartitionBackup(_) => {
                ChangeKind::Disable
            }
            Self::UpdateBackupPolicy(_) => ChangeKind::Update,
            _ => ChangeKind::Enable(policy?.clone()),
        })
    }

    /// Looks up the entities of a change, and what it removes.
    pub(crate) async fn verify(&self, session: &mut Session<'_, '_>) {
        if let Some(change) = self.change() {
            let (about, at_once) = self.about();
            Box::pin(session.verify(change, self.spec().name, about, at_once)).await;
        }
    }

    /// Confirms what a change removes, if that is known and nothing worse was confirmed before.
    pub(crate) fn confirm_verified(&self, session: &mut Session<'_, '_>, confirmed: bool) -> Result<(), Failure> {
        let loss = session.verified.loss().filter(|_| !confirmed && self.loss().is_none()).map(str::to_owned);
        confirm(session.terminal(), self.verb(), loss)
    }

    /// What the command loses permanently, if anything.
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
                    "partition {} continues with its replica's data; data that exists only in a backup is not restored",
                    call.partition
                ),
                _ => format!(
                    "{} continue with their replicas' data; data that exists only in backups is not restored",
                    calls.subject("partitions")
                ),
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use sf_backup_proto::OPERATIONS;
    use sf_backup_proto::inventory::INVENTORY;

    use super::*;

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
}
