//! Rules for the values of a policy.

use std::time::Duration;

use sf_backup_proto::error::BuildError;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::RetentionPolicyDescription;
use sf_backup_proto::model::schedule::{BackupScheduleDescription, BackupScheduleFrequencyType};

use super::{Facts, Finding, MASKED_SECRET, PolicyRisk, Push, RuntimeVersion, Severity, finding, storage, unknown};
use crate::duration;
use crate::schedule::between_runs;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// .NET timers are limited to 31 bits of milliseconds.
const LONGEST_TIMER: Duration = Duration::from_millis(i32::MAX as u64);
/// The first release whose backup service supports a longer retention.
const FIRST_LONG_RETENTION: RuntimeVersion = RuntimeVersion::new(9, 1);
/// The first release with retention.
const FIRST_RETENTION: RuntimeVersion = RuntimeVersion::new(6, 4);
/// A chain of this many backups is long: a restore reads all of them, and each must be intact.
const LONG_CHAIN: u32 = 50;

impl Finding {
    /// The finding for a rule of the validation before sending.
    pub(super) fn of_problem(problem: &BuildError) -> Self {
        let (rule, member, text, advice) = match problem {
            BuildError::Invalid { member, rule } => {
                ("invalid-member", member.as_str(), (*rule).to_owned(), "correct it: the policy cannot be sent")
            }
            BuildError::MaskedSecret { member } => (
                MASKED_SECRET,
                member.as_str(),
                "is the cluster's mask for a secret, which would be stored as the secret".to_owned(),
                "write the secret itself, or leave the member out if there is none",
            ),
            BuildError::NotInVersion { what, since, .. } => (
                "not-in-version",
                what.as_str(),
                format!("was introduced in runtime {since}"),
                "leave it out for older clusters",
            ),
            other => ("cannot-be-sent", "", other.to_string(), "correct it: the policy cannot be sent"),
        };
        finding(Severity::Error, rule, member, text, advice)
    }

    /// Whether the policy can be sent nevertheless if that is forced. Rules of the protocol cannot be overridden.
    pub fn can_be_forced(&self) -> bool {
        let protocol = ["invalid-member", "not-in-version", "cannot-be-sent", "unreadable"];
        !protocol.contains(&self.rule)
    }
}

pub(super) fn findings(policy: &BackupPolicyDescription, facts: &Facts<'_>, push: &mut Push<'_>) {
    for risk in PolicyRisk::of(policy) {
        push(finding(Severity::Warning, risk.rule(), risk.member(), risk.problem(), risk.advice()));
    }
    for place in unknown::places(policy) {
        push(finding(
            Severity::Warning,
            "unknown-member",
            place,
            "is unknown: newer than this program, or misspelt",
            "compare it with the API's documentation; it is sent as it is",
        ));
    }
    unused_days(policy, push);
    proportions(policy, push);
    retention(policy, facts, push);
    storage::findings(&policy.storage, "Storage", facts, push);
}

fn unused_days(policy: &BackupPolicyDescription, push: &mut Push<'_>) {
    let BackupScheduleDescription::TimeBased(schedule) = &policy.schedule else { return };
    let days = schedule.run_days.as_ref().is_some_and(|days| !days.is_empty());
    if days && schedule.schedule_frequency_type == BackupScheduleFrequencyType::Daily {
        push(finding(
            Severity::Warning,
            "run-days-of-daily-schedule",
            "Schedule.RunDays",
            "is not used by a Daily schedule",
            "leave it out, or make the schedule a Weekly one",
        ));
    }
}

/// Compares the interval with the number of incremental backups.
fn proportions(policy: &BackupPolicyDescription, push: &mut Push<'_>) {
    let Some(run) = between_runs(&policy.schedule).filter(|run| !run.is_zero()) else { return };
    let most = u32::from(policy.max_incremental_backups);
    let member = "MaxIncrementalBackups";
    if most == 0 && run < HOUR {
        let count = DAY.as_secs() / run.as_secs().max(1);
        let text = format!("is 0: every backup is a full one, {count} a day for each partition");
        let advice = "allow incremental backups, or back up less often";
        push(finding(Severity::Warning, "every-backup-full", member, text, advice));
    }
    let chain = run.checked_mul(most + 1).unwrap_or(Duration::MAX);
    if most >= LONG_CHAIN {
        let text = format!(
            "is {most}: a restore reads up to {} backups, and if one is lost, all later ones of its chain are useless",
            most + 1
        );
        push(finding(Severity::Info, "long-chain", member, text, "start a new chain at least every day or two"));
    } else if chain > 30 * DAY {
        let every = duration::exact(chain);
        let text = format!("makes a full backup only every {every}: if one is lost, all later ones are useless");
        let advice = "allow fewer incremental backups, or back up more often";
        push(finding(Severity::Info, "long-chain", member, text, advice));
    }
}

fn retention(policy: &BackupPolicyDescription, facts: &Facts<'_>, push: &mut Push<'_>) {
    match &policy.retention_policy {
        None => {
            if facts.runtime.is_none_or(|runtime| runtime >= FIRST_RETENTION) {
                push(finding(
                    Severity::Info,
                    "no-retention",
                    "RetentionPolicy",
                    "is absent: backups are never deleted, and storage will fill up",
                    "add one for clusters of 6.4 and later; 6.2 and 6.3 do not support it",
                ));
            }
        }
        Some(RetentionPolicyDescription::Basic(basic)) => {
            let length = basic.retention_duration.length().unwrap_or_default();
            if length > LONGEST_TIMER && facts.runtime.is_none_or(|runtime| runtime < FIRST_LONG_RETENTION) {
                let (severity, cluster) = match facts.runtime {
                    Some(runtime) => (Severity::Error, format!(", and this cluster has {runtime}")),
                    None => (Severity::Warning, String::new()),
                };
                push(finding(
                    severity,
                    "retention-over-24-days",
                    "RetentionPolicy.RetentionDuration",
                    format!(
                        "is longer than 24 days: the backup service of runtimes before 9.1 crashes on it \
                            repeatedly{cluster}"
                    ),
                    "keep backups for P24D at most, unless the cluster has 9.1 or later",
                ));
            }
        }
        Some(_) => {}
    }
}
