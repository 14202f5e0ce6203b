//! Risks for existing backups.

use std::fmt;

use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::retention::RetentionPolicyDescription;

use crate::schedule::between_runs;

/// A valid setting of a policy that can cause the loss of backups or data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[non_exhaustive]
pub enum PolicyRisk {
    /// `AutoRestoreOnDataLoss` is on.
    AutoRestore,
    /// Backups may be deleted before their chain is complete.
    #[strum(serialize = "ShortRetention")]
    RetentionShorterThanChain,
    /// Only age counts: if backups stop, the last ones are deleted as well.
    NoMinimumNumberOfBackups,
}

impl PolicyRisk {
    /// The risks of a policy.
    pub fn of(policy: &BackupPolicyDescription) -> Vec<Self> {
        let retention = match &policy.retention_policy {
            Some(RetentionPolicyDescription::Basic(basic)) => Some(basic),
            _ => None,
        };
        let kept = retention.and_then(|basic| basic.retention_duration.length());
        let chain = between_runs(&policy.schedule);
        let chain = chain.and_then(|run| run.checked_mul(u32::from(policy.max_incremental_backups) + 1));
        let short = kept.zip(chain).is_some_and(|(kept, chain)| kept < chain);
        let no_minimum = retention.is_some_and(|basic| basic.minimum_number_of_backups.unwrap_or_default() == 0);
        [
            (policy.auto_restore_on_data_loss, Self::AutoRestore),
            (short, Self::RetentionShorterThanChain),
            (no_minimum, Self::NoMinimumNumberOfBackups),
        ]
        .into_iter()
        .filter_map(|(holds, risk)| holds.then_some(risk))
        .collect()
    }

    /// The name of the rule.
    pub fn rule(self) -> &'static str {
        match self {
            Self::AutoRestore => "auto-restore",
            Self::RetentionShorterThanChain => "retention-shorter-than-chain",
            Self::NoMinimumNumberOfBackups => "no-minimum-number-of-backups",
        }
    }

    /// The member's path.
    pub fn member(self) -> &'static str {
        match self {
            Self::AutoRestore => "AutoRestoreOnDataLoss",
            Self::RetentionShorterThanChain => "RetentionPolicy.RetentionDuration",
            Self::NoMinimumNumberOfBackups => "RetentionPolicy.MinimumNumberOfBackups",
        }
    }

    /// The problem and its consequences.
    pub fn problem(self) -> &'static str {
        match self {
            Self::AutoRestore => {
                "is true: after data loss the newest backup is restored automatically, and later writes are lost"
            }
            Self::RetentionShorterThanChain => {
                "is shorter than one chain (a full backup and its incrementals) takes: old backups are deleted as soon as \
                 the next full one is made"
            }
            Self::NoMinimumNumberOfBackups => "is 0: if backups stop, the last good ones are deleted by age",
        }
    }

    /// What to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::AutoRestore => "set it to false: in production a person should decide",
            Self::RetentionShorterThanChain => "keep backups for at least one chain, or allow fewer incremental ones",
            Self::NoMinimumNumberOfBackups => "keep at least one chain",
        }
    }
}

impl fmt::Display for PolicyRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}; {}", self.member(), self.problem(), self.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn risks(json: &str) -> Vec<PolicyRisk> {
        PolicyRisk::of(&serde_json::from_str::<BackupPolicyDescription>(json).unwrap())
    }

    #[test]
    fn risks_of_careful_and_careless_policies() {
        let json = r#"{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
            "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT6H"},
            "Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\b"},
            "RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P1D","MinimumNumberOfBackups":8}}"#;
        assert_eq!(risks(json), []);
        assert_eq!(risks(&json.replace("P1D", "PT23H")), [PolicyRisk::RetentionShorterThanChain]);
        let careless = json.replace("false", "true").replace("P1D", "PT23H").replace(":8}", ":0}");
        assert_eq!(risks(&careless).len(), 3);
    }

    #[test]
    fn a_weekly_schedule_is_counted_by_its_days() {
        let json = r#"{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
            "Schedule":{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Weekly","RunDays":["Monday","Friday"],"RunTimes":["09:00"]},
            "Storage":{"StorageKind":"FileShare","Path":"p"},
            "RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P14D","MinimumNumberOfBackups":1}}"#;
        assert_eq!(risks(json), []);
        assert_eq!(risks(&json.replace("P14D", "P13D")), [PolicyRisk::RetentionShorterThanChain]);
    }
}
