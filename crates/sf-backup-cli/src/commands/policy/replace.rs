//! Replaces a policy of the cluster by a changed one: shows the change, confirms it and sends it.
//!
//! Masked secrets are never sent back: each must be replaced by a reference.

mod editing;

use clap::Args;
use sf_backup_ops::lint::{Facts, RuntimeVersion, depends_on_runtime, lint_policy};
use sf_backup_ops::manifest::Policy;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{GetBackupPolicyByName, PolicyName, UpdateBackupPolicy};

use editing::{Editing, read_back};

use super::editor::Editor;
use crate::cluster::calls::Calls;
use crate::cluster::confirm::ask;
use crate::cluster::context::CommandContext;
use crate::cluster::policy_gate;
use crate::cluster::runtime::block_on;
use crate::cluster::session::Session;
use crate::connection::secret_ref::SecretRef;
use crate::options::policy_gate::Gate;
use crate::output::console::Terminal;
use crate::output::difference::hunks;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;
use crate::output::render::{Format, document};

/// The options of replacing a policy: the secrets that the cluster does not return, and the checks.
#[derive(Debug, Args)]
pub(crate) struct Replacing {
    /// The storage account's connection string, by reference: env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS
    #[arg(long, value_name = "REF")]
    pub(crate) connection_string: Option<SecretRef>,

    /// The password of the share's first user, by reference
    #[arg(long, hide_short_help = true, value_name = "REF")]
    pub(crate) share_password: Option<SecretRef>,

    /// The password of the share's second user, by reference
    #[arg(long, hide_short_help = true, value_name = "REF")]
    pub(crate) share_second_password: Option<SecretRef>,

    /// Let the cluster check the storage and its credentials first; ignored by runtimes before 8.0
    #[arg(long)]
    pub(crate) validate_connection: bool,

    #[command(flatten)]
    pub(crate) rules: Gate,
}

/// The source of changes to a policy.
pub(super) enum PolicyEdit<'a> {
    /// A person with an editor.
    Editor(Editor),
    /// Options of the command.
    Settings(&'a dyn Fn(&mut OrderedJson) -> Result<(), Failure>),
}

/// The replacement of a policy by a changed one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replacement<'a> {
    pub(super) verb: &'static str,
    pub(super) name: &'a PolicyName,
    pub(super) how: &'a Replacing,
}

impl Replacement<'_> {
    /// Reads the policy, changes it, shows the difference, confirms it and sends it.
    pub(super) fn carry_out<'c>(
        self,
        change: impl FnOnce() -> Result<PolicyEdit<'c>, Failure>,
        context: CommandContext<'_>,
        terminal: &mut Terminal<'_>,
    ) -> Result<(), Failure> {
        let (interactive, interruptible) = (terminal.console.interactive, terminal.console.interruptible);
        let (verb, confirmed) = (self.verb, context.options.yes);
        let mut session = context.session(None, terminal)?;
        let read = GetBackupPolicyByName::new(self.name.clone());
        if !session.begin(&read, verb, None)? {
            return Ok(());
        }
        session.open_log()?;
        let change = change()?;
        if !interactive && !confirmed {
            return Err(Failure::usage(format!("{verb}: refusing to continue without confirmation; pass --yes")));
        }
        // Only a person can correct the text.
        let again = interactive && matches!(change, PolicyEdit::Editor(_));
        let stored = Policy::of_cluster(block_on(interruptible, None, session.ask(read))?);
        let before = document(Format::Yaml, &stored)?;
        let mut runtime = None;
        let mut editing = Editing { job: self, change, again, stored, offered: self.offered(&before)?, problem: None };
        loop {
            let Some(edited) = editing.next(session.terminal())? else { return Ok(()) };
            let findings = self.classify(&edited.policy, &mut runtime, interruptible, &mut session)?;
            findings.warnings.iter().for_each(|warning| session.terminal().warn(warning));
            match findings.verdict() {
                Err(failure) if again => {
                    editing.refused(&failure);
                    continue;
                }
                verdict => verdict?,
            }
            for line in hunks(&before, &document(Format::Yaml, &edited.unresolved)?) {
                session.terminal().note(&line);
            }
            let consequence = format!("policy {} is replaced, and its partitions start new backup chains", self.name);
            if !confirmed && !ask(session.terminal(), &format!("{verb}: {consequence}. Continue?"))? {
                return Err(Failure::usage(format!("{verb}: not confirmed, nothing was sent")));
            }
            let mut call = UpdateBackupPolicy::new(self.name.clone(), edited.policy);
            call.validate_connection = self.how.validate_connection.then_some(true);
            match self.send(call, interruptible, &mut session) {
                // A rejection must not lose what was typed.
                Err(failure) if again && is_refusal(&failure) => editing.refused(&failure),
                sent => return sent,
            }
        }
    }

    /// Checks the policy by the rules of `policy lint`.
    fn classify(
        self,
        policy: &BackupPolicyDescription,
        runtime: &mut Option<RuntimeVersion>,
        interruptible: bool,
        session: &mut Session<'_, '_>,
    ) -> Result<policy_gate::GateFindings, Failure> {
        if runtime.is_none() && depends_on_runtime(policy) {
            let client = session.client().clone();
            let read = async { Ok(session.patiently(policy_gate::runtime(&client)).await) };
            *runtime = block_on(interruptible, None, read)?;
        }
        let facts = Facts { now: Some(session.terminal().now()), runtime: *runtime, resolve: None };
        Ok(self.how.rules.classify(&lint_policy(policy, &facts), self.verb))
    }

    fn send(self, call: UpdateBackupPolicy, interruptible: bool, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        session.check(&call)?;
        let done = "{} is replaced; its partitions start new backup chains";
        block_on(interruptible, Some(self.verb), session.change(Calls::from(call), self.verb, done))
    }
}

/// Whether the contents of the policy were rejected.
fn is_refusal(failure: &Failure) -> bool {
    match failure {
        Failure::Call { error, .. } => {
            !error.may_have_changed() && error.fabric().is_some_and(|response| response.status.as_u16() == 400)
        }
        Failure::Usage(_) => true,
        _ => false,
    }
}

impl Replacement<'_> {
    /// The text of the policy with the references of the options.
    fn offered(self, before: &str) -> Result<String, Failure> {
        let mut written = read_back(before)?;
        let references = [
            ("--connection-string", "ConnectionString", &self.how.connection_string),
            ("--share-password", "PrimaryPassword", &self.how.share_password),
            ("--share-second-password", "SecondaryPassword", &self.how.share_second_password),
        ];
        for (option, member, reference) in references {
            let Some(reference) = reference else { continue };
            let place = format!("Storage.{member}");
            match written.at_mut(&place) {
                Some(value) => *value = OrderedJson::text(&reference.to_string()),
                None => {
                    let problem = format!("{option}: policy {} has no {place}", self.name);
                    return Err(Failure::Usage(problem));
                }
            }
        }
        document(Format::Yaml, &written)
    }
}
