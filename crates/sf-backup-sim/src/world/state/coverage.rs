//! Enable, disable, suspend and resume.

use crate::world::refusal::Refusal;

use super::State;
use crate::world::effect::EffectKind;
use crate::world::entity::{Key, Level};
use crate::world::service_error;

impl State {
    /// Enables a policy on an entity, replacing any earlier one. A suspension stays.
    pub(crate) fn enable(&mut self, level: Level, id: &str, policy: Option<String>) -> Result<(), Refusal> {
        let policy = policy.ok_or(service_error::INVALID_ARGUMENTS)?;
        let entity = self.resolve(level, id)?;
        if !self.policies.contains_key(&policy) {
            return Err(service_error::POLICY_MISSING.into());
        }
        self.check_entity(&entity)?;
        if let Some(before) = self.mappings.insert(entity.key().clone(), policy.clone())
            && before.policy != policy
        {
            self.copy_policy(&before.policy);
        }
        self.copy_policy(&policy);
        self.refresh(entity.key());
        self.note(EffectKind::Enabled, entity.key().as_str().to_owned(), Some(policy));
        Ok(())
    }

    /// Disables the policy that is enabled directly on an entity.
    pub(crate) fn disable(&mut self, level: Level, id: &str, clean_backup: bool) -> Result<(), Refusal> {
        let entity = self.resolve(level, id)?;
        let mapping = self.mappings.remove(entity.key()).ok_or(service_error::NOT_ENABLED)?;
        self.copy_policy(&mapping.policy);
        self.refresh(entity.key());
        if clean_backup {
            self.plan_clean_up(entity.key(), &mapping.policy);
        }
        self.note(EffectKind::Disabled, entity.key().as_str().to_owned(), Some(mapping.policy));
        Ok(())
    }

    fn copy_policy(&mut self, name: &str) {
        let storage_id = self.random_ids.guid();
        if let Some(policy) = self.policies.get_mut(name) {
            policy.copied(storage_id);
        }
    }

    /// Suspends an entity. It may be suspended already, not exist, or have no policy of its own.
    pub(crate) fn suspend(&mut self, level: Level, id: &str) -> Result<(), Refusal> {
        let key = self.under_backup(level, id)?;
        if self.suspended.insert(key.clone()) {
            self.refresh(&key);
            self.note(EffectKind::Suspended, key.as_str().to_owned(), None);
        }
        Ok(())
    }

    /// Resumes an entity. Succeeds if it is not suspended.
    pub(crate) fn resume(&mut self, level: Level, id: &str) -> Result<(), Refusal> {
        let key = self.under_backup(level, id)?;
        if self.suspended.remove(&key) {
            self.refresh(&key);
            self.note(EffectKind::Resumed, key.as_str().to_owned(), None);
        }
        Ok(())
    }

    /// Requires an enabled entity whose key starts with that of the application: the application, anything in it, or
    /// another application with the same name prefix.
    fn under_backup(&self, level: Level, id: &str) -> Result<Key, Refusal> {
        let entity = self.resolve(level, id)?;
        if self.mappings.below(entity.application(), None).next().is_none() {
            return Err(service_error::NOT_ENABLED.into());
        }
        Ok(entity.into_key())
    }
}
