//! Derives the state of a partition.

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

use super::backup_summary::BackupSummary;
use super::finding::Finding;
use super::reading::{Coverage, OnDemand, Reading, Unread};
use super::reason::Reason;
use super::{Assessment, Evidence, Partition, Policies, Rules, State};
use crate::inventory::ServiceState;
use crate::schedule::{History, NextRun, next_slot};

pub(super) fn assess(reading: Reading, policies: &Policies, rules: &Rules, now: Timestamp) -> Assessment {
    let Reading { mut partition, coverage, backups, on_demand, failing, restoring } = reading;
    let mut evidence = Evidence { seen: Some(now), ..Evidence::default() };
    if partition.holds != ServiceState::Persisted {
        let reason = Reason::NothingToBackUp(partition.holds);
        return Assessment { partition, state: State::NotApplicable, reason, evidence, findings: Vec::new() };
    }
    let data_loss = backups.as_ref().ok().and_then(|backup_summary| backup_summary.data_loss);
    partition.condition = partition.condition.with_backups(data_loss, restoring);
    let mut findings = Vec::new();
    if let Ok(backup_summary) = &backups {
        evidence.see(backup_summary, now);
        findings.extend(backup_summary.findings.iter().cloned());
    }
    if let Err(unread) = &backups
        && unread.storage
        && unread.perhaps_empty.is_none()
    {
        findings.push(Finding::StorageUnreadable(unread.message.clone()));
    }
    if let Ok(Some(coverage)) = &coverage {
        evidence.cover(coverage);
        if let Some(policy) = policies.get(&coverage.policy) {
            findings.extend(Finding::of_policy(policy));
        }
    }
    if let Some(OnDemand::Failed(how)) = &on_demand {
        findings.push(Finding::OnDemand(how.clone()));
    }
    evidence.failing = failing.clone();
    findings.extend(failing.as_ref().map(|event| Finding::BackupFailed(event.message.clone())));
    let (mut state, mut reason) = match (coverage, backups) {
        (Err(unread), _) => (State::Unknown, Reason::Unread(unread.message)),
        (Ok(None), _) => (State::NotCovered, Reason::NoPolicy),
        (Ok(Some(Coverage { suspended: Some(level), .. })), _) => (State::Suspended, Reason::Suspended(level)),
        (Ok(Some(coverage)), backups) => match policies.get(&coverage.policy) {
            None => (State::Unknown, Reason::NoSuchPolicy(coverage.policy)),
            Some(policy) => {
                let failure = failing.map(|event| Reason::BackupFailed(event.message));
                let failure = failure.or_else(|| match &on_demand {
                    Some(OnDemand::Failed(how)) => Some(Reason::OnDemandFailed(how.clone())),
                    _ => None,
                });
                let running = on_demand == Some(OnDemand::Running);
                Judge { policy, rules, now, failure, running }.judge(backups, &mut evidence)
            }
        },
    };
    let trouble = partition.condition.trouble();
    findings.extend(trouble.map(Finding::Trouble));
    if let Some(trouble) = trouble.filter(|trouble| trouble.is_unavailable() && state > State::Unavailable) {
        (state, reason) = (State::Unavailable, Reason::Unavailable(trouble));
    }
    Assessment { partition, state, reason, evidence, findings }
}

/// The requirements on backups under an effective policy.
struct Judge<'a> {
    policy: &'a BackupPolicyDescription,
    rules: &'a Rules,
    now: Timestamp,
    /// A sign that backups fail.
    failure: Option<Reason>,
    /// Whether an on-demand backup is running.
    running: bool,
}

impl Judge<'_> {
    fn judge(self, backups: Result<BackupSummary, Unread>, evidence: &mut Evidence) -> (State, Reason) {
        let schedule = &self.policy.schedule;
        let (backup_summary, storage) = match backups {
            Ok(backup_summary) => (backup_summary, None),
            Err(Unread { perhaps_empty: Some(message), .. }) => (BackupSummary::default(), Some(message)),
            Err(unread) => return (State::Unknown, Reason::Unread(unread.message)),
        };
        if self.rules.max_age.is_none() {
            if matches!(schedule, BackupScheduleDescription::Unknown(_)) {
                return (State::Unknown, Reason::UnknownSchedule);
            }
            if next_slot(schedule, Timestamp::UNIX_EPOCH).is_none() {
                return (State::Stale, Reason::NeverRuns);
            }
        }
        evidence.expected_age = self.rules.usual_age(schedule, &backup_summary.history);
        let Some(last) = backup_summary.history.last() else {
            return self.without_backup(&backup_summary, storage, evidence);
        };
        let Some(outlook) = self.rules.outlook(schedule, &backup_summary.history) else {
            return (State::Unknown, Reason::UnknownSchedule);
        };
        evidence.expected_age = Some(outlook.late_after.since(last));
        evidence.due = Some(outlook.late_after);
        if outlook.late_after >= self.now {
            return self.restorable(&backup_summary, outlook.late_after);
        }
        if self.running {
            return (State::Pending, Reason::BackupRunning);
        }
        if let Some(failure) = self.failure {
            return (State::Failing, failure);
        }
        if backup_summary.failed {
            return (State::Failing, Reason::Unreadable);
        }
        match outlook.changed_until.filter(|until| *until >= self.now) {
            Some(until) => {
                evidence.expected_age = Some(until.since(last));
                evidence.due = Some(until);
                (State::Pending, Reason::ScheduleChanged { until })
            }
            None => (State::Stale, Reason::Overdue { since: outlook.late_after }),
        }
    }

    /// The first run may still be due: the API does not return when the policy was enabled.
    fn without_backup(
        self,
        backup_summary: &BackupSummary,
        storage: Option<String>,
        evidence: &mut Evidence,
    ) -> (State, Reason) {
        if self.running {
            return (State::Pending, Reason::BackupRunning);
        }
        if let Some(failure) = self.failure {
            return (State::Failing, failure);
        }
        if backup_summary.failed {
            return (State::Failing, Reason::Unreadable);
        }
        let next = NextRun::of(&self.policy.schedule, self.rules, &History::default(), self.now);
        let expected = next.expected(self.now);
        evidence.due = expected;
        (State::Pending, Reason::NoBackupYet { expected, storage })
    }

    /// Backups are made in time: checks that the newest one that can be restored is new enough, too.
    fn restorable(self, backup_summary: &BackupSummary, until: Timestamp) -> (State, Reason) {
        if backup_summary.cut {
            return (State::Unknown, Reason::Unread(CUT.to_owned()));
        }
        let points = self.rules.outlook(&self.policy.schedule, &backup_summary.points);
        match points.filter(|points| points.late_after >= self.now) {
            Some(_) => (State::Protected, Reason::Recent { until }),
            None => (State::Failing, Reason::NotRestorable(backup_summary.points.last())),
        }
    }
}

const CUT: &str = "the newest chain began before the backups that could be listed";

impl Evidence {
    fn cover(&mut self, coverage: &Coverage) {
        self.policy = Some(coverage.policy.clone());
        self.inherited_from.clone_from(&coverage.inherited_from);
        self.suspended.clone_from(&coverage.suspended);
    }

    fn see(&mut self, backup_summary: &BackupSummary, now: Timestamp) {
        self.last_success = backup_summary.history.last();
        self.newest_point = backup_summary.points.last();
        self.age = self.last_success.map(|last| now.since(last));
        self.backups = Some(backup_summary.count);
        self.since = backup_summary.since;
        self.chain_length = Some(backup_summary.chain_length);
        self.made.clone_from(&backup_summary.made);
    }
}

/// Corrects partitions that seem to wait for their first backup although others of their service have long had backups
/// under the same policy: it was not enabled just now.
pub(super) fn settle_first_runs(partitions: &mut [Assessment]) {
    let long: Vec<(Partition, Option<String>)> = partitions
        .iter()
        .filter(|one| {
            let oldest = one.evidence.made.first().map(|made| made.at);
            let age = oldest.zip(one.evidence.seen).map(|(oldest, seen)| seen.since(oldest));
            age.zip(one.evidence.expected_age).is_some_and(|(age, expected)| age > expected)
        })
        .map(|one| (one.partition.clone(), one.evidence.policy.clone()))
        .collect();
    for one in partitions {
        let Reason::NoBackupYet { expected: expected @ Some(_), .. } = &mut one.reason else { continue };
        let own = one.evidence.is_of_the_partition_alone();
        let settled = |(other, policy): &(Partition, Option<String>)| {
            other.service == one.partition.service && *policy == one.evidence.policy
        };
        if !own && long.iter().any(settled) {
            *expected = None;
            if one.state == State::Pending {
                one.state = State::Stale;
            }
        }
    }
}
