//! Effective policies, and the pages in which the service reports them.

use std::collections::BTreeSet;

use crate::world::refusal::Refusal;
use sf_backup_proto::ContinuationToken;
use sf_backup_proto::model::Extra;
use sf_backup_proto::model::configuration::{
    ApplicationBackupConfigurationInfo, BackupConfigurationInfo, BackupPolicyScope, BackupSuspensionInfo,
    BackupSuspensionScope, PartitionBackupConfigurationInfo, ServiceBackupConfigurationInfo,
};
use sf_backup_proto::model::page::Page;

use super::State;
use crate::world::entity::{Entity, Key, Level};
use crate::world::service_error;

type Infos = Page<BackupConfigurationInfo>;

/// The position at which a page starts, as in its continuation token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From<'t> {
    Start,
    /// After this key, among the entities with their own mapping.
    Override(&'t str),
    /// Among the suspended entities without a mapping. The service never finds any there.
    Suspended,
}

impl<'t> From<'t> {
    fn read(token: Option<&'t str>) -> Result<Self, Refusal> {
        let Some(token) = token else {
            return Ok(Self::Start);
        };
        match token.rsplit_once('+') {
            Some((_, "S")) => Ok(Self::Suspended),
            Some((key, _)) => Ok(Self::Override(key)),
            None => Err(service_error::TOKEN_WITHOUT_PLUS.into()),
        }
    }
}

impl State {
    /// The configuration of one partition; `None` without an effective policy.
    pub(crate) fn partition_configuration(&self, id: &str) -> Result<Option<BackupConfigurationInfo>, Refusal> {
        let entity = self.resolve(Level::Partition, id)?;
        let info = self.effective(&entity).map(|(from, mapping)| {
            let suspended = self.suspension(&entity);
            info(entity.key(), &mapping.policy, from.level(), suspended)
        });
        Ok(info)
    }

    /// The configuration of an application or a service, and of everything below that differs from it.
    ///
    /// The entity's own item takes one slot, so every page has one item less than `max_results`, except that no
    /// remaining slot means unlimited.
    pub(crate) fn configurations(
        &self,
        level: Level,
        id: &str,
        token: Option<&str>,
        max_results: i32,
    ) -> Result<Infos, Refusal> {
        let entity = self.resolve(level, id)?;
        let from = From::read(token)?;
        let mut items = Vec::new();
        let own = self.effective(&entity).map(|(key, mapping)| {
            let suspended = self.suspension(&entity);
            info(entity.key(), &mapping.policy, key.level(), suspended)
        });
        let slots = match usize::try_from(max_results) {
            Ok(0) | Err(_) => usize::MAX,
            Ok(1) if from == From::Start && own.is_some() => 0,
            Ok(1) => usize::MAX,
            Ok(size) => size - 1,
        };
        if from == From::Start {
            items.extend(own);
        }
        let token = self.below(&entity, from, slots, &mut items)?;
        if items.is_empty() {
            return Err(service_error::NO_MAPPING.into());
        }
        Ok(Page::new(items, token))
    }

    /// Adds the differing entities below, up to the number of slots; returns the token of the next page.
    fn below(
        &self,
        entity: &Entity,
        from: From<'_>,
        slots: usize,
        items: &mut Vec<BackupConfigurationInfo>,
    ) -> Result<Option<ContinuationToken>, Refusal> {
        if from == From::Suspended {
            return Ok(None);
        }
        let after = match from {
            From::Override(key) => Some(key),
            From::Start | From::Suspended => None,
        };
        let overrides: Vec<_> =
            self.mappings.below(entity.key(), after).filter(|(key, _)| *key != entity.key()).take(slots).collect();
        let above = self.suspension(entity);
        for (key, mapping) in &overrides {
            let own = self.suspended.contains(*key).then(|| key.level());
            items.push(info(key, &mapping.policy, key.level(), own.or(above)));
        }
        let listed: BTreeSet<&Key> = overrides.iter().map(|(key, _)| *key).collect();
        let leftover = self.suspended_below(entity, &listed);
        match overrides.last() {
            // For a full page, the service does not check whether anything follows.
            Some((last, _)) if overrides.len() == slots => return Ok(token_after(last, 'O')),
            None if slots == 0 => {
                let more = self.mappings.below(entity.key(), None).nth(1).is_some() || !leftover.is_empty();
                return Ok(token_after(entity.key(), 'O').filter(|_| more));
            }
            _ => {}
        }
        let room = slots - overrides.len();
        for key in leftover.iter().take(room) {
            items.push(self.suspended_info(entity, key)?);
        }
        // The rest is continued only if the page has no other items; otherwise the service loses it.
        let last = leftover.get(room.wrapping_sub(1)).filter(|_| overrides.is_empty());
        Ok(last.filter(|_| leftover.len() > room).and_then(|last| token_after(last, 'S')))
    }

    /// Suspended entities below that are not on this page. A later page repeats those of an earlier page.
    fn suspended_below(&self, entity: &Entity, listed: &BTreeSet<&Key>) -> Vec<&Key> {
        let key = entity.key();
        self.suspended
            .range(key.clone()..)
            .take_while(|found| found.has_prefix(key))
            .filter(|found| *found != key && !listed.contains(found))
            .collect()
    }

    /// The item of a suspended entity. The service uses only the application's policy, and fails if there is none.
    fn suspended_info(&self, entity: &Entity, key: &Key) -> Result<BackupConfigurationInfo, Refusal> {
        let (_, mapping) = self.mappings.get(entity.application()).ok_or(service_error::NULL_REFERENCE)?;
        Ok(info(key, &mapping.policy, Level::Application, Some(key.level())))
    }

    /// The nearest level at or above an entity that is suspended.
    pub(crate) fn suspension(&self, entity: &Entity) -> Option<Level> {
        entity.upwards().find(|key| self.suspended.contains(*key)).map(Key::level)
    }
}

fn token_after(key: &Key, part: char) -> Option<ContinuationToken> {
    ContinuationToken::new(&format!("{}+{part}", key.as_str()))
}

fn info(key: &Key, policy: &str, from: Level, suspended: Option<Level>) -> BackupConfigurationInfo {
    let scope = match from {
        Level::Application => BackupPolicyScope::Application,
        Level::Service => BackupPolicyScope::Service,
        Level::Partition => BackupPolicyScope::Partition,
    };
    let suspension =
        BackupSuspensionInfo::new().is_suspended(suspended.is_some()).suspension_inherited_from(match suspended {
            None => BackupSuspensionScope::Invalid,
            Some(Level::Application) => BackupSuspensionScope::Application,
            Some(Level::Service) => BackupSuspensionScope::Service,
            Some(Level::Partition) => BackupSuspensionScope::Partition,
        });
    match key.level() {
        Level::Application => ApplicationBackupConfigurationInfo::new()
            .application_name(key.application_name())
            .policy_name(policy)
            .policy_inherited_from(scope)
            .suspension_info(suspension)
            .into(),
        Level::Service => ServiceBackupConfigurationInfo::new()
            .service_name(key.service_name())
            .policy_name(policy)
            .policy_inherited_from(scope)
            .suspension_info(suspension)
            .into(),
        Level::Partition => {
            let mut partition = PartitionBackupConfigurationInfo::new()
                .service_name(key.service_name())
                .policy_name(policy)
                .policy_inherited_from(scope)
                .suspension_info(suspension);
            spell_id(&mut partition.extra, key);
            partition.into()
        }
    }
}

/// Sets the partition id. The service returns it in the spelling of the URL.
pub(super) fn spell_id(extra: &mut Extra, key: &Key) {
    let text = serde_json::Value::from(key.partition_id());
    // serde_json always writes valid JSON.
    let _ = extra.set_json("PartitionId", &text.to_string());
}
