//! What is wrong with a policy, and what will be regretted: found before it is sent, without a cluster.
//!
//! Findings come from three places: the rules that hold before anything is sent
//! ([`BackupPolicyDescription::problems`]), what a server accepts and an operator will regret
//! ([`BackupPolicyDescription::warnings`]), and, here, what only the text as it was written tells, or what is a matter of
//! proportion.
//!
//! ```
//! use sf_backup_ops::lint::{Severity, lint};
//!
//! let policy = serde_json::json!({
//!     "Name": "Often", "AutoRestoreOnDataLoss": false, "MaxIncrementalBackups": 20,
//!     "Schedule": { "ScheduleKind": "FrequencyBased", "Interval": "PT30S" },
//!     "Storage": { "StorageKind": "FileShare", "Path": "\\\\nas\\backups" },
//! });
//! let findings = lint(&policy);
//! assert_eq!((findings[0].rule, findings[0].severity), ("invalid-member", Severity::Error));
//! assert_eq!(findings[0].member, "Schedule.Interval");
//! ```

mod policy;
#[cfg(test)]
mod tests;
mod written;

use std::fmt;

use serde_json::Value;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{ApiVersion, model};

/// Something about a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The rule's name, which does not change.
    pub rule: &'static str,
    /// The member's path, such as `Schedule.Interval`; empty for the policy as a whole.
    pub member: String,
    /// What is so, and why that is bad.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

/// How bad a finding is. The worst comes first in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It is not sent.
    Error,
    /// It is sent, and will be regretted.
    Warning,
    /// Worth knowing.
    Info,
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

/// Looks at a policy as a file has it, the worst findings first. Values of secrets are never repeated.
pub fn lint(policy: &Value) -> Vec<Finding> {
    let mut findings = written::findings(policy);
    match model::read::<BackupPolicyDescription, _>(policy) {
        Ok(policy) => {
            // What only later releases take is no error here: nobody has said which one it is for.
            findings.extend(policy.problems(ApiVersion::V6_4).iter().map(Finding::of_problem));
            findings.extend(policy::findings(&policy));
        }
        Err(error) => findings.push(Finding {
            severity: Severity::Error,
            rule: "unreadable",
            member: Some(error.place()).filter(|place| !matches!(*place, "." | "?")).unwrap_or_default().to_owned(),
            problem: error.problem().to_owned(),
            advice: "write it as the API does; 'sf-backup policy create --help' shows a policy".to_owned(),
        }),
    }
    findings
        .sort_by(|one, other| (one.severity, &one.member, one.rule).cmp(&(other.severity, &other.member, other.rule)));
    findings
}

/// Looks at a policy as a cluster tells it, which masks its secrets and keeps nothing of how it was written.
pub fn lint_stored(policy: &BackupPolicyDescription) -> Vec<Finding> {
    let mut findings = policy::findings(policy);
    let problems = policy.problems(ApiVersion::V6_4);
    findings.extend(problems.iter().map(Finding::of_problem).filter(|finding| finding.rule != MASKED_SECRET));
    findings
        .sort_by(|one, other| (one.severity, &one.member, one.rule).cmp(&(other.severity, &other.member, other.rule)));
    findings
}

const MASKED_SECRET: &str = "masked-secret";
