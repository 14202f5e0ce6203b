//! What a server accepts and an operator will regret.

use std::fmt;
use std::time::Duration;

use crate::model::policy::BackupPolicyDescription;
use crate::model::retention::RetentionPolicyDescription;
use crate::model::schedule::{
    BackupScheduleDescription, BackupScheduleFrequencyType, TimeBasedBackupScheduleDescription,
};
use crate::model::storage::BackupStorageDescription;
use crate::secret::Secret;

/// A part of a policy that can be sent, and yet is probably not what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyWarning {
    /// `AutoRestoreOnDataLoss` is on.
    AutoRestore,
    /// Backups may go before the chain that they begin is complete.
    RetentionShorterThanChain,
    /// Age alone decides: when backups stop, the last ones go as well.
    NoMinimumNumberOfBackups,
    /// A connection string, where an identity needs no secret.
    ConnectionString,
    /// The server loses the label.
    FriendlyName,
    /// Days of the week on a daily schedule.
    RunDaysOfDailySchedule,
    /// A share's first user, or the password, is an empty text.
    EmptyPrimaryUser,
    /// A share's second user, or the password, is an empty text.
    EmptySecondaryUser,
}

impl PolicyWarning {
    /// The member's path.
    pub fn member(self) -> &'static str {
        match self {
            Self::AutoRestore => "AutoRestoreOnDataLoss",
            Self::RetentionShorterThanChain => "RetentionPolicy.RetentionDuration",
            Self::NoMinimumNumberOfBackups => "RetentionPolicy.MinimumNumberOfBackups",
            Self::ConnectionString => "Storage.ConnectionString",
            Self::FriendlyName => "Storage.FriendlyName",
            Self::RunDaysOfDailySchedule => "Schedule.RunDays",
            Self::EmptyPrimaryUser => "Storage.PrimaryUserName",
            Self::EmptySecondaryUser => "Storage.SecondaryUserName",
        }
    }

    /// What is so, and why that is bad.
    pub fn problem(self) -> &'static str {
        match self {
            Self::AutoRestore => {
                "after data loss the newest backup is restored without asking, and what came after it is gone"
            }
            Self::RetentionShorterThanChain => {
                "is shorter than one chain of a full backup and its incrementals takes: expect old backups to go as soon \
                 as the next full one is made"
            }
            Self::NoMinimumNumberOfBackups => "is 0: if backups stop, the last good ones are deleted by age",
            Self::ConnectionString => "is a long-lived secret in the cluster",
            Self::FriendlyName => "is lost when the policy is first enabled, disabled or updated",
            Self::RunDaysOfDailySchedule => "is not used by a Daily schedule",
            Self::EmptyPrimaryUser | Self::EmptySecondaryUser => {
                "is empty, with its password or without: that is not the same as absent, and has made the backup service \
                 fail with a 500"
            }
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::AutoRestore => "set it to false: in production a person should decide",
            Self::RetentionShorterThanChain => "keep backups for at least one chain, or allow fewer incremental ones",
            Self::NoMinimumNumberOfBackups => "keep at least one chain",
            Self::ConnectionString => "since runtime 8.0 ManagedIdentityAzureBlobStore needs none",
            Self::FriendlyName => "leave it out",
            Self::RunDaysOfDailySchedule => "leave it out, or make the schedule a Weekly one",
            Self::EmptyPrimaryUser | Self::EmptySecondaryUser => "leave user name and password out, or give both",
        }
    }
}

impl fmt::Display for PolicyWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.member(), self.problem(), self.advice())
    }
}

impl BackupPolicyDescription {
    /// What a server accepts in this policy and an operator will regret. Sending it is no error.
    pub fn warnings(&self) -> Vec<PolicyWarning> {
        let retention = match &self.retention_policy {
            Some(RetentionPolicyDescription::Basic(basic)) => Some(basic),
            _ => None,
        };
        let keeps = retention.and_then(|basic| basic.retention_duration.length());
        let chain = self.schedule.between_runs().map(|run| run * (u32::from(self.max_incremental_backups) + 1));
        let short = keeps.zip(chain).is_some_and(|(keeps, chain)| keeps < chain);
        let no_minimum = retention.is_some_and(|basic| basic.minimum_number_of_backups.unwrap_or_default() == 0);
        let connection_string = matches!(self.storage, BackupStorageDescription::AzureBlobStore(_));
        let days = match &self.schedule {
            BackupScheduleDescription::TimeBased(schedule) => schedule.has_unused_days(),
            _ => false,
        };
        let [first, second] = self.storage.empty_users();
        [
            (self.auto_restore_on_data_loss, PolicyWarning::AutoRestore),
            (short, PolicyWarning::RetentionShorterThanChain),
            (no_minimum, PolicyWarning::NoMinimumNumberOfBackups),
            (connection_string, PolicyWarning::ConnectionString),
            (self.storage.has_friendly_name(), PolicyWarning::FriendlyName),
            (days, PolicyWarning::RunDaysOfDailySchedule),
            (first, PolicyWarning::EmptyPrimaryUser),
            (second, PolicyWarning::EmptySecondaryUser),
        ]
        .into_iter()
        .filter_map(|(holds, warning)| holds.then_some(warning))
        .collect()
    }
}

const DAY: Duration = Duration::from_secs(86_400);

impl BackupScheduleDescription {
    /// The time from one run to the next, on average; `None` if the schedule never runs or is of an unknown kind.
    pub fn between_runs(&self) -> Option<Duration> {
        match self {
            Self::FrequencyBased(schedule) => schedule.interval.length(),
            Self::TimeBased(schedule) => schedule.between_runs(),
            Self::Unknown(_) => None,
        }
    }
}

impl TimeBasedBackupScheduleDescription {
    fn between_runs(&self) -> Option<Duration> {
        let times = u32::try_from(self.run_times.len()).ok()?;
        let days = self.run_days.as_ref().map_or(0, Vec::len);
        let (period, runs) = match self.schedule_frequency_type {
            BackupScheduleFrequencyType::Daily => (DAY, times),
            BackupScheduleFrequencyType::Weekly => (DAY * 7, times.checked_mul(u32::try_from(days).ok()?)?),
            _ => return None,
        };
        period.checked_div(runs)
    }

    fn has_unused_days(&self) -> bool {
        let days = self.run_days.as_ref().is_some_and(|days| !days.is_empty());
        days && self.schedule_frequency_type == BackupScheduleFrequencyType::Daily
    }
}

impl BackupStorageDescription {
    /// Whether the first user of a share is an empty text, and the second.
    fn empty_users(&self) -> [bool; 2] {
        let Self::FileShare(share) = self else { return [false; 2] };
        let empty = |user: &Option<String>, password: &Option<Secret>| {
            let user = user.as_ref().is_some_and(|user| user.trim().is_empty());
            user || password.as_ref().is_some_and(|password| password.expose().is_empty())
        };
        [
            empty(&share.primary_user_name, &share.primary_password),
            empty(&share.secondary_user_name, &share.secondary_password),
        ]
    }

    fn has_friendly_name(&self) -> bool {
        let name = match self {
            Self::AzureBlobStore(store) => &store.friendly_name,
            Self::FileShare(share) => &share.friendly_name,
            Self::DsmsAzureBlobStore(store) => &store.friendly_name,
            Self::ManagedIdentityAzureBlobStore(store) => &store.friendly_name,
            Self::Unknown(_) => return false,
        };
        name.as_ref().is_some_and(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::PolicyWarning;
    use crate::model::policy::BackupPolicyDescription;

    fn warnings(json: &str) -> Vec<PolicyWarning> {
        serde_json::from_str::<BackupPolicyDescription>(json).unwrap().warnings()
    }

    #[test]
    fn a_careful_policy_has_none() {
        let json = r#"{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
            "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT6H"},
            "Storage":{"StorageKind":"FileShare","Path":"\\\\nas\\b"},
            "RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P1D","MinimumNumberOfBackups":8}}"#;
        assert_eq!(warnings(json), []);
        let shorter = json.replace("P1D", "PT23H");
        assert_eq!(warnings(&shorter), [PolicyWarning::RetentionShorterThanChain]);
    }

    #[test]
    fn an_empty_user_is_not_an_absent_one() {
        let with = |more: &str| {
            warnings(&format!(
                r#"{{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
                    "Schedule":{{"ScheduleKind":"FrequencyBased","Interval":"PT6H"}},
                    "Storage":{{"StorageKind":"FileShare","Path":"p"{more}}}}}"#
            ))
        };
        assert_eq!(with(r#","PrimaryUserName":"u","PrimaryPassword":"p","SecondaryUserName":null"#), []);
        assert_eq!(with(r#","PrimaryUserName":"","SecondaryUserName":"u""#), [PolicyWarning::EmptyPrimaryUser]);
        assert_eq!(with(r#","SecondaryUserName":"u","SecondaryPassword":"""#), [PolicyWarning::EmptySecondaryUser]);
    }

    #[test]
    fn a_warning_names_the_member_and_then_says_why() {
        let said = PolicyWarning::AutoRestore.to_string();
        assert!(said.starts_with("AutoRestoreOnDataLoss: after data loss the newest backup"), "{said}");
    }

    #[test]
    fn a_careless_policy_has_all() {
        let json = r#"{"Name":"p","AutoRestoreOnDataLoss":true,"MaxIncrementalBackups":13,
            "Schedule":{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Daily","RunDays":["Monday"],"RunTimes":["09:00","17:00"]},
            "Storage":{"StorageKind":"AzureBlobStore","ConnectionString":"s","ContainerName":"c","FriendlyName":"mine"},
            "RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P6D"}}"#;
        use PolicyWarning::{
            AutoRestore, ConnectionString, FriendlyName, NoMinimumNumberOfBackups, RetentionShorterThanChain,
            RunDaysOfDailySchedule,
        };
        let all = [
            AutoRestore,
            RetentionShorterThanChain,
            NoMinimumNumberOfBackups,
            ConnectionString,
            FriendlyName,
            RunDaysOfDailySchedule,
        ];
        assert_eq!(warnings(json), all);
    }

    #[test]
    fn a_weekly_schedule_is_reckoned_by_its_days() {
        let json = r#"{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":3,
            "Schedule":{"ScheduleKind":"TimeBased","ScheduleFrequencyType":"Weekly","RunDays":["Monday","Friday"],"RunTimes":["09:00"]},
            "Storage":{"StorageKind":"FileShare","Path":"p"},
            "RetentionPolicy":{"RetentionPolicyType":"Basic","RetentionDuration":"P14D","MinimumNumberOfBackups":1}}"#;
        assert_eq!(warnings(json), []);
        assert_eq!(warnings(&json.replace("P14D", "P13D")), [PolicyWarning::RetentionShorterThanChain]);
    }
}
