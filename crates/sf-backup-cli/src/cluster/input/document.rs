//! A file that was read, with its notes and warnings.

use sf_backup_ops::lint::{Facts, RuntimeVersion, depends_on_runtime, lint_policy};
use sf_backup_proto::Timestamp;
use sf_backup_proto::error::BuildError;
use sf_backup_proto::model::policy::BackupPolicyDescription;

use crate::cluster::policy_gate::GateFindings;
use crate::options::policy_gate::Gate;
use crate::output::failure::Failure;
use crate::output::ordered_json::OrderedJson;

/// A text that was read: its source, and its value with secrets hidden, for the messages of errors.
#[derive(Debug)]
pub(crate) struct Document {
    pub(super) source: String,
    /// The member of the request that it is used for; empty for the whole body.
    pub(super) fills: &'static str,
    pub(super) hidden: OrderedJson,
    /// What was changed when it was read.
    pub(super) notes: Vec<String>,
    /// Notes to print before it is sent.
    pub(super) warnings: Vec<String>,
    /// The findings of `policy lint`.
    pub(super) findings: GateFindings,
    /// A policy whose findings depend on the cluster's release.
    pub(super) undecided: Option<Undecided>,
}

#[derive(Debug)]
pub(super) struct Undecided {
    policy: BackupPolicyDescription,
    gate: Gate,
    now: Timestamp,
}

impl Document {
    pub(super) fn new(source: String, fills: &'static str, hidden: OrderedJson) -> Self {
        Self {
            source,
            fills,
            hidden,
            notes: Vec::new(),
            warnings: Vec::new(),
            findings: GateFindings::default(),
            undecided: None,
        }
    }

    /// Checks a policy with the rules of `policy lint`.
    pub(super) fn classify(&mut self, policy: &BackupPolicyDescription, gate: Gate, now: Timestamp) {
        let facts = Facts { now: Some(now), ..Facts::default() };
        self.findings = gate.classify(&lint_policy(policy, &facts), &self.source);
        self.undecided = depends_on_runtime(policy).then(|| Undecided { policy: policy.clone(), gate, now });
    }

    /// Whether more rules apply if the cluster's release is known.
    pub(crate) fn wants_runtime(&self) -> bool {
        self.undecided.is_some()
    }

    /// Checks the policy again, with the cluster's release.
    pub(crate) fn set_runtime(&mut self, runtime: RuntimeVersion) {
        if let Some(Undecided { policy, gate, now }) = self.undecided.take() {
            let facts = Facts { now: Some(now), runtime: Some(runtime), resolve: None };
            self.findings = gate.classify(&lint_policy(&policy, &facts), &self.source);
        }
    }

    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(crate) fn warnings(&self) -> impl Iterator<Item = &String> {
        self.warnings.iter().chain(&self.findings.warnings)
    }

    /// The findings that are errors.
    pub(super) fn errors(&self) -> &[String] {
        self.findings.errors()
    }

    /// The error that stops the command before anything is sent.
    pub(crate) fn refusal(&self) -> Result<(), Failure> {
        self.findings.verdict()
    }

    /// The error of a request, if this document caused it: file, member, value and rule.
    pub(crate) fn blame(&self, error: &BuildError) -> Option<String> {
        let member = match error {
            BuildError::Invalid { member, .. } | BuildError::MaskedSecret { member } => self.inside(member)?,
            // Only members of the document: an option, or the operation itself, can be too new as well.
            BuildError::NotInVersion { what, .. } => self.inside(what).filter(|what| self.hidden.at(what).is_some())?,
            _ => return None,
        };
        Some(match error {
            BuildError::Invalid { rule, .. } => self.at(member, "", rule),
            error => format!("{}: {error}", self.source),
        })
    }

    /// Converts a member of the request to one of this document.
    fn inside<'a>(&self, member: &'a str) -> Option<&'a str> {
        member.strip_prefix(self.fills).map(|inside| inside.trim_start_matches('.'))
    }

    /// `daily.json: Schedule.Interval "PT30S" must be…`
    pub(super) fn at(&self, path: &str, colon: &str, problem: &str) -> String {
        let Self { source, hidden, .. } = self;
        if matches!(path, "" | "." | "?") {
            return format!("{source}: {problem}");
        }
        match scalar(hidden, path) {
            Some(value) => format!("{source}: {path} {value}{colon} {problem}"),
            None => format!("{source}: {path}{colon} {problem}"),
        }
    }
}

/// The value at a path, if it is short enough to quote.
pub(super) fn scalar(value: &OrderedJson, path: &str) -> Option<String> {
    match value.at(path)? {
        OrderedJson::Scalar(value) => Some(value.to_string()).filter(|text| text.chars().count() <= 100),
        _ => None,
    }
}
