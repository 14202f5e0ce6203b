//! The text of a policy that is being changed, in an editor or by options, until it can be sent.

use serde_json::Value;
use sf_backup_ops::manifest::Policy;
use sf_backup_proto::model::policy::BackupPolicyDescription;

use super::{PolicyEdit, Replacement};
use crate::cluster::input::{LIMIT, parse};
use crate::cluster::runtime::fetch;
use crate::output::console::Terminal;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;
use crate::output::render::{Format, document};

/// A policy after an edit.
pub(super) struct Edited {
    /// With its secrets resolved.
    pub(super) policy: BackupPolicyDescription,
    /// With references instead of secrets.
    pub(super) unresolved: Policy,
}

pub(super) struct Editing<'a, 'c> {
    pub(super) job: Replacement<'a>,
    pub(super) change: PolicyEdit<'c>,
    /// Whether the text can be edited again if it cannot be sent.
    pub(super) again: bool,
    /// The policy in the cluster.
    pub(super) stored: Policy,
    /// The text in the editor, without comments.
    pub(super) offered: String,
    /// Why the editor opens again.
    pub(super) problem: Option<String>,
}

impl Editing<'_, '_> {
    /// Lets the user edit the policy until it can be sent; `None` if there is nothing to send.
    pub(super) fn next(&mut self, terminal: &mut Terminal<'_>) -> Result<Option<Edited>, Failure> {
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
            // An unchanged text means that the user gives up.
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

    pub(super) fn refused(&mut self, failure: &Failure) {
        self.problem = failure.report().map(|report| report.line().to_owned());
    }

    /// Reads the edited policy; `None` if it equals the one in the cluster.
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

/// The text of a policy with changed settings.
fn applied(text: &str, apply: &dyn Fn(&mut OrderedJson) -> Result<(), Failure>) -> Result<String, Failure> {
    let mut written = read_back(text)?;
    apply(&mut written)?;
    document(Format::Yaml, &written)
}

pub(super) fn read_back(text: &str) -> Result<OrderedJson, Failure> {
    parse::yaml(text, LIMIT).map_err(|problem| Failure::Other(format!("the policy cannot be read back: it {problem}")))
}

/// The text after the comments at its start.
fn without_comments(text: &str) -> String {
    let lines = text.split_inclusive('\n').skip_while(|line| line.starts_with('#'));
    lines.collect()
}
