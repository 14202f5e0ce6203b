//! The order in which changes are safe.

use std::collections::{BTreeMap, BTreeSet};

use sf_backup_proto::ApplicationId;

use super::{Actual, Change, Entity};

/// Changes that can be made in any order, all of them before the next phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// The changes.
    pub changes: Vec<Change>,
    /// Whether each must complete before the next: the backup service of some releases cannot process several new
    /// policies at once.
    pub one_by_one: bool,
}

/// Orders changes so that no unwanted backup is made and nothing is unprotected in between: policies first, then
/// suspensions, then what is enabled or moved, then what is disabled, then what is resumed, and last the policies that
/// are no longer used.
///
/// The cluster suspends nothing in an application until something is enabled in it. Therefore one entity is enabled
/// first, preferably one that is not to be suspended, then everything is suspended, then the rest is enabled. Likewise,
/// in an application in which nothing remains enabled, entities are resumed before the last policy is disabled.
pub fn phases(changes: &[Change], actual: &Actual) -> Vec<Phase> {
    let enabled = actual.enabled_applications();
    let application = |change: &Change| change.entity().and_then(|entity| actual.application(entity));
    let openers = openers(changes, actual, &enabled);
    let remaining = remaining(changes, actual);

    let mut phases: Vec<Phase> = (0..9).map(|_| Phase { changes: Vec::new(), one_by_one: false }).collect();
    for (index, change) in changes.iter().enumerate() {
        let phase = match change {
            Change::CreatePolicy(..) | Change::UpdatePolicy(..) => 0,
            Change::Suspend(_) if enabled.contains(&application(change)) => 1,
            Change::Enable(..) if openers.contains(&index) => 2,
            Change::Suspend(_) => 3,
            Change::Enable(..) | Change::Move(..) => 4,
            Change::Resume(_) if !remaining.contains(&application(change)) => 5,
            Change::Disable(..) => 6,
            Change::Resume(_) => 7,
            Change::DeletePolicy(..) => 8,
        };
        if let Some(phase) = phases.get_mut(phase) {
            phase.changes.push(change.clone());
        }
    }
    for policies in [0, 8] {
        if let Some(phase) = phases.get_mut(policies) {
            phase.one_by_one = true;
        }
    }
    phases.retain(|phase| !phase.changes.is_empty());
    phases
}

/// Whether the changes may make suspensions visible. In an application with its own policy all are visible; in others
/// only those of entities that have a policy, or are above one that has a policy and is not suspended itself.
pub fn reveals(changes: &[Change], actual: &Actual) -> bool {
    let is_visible = |entity: &Entity| {
        let application = actual.application(entity).map(Entity::Application);
        application.is_some_and(|application| {
            actual.enablement.contains_key(&application) && !actual.gone.contains(&application)
        })
    };
    changes.iter().any(|change| match change {
        Change::Enable(entity, _) | Change::Resume(entity) => !is_visible(entity),
        _ => false,
    })
}

/// The entity to enable first in each application in which nothing is enabled and something is to be suspended.
fn openers(changes: &[Change], actual: &Actual, enabled: &BTreeSet<Option<ApplicationId>>) -> BTreeSet<usize> {
    let suspended: BTreeSet<&Entity> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Suspend(entity) => Some(entity),
            _ => None,
        })
        .collect();
    let closed: BTreeSet<Option<ApplicationId>> =
        suspended.iter().map(|entity| actual.application(entity)).filter(|id| !enabled.contains(id)).collect();
    let is_suspended = |entity: &Entity| {
        let application = actual.application(entity).map(Entity::Application);
        let service = entity.service().cloned().map(Entity::Service);
        [Some(entity.clone()), service, application].iter().flatten().any(|entity| suspended.contains(entity))
    };
    let mut openers: BTreeMap<Option<ApplicationId>, (bool, usize)> = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        let Change::Enable(entity, _) = change else { continue };
        let application = actual.application(entity);
        if closed.contains(&application) {
            // Prefer a later one, which is smaller: a partition rather than the whole application.
            let better = (!is_suspended(entity), index);
            let best = openers.entry(application).or_insert(better);
            *best = (*best).max(better);
        }
    }
    openers.into_values().map(|(_, index)| index).collect()
}

/// The applications in which something is enabled at the end.
fn remaining(changes: &[Change], actual: &Actual) -> BTreeSet<Option<ApplicationId>> {
    let disabled: BTreeSet<&Entity> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Disable(entity, _) => Some(entity),
            _ => None,
        })
        .collect();
    let enabled = changes.iter().filter_map(|change| match change {
        Change::Enable(entity, _) => Some(entity),
        _ => None,
    });
    let kept = actual.enablement.keys().filter(|entity| !actual.gone.contains(*entity) && !disabled.contains(entity));
    kept.chain(enabled).map(|entity| actual.application(entity)).collect()
}
