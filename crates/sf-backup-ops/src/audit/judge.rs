//! From what was read to a state.

use std::time::Duration;

use sf_backup_proto::Timestamp;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::model::schedule::BackupScheduleDescription;

use super::digest::Digest;
use super::finding::Finding;
use super::reading::{Coverage, Reading};
use super::reason::Reason;
use super::{Assessment, Evidence, Policies, Rules, State};
use crate::inventory::ServiceState;

/// How early a run may come.
const JITTER: Duration = Duration::from_secs(10);

/// How old the newest backup may be.
#[derive(Debug, Clone, Copy)]
enum Allowed {
    /// This old; from the newest backup on, if there is one.
    Age(Duration),
    /// The schedule never runs.
    Never,
    /// The schedule is of a kind that is not known here.
    Unknown,
}

pub(super) fn assess(reading: Reading, policies: &Policies, rules: &Rules, now: Timestamp) -> Assessment {
    let Reading { partition, coverage, backups, on_demand } = reading;
    let mut evidence = Evidence::default();
    let mut findings = Vec::new();
    let (state, reason) = if partition.holds == ServiceState::Persisted {
        if let Ok(Some(coverage)) = &coverage {
            evidence.cover(coverage);
            if let Some(policy) = policies.get(&coverage.policy) {
                findings.extend(Finding::of_policy(policy));
            }
        }
        match &backups {
            Ok(digest) => {
                evidence.see(digest, now);
                findings.splice(0..0, digest.findings.iter().cloned());
            }
            Err(unread) if unread.storage => findings.insert(0, Finding::StorageUnreadable(unread.message.clone())),
            Err(_) => {}
        }
        findings.extend(on_demand.as_ref().map(|failed| Finding::OnDemand(failed.message.clone())));
        match (coverage, backups) {
            (Err(unread), _) => (State::Unknown, Reason::Unread(unread.message)),
            (Ok(None), _) => (State::NotCovered, Reason::NoPolicy),
            (Ok(Some(Coverage { suspended: Some(level), .. })), _) => (State::Suspended, Reason::Suspended(level)),
            (Ok(Some(_)), Err(unread)) => (State::Unknown, Reason::Unread(unread.message)),
            (Ok(Some(coverage)), Ok(digest)) => match policies.get(&coverage.policy) {
                None => (State::Unknown, Reason::NoSuchPolicy(coverage.policy)),
                Some(policy) => {
                    let allowed = rules.allowed(policy, digest.newest);
                    evidence.expect(allowed, digest.newest);
                    let failed = on_demand.map(|failed| failed.message);
                    judge(&digest, failed, allowed, |last| rules.deadline(policy, last), now)
                }
            },
        }
    } else {
        (State::NotApplicable, Reason::NothingToBackUp(partition.holds))
    };
    Assessment { partition, state, reason, evidence, findings }
}

/// `deadline` is until when a backup of that time is young enough.
fn judge(
    digest: &Digest,
    failed: Option<String>,
    allowed: Allowed,
    deadline: impl Fn(Timestamp) -> Option<Timestamp>,
    now: Timestamp,
) -> (State, Reason) {
    match allowed {
        Allowed::Unknown => return (State::Unknown, Reason::UnknownSchedule),
        Allowed::Never => return (State::Stale, Reason::NeverRuns),
        Allowed::Age(_) => {}
    }
    let until = digest.newest.map(&deadline);
    let late = match until {
        None => Some(Reason::NoBackupYet),
        Some(None) => return (State::Unknown, Reason::UnknownSchedule),
        Some(Some(until)) if until < now => Some(Reason::Overdue { since: until }),
        Some(Some(_)) => None,
    };
    match (late, failed) {
        (Some(_), Some(how)) => (State::Failing, Reason::OnDemandFailed(how)),
        (Some(_), None) if digest.failed => (State::Failing, Reason::Unreadable),
        (Some(reason), None) => (State::Stale, reason),
        (None, _) => match digest.newest_point.and_then(deadline) {
            Some(until) if until >= now => (State::Protected, Reason::Recent { until }),
            _ => (State::Failing, Reason::NotRestorable(digest.newest_point)),
        },
    }
}

impl Rules {
    /// How much later than its schedule says a backup may come, if nothing else is said.
    fn grace(&self, schedule: &BackupScheduleDescription) -> Duration {
        let tenth = schedule.between_runs().unwrap_or_default() / 10;
        self.grace.unwrap_or_else(|| tenth.clamp(Self::SHORTEST_GRACE, Self::LONGEST_GRACE))
    }

    /// When the backup after that of `last` must be there; `None` if that cannot be told.
    fn deadline(&self, policy: &BackupPolicyDescription, last: Timestamp) -> Option<Timestamp> {
        if let Some(age) = self.max_age {
            return last.checked_add(age);
        }
        // One that came some seconds early is that run's.
        let from = match &policy.schedule {
            BackupScheduleDescription::TimeBased(_) => last.checked_add(JITTER)?,
            _ => last,
        };
        policy.schedule.next_after(from)?.checked_add(self.grace(&policy.schedule))
    }

    fn allowed(&self, policy: &BackupPolicyDescription, last: Option<Timestamp>) -> Allowed {
        if let Some(age) = self.max_age {
            return Allowed::Age(age);
        }
        let schedule = &policy.schedule;
        if matches!(schedule, BackupScheduleDescription::Unknown(_)) {
            return Allowed::Unknown;
        }
        // Whether it ever runs does not depend on the time.
        if schedule.next_after(Timestamp::UNIX_EPOCH).is_none() {
            return Allowed::Never;
        }
        let usual = schedule.between_runs().unwrap_or_default() + self.grace(schedule);
        let after = last.and_then(|last| Some(self.deadline(policy, last)?.since(last)));
        Allowed::Age(after.unwrap_or(usual))
    }
}

impl Evidence {
    fn cover(&mut self, coverage: &Coverage) {
        self.policy = Some(coverage.policy.clone());
        self.inherited_from.clone_from(&coverage.inherited_from);
        self.suspended.clone_from(&coverage.suspended);
    }

    fn see(&mut self, digest: &Digest, now: Timestamp) {
        self.last_success = digest.newest;
        self.newest_point = digest.newest_point;
        self.age = digest.newest.map(|last| now.since(last));
        self.backups = Some(digest.count);
        self.chain_length = Some(digest.chain_length);
        self.made.clone_from(&digest.made);
    }

    fn expect(&mut self, allowed: Allowed, last: Option<Timestamp>) {
        if let Allowed::Age(age) = allowed {
            self.expected_age = Some(age);
            self.due = last.and_then(|last| last.checked_add(age));
        }
    }
}
