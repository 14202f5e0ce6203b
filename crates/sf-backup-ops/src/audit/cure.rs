//! Finds policies whose backups have all stopped, by comparing all partitions.

use std::collections::BTreeMap;

use super::{Assessment, Finding, Reason, State};

/// Marks policies whose partitions are all overdue without a known cause. After some upgrades of the runtime, replicas
/// can no longer read a policy; saving it again unchanged is the documented remedy.
pub(super) fn find_stopped(partitions: &mut [Assessment]) {
    let mut stopped: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    for one in partitions.iter().filter(|one| one.state != State::Suspended) {
        let Some(policy) = &one.evidence.policy else { continue };
        let (count, all) = stopped.entry(policy.clone()).or_insert((0, true));
        *count += 1;
        *all &= is_overdue(one);
    }
    for one in partitions.iter_mut().filter(|one| is_overdue(one)) {
        let Some(policy) = &one.evidence.policy else { continue };
        if stopped.get(policy).is_some_and(|(count, all)| *all && *count > 1) {
            one.findings.push(Finding::PolicyStopped(policy.clone()));
        }
    }
}

fn is_overdue(one: &Assessment) -> bool {
    matches!(one.reason, Reason::Overdue { .. })
}
