//! A model of the server's rules for configurations.

use sf_backup_proto::secret::MASK;
use sf_backup_proto::{ApplicationId, Secret};

use super::super::visible::Configured;
use super::*;

/// The state of a cluster, visible or not.
#[derive(Debug, Clone, Default)]
pub(super) struct Server {
    policies: BTreeMap<PolicyName, BackupPolicyDescription>,
    enablement: BTreeMap<Entity, PolicyName>,
    suspended: BTreeSet<Entity>,
}

impl Server {
    /// The visible part.
    pub(super) fn actual(&self) -> Actual {
        let mut actual = Actual { enablement: self.enablement.clone(), ..Actual::default() };
        let masked = |policy: &BackupPolicyDescription| view::unmasked(policy.clone().canonicalized(), MASK);
        actual.policies = self.policies.iter().map(|(name, policy)| (name.clone(), masked(policy))).collect();
        let state = Configured { actual: &actual, enabled: &self.enablement, suspended: &self.suspended };
        actual.suspensions = self.suspended.iter().filter(|entity| state.shows(entity)).cloned().collect();
        actual
    }

    /// Makes one change, and returns whether it had an effect, or why it was rejected.
    pub(super) fn make(&mut self, change: &Change) -> Result<bool, String> {
        let refused = || Err(format!("refused: {change}"));
        match change {
            Change::CreatePolicy(name, policy) => {
                let policy = self.sent(policy);
                if self.policies.insert(name.clone(), policy).is_some() {
                    return refused();
                }
            }
            Change::UpdatePolicy(name, replaced) => {
                let policy = self.sent(&replaced.policy);
                if self.policies.insert(name.clone(), policy).is_none() {
                    return refused();
                }
            }
            Change::DeletePolicy(name, _) => {
                if self.enablement.values().any(|policy| policy == name) || self.policies.remove(name).is_none() {
                    return refused();
                }
            }
            Change::Enable(entity, policy) | Change::Move(entity, _, policy) => {
                if !self.policies.contains_key(policy) {
                    return refused();
                }
                self.enablement.insert(entity.clone(), policy.clone());
            }
            Change::Disable(entity, _) => {
                if self.enablement.remove(entity).is_none() {
                    return refused();
                }
            }
            Change::Suspend(entity) => {
                if !self.enabled_in(entity) {
                    return refused();
                }
                return Ok(self.suspended.insert(entity.clone()));
            }
            Change::Resume(entity) => {
                if !self.enabled_in(entity) {
                    return refused();
                }
                return Ok(self.suspended.remove(entity));
            }
        }
        Ok(true)
    }

    fn sent(&self, policy: &Policy) -> BackupPolicyDescription {
        let fetched = policy.resolved(|_| Ok(Secret::from("hunter2")));
        fetched.unwrap_or_else(|missing| panic!("{missing}"))
    }

    fn application(entity: &Entity) -> Option<ApplicationId> {
        Actual::default().application(entity)
    }

    fn enabled_in(&self, entity: &Entity) -> bool {
        self.enablement.keys().any(|enabled| Self::application(enabled) == Self::application(entity))
    }

    /// Whether periodic backups run for an entity that the file wants suspended.
    pub(super) fn runs(&self, entity: &Entity) -> bool {
        let above = [Some(entity.clone()), entity.service().cloned().map(Entity::Service)];
        let application = Self::application(entity).map(Entity::Application);
        let levels: Vec<Entity> = above.into_iter().flatten().chain(application).collect();
        levels.iter().any(|level| self.enablement.contains_key(level))
            && !levels.iter().any(|level| self.suspended.contains(level))
    }
}
