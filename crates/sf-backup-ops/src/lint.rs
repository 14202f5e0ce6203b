//! Rules for backup policies: errors, and settings that are valid but unwise.
//!
//! `policy lint`, `create`, `update`, `edit`, `apply` and `diff` all use these rules. Nothing here accesses a cluster,
//! a clock or the system: what a rule needs to know is passed as [`Facts`].
//!
//! Findings come from three sources: validation before a request is sent ([`BackupPolicyDescription::problems`]), the
//! values of the policy, and its original text.
//!
//! ```
//! use sf_backup_ops::lint::{Facts, Severity, lint};
//!
//! let policy = serde_json::json!({
//!     "Name": "Often", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 20,
//!     "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT30S" },
//!     "Storage": { "StorageKind": "FileShare", "Path": "\\\\nas\\backups" },
//! });
//! let findings = lint(&policy, &Facts::default());
//! assert_eq!((findings[0].rule, findings[0].severity), ("invalid-member", Severity::Error));
//! assert_eq!(findings[0].member, "Schedule.Interval");
//! ```

mod connection_string;
mod identity;
mod other_kinds;
mod policy;
mod risk;
mod runtime;
mod share;
mod spelling;
mod storage;
#[cfg(test)]
mod tests;
mod unknown;

use std::fmt;

use serde_json::Value;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::{ApiVersion, Secret, Timestamp, model};

pub use other_kinds::{LeftOut, without_other_kinds};
pub use risk::PolicyRisk;
pub use runtime::{RuntimeVersion, RuntimeVersionError};

use crate::secret_ref::{self, SecretRef, Text};
use crate::secrets::{Kind, rewrite};

/// A finding of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The severity.
    pub severity: Severity,
    /// The name of the rule, which is stable.
    pub rule: &'static str,
    /// The member's path, such as `Schedule.Interval`; empty for the policy as a whole.
    pub member: String,
    /// The problem and its consequences.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

/// The severity of a finding. Sorts the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy is not sent unless that is forced.
    Error,
    /// The policy is sent, but will cause problems.
    Warning,
    /// Worth knowing.
    Info,
}

/// What is known about the cluster and the environment. By default, nothing.
#[derive(Clone, Copy, Default)]
pub struct Facts<'a> {
    /// The time by the cluster's clock, or by the local one, to check when shared access signatures expire.
    pub now: Option<Timestamp>,
    /// The release of the cluster's runtime.
    pub runtime: Option<RuntimeVersion>,
    /// Resolves a reference to a secret: returns the secret, `None` if it is not to be checked, or an error. Without
    /// it, references are not resolved.
    pub resolve: Option<&'a Resolve>,
}

/// Resolves a reference to a secret. The error is one line and contains no secret.
pub type Resolve = dyn Fn(&SecretRef) -> Result<Option<Secret>, String>;

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, problem, advice, .. } = self;
        match member.as_str() {
            "" => write!(f, "{problem}; {advice}"),
            member => write!(f, "{member} {problem}; {advice}"),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").field("now", &self.now).field("runtime", &self.runtime).finish_non_exhaustive()
    }
}

/// Checks a policy as written in a file. Returns the worst findings first; no finding contains a secret.
pub fn lint(policy: &Value, facts: &Facts<'_>) -> Vec<Finding> {
    let mut value = policy.clone();
    let mut findings: Vec<Finding> = without_other_kinds(&mut value).finding().into_iter().collect();
    findings.extend(spelling::findings(&value));
    match model::read::<BackupPolicyDescription, _>(&value) {
        Ok(mut policy) => {
            findings.extend(references(&mut policy, facts));
            findings.extend(sent(&policy, facts));
        }
        Err(error) => findings.push(Finding {
            severity: Severity::Error,
            rule: "unreadable",
            member: Some(error.place()).filter(|place| !matches!(*place, "." | "?")).unwrap_or_default().to_owned(),
            problem: error.problem().to_owned(),
            advice: "write it as the REST API documents it".to_owned(),
        }),
    }
    sorted(findings)
}

/// Checks a policy as it is sent, with its secrets. Remaining references are not checked.
pub fn lint_policy(policy: &BackupPolicyDescription, facts: &Facts<'_>) -> Vec<Finding> {
    sorted(sent(policy, facts))
}

/// Checks a policy as a cluster returns it: with masked secrets, and without its original spelling.
pub fn lint_stored(policy: &BackupPolicyDescription, facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = sent(policy, facts);
    findings.retain(|finding| finding.rule != MASKED_SECRET);
    sorted(findings)
}

/// Checks a storage on its own, as it is sent.
pub fn lint_storage(storage: &BackupStorageDescription, facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    storage::findings(storage, "", facts, &mut |finding| findings.push(finding));
    sorted(findings)
}

/// Whether errors or warnings depend on the runtime release, so that it should be read.
pub fn depends_on_runtime(policy: &BackupPolicyDescription) -> bool {
    let [oldest, newest] = [RuntimeVersion::new(6, 4), RuntimeVersion::new(11, 3)].map(|runtime| {
        let mut findings = lint_policy(policy, &Facts { runtime: Some(runtime), ..Facts::default() });
        findings.retain(|finding| finding.severity != Severity::Info);
        findings
    });
    oldest != newest
}

fn sent(policy: &BackupPolicyDescription, facts: &Facts<'_>) -> Vec<Finding> {
    // Members of later releases are not errors here: the api-version is unknown.
    let mut findings: Vec<Finding> = Vec::new();
    for finding in policy.problems(ApiVersion::V6_4).iter().map(Finding::of_problem) {
        // A further problem of the same member adds nothing.
        if !findings.iter().any(|earlier| earlier.member == finding.member) {
            findings.push(finding);
        }
    }
    let mut push = |finding: Finding| {
        // If validation rejects a member, further findings about it add nothing.
        let known = |earlier: &Finding| earlier.severity == Severity::Error && earlier.member == finding.member;
        if finding.severity != Severity::Error || !findings.iter().any(known) {
            findings.push(finding);
        }
    };
    policy::findings(policy, facts, &mut push);
    findings
}

/// Replaces references by their secrets, if available, and reports those that are not.
fn references(policy: &mut BackupPolicyDescription, facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rewritten: Result<(), std::convert::Infallible> = rewrite(policy, &mut |place, kind, text| {
        if kind == Kind::Unknown {
            return Ok(None);
        }
        let mut found = |severity, rule, problem: String, advice: &str| {
            findings.push(Finding { severity, rule, member: place.to_owned(), problem, advice: advice.to_owned() });
        };
        match secret_ref::text(text) {
            Text::Literal(secret) => return Ok(Some(Secret::from(secret))),
            Text::Reference(reference) => match facts.resolve.map(|resolve| resolve(&reference)) {
                Some(Ok(secret)) => return Ok(secret),
                Some(Err(problem)) => found(
                    Severity::Warning,
                    "unresolved-secret",
                    format!("cannot be resolved here: {problem}"),
                    "set it where the policy is created; nothing is sent without it",
                ),
                None => {}
            },
            Text::Malformed(problem) if kind == Kind::Secret => {
                found(Severity::Error, "malformed-reference", problem.to_string(), secret_ref::LITERAL_ADVICE);
            }
            Text::Malformed(_) | Text::Plain(_) => {}
        }
        Ok(None)
    });
    let Ok(()) = rewritten;
    findings
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings
        .sort_by(|one, other| (one.severity, &one.member, one.rule).cmp(&(other.severity, &other.member, other.rule)));
    findings
}

const MASKED_SECRET: &str = "masked-secret";

/// Receives findings.
type Push<'a> = dyn FnMut(Finding) + 'a;

fn finding(
    severity: Severity,
    rule: &'static str,
    member: impl Into<String>,
    problem: impl Into<String>,
    advice: &str,
) -> Finding {
    Finding { severity, rule, member: member.into(), problem: problem.into(), advice: advice.to_owned() }
}
