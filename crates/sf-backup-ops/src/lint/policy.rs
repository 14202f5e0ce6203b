//! What a policy's values tell.

use std::time::Duration;

use sf_backup_proto::error::BuildError;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::RetentionPolicyDescription;
use sf_backup_proto::model::storage::BackupStorageDescription;
use sf_backup_proto::model::warning::PolicyWarning;

use super::{Finding, MASKED_SECRET, Severity};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// A timer of .NET takes no more milliseconds than 31 bits hold.
const LONGEST_TIMER: Duration = Duration::from_millis(i32::MAX as u64);
/// So many backups to read one after the other, each of which must be whole.
const LONG_CHAIN: u32 = 50;

impl Finding {
    /// A rule that is broken before anything is sent.
    pub(super) fn of_problem(problem: &BuildError) -> Self {
        let (rule, member, text, advice) = match problem {
            BuildError::Invalid { member, rule } => {
                ("invalid-member", member.as_str(), (*rule).to_owned(), "mend it: the policy is not sent like this")
            }
            BuildError::MaskedSecret { member } => (
                MASKED_SECRET,
                member.as_str(),
                "is what the cluster shows in place of a secret, and it would be stored as one".to_owned(),
                "write the secret itself, or leave the member out if there is none",
            ),
            BuildError::NotInVersion { what, since, .. } => (
                "not-in-version",
                what.as_str(),
                format!("came with runtime {since}"),
                "leave it out for clusters that are older",
            ),
            other => ("not-sendable", "", other.to_string(), "mend it: the policy is not sent like this"),
        };
        Self { severity: Severity::Error, rule, member: member.to_owned(), problem: text, advice: advice.to_owned() }
    }

    fn of_warning(warning: PolicyWarning) -> Self {
        let (severity, rule) = match warning {
            PolicyWarning::AutoRestore => (Severity::Warning, "auto-restore"),
            PolicyWarning::RetentionShorterThanChain => (Severity::Warning, "retention-shorter-than-chain"),
            PolicyWarning::NoMinimumNumberOfBackups => (Severity::Warning, "no-minimum-number-of-backups"),
            PolicyWarning::RunDaysOfDailySchedule => (Severity::Warning, "run-days-of-daily-schedule"),
            PolicyWarning::EmptyPrimaryUser | PolicyWarning::EmptySecondaryUser => (Severity::Warning, "empty-user"),
            PolicyWarning::ConnectionString => (Severity::Info, "connection-string"),
            PolicyWarning::FriendlyName => (Severity::Info, "friendly-name-lost"),
            // Newer than this rule.
            _ => (Severity::Warning, "policy-warning"),
        };
        let (problem, advice) = (warning.problem().to_owned(), warning.advice().to_owned());
        Self { severity, rule, member: warning.member().to_owned(), problem, advice }
    }
}

pub(super) fn findings(policy: &BackupPolicyDescription) -> Vec<Finding> {
    let mut findings: Vec<Finding> = policy.warnings().into_iter().map(Finding::of_warning).collect();
    let mut found = |severity, rule, member: &str, problem: String, advice: &str| {
        findings.push(Finding { severity, rule, member: member.to_owned(), problem, advice: advice.to_owned() });
    };
    for place in policy.unknown_places() {
        found(
            Severity::Warning,
            "unknown-member",
            &place,
            "is not known here: newer than this program, or misspelt".to_owned(),
            "compare it with the API's documents; it is sent as it is",
        );
    }
    proportions(policy, &mut found);
    retention(policy, &mut found);
    storage(policy, &mut found);
    findings
}

type Found<'a> = dyn FnMut(Severity, &'static str, &str, String, &str) + 'a;

/// The interval against the number of incremental backups.
fn proportions(policy: &BackupPolicyDescription, found: &mut Found<'_>) {
    let Some(run) = policy.schedule.between_runs().filter(|run| !run.is_zero()) else { return };
    let most = u32::from(policy.max_incremental_backups);
    if most == 0 && run < HOUR {
        let text = format!(
            "is 0: every backup is a full one, {} a day for each partition",
            DAY.as_secs() / run.as_secs().max(1)
        );
        found(
            Severity::Warning,
            "every-backup-full",
            "MaxIncrementalBackups",
            text,
            "allow incremental ones, or back up less often",
        );
    }
    if most >= LONG_CHAIN {
        let text = format!(
            "is {most}: a restore reads up to {} backups, and one that is lost takes all behind it in its chain along",
            most + 1
        );
        found(Severity::Info, "long-chain", "MaxIncrementalBackups", text, "begin a chain at least once a day or two");
    } else if run * (most + 1) > 30 * DAY {
        let days = (run * (most + 1)).as_secs() / DAY.as_secs();
        let text = format!("makes a full backup only every {days} days: one that is lost takes all behind it along");
        found(
            Severity::Info,
            "long-chain",
            "MaxIncrementalBackups",
            text,
            "allow fewer incremental ones, or back up more often",
        );
    }
}

fn retention(policy: &BackupPolicyDescription, found: &mut Found<'_>) {
    let member = "RetentionPolicy";
    match &policy.retention_policy {
        None => found(
            Severity::Info,
            "no-retention",
            member,
            "is absent: backups are kept for ever, and the storage fills".to_owned(),
            "add one for clusters of 6.4 and later; 6.2 and 6.3 know none",
        ),
        Some(RetentionPolicyDescription::Basic(basic)) => {
            let length = basic.retention_duration.length().unwrap_or_default();
            if length > LONGEST_TIMER {
                found(
                    Severity::Warning,
                    "retention-over-24-days",
                    "RetentionPolicy.RetentionDuration",
                    "is longer than 24 days: the backup service of runtime 6.4 crashes on it, again and again"
                        .to_owned(),
                    "keep backups for P24D at the most, unless the cluster is newer than 6.4",
                );
            }
        }
        Some(_) => {}
    }
}

fn storage(policy: &BackupPolicyDescription, found: &mut Found<'_>) {
    match &policy.storage {
        BackupStorageDescription::ManagedIdentityAzureBlobStore(store) => {
            if store.managed_identity_client_id.is_none() {
                found(
                    Severity::Info,
                    "identity-without-client-id",
                    "Storage.ManagedIdentityClientId",
                    "is absent: where nodes have several user-assigned identities, nobody can tell which is taken"
                        .to_owned(),
                    "name the identity, if the cluster is of 11.3 or later",
                );
            }
            if store.blob_service_uri.contains('?') {
                found(
                    Severity::Warning,
                    "signature-in-address",
                    "Storage.BlobServiceUri",
                    "has a query, as addresses with a signature have: the cluster shows it to everybody who may read"
                        .to_owned(),
                    "write the account's address alone: the identity gives the right",
                );
            }
        }
        BackupStorageDescription::FileShare(share) => {
            let users = [
                ("Storage.PrimaryUserName", &share.primary_user_name, &share.primary_password),
                ("Storage.SecondaryUserName", &share.secondary_user_name, &share.secondary_password),
            ];
            for (member, user, password) in users {
                // From a cluster every password is masked, set or not.
                let set =
                    password.as_ref().is_some_and(|password| !password.is_mask() && !password.expose().is_empty());
                if user.as_ref().is_none_or(|user| user.is_empty()) && set {
                    found(
                        Severity::Warning,
                        "password-without-user",
                        member,
                        "is absent, and there is a password for it".to_owned(),
                        "give both, or neither",
                    );
                }
                if user.as_ref().is_some_and(|user| !user.is_empty()) && password.is_none() {
                    found(
                        Severity::Warning,
                        "user-without-password",
                        member,
                        "has no password".to_owned(),
                        "give both, or neither",
                    );
                }
            }
        }
        _ => {}
    }
}
