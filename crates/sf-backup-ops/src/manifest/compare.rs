//! Compares a file with a cluster, by effect.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sf_backup_proto::model::policy::BackupPolicyDescription;
use sf_backup_proto::{ApplicationId, PartitionId, PolicyName, ServiceId};

use super::read::ManifestError;
use super::view::View;
use super::visible::Configured;
use super::{Actual, Change, Entity, Manifest, Policy, Replaced};

/// The scope of a comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// Whether to remove what a section of the file does not list.
    pub prune: bool,
    /// Whether to resend policies that contain secrets, even if no difference is visible.
    pub rewrite_secrets: bool,
}

/// The differences between a file and a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The changes, policies first; [`phases`](super::phases) returns a safe order.
    pub changes: Vec<Change>,
    /// The further changes that pruning would make.
    pub left_alone: Vec<Change>,
    /// Policies with secrets, which cannot be compared, and no other difference.
    pub unseen_secrets: Vec<PolicyName>,
    /// Suspensions in the file that the cluster does not return, whether they exist or not. Suspending again is
    /// harmless.
    pub unseen_suspensions: Vec<Entity>,
    /// Notes for the user, a sentence each.
    pub notes: Vec<String>,
}

/// Compares a file with a cluster, by effect: other spellings by the server are equal, and what the server does not
/// return is not a difference.
///
/// # Errors
/// If the cluster cannot match the file: the file enables a policy that does not exist, or suspends something in an
/// application in which nothing is enabled.
pub fn compare(desired: &Manifest, actual: &Actual, scope: Scope) -> Result<Comparison, ManifestError> {
    let mut comparison = Comparison::default();
    let services = services(actual);
    let spelled = |entity: &Entity| spelled_as_there(entity, &services);
    let enablement: Option<BTreeMap<Entity, &PolicyName>> = desired
        .enablement
        .as_ref()
        .map(|enablement| enablement.iter().map(|(entity, policy)| (spelled(entity), policy)).collect());
    let suspensions: Option<BTreeSet<Entity>> =
        desired.suspensions.as_ref().map(|suspensions| suspensions.iter().map(spelled).collect());

    comparison.policies(desired, actual, scope);
    let mut after = actual.enablement.clone();
    after.retain(|entity, _| !actual.gone.contains(entity));
    if let Some(enablement) = &enablement {
        comparison.enablement(enablement, actual, scope, &mut after);
    }
    comparison.leftover_policies(desired, actual, scope, &after);
    for (entity, policy) in enablement.iter().flatten() {
        let there = actual.policies.contains_key(*policy);
        if !there && !desired.policies.as_ref().is_some_and(|policies| policies.contains_key(*policy)) {
            let rule = format!("{entity}: policy {policy} is neither in this file nor in the cluster");
            return Err(ManifestError::new("enablement", &rule));
        }
    }
    if let Some(suspensions) = &suspensions {
        comparison.suspensions(suspensions, enablement.as_ref(), actual, scope, &after);
        let enabled: BTreeSet<Option<ApplicationId>> = after.keys().map(|entity| actual.application(entity)).collect();
        if let Some(entity) = suspensions.iter().find(|entity| !enabled.contains(&actual.application(entity))) {
            let rule = format!(
                "{entity}: cannot be suspended: backup is not enabled anywhere in its application, neither in the \
                    cluster nor in this file"
            );
            return Err(ManifestError::new("suspensions", &rule));
        }
    }
    Ok(comparison)
}

impl Comparison {
    /// All changes that make the cluster match the file, including those without a visible difference.
    pub fn orders(&self) -> Vec<Change> {
        let unseen = self.unseen_suspensions.iter().cloned().map(Change::Suspend);
        self.changes.iter().cloned().chain(unseen).collect()
    }

    fn policies(&mut self, desired: &Manifest, actual: &Actual, scope: Scope) {
        for (name, policy) in desired.policies.iter().flatten() {
            let Some(theirs) = actual.policies.get(name) else {
                self.changes.push(Change::CreatePolicy(name.clone(), Box::new(policy.clone())));
                continue;
            };
            let View { before, after, unreported } =
                View::new(theirs, policy.description(), actual.returns_later_members);
            for member in unreported {
                self.notes.push(format!(
                    "policy {name}: the cluster does not report {member}, so it is unknown whether it is in effect"
                ));
            }
            let members = differences(&before, &after);
            if members.is_empty() && !(scope.rewrite_secrets && policy.has_secrets()) {
                self.unseen_secrets.extend(policy.has_secrets().then(|| name.clone()));
                continue;
            }
            if members.iter().any(|member| member.starts_with("RetentionPolicy.")) {
                self.notes.push(format!(
                    "policy {name}: runtime 6.4 shows the changed retention but applies the old one, until the policy \
                        is saved once without a retention"
                ));
            }
            let replaced = Replaced { policy: policy.clone(), before, after, members };
            self.changes.push(Change::UpdatePolicy(name.clone(), Box::new(replaced)));
        }
    }

    /// Also sets `after` to what is enabled at the end.
    fn enablement(
        &mut self,
        desired: &BTreeMap<Entity, &PolicyName>,
        actual: &Actual,
        scope: Scope,
        after: &mut BTreeMap<Entity, PolicyName>,
    ) {
        for (entity, policy) in desired {
            match after.insert(entity.clone(), (*policy).clone()) {
                None => self.changes.push(Change::Enable(entity.clone(), (*policy).clone())),
                Some(from) if from != **policy => {
                    self.changes.push(Change::Move(entity.clone(), from, (*policy).clone()));
                }
                Some(_) => {}
            }
        }
        for (entity, policy) in &actual.enablement {
            if desired.contains_key(entity) {
                continue;
            }
            if actual.gone.contains(entity) {
                self.notes.push(format!(
                    "{entity} is no longer in the cluster; deleting policy {policy} also removes its enablement"
                ));
                continue;
            }
            self.extra(Change::Disable(entity.clone(), policy.clone()), scope.prune);
            if scope.prune {
                after.remove(entity);
            }
        }
    }

    /// Policies that are not in the file. A policy that stays enabled somewhere is kept.
    fn leftover_policies(
        &mut self,
        desired: &Manifest,
        actual: &Actual,
        scope: Scope,
        after: &BTreeMap<Entity, PolicyName>,
    ) {
        let Some(policies) = &desired.policies else { return };
        let used: BTreeSet<&PolicyName> = after.values().chain(&actual.held).collect();
        for (name, policy) in &actual.policies {
            if policies.contains_key(name) {
                continue;
            }
            let redacted = Policy::of_cluster(policy.clone()).redacted();
            let prune = scope.prune && !used.contains(name);
            if scope.prune && !prune {
                self.notes.push(format!(
                    "policy {name} is not in the file, and is kept because it is enabled \
                    somewhere"
                ));
            }
            self.extra(Change::DeletePolicy(name.clone(), Box::new(redacted)), prune);
        }
    }

    fn suspensions(
        &mut self,
        desired: &BTreeSet<Entity>,
        enablement: Option<&BTreeMap<Entity, &PolicyName>>,
        actual: &Actual,
        scope: Scope,
        enabled: &BTreeMap<Entity, PolicyName>,
    ) {
        let mut suspended = actual.suspensions.clone();
        for entity in actual.suspensions.difference(desired).filter(|entity| !actual.gone.contains(entity)) {
            let managed = scope.prune || enablement.is_some_and(|enablement| enablement.contains_key(entity));
            self.extra(Change::Resume(entity.clone()), managed);
            if managed {
                suspended.remove(entity);
            }
        }
        suspended.extend(desired.iter().cloned());
        let state = Configured { actual, enabled, suspended: &suspended };
        for entity in desired.difference(&actual.suspensions) {
            if state.shows(entity) {
                self.changes.push(Change::Suspend(entity.clone()));
            } else {
                self.unseen_suspensions.push(entity.clone());
            }
        }
    }

    fn extra(&mut self, change: Change, done: bool) {
        if done { self.changes.push(change) } else { self.left_alone.push(change) }
    }
}

/// The service of each partition in the cluster.
fn services(actual: &Actual) -> BTreeMap<PartitionId, ServiceId> {
    let entities = actual.enablement.keys().chain(&actual.suspensions);
    let partitions = entities.filter_map(|entity| match entity {
        Entity::Partition { service, id } => Some((*id, service.clone())),
        _ => None,
    });
    partitions.collect()
}

/// Replaces the service of a partition by the cluster's: a partition is identified by its id alone.
fn spelled_as_there(entity: &Entity, services: &BTreeMap<PartitionId, ServiceId>) -> Entity {
    match entity {
        Entity::Partition { id, .. } => match services.get(id) {
            Some(service) => Entity::Partition { service: service.clone(), id: *id },
            None => entity.clone(),
        },
        _ => entity.clone(),
    }
}

/// The members that differ between two policies.
fn differences(before: &BackupPolicyDescription, after: &BackupPolicyDescription) -> Vec<String> {
    let value = |policy| serde_json::to_value(policy).unwrap_or_default();
    let mut places = Vec::new();
    compare_values("", &value(before), &value(after), &mut places);
    places
}

fn compare_values(place: &str, before: &Value, after: &Value, places: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for name in names {
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                let member = |members: &serde_json::Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                compare_values(&place, &member(ours), &member(theirs), places);
            }
        }
        (before, after) if before != after => places.push(place.to_owned()),
        _ => {}
    }
}
