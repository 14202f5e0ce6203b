//! `sf-backup policy edit`: a policy of the cluster in a person's editor; and what `policy set` shares with it: the change is
//! shown, confirmed and sent.
//!
//! What the cluster masks is never sent back: in place of each secret stands a reference, or the policy is not sent.

use serde_json::Value;
use sf_backup_ops::lint::{Facts, RuntimeVersion, depends_on_runtime, lint_policy};
use sf_backup_ops::manifest::Policy;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{GetBackupPolicyByName, PolicyName, UpdateBackupPolicy};

use super::editor::Editor;
use crate::cluster::calls::Calls;
use crate::cluster::confirm::ask;
use crate::cluster::context::CommandContext;
use crate::cluster::input::{LIMIT, parse};
use crate::cluster::policy_gate;
use crate::cluster::runtime::block_on;
use crate::cluster::runtime::fetch;
use crate::cluster::session::Session;
use crate::commands::policy::{Edit, Replacing};
use crate::output::console::Terminal;
use crate::output::difference::hunks;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;
use crate::output::render::{Format, document};

pub(crate) fn run(args: &Edit, context: CommandContext<'_>, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let interactive = terminal.console.interactive;
    let job = Replacement { verb: "policy edit", name: &args.name, how: &args.replacing };
    job.carry_out(|| Editor::find(context.environment, interactive).map(PolicyEdit::Editor), context, terminal)
}

/// What changes a policy.
pub(super) enum PolicyEdit<'a> {
    /// A person.
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
    /// Reads the policy, changes it, shows the difference, has it confirmed and sends it.
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
        // Only a person can change the text again.
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
                // What was typed is not lost over a refusal.
                Err(failure) if again && is_refusal(&failure) => editing.refused(&failure),
                sent => return sent,
            }
        }
    }

    /// What the rules for policies say about it.
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

/// Whether the policy was refused for what it says.
fn is_refusal(failure: &Failure) -> bool {
    match failure {
        Failure::Call { error, .. } => {
            !error.may_have_changed() && error.fabric().is_some_and(|response| response.status.as_u16() == 400)
        }
        Failure::Usage(_) => true,
        _ => false,
    }
}

/// What an editor has made of a policy.
struct Edited {
    /// With its secrets fetched.
    policy: BackupPolicyDescription,
    /// With references in their place.
    unresolved: Policy,
}

struct Editing<'a, 'c> {
    job: Replacement<'a>,
    change: PolicyEdit<'c>,
    /// Whether the text can be changed again if it cannot be sent.
    again: bool,
    /// As the cluster has it.
    stored: Policy,
    /// What the editor is shown, without comments.
    offered: String,
    /// Why it is shown again.
    problem: Option<String>,
}

impl Editing<'_, '_> {
    /// Lets the policy be edited until it can be sent; `None` if there is nothing to send.
    fn next(&mut self, terminal: &mut Terminal<'_>) -> Result<Option<Edited>, Failure> {
        let verb = self.job.verb;
        loop {
            let text = match &self.change {
                PolicyEdit::Editor(editor) => without_comments(&editor.edit(&self.text())?),
                PolicyEdit::Settings(apply) => applied(&self.offered, apply)?,
            };
            if text.trim().is_empty() {
                terminal.note("the file was emptied: nothing was sent");
                return Ok(None);
            }
            // Whoever leaves it as it is has no more to say.
            if let Some(problem) = self.problem.take().filter(|_| text == self.offered) {
                return Err(Failure::Usage(format!(
                    "{verb}: {problem}; the editor made no further change; nothing was \
                    sent"
                )));
            }
            match self.read(&text) {
                Ok(None) => {
                    terminal.note("nothing was changed, and nothing was sent");
                    return Ok(None);
                }
                Ok(Some(edited)) => {
                    self.offered = text;
                    return Ok(Some(edited));
                }
                Err(problem) if self.again => {
                    self.offered = text;
                    self.problem = Some(problem);
                }
                Err(problem) => return Err(Failure::Usage(format!("{verb}: {problem}; nothing was sent"))),
            }
        }
    }

    fn refused(&mut self, failure: &Failure) {
        self.problem = failure.report().map(|report| report.line().to_owned());
    }

    /// `None` if it is the policy as the cluster has it.
    fn read(&self, text: &str) -> Result<Option<Edited>, String> {
        let document = parse::yaml(text, LIMIT)?;
        if let Some(path) = parse::twice(&document, "") {
            return Err(parse::duplicate(&path));
        }
        let value: Value = serde_json::to_value(&document).map_err(|error| error.to_string())?;
        let unresolved = Policy::read(&value).map_err(|error| error.to_string())?;
        if unresolved.description().name != self.job.name.as_str() {
            return Err(format!("Name: must stay {}: a policy cannot be renamed", self.job.name));
        }
        if unresolved == self.stored {
            return Ok(None);
        }
        let policy = unresolved.resolved(fetch).map_err(|error| error.to_string())?;
        Ok(Some(Edited { policy, unresolved }))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        if let Some(problem) = &self.problem {
            for line in problem.lines() {
                text.push_str(&format!("# error: {line}\n"));
            }
            text.push_str("#\n");
        }
        format!("{text}{COMMENT}{}", self.offered)
    }
}

const COMMENT: &str = "\
# Leading # lines are ignored. Save unchanged or empty to cancel.
# The cluster masks secrets: replace each with a reference, env:NAME, file:PATH or cmd:PROGRAM ARGUMENTS.
";

impl Replacement<'_> {
    /// The policy's text with the references that the command line gives.
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

/// A policy's text with changed settings.
fn applied(text: &str, apply: &dyn Fn(&mut OrderedJson) -> Result<(), Failure>) -> Result<String, Failure> {
    let mut written = read_back(text)?;
    apply(&mut written)?;
    document(Format::Yaml, &written)
}

fn read_back(text: &str) -> Result<OrderedJson, Failure> {
    parse::yaml(text, LIMIT).map_err(|problem| Failure::Other(format!("the policy cannot be read back: it {problem}")))
}

/// The text behind the comments at its beginning.
fn without_comments(text: &str) -> String {
    let lines = text.split_inclusive('\n').skip_while(|line| line.starts_with('#'));
    lines.collect()
}
